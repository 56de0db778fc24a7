"""The course of branches: what all do is told as common, what one does as particular, and chance is not told."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from regulars.analysis.teams.change import Paths, Told, told
from regulars.analysis.teams.course import LEAST, course, courses
from regulars.analysis.teams.quarters import first_day, number, whole_quarters
from support.analysis import Line, laid_out, sales_table

SEASONS = np.tile([0.0, 0.06, -0.05, 0.03], 2)


def simulated(
    rng: np.random.Generator,
    *,
    branches: int = 4,
    n: int = 200,
    common: tuple[int, int, float] | None = None,
    particular: tuple[int, int, int, float] | None = None,
) -> Told:
    """Eight quarters of branches that differ, with seasons for all; ``particular`` names branch, quarters and size."""
    rate = 0.4 + rng.normal(0, 0.05, branches)[:, None] + SEASONS
    if common is not None:
        rate[:, common[0] : common[1] + 1] += common[2]
    if particular is not None:
        at, first, last, by = particular
        rate[at, first : last + 1] += by
    each = 5 + rng.poisson(n, rate.shape)
    raw = rng.binomial(each, np.clip(rate, 0.02, 0.98)) / each
    pooled = float((raw * each).sum() / each.sum())
    return told(Paths(raw, pooled * (1 - pooled) / each), trials=1)


def many(times: int, **settings: Any) -> list[Told]:
    rng = np.random.default_rng(23)
    return [simulated(rng, **settings) for _ in range(times)]


@pytest.mark.parametrize("branches", [2, 3, 8])
def test_where_nothing_changes_nothing_is_told(branches: int) -> None:
    found = many(120, branches=branches)
    assert np.mean([t.common is not None for t in found]) <= 0.05
    assert np.mean([bool(t.particular) for t in found]) <= 0.05


def test_a_common_dip_is_told_as_common() -> None:
    found = many(60, common=(5, 6, -0.12))
    assert np.mean([t.common is not None for t in found]) >= 0.9
    assert np.mean([bool(t.particular) for t in found]) <= 0.05
    spans = [t.common.by for t in found if t.common is not None and (t.common.first, t.common.last) == (5, 6)]
    assert len(spans) >= 35
    assert np.mean([s.mid for s in spans]) == pytest.approx(-0.12, abs=0.02)


def test_a_particular_fall_is_told_of_its_branch() -> None:
    found = many(60, particular=(2, 5, 7, -0.18))
    named = [at for t in found for at, _ in t.particular]
    assert named.count(2) >= 54 and len(named) - named.count(2) <= 3
    assert np.mean([t.common is not None for t in found]) <= 0.05
    stretches = [s for t in found for at, s in t.particular if at == 2]
    assert np.mean([(s.first, s.last) == (5, 7) for s in stretches]) >= 0.8
    assert np.mean([s.by.low <= -0.18 <= s.by.high for s in stretches]) >= 0.8


def test_both_at_once_are_kept_apart() -> None:
    found = many(60, common=(5, 6, -0.12), particular=(1, 2, 3, 0.2))
    assert np.mean([t.common is not None and t.common.by.mid < 0 for t in found]) >= 0.8
    assert np.mean([[at for at, _ in t.particular] == [1] for t in found]) >= 0.85


def test_what_moves_one_of_two_cannot_be_told_from_the_other() -> None:
    found = many(60, branches=2, particular=(1, 5, 7, -0.25))
    parted = [t for t in found if t.particular]
    assert len(parted) >= 54
    assert all(t.parted and t.common is None and len(t.particular) == 1 for t in parted)


def test_branches_that_always_scatter_are_given_more_room() -> None:
    rng = np.random.default_rng(4)
    alarms = []
    for _ in range(80):
        raw = 0.4 + rng.normal(0, 0.06, (8, 8))  # twice the scatter that chance would make
        alarms.append(bool(told(Paths(raw, np.full((8, 8), 0.03**2)), trials=1).particular))
    assert np.mean(alarms) <= 0.1  # 5 %, and what 80 trials leave open


def test_quarters_lie_wholly_inside() -> None:
    found = whole_quarters(date(2024, 1, 1), date(2025, 12, 31))
    assert [first_day(q) for q in (found[0], found[-1])] == [date(2024, 1, 1), date(2025, 10, 1)]
    found = whole_quarters(date(2024, 1, 2), date(2025, 12, 30))
    assert [first_day(q) for q in (found[0], found[-1])] == [date(2024, 4, 1), date(2025, 7, 1)]
    assert len(whole_quarters(date(2020, 1, 1), date(2025, 12, 31))) == 8
    assert len(whole_quarters(date(2025, 5, 1), date(2025, 6, 30))) == 0


START = number(date(2024, 1, 1))
EIGHT = range(START, START + 8)


def counted(n: int, **cells: float) -> pa.Table:
    rows = [
        {"branch": b, "quarter": START + q, "n": n, "hits": cells.get(f"b{b}q{q}", 0.4) * n}
        for b in (0, 1)
        for q in range(8)
    ]
    return pa.Table.from_pylist(rows)


def test_a_small_branch_is_drawn_but_not_judged() -> None:
    names = ("East", "West")
    found = course("back_90", names, EIGHT, counted(LEAST - 1))
    assert found is not None and not any(line.judged for line in found.lines) and found.changes == ()
    assert all(p is not None and p.low < p.mid < p.high for line in found.lines for p in line.points)
    assert course("back_90", names, EIGHT[:5], counted(50)) is None
    nobody = counted(50).filter([q != 3 for q in range(8)] * 2)
    assert course("back_90", names, EIGHT, nobody) is None
    all_came = course("back_90", names, EIGHT, counted(50, **{f"b{b}q{q}": 1.0 for b in (0, 1) for q in range(8)}))
    assert all_came is not None and all_came.changes == ()


def test_who_fell_is_named_with_when_and_how_far() -> None:
    rng = np.random.default_rng(9)
    names = ("Central", "East", "Shatin", "West")
    rate = np.array([0.40, 0.35, 0.45, 0.42])[:, None] + SEASONS
    rate[3, 5:] -= 0.15
    rows = [
        {"branch": b, "quarter": START + q, "n": 500, "hits": int(rng.binomial(500, rate[b, q]))}
        for b in range(4)
        for q in range(8)
    ]
    found = course("kept_90", names, EIGHT, pa.Table.from_pylist(rows))
    assert found is not None and not found.parted
    (change,) = found.changes
    assert (change.name, change.first, change.last) == ("West", 5, 7)
    assert change.by.low < -0.15 < change.by.high < 0


AS_OF, OPENED = date(2025, 12, 31), date(2022, 9, 1)


def test_courses_against_a_loop(tmp_path: Path) -> None:
    rng = np.random.default_rng(7)
    visits: dict[int, list[tuple[date, str, float]]] = {}
    for customer in range(1, 501):
        day = OPENED + timedelta(days=int(rng.integers(0, 1150)))
        found: list[tuple[date, str, float]] = []
        while day <= AS_OF and (not found or rng.random() < 0.8):
            found.append((day, ("East", "West")[int(rng.integers(0, 2))], float(rng.integers(100, 900))))
            day += timedelta(days=1 + int(rng.exponential(60)))
        visits[customer] = found
    lines = [Line(c, day, paid, branch=place) for c, days in visits.items() for day, place, paid in days]
    with laid_out(tmp_path, as_of=AS_OF, sales=sales_table(lines)) as (_, setting, kept):
        scene: Any = SimpleNamespace(setting=setting, kept=kept)
        by_name = {c.measure: c for c in courses(scene, ("East", "West"))}
    for measure, counts in (
        ("back_90", newcomers(visits)),
        ("kept_90", existing(visits)),
        ("visit_value", values(visits)),
    ):
        c = by_name[measure]  # type: ignore[index]
        assert len(c.quarters) >= 6
        for line in c.lines:
            for day, point in zip(c.quarters, line.points, strict=True):
                expected = counts.get((line.name, number(day)), [])
                assert point is not None and point.n == len(expected), (measure, line.name, day)
                assert point.mid == pytest.approx(np.mean(expected), rel=1e-6)


type Visits = dict[int, list[tuple[date, str, float]]]
type Counts = dict[tuple[str, int], list[float]]


def newcomers(visits: Visits) -> Counts:
    counts: Counts = {}
    for days in visits.values():
        came = len(days) > 1 and (days[1][0] - days[0][0]).days <= 90
        counts.setdefault((days[0][1], number(days[0][0])), []).append(float(came))
    return counts


def existing(visits: Visits) -> Counts:
    counts: Counts = {}
    for days in visits.values():
        for quarter in {number(day) for day, _, _ in days} - {number(days[0][0])}:
            last, place, _ = [v for v in days if number(v[0]) == quarter][-1]
            came = any(0 < (day - last).days <= 90 for day, _, _ in days)
            counts.setdefault((place, quarter), []).append(float(came))
    return counts


def values(visits: Visits) -> Counts:
    each: dict[tuple[str, int, int], list[float]] = {}
    for customer, days in visits.items():
        for day, place, paid in days:
            each.setdefault((place, number(day), customer), []).append(paid)
    counts: Counts = {}
    for (place, quarter, _), paid_there in each.items():
        counts.setdefault((place, quarter), []).append(float(np.mean(paid_there)))
    return counts
