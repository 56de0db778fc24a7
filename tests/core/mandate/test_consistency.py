"""The matrix adds up to what the plan does; what is inconsistent is found, and nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from regulars.base.errors import BadSettings
from regulars.base.text import Text
from regulars.base.words import LANGUAGES, render
from regulars.packs.load import load_pack
from regulars.packs.schema import Pack
from regulars.strategy.plan import Plan
from regulars.strategy.plan_mandate import Mandate
from regulars.strategy.solve import Sizes
from support.planning import business_of, effect, measure, measures, objective, pack_of, plan_of

SIZES = Sizes(optimise=40, report=100)
PASSES = {"benefit": 2, "harm": 0, "pressure": 0, "fairness": 3, "vulnerable": 0, "opt_out": 3}
OWNED = {"owner": "Wong"}


def passing(pack: Pack, **changes: Any) -> list[dict[str, Any]]:
    return [{"measure": m.id, **PASSES, **changes.get(m.id, {})} for m in pack.measures]


def planned(folder: Path, pack: Pack | None = None, **settings: Any) -> tuple[Plan, Mandate]:
    used = pack or pack_of(measures())
    business = business_of(3000, 20, **{"interest": passing(used), **settings})
    plan = plan_of(folder, business, customers=1200, pack=used, sizes=SIZES)
    assert plan.mandate is not None
    return plan, plan.mandate


def codes(mandate: Mandate, weight: str) -> set[tuple[str, str]]:
    return {(f.code, f.subject) for f in mandate.findings if f.weight == weight}


WISHES = [
    {**objective("gain", "gain_12", 2000.0), **OWNED},
    {**objective("stay", "retention_rate", 0.7), **OWNED},
    {**objective("back", "reactivated", 45.0), **OWNED},
    {**objective("few", "wastage_90d", 0.1), **OWNED},
    {**objective("central", "active_customers", 900.0), **OWNED, "branches": ["Central"]},
]


def test_the_matrix_adds_up_to_what_the_plan_changes(tmp_path: Path) -> None:
    plan, mandate = planned(tmp_path, objectives=WISHES)
    for target in plan.targets:
        total = sum(link.amount for link in mandate.links if link.objective == target.objective)
        change = target.expected.mean - target.baseline
        if target.objective == "few":
            change = -change  # counted so that more is better
        noise = abs(target.expected.p90 - target.expected.p10) / 2.56 / 10  # of 100 draws of chance
        assert total == pytest.approx(change, abs=3 * noise + 1e-9)
        assert total != 0


def test_a_sound_plan_is_consistent_and_every_line_serves_an_objective(tmp_path: Path) -> None:
    plan, mandate = planned(tmp_path, objectives=WISHES[:1])
    assert codes(mandate, "blocks") == set()
    assert mandate.consistent
    serving = {link.measure for link in mandate.links if link.state == "serves"}
    assert {m for line in plan.lines for m in line.measures} <= serving
    assert all(line.objectives == ("gain",) for line in plan.lines)


def test_a_measure_that_serves_no_objective_blocks(tmp_path: Path) -> None:
    # The only wish is about those who are customers: bringing the lapsed back pays, but serves nothing that was asked.
    calling = measure("winback", [effect("reactivation", 0.06, 0.03)], states=("lapsed",))
    pack = pack_of((measures()[0], calling))
    plan, mandate = planned(tmp_path, pack, objectives=[WISHES[1]])
    assert any("winback" in line.measures for line in plan.lines)
    assert ("unlinked", "winback") in codes(mandate, "blocks")
    barred = [{"id": "no", "text": {}, "kind": "must_not", "rule": {"measures": ["winback"]}}]
    _, after = planned(tmp_path, pack, objectives=[WISHES[1]], clauses=barred)
    assert ("unlinked", "winback") not in codes(after, "blocks")


def test_a_target_nothing_serves_blocks_unless_it_is_met_anyway(tmp_path: Path) -> None:
    living = pack_of(tuple(m for m in measures() if m.id != "winback"))
    wish = {**objective("back", "reactivated", 500.0), **OWNED}
    _, mandate = planned(tmp_path, living, objectives=[WISHES[0], wish])
    assert ("unserved", "back") in codes(mandate, "blocks")
    _, met = planned(tmp_path, living, objectives=[WISHES[0], {**wish, "target": 1.0}])
    assert codes(met, "blocks") == set()


def test_the_tree_has_no_orphan_and_no_owner_is_missing(tmp_path: Path) -> None:
    corporate = [
        {"id": "keep", "name": {"en": "Keep"}, "kind": "retain", "owner": "Chan", "by": "2027-12-31"},
        {"id": "image", "name": {"en": "Image"}, "kind": "image"},
    ]
    wishes = [
        {**objective("stay", "retained_customers", 1.0), "serves": "keep"},
        objective("gain", "gain_12", 1.0),
    ]
    _, mandate = planned(tmp_path, corporate=corporate, objectives=wishes)
    tree = {("no_kpi", "image"), ("orphan", "gain"), ("no_owner", "gain")}
    assert tree <= codes(mandate, "blocks")
    stay = next(a for a in mandate.aims if a.objective == "stay")
    assert (stay.owner, str(stay.by)) == ("Chan", "2027-12-31")
    assert [row.targets for row in mandate.corporate] == [("stay",), ()]
    with pytest.raises(ValueError, match="no corporate objective"):
        business_of(objectives=[{**objective("a", "gain_12", 1.0), "serves": "nothing"}])


def test_a_plan_without_objectives_serves_none(tmp_path: Path) -> None:
    _, mandate = planned(tmp_path)
    assert codes(mandate, "blocks") == {("no_objective", "")}


@pytest.mark.parametrize(
    ("change", "questions"),
    [
        ({"benefit": 0}, ("benefit",)),
        ({"harm": 3}, ("harm",)),
        ({"benefit": 1, "harm": 1}, ()),
        ({"pressure": 2, "opt_out": 1}, ("pressure", "opt_out")),
        ({"fairness": 1}, ("fairness",)),
        ({"vulnerable": 2}, ("vulnerable",)),
    ],
)
def test_a_measure_against_the_customers_interest_blocks(
    change: dict[str, int], questions: tuple[str, ...], tmp_path: Path
) -> None:
    pack = pack_of(measures())
    _, mandate = planned(tmp_path, pack, objectives=WISHES[:1], interest=passing(pack, reminder=change))
    row = next(r for r in mandate.interest if r.measure == "reminder")
    assert row.failed == questions
    assert (("interest", "reminder") in codes(mandate, "blocks")) == bool(questions)


def test_a_measure_nobody_tested_blocks(tmp_path: Path) -> None:
    pack = pack_of(measures())
    tests = [t for t in passing(pack) if t["measure"] != "call"]
    _, mandate = planned(tmp_path, pack, objectives=WISHES[:1], interest=tests)
    assert codes(mandate, "blocks") == {("untested", "call")}


def test_a_measure_that_harms_another_objective_is_told(tmp_path: Path) -> None:
    harmful = pack_of((measure("push", [effect("frequency", 0.4, 0.15, 6), effect("attrition", 0.1, 0.15, 3)]),))
    _, mandate = planned(tmp_path, harmful, objectives=WISHES[:2], care={"no_harm": False})
    assert ("against", "stay:push") in codes(mandate, "warns")
    assert next(k for k in mandate.links if k.objective == "stay").amount < 0


def test_a_target_the_data_cannot_judge_is_named_and_never_dropped(tmp_path: Path) -> None:
    asked = ["satisfied_share", "consent_growth", "complaints_in_time", "new_customers"]
    wishes = [{**objective(kpi, kpi, 0.5), **OWNED} for kpi in asked]
    wishes.append({**objective("north", "retained_customers", 5.0), **OWNED, "branches": ["North"]})
    plan, mandate = planned(tmp_path, objectives=[WISHES[0], *wishes])
    told = {a.objective: a for a in mandate.aims}
    assert [a.objective for a in mandate.aims] == ["gain", *asked, "north"]
    for id in ("satisfied_share", "consent_growth", "complaints_in_time", "north"):
        reason = told[id].reason
        assert told[id].judged == "cannot" and isinstance(reason, Text)
        assert len({render(reason, language) for language in LANGUAGES}) == 2
        assert ("cannot_be_judged", id) in codes(mandate, "warns")
    shown = {t.objective for t in plan.targets}
    assert shown == {a.objective for a in mandate.aims if a.judged != "cannot"}


def test_factors_and_tests_name_what_is_there(tmp_path: Path) -> None:
    factor = {"id": "f", "name": {"en": "F"}, "kind": "law", "says": "x"}
    for wrong in (
        {"factors": [{**factor, "measures": ["nothing"]}]},
        {"factors": [{**factor, "objectives": ["nothing"]}]},
        {"interest": [{"measure": "nothing", **PASSES}]},
    ):
        with pytest.raises(BadSettings, match="nothing"):
            planned(tmp_path, **wrong)
    _, mandate = planned(tmp_path, objectives=WISHES[:1], factors=[{**factor, "measures": ["call"]}])
    assert [(f.id, f.measures) for f in mandate.factors] == [("f", ("call",))]


def test_every_finding_reads_in_both_languages(tmp_path: Path) -> None:
    wishes = [objective("stay", "retention_rate", 0.99), objective("sat", "satisfied_share", 0.9)]
    _, mandate = planned(tmp_path, objectives=wishes, interest=[])
    assert len(mandate.findings) >= 5
    for finding in mandate.findings:
        for text in (finding.text, finding.hint):
            assert render(text, "en") != render(text, "zh-Hant")


@pytest.mark.parametrize("trade", ["beauty", "hair", "retail", "watch"])
def test_every_measure_of_a_pack_has_its_starter_test_and_passes(trade: str) -> None:
    pack = load_pack(trade)
    assert {t.measure for t in pack.interest} == {m.id for m in pack.measures}
    assert {t.measure: t.failed() for t in pack.interest if t.failed()} == {}
