"""Business time: fast in the high season, slow in the low one, standing still when the doors are closed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from regulars.analysis.clock.season import FIRST_DAYS, LULL, RUSH, Season, months_of, since_new_year, within
from regulars.analysis.results.clock import Closed
from regulars.analysis.value.outlook import Outlook
from regulars.analysis.value.statistics import Floats

#: The clock runs on so many days after the last day it was made for: three years and a month.
AHEAD = 1130
#: Mean speed 1 over these whole years: 28, in which weekdays, leap days and nearly all dates of the new year come up.
_YEARS = ("1995-01-01", "2023-01-01")


@dataclass(frozen=True, slots=True, eq=False)
class BusinessClock:
    """``passed[d]`` is the business time in days that has passed before day d (0 = ``first_day``); one entry more."""

    first_day: date
    passed: Floats

    def at(self, days: NDArray[np.datetime64]) -> Floats:
        """Business days from the start of the clock to the end of each day."""
        index = (days.astype("datetime64[D]") - np.datetime64(self.first_day, "D")).astype(np.int64)
        return np.asarray(self.passed[np.clip(index + 1, 0, len(self.passed) - 1)])

    def between(self, after: date, until: date) -> float:
        """Business days from the end of one day to the end of another."""
        ends = self.at(np.array([after, until], dtype="datetime64[D]"))
        return float(ends[1] - ends[0])

    def number(self, day: date) -> int:
        """The whole business day of a day, as in :meth:`table`."""
        return int(np.round(self.at(np.array([day], dtype="datetime64[D]"))[0]))

    def outlook(self, day: date) -> Outlook:
        """The time ahead of a day."""
        return Outlook(self.passed / 7, (day - self.first_day).days + 1)

    def table(self, until: date) -> pa.Table:
        """``day`` and ``business_day`` (whole, ascending) from the start to ``until``: to be joined in the engine."""
        days = np.arange((until - self.first_day).days + 1)
        numbers = np.round(self.passed[days + 1]).astype(np.int64)
        dates = np.datetime64(self.first_day, "D") + days
        return pa.table({"day": pa.array(dates, pa.date32()), "business_day": pa.array(numbers)})


def make_clock(found: Season, *, first_day: date, last_day: date, closures: Sequence[Closed]) -> BusinessClock:
    """The clock from ``first_day`` to :data:`AHEAD` days after ``last_day``; the future has season but no closures."""
    days = (last_day - first_day).days + 1 + AHEAD
    dates = np.datetime64(first_day, "D") + np.arange(days)
    year = np.arange(*_YEARS, dtype="datetime64[D]")
    speed = _speed(found, dates) / _speed(found, year).mean()
    for closed in closures:
        start, end = ((day - first_day).days for day in (closed.first, closed.last))
        speed[max(start, 0) : max(end + 1, 0)] *= 1 - closed.share
    return BusinessClock(first_day, np.concatenate([[0.0], np.cumsum(speed)]))


def _speed(found: Season, dates: NDArray[np.datetime64]) -> Floats:
    new_year = since_new_year(dates)
    speed = np.exp(found.months)[months_of(dates)]
    speed = speed * np.where(within(new_year, RUSH), np.exp(found.new_year[0]), 1.0)
    speed = speed * np.where(within(new_year, LULL), np.exp(found.new_year[1]), 1.0)
    return np.asarray(speed * np.where(within(new_year, FIRST_DAYS), found.first_days, 1.0))


def runs(days: Sequence[date]) -> list[tuple[date, date]]:
    """Days in order as (first, last) of unbroken runs."""
    found: list[tuple[date, date]] = []
    for day in days:
        if found and day == found[-1][1] + timedelta(days=1):
            found[-1] = (found[-1][0], day)
        else:
            found.append((day, day))
    return found
