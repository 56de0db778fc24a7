"""Rules that name the next category, and how often each was right on the own past."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from regulars.analysis.opportunity.association import Z90
from regulars.analysis.results.opportunity import Rule, Tried

type Cube = NDArray[np.float64]

#: Half-years of the past at whose start the rules are tried.
ORIGINS = 4
#: Next visits to try on, and moves to learn from before an origin counts.
LEAST = 100
RULES: tuple[Rule, ...] = ("popular", "same", "moves")
_PRIOR = 5.0  # moves' worth of the base's own mix, so that a category seen twice does not speak for itself


def named(counts: Cube, rule: Rule) -> NDArray[np.int64]:
    """Categories by last category (rows), the likeliest first, from moves counted ``[last, next]``."""
    size = len(counts)
    mix = counts.sum(axis=0) / max(counts.sum(), 1.0)
    score = np.tile(mix, (size, 1))
    if rule == "same":
        score = score + np.eye(size)
    elif rule == "moves":
        score = (counts + _PRIOR * mix) / (counts.sum(axis=1, keepdims=True) + _PRIOR)
    # What nobody moves to comes last: of the rules only "the same" could name it.
    score = np.where(counts.sum(axis=0) > 0, score, -1.0)
    return np.argsort(-score, axis=1, kind="stable")


def tried(every: Cube, fresh: Cube) -> tuple[tuple[Tried, ...], int, int]:
    """The rules, best first, the next visits they were tried on, and the origins used.

    ``every`` and ``fresh`` count moves ``[half-years ago, last, next]``; the last half-year holds all before. A rule
    learns from the moves completed before its origin; it is tried on ``fresh`` moves, each customer's first visit
    after it. A tie goes to the simpler rule.
    """
    hits = {rule: np.zeros(2) for rule in RULES}
    tested, origins = 0.0, 0
    for period in range(ORIGINS):
        past, after = every[period + 1 :].sum(axis=0), fresh[period]
        if past.sum() < LEAST or not after.sum():
            continue
        origins, tested = origins + 1, tested + after.sum()
        for rule in RULES:
            found = np.take_along_axis(after, named(past, rule), axis=1)
            hits[rule] += found[:, 0].sum(), found[:, :3].sum()
    if not tested:
        return (), 0, 0
    # A regular is met at every origin and answers alike: only as many count as stood at one.
    apart = tested / origins
    rows = [
        Tried(rule, *share_range(hits[rule][0] / tested, apart), *share_range(hits[rule][1] / tested, apart))
        for rule in RULES
    ]
    return tuple(sorted(rows, key=lambda row: -row.first)), int(tested), origins


def share_range(share: float, n: float) -> tuple[float, float, float]:
    """A share with its range by Wilson (1927)."""
    share, n = float(share), float(n)
    mid = (share + Z90**2 / (2 * n)) / (1 + Z90**2 / n)
    half = Z90 / (1 + Z90**2 / n) * math.sqrt(share * (1 - share) / n + Z90**2 / (4 * n * n))
    return share, max(0.0, mid - half), min(1.0, mid + half)
