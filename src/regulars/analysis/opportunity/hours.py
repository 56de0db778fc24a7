"""Demand by day of the week and hour: where there is room, who comes there already, and whether last year told it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import ibis
import numpy as np
import pyarrow as pa
from numpy.random import Generator
from scipy.stats import spearmanr

from regulars.analysis.opportunity.association import Z90
from regulars.analysis.opportunity.expected import Worth, expected
from regulars.analysis.opportunity.following import share_range
from regulars.analysis.opportunity.timed import (
    calendar,
    flexible,
    flexible_then,
    loads,
    open_days,
    sorts,
    stays,
    timed_lines,
    told,
    worth_off_peak,
)
from regulars.analysis.part import Scene
from regulars.analysis.results.opportunity import TOLD, Chance, HourRow, Hours, HoursBack, HoursBranch

#: Open days of a day of the week before its hours are looked at.
_DAYS = 20
#: An hour counts as open that saw a visit on so many of the open days, and so do a few (``_GAP``) between two such.
_OPEN, _GAP = 0.1, 2
#: What one in ten open hours reaches: room that was seen to be there.
_MOST = 0.9
_FEWEST_CUSTOMERS = 30

type Key = tuple[str, int, int]


@dataclass(frozen=True, slots=True)
class Load:
    """One hour of the week at one branch: the days it was open and ``counts`` of visits -> days."""

    days: int
    counts: dict[int, int]

    @property
    def visits(self) -> int:
        """All visits."""
        return sum(n * days for n, days in self.counts.items())

    @property
    def mean(self) -> float:
        """Visits a day."""
        return self.visits / self.days

    def half(self) -> float:
        """Half the range of 90 % of the mean; days are not more alike than arrivals by chance would be."""
        squares = sum(n * n * days for n, days in self.counts.items())
        spread = (squares - self.days * self.mean**2) / (self.days - 1)
        return float(Z90 * np.sqrt(max(spread, (self.visits + 0.5) / self.days) / self.days))


def week(found: Iterable[dict[str, Any]], opened: Iterable[dict[str, Any]], *, year: int) -> dict[Key, Load]:
    """The open hours of one year's week by branch, day of the week and hour."""
    days = {(row["place"], row["weekday"]): row["days"] for row in opened if row["year"] == year}
    counts: dict[Key, dict[int, int]] = {}
    for row in found:
        if row["year"] == year and days[row["place"], row["weekday"]] >= _DAYS:
            counts.setdefault((row["place"], row["weekday"], row["hour"]), {})[row["visits"]] = row["days"]
    loads = {key: Load(days[key[:2]], seen) for key, seen in counts.items()}
    open_: dict[tuple[str, int], list[int]] = {}
    for (place, weekday, hour), load in loads.items():
        if sum(load.counts.values()) >= _OPEN * load.days:
            open_.setdefault((place, weekday), []).append(hour)
    return {
        (*at, hour): loads.get((*at, hour), Load(days[at], {}))
        for at, hours in sorted(open_.items())
        for hour in _filled(sorted(hours))
    }


def _filled(hours: list[int]) -> list[int]:
    """Hours with those of short gaps between them; where the doors close for long, as at night, nothing is filled."""
    found = hours[:1]
    for last, hour in pairwise(hours):
        found += range(last + 1, hour) if hour - last - 1 <= _GAP else ()
        found.append(hour)
    return found


def rows_of(loads: dict[Key, Load]) -> tuple[HourRow, ...]:
    """Each hour beside its branch's mean: off the peak where its whole range lies below, peak where above."""
    means = {branch.branch: branch.mean for branch in branches_of(loads, ())}
    rows = []
    for (place, weekday, hour), load in loads.items():
        low, high = max(load.mean - load.half(), 0.0), load.mean + load.half()
        sort = "off_peak" if high < means[place] else "peak" if low > means[place] else "usual"
        rows.append(HourRow(place, weekday, hour, load.days, load.mean, low, high, sort))  # type: ignore[arg-type]
    return tuple(rows)


