"""Investments inside a whole plan: one optimisation, the right books, and words in both languages."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from regulars.base.errors import BadSettings
from regulars.base.words import render
from regulars.packs.load import load_pack
from regulars.report.build import build_document
from regulars.report.render_html import to_html
from regulars.strategy.plan import Plan
from support.planning import business_of, check, measures, objective, pack_of, plan_of
from support.report import diagnosis

ALL: dict[str, Any] = {
    "acquisition": [
        {"id": "ads", "spend": 2000, "arrivals": 30, "ceiling": 80},
        {"id": "deal", "spend": 1000, "arrivals": 40, "ceiling": 60, "quality": "deal", "onboarding": 20, "hours": 0.1},
    ],
    "service": [
        {
            "id": "training",
            "levels": [
                {"id": "basic", "cost": 1500, "satisfied": 0.04},
                {"id": "full", "cost": 4000, "satisfied": 0.08, "rating": 0.2, "hours": 2},
                {"id": "gold", "cost": 40_000, "satisfied": 0.1},
            ],
        }
    ],
    "loyalty": [{"id": "five", "reward_rate": 0.05, "fixed": 500}, {"id": "two", "reward_rate": 0.02}],
    "expansion": [
        {"id": "tst", "capex": 600_000, "revenue": 200_000, "fixed": 70_000},
        {
            "id": "cn",
            "kind": "mainland",
            "capex": 400_000,
            "revenue": 150_000,
            "fixed": 60_000,
            "currency": "CNY",
            "rate": 1.08,
        },
    ],
}


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    return plan_of(tmp_path_factory.mktemp("all"), business_of(12_000, **ALL))


def test_everything_is_paid_from_one_budget(plan: Plan) -> None:
    found = plan.investments
    assert found is not None
    assert plan.cost <= plan.budget
    assert found.cost > 0
    budget = next(p for p in plan.prices if p.limit == "budget")
    assert budget.used <= plan.budget + 0.01
    assert plan.cost == pytest.approx(sum(line.cost for line in plan.lines) + found.cost + 300, abs=0.1)  # newsletter
    assert plan.hours == pytest.approx(sum(line.hours for line in plan.lines) + found.hours, abs=0.01)
    lines = sum(line.value_36.mean for line in plan.lines) - 300
    assert plan.value_36.mean == pytest.approx(lines + found.value_36.mean, rel=1e-6)


def test_the_last_dollar_in_a_channel_brings_what_the_budget_asks(plan: Plan) -> None:
    found = plan.investments
    assert found is not None
    price = next(p.worth for p in plan.prices if p.limit == "budget")
    inside = [c for c in found.channels if 0 < c.spend < c.most]
    assert inside
    for channel in inside:
        # Stretches are straight: within one, the curve's own slope differs from the price by its curvature only.
        assert channel.marginal / (1 + price) == pytest.approx(1, abs=0.75)


def test_a_level_too_far_is_not_taken(plan: Plan) -> None:
    found = plan.investments
    assert found is not None
    levels = {v.id: v for v in found.service[0].levels}
    assert levels["gold"].too_much
    assert not levels["gold"].chosen
    assert sum(v.chosen for v in levels.values()) <= 1
    assert sum(d.chosen for d in found.loyalty) <= 1


def test_scenarios_are_shown_and_not_counted(plan: Plan) -> None:
    found = plan.investments
    assert found is not None
    assert [s.chosen for s in found.expansion] == [False, False]
    for s in found.expansion:
        assert s.npv.p10 < s.npv.p50 < s.npv.p90
        assert 0 < s.probability_positive < 1
        assert s.extra_budget > 0
    assert {g.ansoff for g in found.growth} == {"penetration", "market_development"}


def test_a_scenario_may_be_let_in(tmp_path: Path) -> None:
    sure: dict[str, Any] = {
        "id": "kiosk",
        "capex": 3000,
        "revenue": 9000,
        "fixed": 1000,
        "ramp_months": 2,
        "cannibalised": 0.0,
    }
    kept: dict[str, Any] = {"expansion": [sure], "quarters": {"count": 0}}
    shown = plan_of(tmp_path, business_of(12_000, **kept))
    taken = plan_of(tmp_path, business_of(12_000, **{**kept, "expansion": [sure | {"auto": True}]}))
    assert shown.investments is not None
    assert taken.investments is not None
    assert taken.investments.expansion[0].chosen
    assert taken.cost > shown.cost
    assert taken.value_36.mean > shown.value_36.mean + 0.5 * shown.investments.expansion[0].npv.mean
    poor = plan_of(tmp_path, business_of(2_000, **{**kept, "expansion": [sure | {"auto": True}]}))
    assert poor.investments is not None
    assert not poor.investments.expansion[0].chosen


def test_more_to_choose_from_never_makes_the_optimum_worse(tmp_path: Path) -> None:
    values = []
    for keys in ((), ("acquisition",), ("acquisition", "service"), ("acquisition", "service", "loyalty")):
        business = business_of(6000, quarters={"count": 0}, **{k: ALL[k] for k in keys})
        values.append(plan_of(tmp_path, business).value_36.mean)
    # On fresh draws: a loss within the noise of 300 draws would not be one of the optimum's.
    assert all(b > a - 0.02 * abs(a) for a, b in pairwise(values))
    assert values[2] > values[0]


def test_nothing_asked_is_nothing_changed(tmp_path: Path) -> None:
    plain = plan_of(tmp_path, business_of(quarters={"count": 0}))
    assert plain.investments is None
    check(plain, business_of(), pack_of(measures()))
    ahead = plan_of(tmp_path, business_of(quarters={"count": 4}))
    assert ahead.investments is not None
    assert not ahead.investments.channels
    assert replace(ahead, investments=None) == plain


def test_a_target_can_be_served_by_service(tmp_path: Path) -> None:
    wanted = [objective("k", "retained_customers", 0.0)]
    baseline = plan_of(tmp_path, business_of(0, objectives=wanted)).targets[0].baseline
    goal = [objective("k", "retained_customers", baseline + 8)]
    training: dict[str, Any] = {
        "service": [{"id": "s", "levels": [{"id": "l", "cost": 900, "satisfied": 0.2, "sd": 0.01}]}]
    }
    none = plan_of(tmp_path, business_of(1000, 0, objectives=goal, veto=[m.id for m in measures()]))
    served = plan_of(tmp_path, business_of(1000, 0, objectives=goal, veto=[m.id for m in measures()], **training))
    assert served.targets[0].expected.mean > none.targets[0].expected.mean + 2
    assert served.targets[0].shortfall < none.targets[0].shortfall


def test_the_quarters_ahead_keep_their_budgets_and_everybody(tmp_path: Path) -> None:
    budgets = [5000.0, 1000.0, 9000.0, 3000.0]
    found = plan_of(tmp_path, business_of(5000, quarters={"count": 4, "budgets": budgets})).investments
    assert found is not None
    assert found.quarters is not None
    for quarter, budget in zip(found.quarters.quarters, budgets, strict=True):
        assert quarter.measures <= budget + 1e-6
        assert quarter.living.p10 <= quarter.living.mean <= quarter.living.p90
    totals = [sum(q.customers.values()) for q in found.quarters.quarters]
    steps = np.diff(totals)
    assert np.all(steps >= 0)  # arrivals only: nobody is lost from the books
    assert steps == pytest.approx(steps[0])
    first = found.quarters.quarters[0]
    assert first.customers == pytest.approx(first.customers_idle)
    assert found.quarters.gain.mean > 0


def test_an_unknown_branch_is_named(tmp_path: Path) -> None:
    wrong: dict[str, Any] = {
        "service": [{"id": "s", "branches": ["Nowhere"], "levels": [{"id": "l", "cost": 1, "satisfied": 0.1}]}]
    }
    with pytest.raises(BadSettings, match="Nowhere"):
        plan_of(tmp_path, business_of(**wrong))


@pytest.mark.parametrize("case", [{"customers": 0}, {"customers": 1}, {"margin": 0.0}, {"margin": -50.0}])
def test_corners_give_a_plan(tmp_path: Path, case: dict[str, Any]) -> None:
    found = plan_of(tmp_path, business_of(12_000, **ALL), **case)
    assert found.cost <= 12_000
    if case.get("margin") == -50.0:
        assert found.investments is not None
        assert all(c.spend == 0 for c in found.investments.channels)


def test_the_report_tells_it_in_both_languages(plan: Plan) -> None:
    business = business_of(12_000, **ALL)
    document = build_document(diagnosis(), plan, business=business, pack=load_pack("hair"))
    sections = tuple(s for s in document.sections if s.id in ("investments", "ahead"))
    assert len(sections) == 2
    page = to_html(replace(document, sections=sections), "zh-Hant")
    assert "投資項目" in page
    for section in sections:
        assert render(section.heading, "zh-Hant") in page
        assert render(section.heading, "en")
    without = build_document(diagnosis(), replace(plan, investments=None), business=business, pack=load_pack("hair"))
    assert not {"investments", "ahead"} & {s.id for s in without.sections}
