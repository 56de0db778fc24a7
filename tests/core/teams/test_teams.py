"""Branches and staff of a small ledger against plain loops, and against printed figures of shrinkage."""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import ibis
import numpy as np
import pyarrow as pa
import pytest

from regulars.analysis.results.teams import ENOUGH, Measured, Teams
from regulars.analysis.teams import teams_at
from regulars.analysis.teams.measured import Counted, foretold, measured
from regulars.analysis.teams.of_staff import at_the_same_branch, at_the_same_mix
from regulars.packs.load import load_pack
from support.analysis import Line, laid_out, sales_table

AS_OF, OPENED = date(2025, 12, 31), date(2022, 6, 1)
BRANCHES = ("East", "North", "West")
STAFF = tuple(f"st-{i}" for i in range(5))
PRICES = {"Colour": 900.0, "Cut": 300.0}


@dataclass(frozen=True)
class Visit:
    day: date
    branch: str
    staff: str
    category: str
    paid: float


def visits_of(rng: np.random.Generator) -> list[Visit]:
    day = OPENED + timedelta(days=int(rng.integers(0, 1200)))
    found: list[Visit] = []
    while day <= AS_OF and (not found or rng.random() < 0.75):
        branch = BRANCHES[int(rng.integers(0, 3))]
        staff = STAFF[int(rng.integers(0, 5))]
        category = "Colour" if rng.random() < (0.9 if staff == "st-0" else 0.2) else "Cut"
        found.append(Visit(day, branch, staff, category, PRICES[category] + int(rng.integers(-50, 51))))
        day += timedelta(days=1 + int(rng.exponential(70)))
    return found


@pytest.fixture(scope="module")
def base() -> dict[int, list[Visit]]:
    rng = np.random.default_rng(5)
    return {key: visits_of(rng) for key in range(1, 701)}


def looked_at(folder: Path, lines: list[Line]) -> Teams | None:
    with laid_out(folder, as_of=AS_OF, sales=sales_table(lines)) as (_, setting, kept):
        people = kept.customers
        if kept.home is not None:
            people = people.join(kept.home.select("customer", "branch"), "customer")
        states = ibis.cases((people.since_days <= 60, "active"), (people.since_days <= 120, "overdue"), else_="lapsed")
        scene: Any = SimpleNamespace(setting=setting, kept=kept, people=people.mutate(state=states))
        return teams_at(scene)


@pytest.fixture(scope="module")
def found(base: dict[int, list[Visit]], tmp_path_factory: pytest.TempPathFactory) -> Teams:
    lines = [
        Line(key, v.day, v.paid, branch=v.branch, staff=v.staff, category=v.category)
        for key, visits in base.items()
        for v in visits
    ]
    result = looked_at(tmp_path_factory.mktemp("teams"), lines)
    assert result is not None
    return result


def newcomers(base: dict[int, list[Visit]]) -> list[list[Visit]]:
    first = min(v[0].day for v in base.values()) + timedelta(days=load_pack("beauty").windows.lost_after)
    since = max(first, AS_OF - timedelta(days=1096))
    return [v for v in base.values() if since <= v[0].day <= AS_OF - timedelta(days=90)]


def home(visits: list[Visit]) -> str:
    """The branch most visited in the last 24 months, else ever; ties to the latest."""
    recent = [v for v in visits if v.day > AS_OF - timedelta(days=730)]
    looked_at = recent or visits
    return max(BRANCHES, key=lambda b: (sum(v.branch == b for v in looked_at), *last_of(visits, b)))


def last_of(visits: list[Visit], branch: str) -> tuple[date]:
    return (max((v.day for v in visits if v.branch == branch), default=date.min),)


def came_again(visits: list[Visit]) -> bool:
    return len(visits) > 1 and (visits[1].day - visits[0].day).days <= 90


def counted(m: Measured) -> dict[str, tuple[int, float]]:
    return {row.name: (row.figure.n, row.figure.raw) for row in m.rows if row.figure}


def shares(pairs: list[tuple[str, float]]) -> dict[str, tuple[int, float]]:
    by: dict[str, list[float]] = defaultdict(list)
    for name, value in pairs:
        by[name].append(value)
    return {name: (len(values), sum(values) / len(values)) for name, values in by.items()}