def branches_of(loads: dict[Key, Load], rows: tuple[HourRow, ...]) -> tuple[HoursBranch, ...]:
    """Each branch: visits in an open hour, what one in ten reaches, and the room below that off the peak, a week."""
    found = []
    for place in sorted({key[0] for key in loads}):
        own = [load for key, load in loads.items() if key[0] == place]
        hours = sum(load.days for load in own)
        seen: dict[int, int] = {}
        for load in own:
            for n, days in load.counts.items():
                seen[n] = seen.get(n, 0) + days
        seen[0] = seen.get(0, 0) + hours - sum(seen.values())
        numbers = np.array(sorted(seen))
        reached = np.cumsum([seen[n] for n in numbers.tolist()])
        most = float(numbers[np.searchsorted(reached, _MOST * hours)])
        off = [row for row in rows if row.branch == place and row.sort == "off_peak"]
        room = sum(max(most - row.mean, 0.0) for row in off)
        found.append(HoursBranch(place, len(own), sum(load.visits for load in own) / hours, most, len(off), room))
    return tuple(found)


def back_of(then: tuple[HourRow, ...], now: tuple[HourRow, ...]) -> HoursBack | None:
    """What the year before would have called off the peak, beside the last year; None without such hours."""
    last = {(row.branch, row.weekday, row.hour): row for row in now}
    both = [(row, last[key]) for row in then if (key := (row.branch, row.weekday, row.hour)) in last]
    called = [here for row, here in both if row.sort == "off_peak"]
    if not called:
        return None
    first, second = ([pair[i].mean for pair in both] for i in (0, 1))
    alike = float(spearmanr(first, second).statistic) if len(set(first)) > 1 and len(set(second)) > 1 else None
    means: dict[str, list[float]] = {}
    for row in now:
        means.setdefault(row.branch, []).append(row.mean)
    below = sum(row.mean < float(np.mean(means[row.branch])) for row in called)
    return HoursBack(len(called), sum(row.sort == "off_peak" for row in called), below, alike)


def hours(
    scene: Scene, *, here: ibis.Table, there: ibis.Table, rng: Generator
) -> tuple[Hours | None, float, tuple[Chance, ...]]:
    """Hours, the share of lines that tell a time of day, and visits off the peak as an opportunity."""
    desk = scene.setting.desk
    lines = timed_lines(scene, desk.reader.take_in(calendar(scene), "study_opportunity_calendar"))
    row = desk.ask("opportunity_told", told(lines)).to_pylist()[0]
    share = row["told"] / row["n"] if row["n"] else 0.0
    if share < TOLD:
        return None, share, ()
    stay = desk.keep("opportunity_stays", stays(scene, lines))
    opened = desk.ask("opportunity_open_days", open_days(stay)).to_pylist()
    found = desk.ask("opportunity_loads", loads(stay)).to_pylist()
    weeks = {year: week(found, opened, year=year) for year in (1, 2)}
    if not weeks[1]:
        return None, share, ()
    now, then = rows_of(weeks[1]), rows_of(weeks[2]) if weeks[2] else ()
    cells = desk.reader.take_in(_cells(now, then), "study_opportunity_cells")
    each = desk.keep("opportunity_sorts", sorts(stay, cells))
    who = desk.ask("opportunity_flexible", flexible(each, here)).to_pylist()[0]
    result = Hours(
        rows=now,
        branches=branches_of(weeks[1], now),
        customers=who["n"],
        flexible=who["both"],
        only_off=who["off"],
        only_peak=who["at"],
        back=back_of(then, now),
    )
    asked = desk.ask("opportunity_flexible_then", flexible_then(each, there)).to_pylist()[0]
    brought = desk.ask(
        "opportunity_worth_off_peak", worth_off_peak(scene, stay, cells, each=each, there=there)
    ).to_pylist()[0]
    worth = Worth.of_each(brought["n"], brought["m"] or 0.0, brought["mm"] or 0.0)
    if asked["n"] < _FEWEST_CUSTOMERS or worth is None or not who["both"]:
        return result, share, ()
    hits, tested = asked["again"], asked["n"]
    unit = scene.setting.business.currency
    money = expected(rng, customers=who["both"], hits=hits, tested=tested, worth=worth, unit=unit)
    chance = Chance("hours", "", "", who["both"], tested, *share_range(hits / tested, tested), money)
    return result, share, (chance,)


def _cells(now: tuple[HourRow, ...], then: tuple[HourRow, ...]) -> pa.Table:
    """What every hour was in each year, for the engine; 'closed' where it was none."""
    sorts_ = [{(row.branch, row.weekday, row.hour): row.sort for row in rows} for rows in (now, then)]
    keys = sorted({key for found in sorts_ for key in found})
    columns = {name: pa.array([key[i] for key in keys]) for i, name in enumerate(("place", "weekday", "hour"))}
    kinds = {
        name: pa.array([found.get(key, "closed") for key in keys], pa.string())
        for name, found in zip(("now", "then"), sorts_, strict=True)
    }
    return pa.table(columns | kinds)
