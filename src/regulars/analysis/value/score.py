"""What a fitted visit model says of every triple, ready to be joined back to customers."""

from __future__ import annotations

import numpy as np

from regulars.analysis.value.calibration import QUANTILES, Calibration, band_of
from regulars.analysis.value.next_visit import next_visit
from regulars.analysis.value.statistics import WEEKS_PER_MONTH, WEEKS_PER_YEAR, Floats, Statistics
from regulars.analysis.value.visits import VisitFit

#: Months ahead -> weeks ahead, for every horizon the study reports.
HORIZONS = {12: WEEKS_PER_YEAR, 36: 3 * WEEKS_PER_YEAR}
#: Weeks in which a customer who comes at all counts as active.
SOON = 90 / 7
#: Histories above which all but means and P(alive) are taken on a grid of weeks.
_LARGE = 60_000
#: Histories on which discounting is worked out where the model is costly.
_FEW = 20_000
#: Months at whose ends expected visits are taken to discount what comes between.
_STEPS = {12: (3, 6, 9, 12), 36: (3, 6, 9, 12, 18, 24, 36)}


def score(stats: Statistics, fit: VisitFit, *, calibration: Calibration | None = None) -> dict[str, Floats]:
    """Columns aligned with ``stats``.

    p_alive; rate_month; p_active_90 (any visit within 90 days); leaving_90 (leaves for good within 90 days); visits_12
    and visits_36 with _p05, _p10, _p90, _p95 (quantiles at the levels of ``calibration``), _var and _none (probability
    of no visit at all); next_visit_p10, _p50, _p90 (days from now, given still a customer) and late_days (beyond nine
    in ten of the customer's own gaps).
    """
    triple = (stats.x, stats.t_x, stats.T)
    grid, back = stats.gridded(_LARGE)
    each, coarse = fit.knowing(stats.gaps), fit.knowing(grid.gaps)
    alive = each.p_alive(*triple)
    columns = {
        "p_alive": alive,
        "rate_month": each.rate_given_alive(*triple) * WEEKS_PER_MONTH,
        "p_active_90": coarse.survival_counts(grid.x, grid.t_x, grid.T, SOON, [1])[:, 0][back],
        "leaving_90": alive * coarse.lost_within(grid.x, grid.t_x, grid.T, SOON)[back],
        **next_visit(each, stats),
    }
    exact = None
    if grid is not stats and not fit.costly:
        exact = each.expected_ahead(*triple, tuple(HORIZONS.values()))
    elif grid is not stats:
        # Visits ahead given still a customer go with the rate; between a history and its cell no more differs.
        rate = alive * columns["rate_month"] / WEEKS_PER_MONTH
        of_cell = coarse.p_alive(grid.x, grid.t_x, grid.T) * coarse.rate_given_alive(grid.x, grid.t_x, grid.T)
        whole = coarse.expected_ahead(grid.x, grid.t_x, grid.T, tuple(HORIZONS.values()))
        exact = [(ahead / np.maximum(of_cell, 1e-300))[back] * rate for ahead in whole]
    for number, (months, weeks) in enumerate(HORIZONS.items()):
        found = {part: values[back] for part, values in _ahead(grid, fit, weeks, calibration).items()}
        if exact is not None:
            found[""] = exact[number]
        columns |= {f"visits_{months}{part}": values for part, values in found.items()}
    return columns


def _ahead(stats: Statistics, fit: VisitFit, weeks: float, calibration: Calibration | None) -> dict[str, Floats]:
    """Mean, quantiles, variance and P(none), band by band: every band of past visits has levels of its own."""
    calibrated = calibration or Calibration.none()
    band = band_of(stats.x)
    names = ("", *(f"_{q}" for q in QUANTILES), "_var", "_none")
    columns = {name: np.empty(len(stats)) for name in names}
    for b in np.unique(band):
        rows = np.flatnonzero(band == b)
        here = stats.of(rows)
        levels = tuple(float(calibrated.level(q, here.x[:1])[0]) for q in QUANTILES)
        visits = fit.knowing(here.gaps).visits(here.x, here.t_x, here.T, weeks, levels)
        found = (visits.mean, *visits.quantiles, visits.variance, visits.none)
        for name, values in zip(names, found, strict=True):
            columns[name][rows] = values
    return columns


def discounts(stats: Statistics, fit: VisitFit, *, monthly: float) -> dict[int, Floats]:
    """Present value of one unit a visit over its plain sum, per horizon in months, aligned with ``stats``.

    Expected visits between two steps are discounted at the middle of the step; on a weekly grid, which moves the
    ratio by less than a thousandth.
    """
    grid, back = stats.gridded(_FEW) if fit.costly else stats.coarsened()
    months = sorted({m for steps in _STEPS.values() for m in steps})
    ahead = fit.knowing(grid.gaps).expected_ahead(grid.x, grid.t_x, grid.T, tuple(m * WEEKS_PER_MONTH for m in months))
    upto = {0: np.zeros(len(grid)), **dict(zip(months, ahead, strict=True))}
    found = {}
    for horizon, steps in _STEPS.items():
        present = sum(
            (upto[b] - upto[a]) * monthly ** ((a + b) / 2) for a, b in zip((0, *steps[:-1]), steps, strict=True)
        )
        whole = upto[horizon]
        found[horizon] = np.asarray(np.where(whole > 0, present / np.maximum(whole, 1e-300), 1.0))[back]
    return found