def corrected(rows: list[tuple[str, str, float]]) -> dict[str, tuple[int, float]]:
    """Staff, branch and hit: a person's hits over those their branches would give, times the rate of all."""
    usual = shares([(branch, hit) for _, branch, hit in rows])
    overall = sum(hit for *_, hit in rows) / len(rows)
    found = {}
    for name in {staff for staff, *_ in rows}:
        own = [(branch, hit) for staff, branch, hit in rows if staff == name]
        expected = sum(usual[branch][1] for branch, _ in own)
        found[name] = len(own), sum(hit for _, hit in own) / expected * overall
    return found


def means_of(pairs: list[tuple[tuple[str, int], float]]) -> dict[tuple[str, int], float]:
    by: dict[tuple[str, int], list[float]] = defaultdict(list)
    for name, value in pairs:
        by[name].append(value)
    return {name: sum(values) / len(values) for name, values in by.items()}


def alike(one: dict[str, tuple[int, float]], other: dict[str, tuple[int, float]], rel: float = 1e-9) -> None:
    assert set(one) == set(other)
    for name, (n, value) in one.items():
        assert n == other[name][0]
        assert value == pytest.approx(other[name][1], rel=rel)


def test_branches_against_a_loop(base: dict[int, list[Visit]], found: Teams) -> None:
    back, stayed, late, interval, value = found.branches
    assert [m.measure for m in found.branches] == ["back_90", "stayed", "late", "interval", "visit_value"]
    alike(counted(back), shares([(v[0].branch, float(came_again(v))) for v in newcomers(base)]))
    then = AS_OF - timedelta(days=365)
    pairs = []
    for visits in base.values():
        before = [v for v in visits if then - timedelta(days=365) < v.day <= then]
        if before:
            pairs.append((before[-1].branch, float(visits[-1].day > then)))
    alike(counted(stayed), shares(pairs))
    homes = [(home(visits), (AS_OF - visits[-1].day).days) for visits in base.values()]
    alike(counted(late), shares([(branch, float(away > 60)) for branch, away in homes if away <= 120]))
    gaps = [
        ((after.branch, key), math.log((after.day - before.day).days))
        for key, vs in base.items()
        for before, after in itertools.pairwise(vs)
        if after.day > then
    ]
    usual = shares([(branch, mean) for (branch, _), mean in means_of(gaps).items()])
    alike(
        counted(interval), {name: (n, math.exp(mean)) for name, (n, mean) in usual.items()}, rel=1e-6
    )  # sums of logarithms carry six decimals
    paid = [((v.branch, key), v.paid) for key, vs in base.items() for v in vs if v.day > then]
    alike(counted(value), shares([(branch, mean) for (branch, _), mean in means_of(paid).items()]))


def test_staff_against_a_loop(base: dict[int, list[Visit]], found: Teams) -> None:
    back, same, price = found.staff
    assert [m.measure for m in found.staff] == ["back_90", "same_hands", "line_value"]
    new = newcomers(base)
    alike(counted(back), corrected([(v[0].staff, v[0].branch, float(came_again(v))) for v in new]))
    again = [(v[0].staff, v[0].branch, float(v[0].staff == v[1].staff)) for v in new if came_again(v)]
    alike(counted(same), corrected(again))
    served = [(key, v) for key, vs in base.items() for v in vs if v.day > AS_OF - timedelta(days=365)]
    recent = [v for _, v in served]
    usual = {name: mean for name, (_, mean) in shares([(v.branch + v.category, v.paid) for v in recent]).items()}
    overall = sum(v.paid for v in recent) / len(recent)
    lines = [((v.staff, key), v.paid - usual[v.branch + v.category] + overall) for key, v in served]
    found_alike = shares([(staff, mean) for (staff, _), mean in means_of(lines).items()])
    shown = counted(price)
    assert {name: n for name, (n, _) in shown.items()} == {name: n for name, (n, _) in found_alike.items()}
    for name, (_, mean) in shown.items():
        assert mean == pytest.approx(found_alike[name][1], rel=1e-6)  # the engine's distances carry six decimals


def test_who_does_the_colours_is_not_called_dear(found: Teams) -> None:
    price = found.staff[-1]
    assert all(row.figure is not None and row.figure.told == "alike" for row in price.rows)
    assert {row.name for row in price.rows} == set(STAFF)


def test_the_order_is_no_ranking(found: Teams) -> None:
    for m in (*found.branches, *found.staff):
        alike_rows = [row.name for row in m.rows if row.figure is not None and row.figure.told == "alike"]
        assert alike_rows == sorted(alike_rows)
        assert 0 <= m.pairs <= m.of_pairs


