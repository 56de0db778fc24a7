"""Season from aggregate visits a day: a log-linear model of the counts, its factors shrunk towards 1.

    repeat visits on day d ~ exposure(d) * trend(d) * weekday(d) * month(d) * new year(d), variance phi * mean

*Exposure* are the visits a model without season expects that day of everybody first seen before (growth is removed by
it: a busy month of a growing base is no season); *trend* is piecewise linear with a knot a year and takes what the
model gets wrong slowly. Month factors have a common Normal prior on their logarithms whose variance is found by EM:
with little data, or no season, they all go to 1. phi is the larger of the dispersions by day and by month, never
below 1. Fitted by penalised iteratively reweighted least squares. Docs: docs/methods/clock.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray
from scipy.stats import chi2

from regulars.analysis.value.optimise import one_thread
from regulars.analysis.value.statistics import Floats, Ints
from regulars.base.new_year import NEW_YEARS

RUSH = (-21, -1)  # days before the first day of the Lunar New Year
FIRST_DAYS = (0, 3)
LULL = (4, 17)
#: Days of seasons wanted: with less than two years season and trend are the same thing.
SHORTEST = 730
_KNOT = 365.25
_NEW_YEAR_SD = 0.3
_WEEKDAY_OPEN = 0.05  # of the mean weekday: below, the business is closed on it
#: A zero day is a closure where so many visits were expected: chance gives it once in exp(-12) days.
ZERO_EXPECTED = 12.0
_ROUNDS = 40


@dataclass(frozen=True, slots=True, eq=False)
class Daily:
    """Aggregates by day from ``first_day`` on: repeat visits and what a model without season expects of them."""

    first_day: date
    repeats: Floats
    exposure: Floats

    @property
    def dates(self) -> NDArray[np.datetime64]:
        """Every day."""
        return np.datetime64(self.first_day, "D") + np.arange(len(self.repeats))


@dataclass(frozen=True, slots=True, eq=False)
class Season:
    """Logarithms of the factors with standard errors: 12 months, then rush and lull; and the first days' factor."""

    months: Floats
    months_sd: Floats
    new_year: Floats
    new_year_sd: Floats
    first_days: float
    first_days_sd: float
    zero_days: tuple[date, ...]
    chance: float
    dispersion: float


def since_new_year(dates: NDArray[np.datetime64]) -> Ints:
    """Days from the nearest first day of a Lunar New Year (negative before); far from the table: 999."""
    firsts = np.array(NEW_YEARS, dtype="datetime64[D]")
    distance = (dates[:, None] - firsts[None, :]).astype(np.int64)
    nearest = np.abs(distance).argmin(axis=1)
    found = distance[np.arange(len(dates)), nearest]
    return np.where(np.abs(found) > 200, 999, found).astype(np.int64)


def months_of(dates: NDArray[np.datetime64]) -> Ints:
    """Calendar months, 0..11."""
    return (dates.astype("datetime64[M]").astype(np.int64) % 12).astype(np.int64)


def within(days: Ints, window: tuple[int, int]) -> NDArray[np.bool_]:
    """Whether days since the new year fall into a window."""
    return np.asarray((days >= window[0]) & (days <= window[1]))


