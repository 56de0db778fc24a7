"""The tornado of a plan: whose doubt makes the plan's value doubtful.

With V the plan's value over the draws and M_k the part of it that source k moves alone (its main effect), the share of
variance is the first-order Sobol index, taken as a covariance so that the shares and the remainder add up exactly:

    share_k = Cov(M_k, V) / Var(V)          remainder = 1 - sum_k share_k     (interactions of sources)

Main effects are fitted line by line (:func:`regulars.strategy.sources.main_effects`) and added up: V is a sum of
lines, so its main effects are the sums of theirs. Sobol 1993; Saltelli et al. 2008, *Global Sensitivity Analysis*, 4.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from regulars.strategy.judge import Judge
from regulars.strategy.plan_uncertainty import Swing
from regulars.strategy.returns import Floats
from regulars.strategy.sources import inputs_of, main_effects


def swings(values: Floats, parts: Mapping[str, Floats]) -> tuple[tuple[Swing, ...], float]:
    """Shares of variance of ``values`` by source, the largest first, and the remainder.

    ``low`` and ``high`` of a source: the value where the source alone is at its 10th and 90th percentile. Empty, with
    a remainder of 0, where nothing varies.
    """
    variance = float(values.var())
    if variance <= 1e-18 * max(float(values.mean()) ** 2, 1e-300):
        return (), 0.0
    middle = float(values.mean())
    around = values - middle
    found = []
    for source, part in parts.items():
        low, high = np.quantile(part, (0.1, 0.9))
        share = float(part @ around) / values.size / variance
        found.append(Swing(source, share, middle + float(low), middle + float(high)))
    ordered = tuple(sorted(found, key=lambda s: (-s.share, s.source)))
    return ordered, 1 - sum(s.share for s in ordered)


@dataclass(frozen=True, slots=True)
class Tornado:
    """The swings of a plan and the remainder; and of every line (by column) the largest source of doubt, with its
    share of the line's variance."""

    swings: tuple[Swing, ...]
    remainder: float
    largest: dict[int, tuple[str, float]]


def tornado(judge: Judge, x: NDArray[np.integer], levels: Mapping[str, float] | None = None) -> Tornado:
    """The tornado of an allocation on the judge's draws; ``levels`` are those of investments beside the measures,
    whose doubt is one source (they are valued as a whole)."""
    beside = judge.beside(levels or {})
    parts: dict[str, Floats] = {"invested": beside - beside.mean()} if beside.any() else {}
    largest = {}
    for place in map(int, np.flatnonzero(x > 0)):
        values = judge.returns(place).net_36
        found = main_effects(values, inputs_of(judge.offer.columns[place], judge.evaluator))
        largest[place] = _largest(values, found)
        for source, part in found.items():
            added = float(x[place]) * part
            parts[source] = parts[source] + added if source in parts else added
    return Tornado(*swings(judge.value(x) + beside, parts), largest)


def _largest(values: Floats, parts: Mapping[str, Floats]) -> tuple[str, float]:
    around = values - values.mean()
    variance = float(around @ around)
    shares = {source: float(part @ around) / variance for source, part in parts.items()} if variance > 0 else {}
    most = max(sorted(shares), key=lambda source: shares[source], default="")
    return most, shares.get(most, 0.0)
