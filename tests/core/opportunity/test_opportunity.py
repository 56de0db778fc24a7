"""What is taken next: rules against hand-counted moves and simulated customers."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import ibis
import numpy as np
import pytest

from regulars.analysis.opportunity import opportunity
from regulars.analysis.opportunity.following import named, tried
from regulars.analysis.results.opportunity import Opportunity
from support.analysis import Line, laid_out, sales_table

AS_OF = date(2025, 12, 31)
NAMES = ("Colour", "Cut", "Nails", "Spa")


def looked_at(folder: Path, lines: list[Line]) -> Opportunity | None:
    return studied(folder, lines)[0]


def studied(folder: Path, lines: list[Line]) -> tuple[Opportunity | None, dict[int, str | None]]:
    """The part, and each customer's next category."""
    with laid_out(folder, as_of=AS_OF, sales=sales_table(lines)) as (reader, setting, kept):
        people = kept.customers.mutate(state=ibis.literal("active"))
        rng = np.random.default_rng(1)
        scene: Any = SimpleNamespace(setting=setting, kept=kept, people=people, interval=60.0, rng=rng)
        found = opportunity(scene)
        each = reader.arrow(found.of_each).to_pylist() if found.of_each is not None else []
        return found.result, {row["customer"]: row["next_category"] for row in each}


def customers(step: str) -> list[Line]:
    rng, lines = np.random.default_rng(3), []
    for key in range(1, 151):
        at = int(rng.integers(0, 4))
        for i in range(16):
            day = AS_OF - timedelta(days=int(key % 60) + 60 * (15 - i))
            at = {"cycle": (at + 1) % 4, "same": at, "chance": int(rng.integers(0, 4))}[step]
            lines.append(Line(key, day, 300.0, category=NAMES[at]))
            lines.append(Line(key, day, 20.0, category="Extra"))
    return lines


@pytest.mark.parametrize(("step", "rule"), [("cycle", "moves"), ("same", "same")])
def test_finds_the_rule_customers_live_by(tmp_path: Path, step: str, rule: str) -> None:
    found = looked_at(tmp_path, customers(step))
    assert found is not None
    assert (found.rules[0].rule, found.rules[0].first, found.tested, found.origins) == (rule, 1.0, 600, 4)
    assert found.rules[1].first < (0.5 if step == "cycle" else 1.01)
    for row in found.rows:
        expected = (NAMES.index(row.last) + (step == "cycle")) % 4
        assert (row.named, row.chance, row.gap_low, row.gap_mid, row.gap_high) == (NAMES[expected], 1.0, 60, 60, 60)
    assert sum(row.customers for row in found.rows) == 150
    assert sum(row.pairs for row in found.rows) == 150 * 15


def test_chance_gives_no_rule_an_edge(tmp_path: Path) -> None:
    found = looked_at(tmp_path, customers("chance"))
    assert found is not None
    assert all(row.first_low < 0.25 < row.first_high for row in found.rules)


def test_each_customer_gets_what_follows_their_last_visit(tmp_path: Path) -> None:
    lines = customers("cycle")
    # Prepaid lines are no choice: whoever came for one last is told what follows it, and nobody is told it.
    lines += [Line(1, AS_OF, 900.0, "package_redemption", category="Prepaid")]
    lines.append(Line(900, AS_OF, 900.0, category="Seldom"))
    _, named = studied(tmp_path, lines)
    last = {line.customer: line.category for line in lines if line.category != "Extra"}
    for key in range(2, 151):
        assert named[key] == NAMES[(NAMES.index(str(last[key])) + 1) % 4]
    assert named[1] is None and named[900] is None  # too few came after such


def test_says_nothing_of_little(tmp_path: Path) -> None:
    assert looked_at(tmp_path, [Line(1, AS_OF, 300.0, category="Cut")]) is None


def test_two_categories_on_one_day_say_nothing(tmp_path: Path) -> None:
    lines = [Line(key, AS_OF, 0.0, category=NAMES[key % 2]) for key in range(1, 4)]
    assert looked_at(tmp_path, lines) is None


def test_rules_by_hand() -> None:
    counts = np.array([[10.0, 90.0, 0.0], [80.0, 20.0, 0.0], [0.0, 0.0, 2.0]])
    assert named(counts, "popular")[:, 0].tolist() == [1, 1, 1]
    assert named(counts, "same").tolist() == [[0, 1, 2], [1, 0, 2], [2, 1, 0]]
    assert named(counts, "moves")[:, 0].tolist() == [1, 0, 1]


def test_a_rule_learns_nothing_from_after_its_origin() -> None:
    every = np.zeros((5, 2, 2))
    every[4] = [[0, 100], [100, 0]]
    every[0] = [[1000, 0], [0, 1000]]
    rules, tested, origins = tried(every, np.concatenate([every[:1], np.zeros((4, 2, 2))]))
    assert (tested, origins) == (2000, 1)
    assert {row.rule: row.first for row in rules} == {"same": 1.0, "popular": 0.5, "moves": 0.0}
    low, high = rules[1].first_low, rules[1].first_high
    assert (low, high) == pytest.approx((0.48162, 0.51838), abs=1e-4)  # Wilson at 1000 of 2000
