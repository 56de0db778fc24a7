"""How a forecast of counts or of money met what came: CRPS, where the outcome fell in the forecast, calibration.

A forecast is judged by the distribution it gave, not by its mean (Gneiting and Raftery 2007): CRPS rewards calibration
and sharpness at once. Where the outcome fell is kept as F(y) and F(y-1), from which follow the probability integral
transform of counts without any randomness (Czado, Gneiting and Held 2009) and the smallest central interval that would
have held the outcome (:attr:`Foretold.needed`), of which distributional conformal prediction takes quantiles
(Chernozhukov, Wuthrich and Zhu 2021).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from regulars.analysis.value.interval import EDGES, value_cdf
from regulars.analysis.value.spend import SpendFit
from regulars.analysis.value.statistics import Bools, Floats
from regulars.analysis.value.visits import VisitFit

_ROWS = 1024
_GRID = np.linspace(0.01, 0.99, 99)


@dataclass(frozen=True, slots=True, eq=False)
class Foretold:
    """One row per customer: CRPS of the forecast, F(outcome) and F(just below the outcome)."""

    crps: Floats
    at: Floats
    below: Floats

    @property
    def needed(self) -> Floats:
        """Width 0..1 of the narrowest central interval of the forecast that holds the outcome."""
        return np.maximum(np.maximum(1 - 2 * self.at, 2 * self.below - 1), 0.0)

    def covered(self, width: float | Floats) -> Floats:
        """1.0 where the central interval of that width held the outcome."""
        return (self.needed <= width).astype(float)

    def beyond(self, width: float | Floats) -> Floats:
        """1.0 where the outcome lay above the central interval of that width."""
        return (2 * self.below - 1 > width).astype(float)

    def spread(self, u: Floats) -> Floats:
        """Mean probability integral transform up to each ``u``: the identity for a calibrated forecast."""
        width = np.maximum(self.at - self.below, 1e-12)
        share = np.clip((u[:, None] - self.below[None, :]) / width[None, :], 0.0, 1.0)
        return np.asarray(share.mean(axis=1))

    @property
    def miscalibration(self) -> float:
        """Largest distance of the transform from the identity (0 = calibrated)."""
        return float(np.abs(self.spread(_GRID) - _GRID).max()) if len(self.at) else 0.0

    def rows(self, which: Bools) -> Foretold:
        """Some of the customers."""
        return Foretold(self.crps[which], self.at[which], self.below[which])


def together(parts: Sequence[Foretold]) -> Foretold:
    """Several trials as one."""
    return Foretold(*(np.concatenate([getattr(p, name) for p in parts]) for name in Foretold.__slots__))


def foretold_visits(
    fit: VisitFit,
    x: Floats,
    t_x: Floats,
    T: Floats,
    *,
    weeks: float,
    actual: Floats,
    gaps: Floats | None = None,
) -> Foretold:
    """Judge the forecast of visits in the ``weeks`` after T; one element per customer, ``gaps`` where known."""
    size = len(x)
    found = Foretold(np.empty(size), np.empty(size), np.empty(size))
    length = fit.knowing(gaps).expected_visits(x, t_x, T, weeks) + actual
    order = np.argsort(length, kind="stable")
    for start in range(0, size, _ROWS):
        rows = order[start : start + _ROWS]
        those = fit.knowing(None if gaps is None else gaps[rows])
        crps, at, below = _visits(those, x[rows], t_x[rows], T[rows], actual[rows], weeks)
        found.crps[rows], found.at[rows], found.below[rows] = crps, at, below
    return found


def _visits(
    fit: VisitFit, x: Floats, t_x: Floats, T: Floats, actual: Floats, weeks: float
) -> tuple[Floats, Floats, Floats]:
    visits = fit.visits(x, t_x, T, weeks)
    most = int(max((visits.mean + 10 * np.sqrt(visits.variance)).max(), actual.max())) + 12
    above = fit.visits(x, t_x, T, weeks, marks=tuple(range(1, most + 1))).reached  # row n: P(X > n)
    came = actual.astype(np.int64)
    seen = came[None, :] > np.arange(most)[:, None]
    crps = ((above - seen) ** 2).sum(axis=0)
    padded = np.vstack([np.ones(len(x)), above, np.zeros(len(x))])  # row n: P(X >= n)
    each = np.arange(len(x))
    at = 1 - padded[np.minimum(came + 1, most + 1), each]
    return crps, at, 1 - padded[np.minimum(came, most + 1), each]


def foretold_value(
    visits: VisitFit,
    spend: SpendFit,
    x: Floats,
    t_x: Floats,
    T: Floats,
    *,
    mean_value: Floats,
    weeks: float,
    actual: Floats,
    gaps: Floats | None = None,
) -> Foretold:
    """Judge the forecast of revenue in the ``weeks`` after T; refunds beyond purchases count as nothing bought.

    CRPS of money is left out (zero): the visit models differ in visits, and one spend model serves them all.
    """
    known = (x > 0) & (mean_value > 0)
    behind = np.where(known, x, 0.0)
    shape, rate = spend.posterior(behind, np.where(known, mean_value, 0.0))
    at, below = np.empty(len(x)), np.empty(len(x))
    paid = np.maximum(actual, 0.0)
    for start in range(0, len(x), _ROWS * 8):
        rows = slice(start, start + _ROWS * 8)
        those = visits.knowing(None if gaps is None else gaps[rows])
        future = those.visits(x[rows], t_x[rows], T[rows], weeks, marks=EDGES)
        value = value_cdf(future.reached, spend.parameters[0], shape[rows], paid[rows] / rate[rows])
        at[rows], below[rows] = value, np.where(paid[rows] > 0, value, 0.0)
    return Foretold(np.zeros(len(x)), at, below)
