"""What the whole base will bring, with a range that counts both kinds of doubt.

Customers differ by chance (variances add up over customers) and the parameters are not known exactly (an error all
customers share, which dominates in a big base). Parameters are drawn from the Laplace approximation; for every draw
the totals are computed anew and chance is added. Draws run on a grid coarse enough to be quick
and move the exact total of the fitted parameters by their ratio.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from regulars.analysis.value.score import HORIZONS
from regulars.analysis.value.spend import SpendFit
from regulars.analysis.value.statistics import Floats, Statistics, dot
from regulars.analysis.value.visits import VisitFit
from regulars.base.estimate import Estimate

_GRID_ROWS = 5_000
_CHANCES = 20  # draws of chance for every draw of parameters
_GRIDS = (1.0, 2.0, 4.0, 8.0, 13.0)  # weeks


@dataclass(frozen=True, slots=True)
class Portfolio:
    """Totals of the base as it is, undiscounted."""

    visits_12: Estimate
    visits_36: Estimate
    revenue_12: Estimate
    revenue_36: Estimate
    alive: Estimate


def total_visits(
    stats: Statistics, fit: VisitFit, *, weeks: float, rng: np.random.Generator, draws: int = 100
) -> Estimate:
    """Visits all customers together will make in the next ``weeks``."""
    visits = fit.knowing(stats.gaps).visits(stats.x, stats.t_x, stats.T, weeks)
    mean, process = dot(stats.weight, visits.mean), dot(stats.weight, visits.variance)
    grid, _ = _quick_grid(stats)
    fit = fit.knowing(grid.gaps)
    fitted = dot(grid.weight, fit.expected_visits(grid.x, grid.t_x, grid.T, weeks))
    drawn = np.array(
        [
            dot(grid.weight, drawn.expected_visits(grid.x, grid.t_x, grid.T, weeks))
            for drawn in fit.draw_parameters(rng, draws)
        ]
    )
    # Nobody is expected any more, e.g. a century after the last visit: nothing to scale, and no range.
    moved = mean * drawn / fitted if fitted > 0 else np.full(len(drawn), mean)
    return _estimate(mean, _positive(moved, process, rng), "visits", fit.model, fit.customers)


def portfolio(
    stats: Statistics,
    visit_fit: VisitFit,
    spend_fit: SpendFit,
    *,
    mean_value: ArrayLike,
    value_visits: ArrayLike | None = None,
    currency: str,
    rng: np.random.Generator,
    draws: int = 100,
) -> Portfolio:
    """Expected visits, revenue and living customers of the base with 80 % ranges.

    ``mean_value`` is, per triple, the average over its customers of what the spend posterior is given;
    ``value_visits`` the number of visits behind it (default x). The spend posterior is linear in the mean value, so
    the average is enough for the means; chance takes customers of a triple as alike.
    """
    behind = stats.x.astype(float) if value_visits is None else np.asarray(value_visits, dtype=float)
    value = np.asarray(mean_value, dtype=float)
    grid, back = _quick_grid(stats)
    sizes = np.maximum(np.bincount(back, stats.weight, len(grid)), 1e-300)
    coarse = [np.bincount(back, stats.weight * column, len(grid)) / sizes for column in (behind, value)]
    exact = _totals(stats, visit_fit, spend_fit, behind, value)
    fitted = _means(grid, visit_fit, spend_fit, coarse[0], coarse[1])
    drawn = np.array(
        [
            _means(grid, visits, spend, coarse[0], coarse[1])
            for visits, spend in zip(
                visit_fit.draw_parameters(rng, draws), spend_fit.draw_parameters(rng, draws), strict=True
            )
        ]
    )
    moved = exact[0] * drawn / np.maximum(fitted, 1e-300)
    customers = visit_fit.customers
    both = f"{visit_fit.model}+{spend_fit.model}"
    found = [
        _estimate(exact[0][i], _positive(moved[:, i], exact[1][i], rng), unit, method, customers)
        for i, (unit, method) in enumerate(
            [("visits", visit_fit.model), (currency, both), ("visits", visit_fit.model), (currency, both)]
        )
    ]
    alive = np.repeat(moved[:, 4], _CHANCES)
    alive += rng.standard_normal(len(alive)) * np.sqrt(exact[1][4])
    living = _estimate(
        exact[0][4], np.clip(alive, 0.0, stats.customers), "customers", visit_fit.model, visit_fit.customers
    )
    return Portfolio(found[0], found[2], found[1], found[3], living)


def _means(grid: Statistics, visit_fit: VisitFit, spend_fit: SpendFit, behind: Floats, value: Floats) -> Floats:
    """Expected totals: visits and revenue of every horizon, then living customers."""
    each = spend_fit.expected_spend(behind, value)
    visit_fit = visit_fit.knowing(grid.gaps)
    totals = []
    for weeks in HORIZONS.values():
        visits = visit_fit.expected_visits(grid.x, grid.t_x, grid.T, weeks)
        totals += [dot(grid.weight, visits), dot(grid.weight, visits * each)]
    totals.append(dot(grid.weight, visit_fit.p_alive(grid.x, grid.t_x, grid.T)))
    return np.array(totals)


def _totals(
    stats: Statistics, visit_fit: VisitFit, spend_fit: SpendFit, behind: Floats, value: Floats
) -> tuple[Floats, Floats]:
    """The same totals exactly, and their variance by chance."""
    each, believed = spend_fit.expected_spend(behind, value), spend_fit.spend_sd(behind, value) ** 2
    visit_fit = visit_fit.knowing(stats.gaps)
    means, variances = [], []
    for weeks in HORIZONS.values():
        visits = visit_fit.visits(stats.x, stats.t_x, stats.T, weeks)
        chance = (visits.mean / spend_fit.parameters[0] + visits.variance) * (each**2 + believed)
        chance += visits.mean**2 * believed
        means += [dot(stats.weight, visits.mean), dot(stats.weight, visits.mean * each)]
        variances += [dot(stats.weight, visits.variance), dot(stats.weight, chance)]
    alive = visit_fit.p_alive(stats.x, stats.t_x, stats.T)
    means.append(dot(stats.weight, alive))
    variances.append(dot(stats.weight, alive * (1 - alive)))
    return np.array(means), np.array(variances)


def _quick_grid(stats: Statistics) -> tuple[Statistics, np.ndarray[tuple[int, ...], np.dtype[np.int64]]]:
    grid, back = stats, np.arange(len(stats))
    for weeks in _GRIDS:
        if len(grid) <= _GRID_ROWS:
            break
        grid, back = stats.coarsened(weeks)
    return grid, back


def _positive(means: Floats, variance: float, rng: np.random.Generator) -> Floats:
    """Add chance to every drawn mean, as a gamma of that mean and variance: never negative, normal when large."""
    if variance <= 0:
        return means
    safe = np.maximum(np.repeat(means, _CHANCES), 1e-12)
    return np.asarray(rng.gamma(safe**2 / variance, variance / safe))


def _estimate(mean: float, draws: Floats, unit: str, method: str, customers: int) -> Estimate:
    p10, p50, p90 = (float(q) for q in np.quantile(draws, (0.1, 0.5, 0.9)))
    return Estimate(float(mean), p10, p50, p90, unit, method, customers)
