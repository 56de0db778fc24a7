"""Days of the past from which models have to foretell what followed, and the customers as they were known then.

Rolling origins: the latest lies one horizon before the end of the past (:func:`settled`), earlier ones at steps of a
quarter of the horizon, as long as enough history lies before them. Nothing after an origin enters what is known at it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import ibis
import numpy as np
import pyarrow as pa

from regulars.analysis.desk import MONTHS_36, Clocks, Desk
from regulars.analysis.summary import KEY, gap_weeks, summary, visitors
from regulars.analysis.sums import exact
from regulars.analysis.value.contest import Trial
from regulars.analysis.value.outlook import CALENDAR, Outlook

LONGEST = 365
SHORTEST_HISTORY = 180
#: From two years on a whole year is held back: part of a year, without its high season or with nothing else, makes a
#: sound model look too hopeful or too shy.
WHOLE_YEAR_FROM = 730
MOST = 4
#: Customers a contest looks at; larger bases are sampled by their keys, which are evenly spread.
SAMPLE = 15_000
_LEAST_BEFORE = 90
#: Days known before 36 months are foretold: with 18 months, totals of simulated bases held as well as with 36.
BEFORE_36 = 548


@dataclass(frozen=True, slots=True)
class OriginDay:
    """A cut and how many days after it are compared."""

    cut: date
    horizon: int


def settled(first_day: date, as_of: date) -> date:
    """The day up to which the past counts as past: the end of the last whole month.

    Everything that looks back from it says the same on every day of a month, and need not be computed on each. Where
    the history would then be too short for a whole year to be held back (or already is), it is ``as_of``.
    """
    ended = (as_of + timedelta(days=1)).replace(day=1) - timedelta(days=1)
    return ended if (ended - first_day).days >= WHOLE_YEAR_FROM else as_of


def origins(first_day: date, as_of: date) -> tuple[OriginDay, ...]:
    """Latest first; none where the history is too short to be cut."""
    span = (as_of - first_day).days
    if span < SHORTEST_HISTORY:
        return ()
    horizon = LONGEST if span >= WHOLE_YEAR_FROM else span // 4
    step = max(horizon // 4, 14)
    cuts = (as_of - timedelta(days=horizon + step * n) for n in range(MOST))
    least = max(horizon, _LEAST_BEFORE)
    return tuple(OriginDay(cut, horizon) for cut in cuts if (cut - first_day).days >= least)


def longest(first_day: date, as_of: date, *, beyond: int) -> OriginDay | None:
    """The origin that looks furthest ahead: 36 months where :data:`BEFORE_36` days lie before them, else half of the
    past; None if no further than ``beyond`` days by a quarter."""
    span = (as_of - first_day).days
    horizon = MONTHS_36.days if span >= MONTHS_36.days + BEFORE_36 else min(MONTHS_36.days, span // 2)
    return OriginDay(as_of - timedelta(days=horizon), horizon) if horizon >= 1.25 * beyond else None


def sampled(days: ibis.Table, *, customers: int) -> ibis.Table:
    """Customer-days of about :data:`SAMPLE` customers, chosen by key."""
    every = customers // SAMPLE
    return days if every <= 1 else days.filter(days.customer % every == 0)


def trial_query(days: ibis.Table, *, origin: OriginDay, now: int | None = None) -> ibis.Table:
    """One row per customer known at the origin: what was known, and what came in the days after it; ``now`` as
    :func:`regulars.analysis.summary.summary`."""
    cut, end = origin.cut, origin.cut + timedelta(days=origin.horizon)
    known = visitors(summary(days.filter(days.day <= cut), as_of=cut, now=now))
    recently = days.filter(days.visit, days.day <= cut, days.day > cut - timedelta(days=origin.horizon))
    recently = recently.group_by("customer").aggregate(recent=recently.count())
    after = days.filter(days.day > cut, days.day <= end)
    after = after.group_by("customer").aggregate(
        came=after.count(where=after.visit),
        earned=after.value.sum().cast("float64"),
        next_day=after.day.min(where=after.visit),
    )
    again = days.filter(days.previous.notnull(), days.day <= cut)
    again = again.mutate(log_gap=gap_weeks(again).ln())
    gaps = again.group_by("customer").aggregate(log_gaps=exact(again.log_gap, decimals=9).cast("float64"))
    told = ("customer", *KEY, "t_x_days", "since_days", "repeat_value")
    t = known.select(*told)
    for more in (recently, after, gaps):
        t = t.left_join(more, "customer").drop("customer_right")
    return t.select(
        *told,
        recent=t.recent.fill_null(0),
        came=t.came.fill_null(0),
        earned=t.earned.fill_null(0.0),
        next_days=t.next_day.delta(ibis.literal(cut), unit="day").cast("float64"),
        log_gaps=t.log_gaps.fill_null(0.0),
    ).order_by("customer")


def trial(table: pa.Table, *, origin: OriginDay, outlook: Outlook = CALENDAR) -> Trial:
    """The executed :func:`trial_query` as arrays; weeks instead of days."""
    column = {name: table[name].to_numpy(zero_copy_only=False) for name in table.column_names}
    floats = {name: np.asarray(values, dtype=float) for name, values in column.items() if name != "customer"}
    T = floats["T_clock"] / 7
    return Trial(
        x=floats["x"],
        t_x=np.minimum(floats["t_x_clock"] / 7, T),
        T=T,
        repeat_value=floats["repeat_value"],
        came=floats["came"],
        earned=floats["earned"],
        recent=floats["recent"],
        next_days=floats["next_days"],
        log_gaps=floats["log_gaps"],
        half=np.asarray(column["customer"], dtype=np.int64) // 7 % 2 == 0,
        horizon_days=origin.horizon,
        outlook=outlook,
        span_days=floats["t_x_days"],
        silent_days=floats["since_days"],
    )


@dataclass(frozen=True, slots=True)
class AsKnown:
    """Customer-days by the clock as it was known at a cut; ``now`` and ``outlook`` are the cut's place on it."""

    days: ibis.Table
    now: int | None
    outlook: Outlook


def as_known(desk: Desk, days: ibis.Table, clocks: Clocks | None, *, cut: date, name: str) -> AsKnown:
    """The days up to a cut in the time that would have been counted there; by the calendar without a clock."""
    clock = clocks.at(cut) if clocks is not None else None
    known = desk.timed(days, clock, until=cut, name=f"{name}_clock")
    return AsKnown(known, None, CALENDAR) if clock is None else AsKnown(known, clock.number(cut), clock.outlook(cut))


def trials(
    desk: Desk, days: ibis.Table, *, at: tuple[OriginDay, ...], name: str, clocks: Clocks | None
) -> dict[OriginDay, Trial]:
    """Every origin's customers as they were; origins at which too few had come back are left out.

    Time is counted by the clock as it was known at the origin, where there is one.
    """
    found = {}
    for number, origin in enumerate(at, 1):
        then = as_known(desk, days, clocks, cut=origin.cut, name=f"{name}_{number}")
        rows = desk.ask(f"{name}_{number}", trial_query(then.days, origin=origin, now=then.now))
        one = trial(rows, origin=origin, outlook=then.outlook)
        if one.repeaters >= Trial.FEW:
            found[origin] = one
    return found
