"""Two plans beside each other: what changed is found, what moved is counted, and the words are there."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from regulars.base.text import Local
from regulars.base.words import render
from regulars.strategy.compare import compare, move_of
from regulars.strategy.plan import Plan
from regulars.strategy.plan_compare import Comparison
from support.planning import business_of, measures, objective, pack_of, plan_of, texts

NAMES = {m.id: Local({"en": m.id, "zh-Hant": m.id}) for m in measures()}


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    return plan_of(tmp_path_factory.mktemp("plain"), business_of())


def beside(before: Plan, after: Plan) -> Comparison:
    found = compare(before, after, runs=("a", "b"), names=NAMES)
    for text in texts(found):
        for language in ("en", "zh-Hant"):
            assert "{" not in render(text, language)
    return found


def ids(found: Comparison) -> set[str]:
    return {text.id for text in found.sentences}


def test_a_plan_beside_itself_has_not_changed(plain: Plan) -> None:
    found = beside(plain, plain)
    assert not found.changes
    assert not found.causes
    assert ids(found) == {"strategy.compare.same_basis", "strategy.compare.lines_same"}
    assert all(row.move == "kept" for row in (*found.lines, *found.measures))


def test_more_money_is_named_and_what_it_brings(plain: Plan, tmp_path: Path) -> None:
    poor = plan_of(tmp_path, business_of(400))
    found = beside(poor, plain)
    change = next(c for c in found.changes if c.key == "budget")
    assert (change.kind, change.before, change.after) == ("budget", "400.0", "6000.0")
    assert {c.kind for c in found.changes} == {"budget"}
    assert sum(cause.value for cause in found.causes) == pytest.approx(
        plain.value_36.mean - poor.value_36.mean, abs=0.01 * plain.value_36.mean
    )
    assert found.before.cost < found.after.cost
    assert any(row.move in ("came", "grew") for row in found.measures)
    assert "strategy.compare.value_up" in ids(found)
    # The other way round everything is turned about.
    back = beside(plain, poor)
    assert "strategy.compare.value_down" in ids(back)
    assert {r.id: r.customers for r in back.lines} == {r.id: r.customers[::-1] for r in found.lines}


def test_a_veto_is_named_priced_and_seen_to_work(plain: Plan, tmp_path: Path) -> None:
    vetoed = plan_of(tmp_path, business_of(veto=["reminder"]))
    found = beside(plain, vetoed)
    assert [c.key for c in found.changes] == ["veto:reminder"]
    row = next(m for m in found.measures if m.id == "reminder")
    assert row.move == "went" and row.customers[1] == 0 and row.value_36[1] == 0
    (cause, *_) = found.causes
    assert cause.id == "veto:reminder"
    price = next(p.worth for p in vetoed.prices if p.limit == "veto:reminder")
    assert cause.value == pytest.approx(-price)


def test_targets_rules_and_hours_are_told(plain: Plan, tmp_path: Path) -> None:
    goals = [objective("w", "wastage_90d", 0.08), objective("b", "reactivated", 50.0)]
    branches = [{"id": "Central", "name": {"en": "Central"}, "staff_hours": 90}]
    settings: dict[str, Any] = {
        "contact": {"holdout": 0.1, "max_contacts": 2},
        "capacity": {"staff_hours_per_branch": 30},
    }
    after = plan_of(
        tmp_path,
        business_of(objectives=goals, branches=branches).model_copy(
            update={k: getattr(business_of(**settings), k) for k in settings}
        ),
    )
    found = beside(plain, after)
    kinds = {c.key: c.kind for c in found.changes}
    assert kinds["w"] == kinds["b"] == "target"
    assert kinds["contact.holdout"] == "rule"
    assert kinds["contact.max_contacts"] == "setting"
    assert kinds["capacity.staff_hours_per_branch"] == "hours"
    assert kinds["branches.Central"] == "setting"
    lower = replace(after, targets=(replace(after.targets[0], target=0.07), *after.targets[1:]))
    again = beside(after, lower)
    assert [c.told.id for c in again.changes] == ["strategy.compare.target"]
    assert "strategy.compare.target_gone" in {c.told.id for c in beside(after, plain).changes}


def test_new_beliefs_terms_and_data_are_told(plain: Plan, tmp_path: Path) -> None:
    changed = list(measures())
    effects = (changed[0].effects[0].model_copy(update={"mean": -0.3}), *changed[0].effects[1:])
    changed[0] = changed[0].model_copy(update={"effects": effects})
    changed[1] = changed[1].model_copy(update={"cost": 9.0})
    del changed[3]
    after = plan_of(tmp_path, business_of(), pack=pack_of(tuple(changed)), customers=2500)
    later = replace(
        after,
        provenance=replace(
            after.provenance, as_of=after.provenance.as_of + timedelta(days=90), data_version=99, program_version="9"
        ),
        seed=5,
    )
    found = beside(plain, later)
    kinds = {c.key: c.kind for c in found.changes}
    assert kinds["reminder:attrition"] == "effect"
    assert kinds["call"] == kinds["newsletter"] == "measure"
    assert kinds["as_of"] == kinds["data_version"] == kinds["customers:active"] == "data"
    assert kinds["program_version"] == kinds["seed"] == "program"
    assert "strategy.compare.rest_data" in ids(found)


def test_effects_whose_range_alone_changed_are_counted(plain: Plan) -> None:
    assert plain.basis is not None
    wider = tuple(replace(effect, sd=2 * effect.sd) for effect in plain.basis.effects)
    found = beside(plain, replace(plain, basis=replace(plain.basis, effects=wider)))
    assert "strategy.compare.ranges" in ids(found) and "strategy.compare.effect" not in ids(found)
    assert len([c for c in found.changes if c.kind == "effect"]) == len(wider), "each is still told of by itself"


def test_a_plan_without_a_record_of_its_settings_says_so(plain: Plan) -> None:
    old = replace(plain, basis=None, sensitivities=(), provenance=replace(plain.provenance, settings_digest="0" * 8))
    assert [c.key for c in beside(old, plain).changes] == ["settings"]


def test_moves_are_named_by_what_became_of_the_customers() -> None:
    moves = {
        (0, 5): "came",
        (5, 0): "went",
        (100, 104): "kept",
        (100, 120): "grew",
        (100, 60): "shrank",
        (0, 0): "kept",
    }
    assert {pair: move_of(*pair) for pair in moves} == moves
