"""Demand by hour: a base of which the quiet hours are known, a week by hand, clocks that change, and no times."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import ibis
import numpy as np
import pytest

from regulars.analysis.opportunity.hours import Load, back_of, branches_of, hours, rows_of, week
from regulars.analysis.opportunity.taking import BACK, came
from regulars.analysis.results.opportunity import Chance, Hours
from support.analysis import BUSINESS, Line, laid_out, sales_table

AS_OF = date(2025, 12, 31)


def looked_at(
    folder: Path, lines: list[Line], zone: str = "Asia/Hong_Kong"
) -> tuple[Hours | None, float, list[Chance]]:
    with laid_out(folder, as_of=AS_OF, sales=sales_table(lines)) as (_, setting, kept):
        setting = replace(setting, business=BUSINESS.model_copy(update={"zone": zone}))
        people = kept.customers.mutate(state=ibis.literal("active"))
        scene: Any = SimpleNamespace(setting=setting, kept=kept, people=people, interval=30.0)
        here, there = came(scene, AS_OF), came(scene, AS_OF - BACK)
        found, told, chances = hours(scene, here=here, there=there, rng=np.random.default_rng(1))
    return found, told, list(chances)


def at(day: date, hour: int, zone: str = "Asia/Hong_Kong") -> datetime:
    return datetime.combine(day, time(hour, 35), ZoneInfo(zone)).astimezone(UTC)


def shop() -> list[Line]:
    """Open from 10 to 13 but on Sundays; on Tuesdays hardly anybody, on Saturdays many. Every third is nobody known."""
    rng, lines = np.random.default_rng(4), []
    for back in range(2 * BACK.days):
        day = AS_OF - timedelta(days=back)
        if day.weekday() == 6:
            continue
        pace = {1: 0.3, 5: 3.0}.get(day.weekday(), 1.5)
        for hour in range(10, 14):
            for _ in range(int(rng.poisson(pace))):
                key = int(rng.integers(1, 200)) if rng.random() < 0.67 else None
                lines += [Line(key, day, 100.0, at=at(day, hour))] * int(rng.integers(1, 3))
    return lines


def test_the_quiet_hours_are_found(tmp_path: Path) -> None:
    lines = shop()
    found, told, chances = looked_at(tmp_path, lines)
    assert found is not None and told == 1.0
    kinds = {(row.weekday, row.hour): row.sort for row in found.rows}
    assert set(kinds) == {(weekday, hour) for weekday in range(6) for hour in range(10, 14)}
    assert {key for key, sort in kinds.items() if sort == "off_peak"} >= {(1, hour) for hour in range(10, 14)}
    assert {key for key, sort in kinds.items() if sort == "peak"} >= {(5, hour) for hour in range(10, 14)}
    # Each sale to nobody known is a visit of its own: the two lines of one stand in two sales here.
    visits = Counter(
        (line.day.weekday(), line.at.hour + 8) for line in lines if not line.customer and line.at and recent(line)
    )
    visits += Counter(key for _, _, key in first_hours(lines))
    for row in found.rows:
        days = len({line.day for line in lines if recent(line) and line.day.weekday() == row.weekday})
        assert row.days == days and row.mean == pytest.approx(visits[row.weekday, row.hour] / days)
        assert row.low <= row.mean <= row.high
    assert found.back is not None and found.back.called >= 4 and found.back.surely >= 4
    assert found.back.alike is not None and found.back.alike > 0.5
    came_at: dict[int, set[str]] = defaultdict(set)
    for customer, _, key in first_hours(lines):
        came_at[customer].add(kinds[key])
    flexible = sum({"peak", "off_peak"} <= kinds for kinds in came_at.values())
    assert (found.customers, found.flexible) == (len(came_at), flexible)
    (chance,) = chances
    assert (chance.kind, chance.customers) == ("hours", flexible) and 0 < chance.hit_low < chance.hit < 1


def recent(line: Line) -> bool:
    return line.day > AS_OF - BACK


def first_hours(lines: list[Line]) -> list[tuple[int, date, tuple[int, int]]]:
    """Customer, day, and weekday with the first hour of the day's visit, in the last year."""
    first: dict[tuple[int, date], int] = {}
    for line in lines:
        if line.customer and line.at and recent(line):
            hour = line.at.hour + 8
            first[line.customer, line.day] = min(hour, first.get((line.customer, line.day), hour))
    return [(customer, day, (day.weekday(), hour)) for (customer, day), hour in first.items()]


