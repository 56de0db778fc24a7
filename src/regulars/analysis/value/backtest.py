"""How well a visit model foretold what is already known: by calibration frequency, and CRPS for choosing a model.

The continuous ranked probability score of a count forecast is the sum over n >= 0 of (P(X <= n) - [actual <= n])^2
(Gneiting and Raftery 2007). It rewards both calibration and sharpness, which mean absolute error does not.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from regulars.analysis.value.statistics import Floats
from regulars.analysis.value.visits import VisitFit

_ROWS = 2048


def by_frequency(
    x: ArrayLike, predicted: ArrayLike, actual: ArrayLike, *, weight: ArrayLike | None = None, top: int = 7
) -> tuple[tuple[int, int, float, float], ...]:
    """Rows (past repeat visits, customers, predicted a head, actual a head); the last row is ``top`` and more."""
    bins = np.minimum(np.asarray(x, dtype=np.int64), top)
    weights = np.ones(len(bins)) if weight is None else np.asarray(weight, dtype=float)
    sizes = np.bincount(bins, weights, top + 1)
    foretold, seen = (np.bincount(bins, weights * np.asarray(values), top + 1) for values in (predicted, actual))
    return tuple(
        (n, round(sizes[n]), float(foretold[n] / sizes[n]), float(seen[n] / sizes[n]))
        for n in range(top + 1)
        if sizes[n] > 0
    )


def crps(fit: VisitFit, x: ArrayLike, t_x: ArrayLike, T: ArrayLike, *, weeks: float, actual: ArrayLike) -> Floats:
    """Score of every customer's forecast for the ``weeks`` after T; smaller is better."""
    columns = [np.asarray(column, dtype=float) for column in (x, t_x, T, actual)]
    scores = np.empty(len(columns[0]))
    order = np.argsort(columns[0], kind="stable")
    for start in range(0, len(order), _ROWS):
        rows = order[start : start + _ROWS]
        scores[rows] = _crps(fit, *(column[rows] for column in columns), weeks=weeks)
    return scores


def _crps(fit: VisitFit, x: Floats, t_x: Floats, T: Floats, actual: Floats, *, weeks: float) -> Floats:
    visits = fit.visits(x, t_x, T, weeks)
    most = int((visits.mean + 12 * np.sqrt(visits.variance)).max() + actual.max()) + 20
    above = fit.visits(x, t_x, T, weeks, marks=tuple(range(1, most + 1))).reached  # row n: P(X > n)
    seen_above = actual[None, :] > np.arange(most)[:, None]
    return np.asarray(((above - seen_above) ** 2).sum(axis=0))
