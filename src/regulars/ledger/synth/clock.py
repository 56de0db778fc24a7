"""Business time: a clock that runs fast on busy days and stands still when the branch is closed.

Visits and attrition are simulated in business time, where they follow their textbook laws exactly, and are then put
on the calendar. Each branch has its own clock; its mean speed over the simulated years is one business day a day.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from regulars.base.new_year import NEW_YEARS
from regulars.ledger.synth.trade import Calendar, Place

type Floats = NDArray[np.float64]
type Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Clock:
    """``speed[b, d]`` is the business time of branch b on day d; ``passed[b, d]`` what has passed before day d."""

    first_day: date
    days: int  # days that are exported; the clock itself runs on for the year after
    speed: Floats
    passed: Floats

    @property
    def last_day(self) -> date:
        """The last exported day."""
        return self.first_day + timedelta(days=self.days - 1)

    def end(self, *, branch: Ints) -> Floats:
        """Business time at the close of the last exported day."""
        return np.asarray(self.passed[branch, self.days])

    def year_on(self, *, branch: Ints) -> Floats:
        """Business time a year after the last exported day."""
        return np.asarray(self.passed[branch, -1])

    def day_of(self, *, branch: Ints, at: Floats) -> Ints:
        """The day (0 = first day) on which a branch's clock shows ``at``; never a day it is closed."""
        day = np.empty(at.shape, dtype=np.int64)
        for b in range(self.passed.shape[0]):
            here = branch == b
            day[here] = np.searchsorted(self.passed[b], at[here], side="right") - 1
        return day

    def open_on(self, *, branch: Ints, day: Ints) -> NDArray[np.bool_]:
        """Whether the branch is open on the day."""
        return np.asarray(self.speed[branch, day] > 0)


def make_clock(*, places: tuple[Place, ...], calendar: Calendar, last_day: date, years: int) -> Clock:
    """The clocks of all branches over ``years`` years up to ``last_day`` and the 365 days after it."""
    days = round(years * 365.25)
    first_day = last_day - timedelta(days=days - 1)
    when = np.arange(days + 365)
    dates = np.datetime64(first_day, "D") + when
    weekday = (when + first_day.weekday()) % 7
    month = dates.astype("datetime64[M]").astype(np.int64) % 12
    demand = np.asarray(calendar.weekday)[weekday] * np.asarray(calendar.month)[month]
    demand = demand * _new_year(dates=dates, calendar=calendar)
    speed = np.stack([np.where(np.isin(weekday + 1, place.closed_on), 0.0, demand) for place in places])
    speed /= speed[:, :days].mean(axis=1, keepdims=True)
    passed = np.concatenate([np.zeros((len(places), 1)), np.cumsum(speed, axis=1)], axis=1)
    return Clock(first_day=first_day, days=days, speed=speed, passed=passed)


def _new_year(*, dates: NDArray[np.datetime64], calendar: Calendar) -> Floats:
    factor = np.ones(dates.shape)
    for first in NEW_YEARS:
        since = (dates - np.datetime64(first, "D")).astype(np.int64)
        closed = calendar.new_year_closed
        factor[(since >= -21) & (since < 0)] = calendar.new_year_rush
        factor[(since >= 0) & (since < closed)] = 0.0
        factor[(since >= closed) & (since < closed + 14)] = calendar.new_year_lull
    return factor
