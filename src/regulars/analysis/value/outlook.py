"""The time ahead by the models' clock.

Models count weeks of their own clock: the calendar's, or business time where that has foretold better
(:mod:`regulars.analysis.clock`). What is asked of them is asked in days and months of the calendar. An outlook, from
one day on, turns the one into the other.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from regulars.analysis.value.statistics import WEEKS_PER_MONTH, Floats

#: Months ahead for which the study foretells.
MONTHS = (12, 36)
#: Days in which a customer who comes at all counts as active.
SOON_DAYS = 90


@dataclass(frozen=True, slots=True, eq=False)
class Outlook:
    """``passed[d]``: weeks of the clock until the end of day d, never falling; ``now``: the place of today in it.

    Without ``passed`` the clock is the calendar's.
    """

    passed: Floats | None = None
    now: int = 0

    def weeks(self, days: float) -> float:
        """Weeks of the clock in the next ``days``."""
        if self.passed is None:
            return days / 7
        return float(self._at(np.array([self.now + days]))[0] - self.passed[self.now])

    def months(self, months: float) -> float:
        """Weeks of the clock in the next ``months`` (of 365.25 / 12 days)."""
        return self.weeks(months * WEEKS_PER_MONTH * 7)

    @property
    def horizons(self) -> dict[int, float]:
        """Months ahead -> weeks ahead, for every horizon of the study."""
        return {months: self.months(months) for months in MONTHS}

    @property
    def soon(self) -> float:
        """Weeks in the next 90 days."""
        return self.weeks(SOON_DAYS)

    def days_ahead(self, weeks: Floats) -> Floats:
        """Days until so many weeks will have passed."""
        if self.passed is None:
            return 7 * weeks
        return self._day(self.passed[self.now] + weeks) - self.now

    def days_ago(self, weeks: Floats) -> Floats:
        """Days since the moment that lies so many weeks back (negative: ahead)."""
        if self.passed is None:
            return 7 * weeks
        return self.now - self._day(self.passed[self.now] - weeks)

    def _at(self, days: Floats) -> Floats:
        assert self.passed is not None
        last = len(self.passed) - 1
        beyond = np.maximum(days - last, 0.0) / 7  # the clock is made for three years and more; then as the calendar
        return np.asarray(np.interp(days, np.arange(last + 1), self.passed) + beyond)

    def _day(self, weeks: Floats) -> Floats:
        assert self.passed is not None
        last = len(self.passed) - 1
        outside = np.minimum(weeks - self.passed[0], 0.0) + np.maximum(weeks - self.passed[-1], 0.0)
        return np.asarray(np.interp(weeks, self.passed, np.arange(last + 1)) + 7 * outside)


#: By the calendar.
CALENDAR = Outlook()
