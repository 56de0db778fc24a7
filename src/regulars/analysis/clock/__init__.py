"""The business-time clock: season, Lunar New Year, closures; used only where it foretells held-out months better.

Docs: docs/methods/clock.md.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

import ibis
import numpy as np
import pyarrow as pa

from regulars.analysis.clock.business import BusinessClock, make_clock, runs
from regulars.analysis.clock.season import FIRST_DAYS, LULL, RUSH, SHORTEST, Daily, Season, season
from regulars.analysis.clock.trial import (
    MOST_CUSTOMERS,
    Trial,
    closed_days,
    expected_repeats,
    histories_query,
    origins,
    trial,
)
from regulars.analysis.desk import Kept, Setting
from regulars.analysis.models import FEW_REPEATERS
from regulars.analysis.results.clock import ClockFound, Closed, MonthFactor, NewYearFactor
from regulars.analysis.standings import statistics
from regulars.analysis.summary import summary, triples, visitors
from regulars.analysis.value import VisitFit, fit_mbgnbd
from regulars.analysis.value.statistics import Floats, Statistics
from regulars.base.estimate import Estimate
from regulars.base.text import Number, Share, say

__all__ = ["BusinessClock", "Clocks", "Timed", "clock_query", "timed"]

#: A season weaker than this is chance: it would be seen in one of a hundred businesses without any.
SURE = 0.01
_Z80 = 1.2815515655446004


@dataclass(frozen=True, slots=True)
class Timed:
    """What was found, and the clocks themselves where a season could be estimated."""

    found: ClockFound
    clocks: Clocks | None


@dataclass(frozen=True, slots=True, eq=False)
class Clocks:
    """The clock of today and those of earlier days; ``newcomers`` and ``repeats`` by day from ``first_day``.

    ``fit`` is as of the end of the past and serves to remove growth only.
    """

    first_day: date
    newcomers: Floats
    repeats: Floats
    fit: VisitFit
    entered: tuple[Closed, ...]
    today: BusinessClock
    _known: dict[date, BusinessClock | None] = field(default_factory=dict)

    @property
    def key(self) -> object:
        """What the clocks of earlier days rest on beside the facts; JSON-able."""
        return self.fit.parameters, [str(closed) for closed in self.entered]

    def at(self, cut: date) -> BusinessClock | None:
        """The clock from what was known on a day: no later season, no later closure. None before two years."""
        if cut not in self._known:
            self._known[cut] = self._learned(cut)
        return self._known[cut]

    def _learned(self, cut: date) -> BusinessClock | None:
        days = (cut - self.first_day).days + 1
        if days < SHORTEST:
            return None
        daily = Daily(self.first_day, self.repeats[:days], expected_repeats(self.newcomers[:days], self.fit))
        found = season(daily, closed=closed_days(self.entered, self.first_day, days))
        if found is None:
            return None
        entered = [closed for closed in self.entered if closed.last <= cut]
        return make_clock(found, first_day=self.first_day, last_day=cut, closures=[*entered, *_detected(found)])


def clock_query(days: ibis.Table) -> ibis.Table:
    """Newcomers and repeat visits of every day with a visit."""
    visits = days.filter(days.visit)
    return (
        visits.group_by("day")
        .aggregate(newcomers=visits.count(where=visits["index"] == 0), repeats=visits.count(where=visits["index"] > 0))
        .order_by("day")
    )


def timed(setting: Setting, kept: Kept, histories: Statistics) -> Timed:
    """Estimate the clock and put it on trial; ``histories`` are the unique histories of the base, in calendar weeks."""
    rows = setting.desk.ask("clock_days", clock_query(kept.days))
    if not rows.num_rows:
        return Timed(_unknown("study.clock.too_short", 0.0), None)
    first_day = rows["day"][0].as_py()
    years = ((setting.as_of - first_day).days + 1) / 365.25
    if years * 365.25 < SHORTEST:
        return Timed(_unknown("study.clock.too_short", years), None)
    if histories.repeaters < FEW_REPEATERS:
        return Timed(_unknown("study.clock.too_few", years), None)
    newcomers, repeats = _by_day(rows, first_day, setting.as_of)
    entered = _entered(setting)
    fit = fit_mbgnbd(_some(histories))
    closed = closed_days(entered, first_day, len(repeats))
    found = season(Daily(first_day, repeats, expected_repeats(newcomers, fit)), closed=closed)
    if found is None:
        return Timed(_unknown("study.clock.too_few", years), None)
    closures = (*entered, *_detected(found))
    clock = make_clock(found, first_day=first_day, last_day=setting.as_of, closures=closures)
    judged = _trial(setting, kept, newcomers, repeats, first_day, entered)
    wanted = setting.business.forecast.clock == "proven"
    told = _result(found, judged, closures, years=years, visits=round(float(repeats.sum())), wanted=wanted)
    then = _growth(setting, kept) if told.used else fit
    return Timed(told, Clocks(first_day, newcomers, repeats, then, entered, clock))


def _growth(setting: Setting, kept: Kept) -> VisitFit:
    """The model that removes growth before earlier days, from what was known at the end of the past."""
    desk, past = setting.desk, kept.past

    def fitted() -> VisitFit:
        known = kept.days.filter(kept.days.day <= past.day)
        histories = desk.ask("clock_growth", triples(visitors(summary(known, as_of=past.day))))
        return fit_mbgnbd(_some(statistics(histories)))

    return desk.recall("clock_growth", past.key, fitted)


def _detected(found: Season) -> list[Closed]:
    return [Closed(a, b, "", 1.0, "detected") for a, b in runs(found.zero_days)]


def _some(histories: Statistics) -> Statistics:
    # The fit serves to remove growth only: weeks are fine enough, and fewer.
    return histories.coarsened()[0] if len(histories) > 5_000 else histories


def _by_day(rows: pa.Table, first_day: date, as_of: date) -> tuple[Floats, Floats]:
    days = (as_of - first_day).days + 1
    at = (rows["day"].to_numpy().astype("datetime64[D]") - np.datetime64(first_day, "D")).astype(np.int64)
    columns = []
    for name in ("newcomers", "repeats"):
        column = np.zeros(days)
        column[at] = rows[name].to_numpy()
        columns.append(column)
    return columns[0], columns[1]


def _entered(setting: Setting) -> tuple[Closed, ...]:
    """Closures of the settings; one of a branch counts with the branch's share of the lines."""
    found = []
    for closure in setting.business.closures:
        share = _share(setting, closure.branch) if closure.branch else 1.0
        found.append(Closed(closure.first, closure.last, closure.branch, share, "entered"))
    return tuple(found)


