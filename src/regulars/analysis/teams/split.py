"""How much of the difference between customers lies in the branch, in the hands that served them, and in neither.

Customers within staff within branches: y = mu + branch + hands + rest. Raw figures of hands at a branch are normal
around the branch's with the hands' variance and their own sampling variance; branches are normal around mu (flat). Both
standard deviations carry a half-Cauchy law of a quarter of a customer's own (Gelman 2006: with few groups a flat law
would believe in any spread), laid on a grid of equal probability; the likelihood weighs the grid.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from regulars.analysis.results.teams import Measure, Span, Split
from regulars.analysis.value.statistics import Floats

#: Fewer branches or hands know next to nothing of their own spread.
LEAST_BRANCHES, LEAST_HANDS = 3, 6
_POINTS, _OF_OWN = 60, 0.25
_APART = 2 / np.sqrt(np.pi)  # mean distance of two draws of a normal law, in standard deviations


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """One row per staff and branch they served at: customers, and sum and squares of what is looked at."""

    branch: np.ndarray[tuple[int, ...], np.dtype[np.int64]]  # 0, 1, ...
    n: Floats
    total: Floats
    squares: Floats  # of a rate: the hits again

    @classmethod
    def of(cls, branch: list[int], n: Floats, total: Floats, squares: Floats) -> Cells:
        """Cells with somebody in them, branches numbered anew."""
        some = n > 0
        _, at = np.unique(np.asarray(branch)[some], return_inverse=True)
        return cls(at.astype(np.int64), n[some], total[some], squares[some])


def split(measure: Measure, cells: Cells) -> Split | None:
    """The split; None where there are too few branches, hands side by side in them, or customers."""
    branches, hands = int(cells.branch.max(initial=-1)) + 1, cells.n.size
    if branches < LEAST_BRANCHES or hands < max(LEAST_HANDS, branches + 2):
        return None
    customers = float(cells.n.sum())
    raw = cells.total / cells.n
    own = float((cells.squares - cells.total * raw).sum()) / max(customers - hands, 1.0)
    if not own > 1e-12 * (1 + float(np.abs(raw).max()) ** 2):
        return None
    own_sd = float(np.sqrt(own))
    reach = _OF_OWN * own_sd * np.tan(np.pi / 2 * (np.arange(_POINTS) + 0.5) / _POINTS)
    log = np.array([_likelihood(raw, own / cells.n + s**2, cells.branch, branches, reach) for s in reach])
    weight = np.exp(log - log.max())
    weight /= weight.sum()
    hand, branch = (v.ravel() for v in np.meshgrid(reach, reach, indexing="ij"))
    flat, whole = weight.ravel(), branch**2 + hand**2 + own
    # The middle is told at the medians of both, so that the parts add up; means of skew laws would lie far above.
    b, h = (_quantiles(v, flat)[1] for v in (branch, hand))
    mid = b**2 + h**2 + own
    return Split(
        measure,
        int(customers),
        branches,
        hands,
        _span(branch**2 / whole, flat, b**2 / mid),
        _span(hand**2 / whole, flat, h**2 / mid),
        _span(own / whole, flat, own / mid),
        _span(_APART * branch, flat, _APART * b),
        _span(_APART * hand, flat, _APART * h),
    )


def _likelihood(
    raw: Floats, variance: Floats, at: np.ndarray[tuple[int, ...], np.dtype[np.int64]], k: int, reach: Floats
) -> Floats:
    """Log marginal likelihood of hands' figures for every standard deviation between branches; shape (reach,)."""
    w = 1 / variance
    weight = np.bincount(at, w, k)
    middle = np.bincount(at, w * raw, k) / weight
    within = (w * (raw - middle[at]) ** 2).sum() - np.log(w).sum() + np.log(weight).sum()
    between = reach[:, None] ** 2 + 1 / weight
    mu = (middle / between).sum(axis=1) / (1 / between).sum(axis=1)
    apart = (np.log(between) + (middle - mu[:, None]) ** 2 / between).sum(axis=1) + np.log((1 / between).sum(axis=1))
    return np.asarray(-0.5 * (within + apart))


def _span(values: Floats, weight: Floats, mid: float) -> Span:
    """What holds 90 %, around ``mid``."""
    low, _, high = _quantiles(values, weight)
    return Span(min(low, mid), mid, max(high, mid))


def _quantiles(values: Floats, weight: Floats) -> tuple[float, float, float]:
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weight[order]) - weight[order] / 2
    low, middle, high = np.interp((0.05, 0.5, 0.95), reached, values[order]).tolist()
    return low, middle, high
