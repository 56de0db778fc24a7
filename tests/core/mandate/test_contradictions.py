"""What cannot be kept at once: which bounds contradict each other, and how far the nearest plan misses each."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from regulars.api.contradictions import misses, new_misses
from regulars.base.words import render
from support.planning import business_of, objective
from support.rules import planned


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Plans over one base by their settings, each made once."""
    folder: Path = tmp_path_factory.mktemp("contradicting")
    made: dict[str, Any] = {}

    def plan(**how: Any) -> Any:
        key = repr(how)
        if key not in made:
            made[key] = planned(folder / str(len(made)), business_of(**how), customers=400)
        return made[key]

    return plan


def test_two_locks_against_each_other_are_both_named_with_what_is_missed(asked: Any) -> None:
    free = asked()
    assert not [one for one in misses(free) if one.kind == "rule"]
    locks = [{"measure": "reminder", "at_least": 40}, {"family": "retain", "at_most": 25}]
    plan = asked(locks=locks)
    (one,) = new_misses(free, plan)
    assert one.kind == "rule" and one.unit == "customers"
    assert (one.wanted, one.kept, one.missed) == (40, 25, 15)
    assert any("25" in render(text, "en") for text in one.against), "the other lock is named"
    assert all("{" not in render(text, "zh-Hant") for text in one.against)
    given = sum(line.customers for line in plan.lines if "reminder" in line.measures)
    assert given == one.kept, "the nearest plan does so much of it"


def test_a_target_out_of_reach_is_missed_by_what_lies_between(asked: Any) -> None:
    free = asked(objectives=[objective("stay", "retention_rate", 0.99)])
    (one,) = [one for one in misses(free) if one.kind == "target"]
    row = free.targets[0]
    assert one.missed == pytest.approx(0.99 - row.expected.mean) and one.unit == "retention_rate"
    assert new_misses(free, free) == (), "what was missed before the change is not its doing"
    higher = replace(free, targets=(replace(row, target=0.995),))
    assert [one.id for one in new_misses(free, higher)] == ["target:stay"]
    met = replace(free, targets=(replace(row, shortfall=0.0),))
    assert misses(met) == () and [one.id for one in new_misses(met, free)] == ["target:stay"]
