"""The clock on trial: the same model with calendar and with business time, on months that neither has seen.

At each origin everything is learnt from what was known by then: the calendar model, the season, the business model.
Both foretell the visits of the customers known at the origin, thirty days by thirty days; then the ledger is opened.
The clock wins where the absolute logarithmic error of a month falls by more than the standard error of the fall
(months of one origin counted together where there are three origins or more) and the CRPS of customers' forecasts
over the whole period does not rise by more than its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import ibis
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator

from regulars.analysis.clock.business import BusinessClock, make_clock
from regulars.analysis.clock.season import SHORTEST, Daily, season
from regulars.analysis.models import FEW_REPEATERS, fitting_grid
from regulars.analysis.results.clock import Closed, TrialRow
from regulars.analysis.value import Statistics, VisitFit, crps, fit_mbgnbd
from regulars.analysis.value.statistics import Floats, Ints

type Days = NDArray[np.datetime64]

BLOCK = 30
BLOCKS = 4
MOST_ORIGINS = 4
#: Customers of the trial at most (a fixed part of the keys), and histories of each CRPS.
MOST_CUSTOMERS = 20_000
MOST_SCORED = 1_500
_COUNTS = tuple(f"came_{b}" for b in range(BLOCKS))


@dataclass(frozen=True, slots=True, eq=False)
class Trial:
    """Months of all origins and the verdict's figures."""

    rows: tuple[TrialRow, ...]
    gain: float
    gain_error: float
    crps_calendar: float
    crps_business: float
    crps_error: float

    @property
    def wins(self) -> bool:
        """Whether business time foretold better by more than chance."""
        return self.gain > self.gain_error and self.crps_calendar - self.crps_business > -self.crps_error


def origins(first_day: date, as_of: date) -> tuple[date, ...]:
    """Origins with two years before and four months after them, latest first; none in a history too short."""
    step = timedelta(days=BLOCK * BLOCKS)
    found = [as_of - step * (i + 1) for i in range(MOST_ORIGINS)]
    return tuple(day for day in found if (day - first_day).days + 1 >= SHORTEST)


def histories_query(days: ibis.Table, *, origin: date, every: int) -> ibis.Table:
    """Unique histories known at an origin (x, first and last day) with customers and visits of each block after it."""
    visits = days.filter(days.visit, days.first_day <= origin)
    if every > 1:
        visits = visits.filter(visits.customer % every == 0)
    blocks = {
        name: visits.count(
            where=(visits.day > origin + timedelta(days=BLOCK * b))
            & (visits.day <= origin + timedelta(days=BLOCK * (b + 1)))
        )
        for b, name in enumerate(_COUNTS)
    }
    known = visits.day <= origin
    each = visits.group_by("customer", "first_day").aggregate(
        x=visits.count(where=known) - 1, last_day=visits.day.max(where=known), **blocks
    )
    keys = ["x", "first_day", "last_day", *_COUNTS]
    return each.group_by(keys).aggregate(customers=each.count()).order_by(keys)


def expected_repeats(newcomers: Floats, fit: VisitFit) -> Floats:
    """Expected repeat visits of every day: newcomers of each day before, times what a model expects at that age.

    The model is asked at a few ages, close together at first, and its monotone curve drawn through them.
    """
    ages = np.arange(len(newcomers) + 1, dtype=float)
    grid = np.unique(np.round(np.concatenate([np.arange(0, 15, 2), np.geomspace(16, max(ages[-1], 17), 32)])))
    mean = [float(fit.expected_visits(0, 0, 0, t / 7)[0]) if t else 0.0 for t in grid]
    by_age = np.diff(PchipInterpolator(grid, mean)(ages))
    size = 1 << (2 * len(newcomers)).bit_length()
    product = np.fft.irfft(np.fft.rfft(newcomers, size) * np.fft.rfft(np.concatenate([[0.0], by_age]), size), size)
    return np.maximum(product[: len(newcomers)], 0.0)


@dataclass(frozen=True, slots=True, eq=False)
class _At:
    """One origin: its rows, and CRPS of calendar and business forecasts with the customers behind each."""

    rows: tuple[TrialRow, ...]
    calendar: Floats
    business: Floats
    weight: Floats


def trial(
    tables: Sequence[tuple[date, pa.Table]],
    *,
    newcomers: Floats,
    repeats: Floats,
    first_day: date,
    closures: Sequence[Closed],
) -> Trial | None:
    """Judge on all origins; None where none of them can carry a model and a season."""
    tried = [
        found
        for origin, table in tables
        if (found := _at(table, origin, newcomers, repeats, first_day, closures)) is not None
    ]
    if not tried:
        return None
    gains = [np.array([_gain(row) for row in each.rows]) for each in tried]
    every = np.concatenate(gains)
    error = float(every.std(ddof=1) / np.sqrt(len(every)))
    if len(gains) >= 3:
        means = np.array([g.mean() for g in gains])
        error = max(error, float(means.std(ddof=1) / np.sqrt(len(means))))
    weight = np.concatenate([each.weight for each in tried])
    calendar, business = (np.concatenate([getattr(e, n) for e in tried]) for n in ("calendar", "business"))
    fall = calendar - business
    mean = float(np.average(fall, weights=weight))
    spread = float(np.sqrt(np.average((fall - mean) ** 2, weights=weight) / weight.sum()))
    return Trial(
        rows=tuple(row for each in reversed(tried) for row in each.rows),
        gain=float(every.mean()),
        gain_error=error,
        crps_calendar=float(np.average(calendar, weights=weight)),
        crps_business=float(np.average(business, weights=weight)),
        crps_error=spread,
    )


