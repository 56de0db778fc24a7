"""What one customer will bring: revenue of the next 12 and 36 months with its 80 % and 90 % ranges.

Given the visits X = N > 0 and the customer's nu, revenue is Gamma(p N, nu); nu is Gamma(q', rate) by
:meth:`SpendFit.posterior`. Revenue divided by that rate is a beta prime of (p N, q'), so its quantiles depend on the
triple (x, t_x, T) alone and cost by triples: :func:`value_factors`. A customer's own mean value enters as the rate,
a factor: :func:`value_interval`.

The distribution of N is taken exactly at bin edges that widen with N (by an eighth of N), with the middle of the bin
inside. The beta prime is an F distribution, whose distribution function is taken in Paulson's (1942) cube-root
normal form, good to a few thousandths here.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr

from regulars.analysis.value.calibration import QUANTILES, Calibration
from regulars.analysis.value.score import HORIZONS
from regulars.analysis.value.spend import SpendFit
from regulars.analysis.value.statistics import Floats, Statistics
from regulars.analysis.value.visits import VisitFit

_LARGE = 50_000  # triples above which the quantiles are taken on a weekly grid
#: Counts of visits at which the distribution of a customer's visits is taken exactly.
EDGES = tuple(int(edge) for edge in np.unique([*range(1, 9), *np.floor(9 * 1.12 ** np.arange(44))]))
_BLOCK = 8192
_HALVINGS = 7
_SECANTS = 6


def value_factors(
    stats: Statistics,
    visits: VisitFit,
    spend: SpendFit,
    *,
    value_visits: ArrayLike | None = None,
    calibration: Calibration | None = None,
) -> dict[str, Floats]:
    """Columns aligned with ``stats``: factor_12_p05, _p10, _p90 and _p95, and the same of factor_36.

    A customer's revenue quantile is the factor times the rate of :meth:`SpendFit.posterior`. ``value_visits`` is
    the number of visits behind the mean value the spend posterior uses (default x).
    """
    calibrated = calibration or Calibration.none()
    behind = stats.x if value_visits is None else np.asarray(value_visits, dtype=float)
    grid, back = stats.gridded(_LARGE)
    if grid is not stats:
        total = np.bincount(back, stats.weight * behind, minlength=len(grid))
        behind = np.where(grid.weight > 0, total / np.maximum(grid.weight, 1e-300), 0.0)
    shape = np.asarray(spend.parameters[1] + spend.parameters[0] * behind, dtype=np.float64)
    columns = {}
    for months, weeks in HORIZONS.items():
        future = visits.knowing(grid.gaps).visits(grid.x, grid.t_x, grid.T, weeks, marks=EDGES)
        for name in QUANTILES:
            level = calibrated.level(name, grid.x)
            columns[f"factor_{months}_{name}"] = _factors(future.reached, spend.parameters[0], shape, level)[back]
    return columns


def value_cdf(reached: Floats, p: float, shape: Floats, y: Floats) -> Floats:
    """P(revenue over the spend posterior's rate <= y); ``reached`` are P(X >= edge) for :data:`EDGES`, by row."""
    mass = -np.diff(reached, axis=0, append=0.0)
    p_n = (p * _middles())[:, None]
    below = (mass * _beta_prime_cdf(np.maximum(y, 1e-300), p_n, shape)).sum(axis=0)
    return np.asarray(np.where(y > 0, np.minimum(1 - reached[0] + below, 1.0), 1 - reached[0]))


def _middles() -> Floats:
    """Visits that stand for each bin between two edges."""
    edges = np.asarray([*EDGES, EDGES[-1] * 9 // 8], dtype=float)
    return np.asarray((edges[:-1] + edges[1:] - 1) / 2)


def value_interval(
    scores: Mapping[str, ArrayLike],
    factors: Mapping[str, ArrayLike],
    spend: SpendFit,
    *,
    visits: ArrayLike,
    mean_value: ArrayLike,
) -> dict[str, Floats]:
    """Per customer: spend_visit, and value_12 and value_36 with their quantiles and _var.

    ``scores`` and ``factors`` are the columns of :func:`score` and :func:`value_factors`, one element per customer;
    ``visits`` and ``mean_value`` are the customer's own, as given to the spend posterior.
    """
    each = spend.expected_spend(visits, mean_value)
    p, q, _ = spend.parameters
    # The posterior's rate; where the customer has visits but no usable value, the one that keeps the base's mean.
    rate = each * (q + p * np.asarray(visits, dtype=float) - 1) / p
    believed = spend.spend_sd(visits, mean_value) ** 2
    columns = {"spend_visit": each}
    for months in HORIZONS:
        count = np.asarray(scores[f"visits_{months}"], dtype=float)
        spread = np.asarray(scores[f"visits_{months}_var"], dtype=float)
        columns[f"value_{months}"] = count * each
        for name in (q for q in QUANTILES if f"factor_{months}_{q}" in factors):
            columns[f"value_{months}_{name}"] = np.asarray(factors[f"factor_{months}_{name}"], dtype=float) * rate
        columns[f"value_{months}_var"] = (count / p + spread) * (each**2 + believed) + (count**2 * believed)
    return columns


def _factors(reached: Floats, p: float, shape: Floats, level: Floats) -> Floats:
    """Quantile of revenue over rate; 0 where no visit at all is likelier than ``level``."""
    found = np.zeros(len(shape))
    coming = np.flatnonzero(1 - reached[0] < level)
    # Like with like: a block needs as many bins as its busiest.
    coming = coming[np.argsort(reached.sum(axis=0)[coming])]
    for start in range(0, len(coming), _BLOCK):
        rows = coming[start : start + _BLOCK]
        found[rows] = _solve(-np.diff(reached[:, rows], axis=0, append=0.0), p, shape[rows], level[rows])
    return found


def _solve(mass: Floats, p: float, q: Floats, level: Floats) -> Floats:
    """Solve for the quantile on a log scale between bounds that hold for any count in the bins.

    A few halvings bring the root near, then false position in Illinois' way: half the work of halving to the end.
    """
    used = int(np.flatnonzero(mass.max(axis=1) > 1e-9)[-1]) + 1
    mass = mass[:used]
    p_n = (p * _middles())[:used, None]
    wanted = level - (1 - mass.sum(axis=0))

    def off(at: Floats) -> Floats:
        return np.asarray((mass * _beta_prime_cdf(np.exp(at), p_n, q)).sum(axis=0) - wanted)

    low, high = np.log(p_n[0] / q) - 12.0, np.log(p_n[-1] / q) + 12.0
    under, over = -wanted, mass.sum(axis=0) - wanted
    for step in range(_HALVINGS + _SECANTS):
        if step < _HALVINGS:
            middle = (low + high) / 2
        else:
            middle = low - under * (high - low) / np.where(over - under > 0, over - under, 1.0)
            middle = np.clip(middle, low, high)
        at = off(middle)
        left = at < 0
        # The end that stays is given half its weight, or one end would never move.
        over = np.where(left, over / 2 if step >= _HALVINGS else over, at)
        under = np.where(left, at, under / 2 if step >= _HALVINGS else under)
        low, high = np.where(left, middle, low), np.where(left, high, middle)
    return np.asarray(np.exp(middle))


def _beta_prime_cdf(y: Floats, p: Floats, q: Floats) -> Floats:
    """P(G_p / G_q <= y) for independent standard gammas, by Paulson's normal form of the F distribution."""
    root = np.cbrt(y * q / p)
    first, second = 1 / (9 * p), 1 / (9 * q)
    return np.asarray(ndtr(((1 - second) * root - (1 - first)) / np.sqrt(second * root * root + first)))