def test_hours_are_those_of_the_clock_on_the_wall(tmp_path: Path) -> None:
    zone, lines = "Europe/London", []
    for back in range(BACK.days):
        day = AS_OF - timedelta(days=back)
        lines += [Line(1 + back % 3, day, at=at(day, hour, zone)) for hour in (9, 9, 17)]
    assert len({line.at.hour for line in lines if line.at}) == 4  # in UTC an hour earlier in summer
    found, _, _ = looked_at(tmp_path, lines, zone)
    assert found is not None
    assert {row.hour for row in found.rows if row.mean} == {9}  # one customer a day, from when first seen
    assert {row.mean for row in found.rows} == {1.0}


@pytest.mark.parametrize("when", [None, time(0)])
def test_days_alone_tell_nothing(tmp_path: Path, when: time | None) -> None:
    days = [AS_OF - timedelta(days=back) for back in range(2 * BACK.days)]
    zone = ZoneInfo("Asia/Hong_Kong")
    lines = [Line(1, day, at=datetime.combine(day, when, zone).astimezone(UTC) if when else None) for day in days]
    assert looked_at(tmp_path, lines) == (None, 0.0, [])


def test_a_week_by_hand() -> None:
    opened = [{"place": "A", "year": 1, "weekday": w, "days": 40} for w in (0, 1)]
    opened.append({"place": "A", "year": 1, "weekday": 2, "days": 5})  # too few to look at

    def seen(weekday: int, hour: int, **days: int) -> list[dict[str, Any]]:
        at = {"place": "A", "year": 1, "weekday": weekday, "hour": hour}
        return [{**at, "visits": int(n[1:]), "days": d} for n, d in days.items()]

    # Late on the day before, and after midnight: between that and ten the doors are closed.
    late = week(seen(0, 0, n1=30) + seen(0, 10, n1=20) + seen(0, 13, n1=20), opened, year=1)
    assert [hour for _, _, hour in late] == [0, 10, 11, 12, 13]
    found = [*seen(0, 10, n1=20, n2=20), *seen(0, 12, n4=40), *seen(1, 10, n1=4), *seen(1, 22, n1=1), *seen(2, 9, n1=5)]
    loads = week(found, opened, year=1)
    assert {key[1:]: load.mean for key, load in loads.items()} == {
        (0, 10): 1.5,
        (0, 11): 0.0,
        (0, 12): 4.0,
        (1, 10): 0.1,
    }
    assert loads["A", 0, 10].half() == pytest.approx(1.6449 * np.sqrt(60.5 / 40 / 40), rel=1e-4)  # no less than chance
    assert Load(40, {4: 20}).half() == pytest.approx(1.6449 * np.sqrt(4 * 40 / 39 / 40), rel=1e-4)
    rows = rows_of(loads)
    assert {(row.weekday, row.hour): row.sort for row in rows} == {
        (0, 10): "usual",
        (0, 11): "off_peak",
        (0, 12): "peak",
        (1, 10): "off_peak",
    }
    # 160 open hours saw 60 + 160 + 4 visits; a quarter of them four, so that one in ten reaches four.
    (branch,) = branches_of(loads, rows)
    assert (branch.open, branch.mean, branch.most, branch.off_peak) == (4, 224 / 160, 4.0, 2)
    assert branch.room == pytest.approx(4.0 + 3.9)
    back = back_of(rows, rows)
    assert back is not None and (back.called, back.surely, back.below) == (2, 2, 2)
    assert back.alike == pytest.approx(1.0)
    busier = tuple(replace(row, mean=9.0, sort="peak") if row.hour == 11 else row for row in rows)
    assert (told := back_of(rows, busier)) is not None and (told.called, told.surely, told.below) == (2, 1, 1)
    assert back_of((), rows) is None and Load(40, {}).half() > 0