def test_one_branch_and_nobody_named_is_nothing_said(tmp_path: Path) -> None:
    assert looked_at(tmp_path, [Line(i, date(2025, 1, 1) + timedelta(days=i)) for i in range(1, 90)]) is None


#: Efron and Morris (1975), table 1: hits in 45 times at bat, and the average of the rest of the 1970 season.
HITS = (18, 17, 16, 15, 14, 14, 13, 12, 11, 11, 10, 10, 10, 10, 10, 9, 8, 7)
REST = (
    *(0.346, 0.298, 0.276, 0.222, 0.273, 0.270, 0.263, 0.210, 0.269),
    *(0.230, 0.264, 0.256, 0.303, 0.264, 0.226, 0.286, 0.316, 0.200),
)


def test_the_batters_of_efron_and_morris() -> None:
    names = tuple(f"b{i:02}" for i in range(18))
    after = Counted(names, np.full(18, 370.0), 370 * np.array(REST))
    told = foretold(Counted(names, np.full(18, 45.0), np.array(HITS, dtype=float)), after)
    assert told is not None and told.groups == 18
    assert 3 < told.raw / told.shrunk < 4  # the rule of James and Stein: 3.5, as printed


def test_who_works_at_a_weak_branch_is_not_called_weak() -> None:
    rng = np.random.default_rng(8)
    names = tuple(f"st-{i}" for i in range(10))
    branch = np.repeat([0, 1], 5)
    hits = rng.binomial(250, np.where(branch == 0, 0.5, 0.25))
    columns = {"staff": names, "branch": branch, "n": np.full(10, 250), "hits": hits}
    found = measured("back_90", at_the_same_branch(names, pa.table(columns), "hits", "n"))
    assert found is not None
    assert [row.figure.told for row in found.rows if row.figure] == ["alike"] * 10
    direct = measured("back_90", Counted(names, np.full(10, 250.0), hits.astype(float)))
    assert direct is not None and sum(row.figure.told == "below" for row in direct.rows if row.figure) == 5


def test_few_get_no_verdict() -> None:
    n = np.array([ENOUGH - 1.0, 400.0, 400.0])
    result = measured("back_90", Counted(("a", "b", "c"), n, np.array([0.0, 200.0, 200.0])))
    assert result is not None
    assert {row.name: row.figure.told for row in result.rows if row.figure}["a"] == "alike"
    assert result.of_pairs == 1


@pytest.mark.parametrize(("spread", "low", "high"), [(0.0, 0.75, 1.0), (0.05, 0.2, 0.35), (0.1, 0.0, 0.25)])
def test_the_part_of_chance(spread: float, low: float, high: float) -> None:
    rng = np.random.default_rng(3)
    groups, n = 60, np.full(60, 300.0)
    truth = 0.25 / 300 / (0.25 / 300 + spread**2)
    found, held = [], []
    for _ in range(40):
        rates = np.clip(rng.normal(0.5, spread, groups), 0.02, 0.98)
        names = tuple(str(i) for i in range(groups))
        part = Counted(names, n, rng.binomial(300, rates).astype(float)).chance()
        assert part is not None
        assert part.low <= part.mid <= part.high
        found.append(part.mid)
        held.append(part.low <= truth <= part.high)
    assert low <= float(np.mean(found)) <= high
    assert np.mean(held) > 0.8


def test_means_have_a_part_of_chance_too() -> None:
    rng = np.random.default_rng(4)
    values = rng.normal(500, 200, (80, 100))
    n, total, squares = np.full(80, 100.0), values.sum(axis=1), (values**2).sum(axis=1)
    part = Counted(tuple(map(str, range(80))), n, total, squares).chance()
    assert part is not None and part.mid > 0.7
    same = Counted(("a", "b", "c"), n[:3], np.full(3, 50_000.0), np.full(3, 2.5e7))
    assert same.chance() is None


def test_the_same_mix_moves_everybody_to_the_mean_of_all_lines() -> None:
    table = pa.table(
        {
            "staff": ["x", "y"],
            "n": [2, 1],
            "total": [6.0, -3.0],  # customers at +2 and +4, and one at -3
            "squares": [20.0, 9.0],
            "lines": [3, 1],
            "paid": [320.0, 80.0],
        }
    )
    moved = at_the_same_mix(("x", "y"), table)
    assert moved.total.tolist() == pytest.approx([102 + 104, 97])
    assert moved.squares is not None
    assert moved.squares.tolist() == pytest.approx([102**2 + 104**2, 97**2])
