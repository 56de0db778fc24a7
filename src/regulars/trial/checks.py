"""Checks before any estimate: is what came back what was drawn? Each is a finding with words.

A trial whose groups are not of the sizes that were drawn, or whose customers also took part in another, is not read
until the reason is known (Fabijan and others 2019, on sample-ratio mismatch).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats
from scipy.special import gammaln, xlogy

from regulars.base.text import Number, Share, Text, say
from regulars.trial.chance import Ints

type Verdict = Literal["fine", "doubtful", "unreadable"]

#: A sample ratio less probable than this is a mismatch: groups of the right size fail once in a thousand trials.
MISMATCH = 0.001
#: With fewer expected in any group the chi-square is not exact enough, and every outcome is counted.
FEW_EXPECTED, MOST_OUTCOMES = 10, 200_000
#: Customers on each side, and customers who did and did not, below which nothing is estimated. With eight left out
#: intervals still hold the truth as often as they say; they are wide, and several cycles add up.
FEWEST_CUSTOMERS, FEWEST_EVENTS = 8, 3
#: Share of customers in two trials at once above which neither is read.
MOST_DOUBLE = 0.05


@dataclass(frozen=True, slots=True)
class Finding:
    """One check: what it found, how it judges, and the probability behind it where there is one."""

    check: Literal["sample_ratio", "double_exposure", "minimum_data"]
    verdict: Verdict
    text: Text
    p: float | None = None


def ratio_p(observed: ArrayLike, expected: ArrayLike) -> float:
    """The probability of counts at least as unlikely as ``observed`` when shares are as ``expected`` (any scale).

    Chi-square (Pearson) where at least ten are expected in each group; else the exact multinomial test: the summed
    probability of all outcomes that are no more probable. Too many outcomes for that: chi-square after all.
    """
    seen, wanted = np.asarray(observed, dtype=np.int64), np.asarray(expected, dtype=float)
    if np.any(seen[wanted <= 0] > 0):
        return 0.0
    seen, wanted = seen[wanted > 0], wanted[wanted > 0]
    total = int(seen.sum())
    if total == 0 or seen.size < 2:
        return 1.0
    shares = wanted / wanted.sum()
    outcomes = math.comb(total + seen.size - 1, seen.size - 1)
    if total * shares.min() >= FEW_EXPECTED or outcomes > MOST_OUTCOMES:
        return float(stats.chisquare(seen, total * shares).pvalue)
    bars = np.array(list(combinations(range(total + seen.size - 1), seen.size - 1)), dtype=np.int64)
    edges = np.column_stack([np.full(len(bars), -1), bars, np.full(len(bars), total + seen.size - 1)])
    counts = np.diff(edges, axis=1) - 1
    logs = gammaln(total + 1) + (xlogy(counts, shares) - gammaln(counts + 1)).sum(axis=1)
    own = gammaln(total + 1) + float((xlogy(seen, shares) - gammaln(seen + 1)).sum())
    return min(float(np.exp(logs[logs <= own + 1e-9]).sum()), 1.0)


def sample_ratio(found: Sequence[int], drawn: Sequence[int]) -> Finding:
    """Whether the groups found again are in the proportion in which they were drawn."""
    p = ratio_p(found, drawn)
    if p < MISMATCH:
        return Finding("sample_ratio", "unreadable", say("trial.checks.ratio_off", p=Number(p, 4)), p)
    return Finding("sample_ratio", "fine", say("trial.checks.ratio_fine", p=Number(p, 3)), p)


def double_exposure(customers: Ints, others: Sequence[Ints]) -> Finding:
    """How many of a trial's customers were given something in another that ran at the same time, or stand twice."""
    known, times = np.unique(customers, return_counts=True)
    elsewhere = np.unique(np.concatenate([*others, np.zeros(0, dtype=np.int64)]))
    double = int((np.isin(known, elsewhere) | (times > 1)).sum())
    share = double / max(known.size, 1)
    if not double:
        return Finding("double_exposure", "fine", say("trial.checks.once"))
    verdict: Verdict = "unreadable" if share > MOST_DOUBLE else "doubtful"
    return Finding("double_exposure", verdict, say("trial.checks.double", n=double, share=Share(share)))


def minimum_data(*, treated: int, control: int, events: int, non_events: int, detectable: float) -> Finding:
    """Whether there are customers and events enough to estimate anything; ``detectable`` is said either way."""
    change = Share(min(detectable, 1.0))
    if min(treated, control) < FEWEST_CUSTOMERS:
        few = say("trial.checks.few_customers", treated=treated, control=control, least=FEWEST_CUSTOMERS)
        return Finding("minimum_data", "unreadable", few)
    if min(events, non_events) < FEWEST_EVENTS:
        return Finding("minimum_data", "unreadable", say("trial.checks.few_events", n=events, least=FEWEST_EVENTS))
    return Finding("minimum_data", "fine", say("trial.checks.enough", change=change))
