"""What the study says of the business-time clock and its trial on held-out periods."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from regulars.base.estimate import Estimate
from regulars.base.text import Text


@dataclass(frozen=True, slots=True)
class MonthFactor:
    """How fast business time runs in a calendar month (1..12); 1 = the average of the year."""

    month: int
    factor: Estimate


@dataclass(frozen=True, slots=True)
class NewYearFactor:
    """How fast it runs around the Lunar New Year, beside the month: days from the first day of the year on."""

    name: Literal["rush", "first_days", "lull"]
    from_day: int
    to_day: int
    factor: Estimate


@dataclass(frozen=True, slots=True)
class Closed:
    """Days on which business time stood still (or ran slower by the branch's ``share``)."""

    first: date
    last: date
    branch: str
    share: float
    origin: Literal["entered", "detected"]


@dataclass(frozen=True, slots=True)
class TrialRow:
    """Thirty days after a held-out origin: visits of customers known at it, foretold by either clock, and counted."""

    origin: date
    first: date
    last: date
    calendar: float
    business: float
    actual: int

    @property
    def errors(self) -> tuple[float, float]:
        """Forecast over fact less one, by calendar and by business time; nothing to compare with gives 0."""
        if not self.actual:
            return 0.0, 0.0
        return self.calendar / self.actual - 1, self.business / self.actual - 1


@dataclass(frozen=True, slots=True)
class ClockFound:
    """Result of :mod:`regulars.analysis.clock`.

    ``used``: the study's models ran on it (where it wins, unless the settings say ``calendar``).
    ``wins``: it foretold held-out months better than the calendar, by more
    than the standard error of the gain. ``gain`` is the mean drop of the absolute logarithmic error of a month's
    visits; CRPS is of customers' forecasts, in visits. Figures of the trial are None where there was none.
    """

    used: bool
    wins: bool
    reason: Text
    years: float
    months: tuple[MonthFactor, ...] = ()
    new_year: tuple[NewYearFactor, ...] = ()
    closures: tuple[Closed, ...] = ()
    trial: tuple[TrialRow, ...] = ()
    gain: float | None = None
    gain_error: float | None = None
    crps_calendar: float | None = None
    crps_business: float | None = None
    crps_error: float | None = None
    season_chance: float | None = None  # how often chance alone would give so strong a season