def _gain(row: TrialRow) -> float:
    # Half a visit on either side: a month without one is no infinite error.
    actual = np.log(row.actual + 0.5)
    return float(abs(np.log(row.calendar + 0.5) - actual) - abs(np.log(row.business + 0.5) - actual))


def _at(
    table: pa.Table, origin: date, newcomers: Floats, repeats: Floats, first_day: date, closures: Sequence[Closed]
) -> _At | None:
    x = table["x"].to_numpy().astype(float)
    weight = table["customers"].to_numpy().astype(float)
    if not len(x) or weight[x > 0].sum() < FEW_REPEATERS:
        return None
    first, last = (table[n].to_numpy().astype("datetime64[D]") for n in ("first_day", "last_day"))
    calendar = BusinessClock(first_day, np.arange((origin - first_day).days + 1200, dtype=float))
    stats = _statistics(calendar, origin, x, first, last, weight)
    fit = fit_mbgnbd(fitting_grid(stats))
    known = (origin - first_day).days + 1
    daily = Daily(first_day, repeats[:known], expected_repeats(newcomers[:known], fit))
    found = season(daily, closed=closed_days(closures, first_day, known))
    if found is None:
        return None
    # Closures to come are known in advance only where somebody entered them: a trial must not know them.
    before = [closed for closed in closures if closed.last <= origin]
    clock = make_clock(found, first_day=first_day, last_day=origin, closures=before)
    own = _statistics(clock, origin, x, first, last, weight)
    business = fit_mbgnbd(fitting_grid(own))
    came = np.stack([table[name].to_numpy().astype(float) for name in _COUNTS])
    return _compared(
        origin,
        came,
        _Forecast(fit, stats, _ends(calendar, origin)),
        _Forecast(business, own, _ends(clock, origin)),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Forecast:
    """A model, the histories it was fitted on and the weeks to the end of each block, all by one clock."""

    fit: VisitFit
    stats: Statistics
    ends: Floats

    @property
    def by_block(self) -> Floats:
        """Expected visits of everybody in each block."""
        s = self.stats
        total = [float(s.weight @ self.fit.expected_visits(s.x, s.t_x, s.T, float(t))) for t in self.ends]
        return np.diff(np.array([0.0, *total]))

    def crps(self, chosen: Ints, actual: Floats) -> Floats:
        """CRPS of some histories over all blocks."""
        s = self.stats
        return crps(
            self.fit, s.x[chosen], s.t_x[chosen], s.T[chosen], weeks=float(self.ends[-1]), actual=actual[chosen]
        )


def _compared(origin: date, came: Floats, calendar: _Forecast, business: _Forecast) -> _At:
    weight = calendar.stats.weight
    one, other = calendar.by_block, business.by_block
    rows = tuple(
        TrialRow(
            origin=origin,
            first=origin + timedelta(days=BLOCK * b + 1),
            last=origin + timedelta(days=BLOCK * (b + 1)),
            calendar=float(one[b]),
            business=float(other[b]),
            actual=round(float(came[b] @ weight)),
        )
        for b in range(BLOCKS)
    )
    chosen = np.arange(0, len(weight), max(1, -(-len(weight) // MOST_SCORED)))
    actual = came.sum(axis=0)
    return _At(rows, calendar.crps(chosen, actual), business.crps(chosen, actual), weight[chosen])


def _statistics(clock: BusinessClock, origin: date, x: Floats, first: Days, last: Days, weight: Floats) -> Statistics:
    end = clock.at(np.array([origin], dtype="datetime64[D]"))[0]
    began, ended = clock.at(first), clock.at(last)
    return Statistics(x.astype(np.int64), (ended - began) / 7, (end - began) / 7, weight)


def _ends(clock: BusinessClock, origin: date) -> Floats:
    """Weeks by the clock from the origin to the end of each block."""
    return np.array([clock.between(origin, origin + timedelta(days=BLOCK * (b + 1))) / 7 for b in range(BLOCKS)])


def closed_days(closures: Sequence[Closed], first_day: date, days: int) -> NDArray[np.bool_]:
    """Which days from ``first_day`` on the whole business was closed, or a branch that counts."""
    closed = np.zeros(days, dtype=bool)
    for each in closures:
        start, end = ((day - first_day).days for day in (each.first, each.last))
        closed[max(start, 0) : max(end + 1, 0)] = True
    return closed