def _share(setting: Setting, branch: str) -> float:
    names = {branch}
    for known in setting.business.branches:
        if branch in (known.id, *known.also):
            names |= {known.id, *known.also}
    return setting.tally.lines(lambda row: row.branch in names) / setting.tally.lines()


def _trial(
    setting: Setting,
    kept: Kept,
    newcomers: Floats,
    repeats: Floats,
    first_day: date,
    entered: tuple[Closed, ...],
) -> Trial | None:
    """The trial on months until the end of the past: found once, it holds for all days after."""
    past = kept.past
    every = max(1, -(-past.customers // MOST_CUSTOMERS))

    def tried() -> Trial | None:
        tables = [
            (day, setting.desk.ask(f"clock_trial_{n}", histories_query(kept.days, origin=day, every=every)))
            for n, day in enumerate(origins(first_day, past.day), 1)
        ]
        return trial(tables, newcomers=newcomers, repeats=repeats, first_day=first_day, closures=entered)

    of = (past.key, first_day.isoformat(), [str(closed) for closed in entered])
    return setting.desk.recall("clock_trial", of, tried)


def _unknown(id: str, years: float) -> ClockFound:
    return ClockFound(False, False, say(id, years=Number(years, 1), wanted=FEW_REPEATERS), years)


def _factor(log: float, sd: float, n: int) -> Estimate:
    low, middle, high = (float(np.exp(log + z * sd)) for z in (-_Z80, 0.0, _Z80))
    return Estimate(float(np.exp(log + sd**2 / 2)), low, middle, high, "factor", "clock", n)


def _result(
    found: Season, judged: Trial | None, closures: tuple[Closed, ...], *, years: float, visits: int, wanted: bool
) -> ClockFound:
    level = float(np.log(np.exp(found.months).mean()))  # months are shown against the average of the year
    months = tuple(
        MonthFactor(m + 1, _factor(float(found.months[m]) - level, float(found.months_sd[m]), visits))
        for m in range(12)
    )
    first_log = float(np.log(max(found.first_days, 1e-3)))
    new_year = (
        NewYearFactor("rush", *RUSH, _factor(float(found.new_year[0]), float(found.new_year_sd[0]), visits)),
        NewYearFactor("first_days", *FIRST_DAYS, _first(first_log, found, visits)),
        NewYearFactor("lull", *LULL, _factor(float(found.new_year[1]), float(found.new_year_sd[1]), visits)),
    )
    seasonal = found.chance < SURE
    wins = judged is not None and seasonal and judged.wins
    told = "loses" if not wins else "wins" if wanted else "held_off"
    if judged is None:
        reason = say("study.clock.no_trial", years=Number(years, 1))
    elif not seasonal:
        reason = say("study.clock.no_season", share=Share(found.chance))
    else:
        gains = {"gain": Share(judged.gain), "error": Share(judged.gain_error), "n": len(judged.rows)}
        reason = say(f"study.clock.{told}", **gains)
    return ClockFound(
        used=wins and wanted,
        wins=wins,
        reason=reason,
        years=years,
        months=months,
        new_year=new_year,
        closures=closures,
        trial=judged.rows if judged else (),
        gain=judged.gain if judged else None,
        gain_error=judged.gain_error if judged else None,
        crps_calendar=judged.crps_calendar if judged else None,
        crps_business=judged.crps_business if judged else None,
        crps_error=judged.crps_error if judged else None,
        season_chance=found.chance,
    )


def _first(log: float, found: Season, visits: int) -> Estimate:
    spread = found.first_days_sd / max(found.first_days, 1e-3)
    return _factor(log, min(spread, 1.0), visits)