def season(daily: Daily, *, closed: NDArray[np.bool_]) -> Season | None:
    """Fit; None with too short a history or too few visits to fit anything. ``closed`` days are not looked at."""
    if len(daily.repeats) < SHORTEST or daily.repeats.sum() < 200:
        return None
    dates, counts = daily.dates, daily.repeats
    weekday = (np.arange(len(counts)) + daily.first_day.weekday()) % 7
    by_weekday = np.bincount(weekday, counts, 7)
    shut = by_weekday < _WEEKDAY_OPEN * by_weekday.mean()
    new_year = since_new_year(dates)
    usable = ~closed & (daily.exposure > 1e-9) & ~shut[weekday] & ~within(new_year, FIRST_DAYS)
    fixed = np.hstack([_trend(len(counts)), np.eye(7)[weekday][:, ~shut][:, 1:]])
    seasonal = np.hstack(
        [np.eye(12)[months_of(dates)], np.stack([within(new_year, RUSH), within(new_year, LULL)], axis=1)]
    )
    with one_thread():
        fit = _fit(counts, daily.exposure, fixed, seasonal, usable)
        zero = usable & (counts == 0) & (fit.mean >= ZERO_EXPECTED)
        if zero.any():
            fit = _fit(counts, daily.exposure, fixed, seasonal, usable & ~zero)
    first = within(new_year, FIRST_DAYS) & ~closed & ~shut[weekday] & (daily.exposure > 1e-9)
    # Half a visit on either side keeps the factor of a few days off 0 and infinity.
    expected = float(fit.mean[first].sum())
    seen = float(counts[first].sum())
    return Season(
        months=fit.effects[:12],
        months_sd=fit.sds[:12],
        new_year=fit.effects[12:],
        new_year_sd=fit.sds[12:],
        first_days=(seen + 0.5) / (expected + 0.5) if expected >= ZERO_EXPECTED else 1.0,
        first_days_sd=float(np.sqrt(fit.dispersion * (seen + 0.5)) / (expected + 0.5)) if expected else 0.0,
        zero_days=tuple(daily.first_day + timedelta(days=int(d)) for d in np.flatnonzero(zero)),
        chance=fit.chance,
        dispersion=fit.dispersion,
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Fitted:
    effects: Floats
    sds: Floats
    mean: Floats
    dispersion: float
    chance: float


def _trend(days: int) -> Floats:
    knots = np.linspace(0, max(days - 1, 1), max(round(days / _KNOT), 1) + 1)
    at = np.arange(days, dtype=float)
    return np.stack([np.interp(at, knots, unit) for unit in np.eye(len(knots))], axis=1)


def _fit(counts: Floats, exposure: Floats, fixed: Floats, seasonal: Floats, usable: NDArray[np.bool_]) -> _Fitted:
    design = np.hstack([fixed, seasonal])
    offset = np.log(np.maximum(exposure, 1e-9))
    rows, y, o = design[usable], counts[usable], offset[usable]
    p, n_months = fixed.shape[1], 12
    free = np.concatenate([np.full(p, 1e-6), np.full(n_months, 1e4), np.full(2, 1e4)])
    bare = _irls(rows, y, o, free)[0]  # season held at 1
    wide = np.concatenate([np.full(p, 1e-6), np.full(n_months + 2, 1e-2)])
    full, _ = _irls(rows, y, o, wide)
    dispersion = _dispersion(rows, y, o, full, usable)
    gain = 2 * (_log_likelihood(rows, y, o, full) - _log_likelihood(rows, y, o, bare)) / dispersion
    variance = 0.02
    beta, covariance = full, np.eye(len(full))
    for _ in range(_ROUNDS):
        penalty = np.concatenate([np.full(p, 1e-6), np.full(n_months, 1 / variance), np.full(2, _NEW_YEAR_SD**-2)])
        beta, precision = _irls(rows, y, o, penalty * dispersion, start=beta)
        covariance = np.linalg.inv(precision) * dispersion
        effects, spread = beta[p : p + n_months], np.diag(covariance)[p : p + n_months]
        new = float(max((effects**2 + spread).mean(), 1e-6))
        if abs(new - variance) < 1e-4 * variance:
            break
        variance = new
    mean = np.exp(np.clip(design @ beta + offset, -50, 50))
    # Months are told apart from each other, not from the trend's level, which only moves them all.
    about = np.eye(len(beta) - p)
    about[:n_months, :n_months] -= 1 / n_months
    sds = np.sqrt(np.diag(about @ covariance[p:, p:] @ about.T))
    return _Fitted(about @ beta[p:], sds, mean, dispersion, float(chi2.sf(max(gain, 0.0), n_months + 1)))


def _irls(
    rows: Floats, y: Floats, offset: Floats, penalty: Floats, start: Floats | None = None
) -> tuple[Floats, Floats]:
    beta = np.zeros(rows.shape[1]) if start is None else start
    if start is None:
        beta = beta + np.linalg.lstsq(rows, np.log(y + 0.5) - offset, rcond=None)[0] * (penalty < 1e3)
    precision = np.eye(len(beta))
    for _ in range(50):
        mean = np.exp(np.clip(rows @ beta + offset, -50, 50))
        precision = (rows * mean[:, None]).T @ rows + np.diag(penalty)
        step = np.linalg.solve(precision, rows.T @ (y - mean) - penalty * beta)
        step = np.clip(step, -2, 2)
        beta = beta + step
        if np.abs(step).max() < 1e-7:
            break
    return beta, precision


def _log_likelihood(rows: Floats, y: Floats, offset: Floats, beta: Floats) -> float:
    eta = np.clip(rows @ beta + offset, -50, 50)
    return float((y * eta - np.exp(eta)).sum())


def _dispersion(rows: Floats, y: Floats, offset: Floats, beta: Floats, usable: NDArray[np.bool_]) -> float:
    mean = np.exp(np.clip(rows @ beta + offset, -50, 50))
    by_day = float(((y - mean) ** 2 / np.maximum(mean, 1e-9)).sum() / max(len(y) - rows.shape[1], 1))
    block = np.flatnonzero(usable) // 30
    seen, expected = np.bincount(block, y), np.bincount(block, mean)
    some = expected > 0
    blocks = int(some.sum())
    degrees = max(blocks - 16, blocks // 3, 1)  # twelve months, the trend and the new year were fitted to them
    by_block = float(((seen[some] - expected[some]) ** 2 / expected[some]).sum() / degrees)
    return max(1.0, by_day, by_block)
