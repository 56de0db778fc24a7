"""Targets: reached first, priced, and when they cannot be reached, told what would reach them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from regulars.base.text import Money, Number
from regulars.strategy.plan import TargetRow
from support.planning import business_of, objective, plan_of


def test_a_target_is_put_before_value_and_priced(tmp_path: Path) -> None:
    free = plan_of(tmp_path, business_of(1500))
    back = next(iter(plan_of(tmp_path, business_of(1500, objectives=[objective("r", "reactivated", 1.0)])).targets))
    wanted = back.baseline + 7.0
    plan = plan_of(tmp_path, business_of(1500, objectives=[objective("r", "reactivated", wanted)]))
    row = plan.targets[0]
    assert row.expected.mean == pytest.approx(wanted, abs=1.0)
    assert sum(line.customers for line in plan.lines if "winback" in line.measures) > sum(
        line.customers for line in free.lines if "winback" in line.measures
    )
    assert plan.value_36.mean < free.value_36.mean
    assert next(p for p in plan.prices if p.limit == "targets").worth > 0
    assert any("r" in line.objectives for line in plan.lines)


def test_what_is_said_to_make_a_target_feasible_does(tmp_path: Path) -> None:
    def row(budget: float, wanted: float) -> TargetRow:
        business = business_of(budget, objectives=[objective("r", "reactivated", wanted)])
        return plan_of(tmp_path, business, customers=4000).targets[0]

    baseline = row(500, 1.0).baseline
    missed = row(500, baseline + 14)
    assert missed.shortfall > 0
    assert missed.remedy is not None
    assert missed.remedy.id == "strategy.remedy.money"
    more = missed.remedy.params["money"]
    assert isinstance(more, Money)
    reached = row(500 + float(more.amount), baseline + 14)
    assert reached.shortfall < 0.05 * 14
    assert reached.remedy is None or reached.remedy.id == "strategy.remedy.close"
    almost = row(500 + 0.8 * float(more.amount), baseline + 14)
    assert almost.shortfall > 1


def test_hours_can_be_the_remedy(tmp_path: Path) -> None:
    tight = business_of(6000, 1, objectives=[objective("k", "retention_rate", 0.99)])
    row = plan_of(tmp_path, tight).targets[0]
    assert row.remedy is not None
    assert re.fullmatch(r"strategy\.remedy\.(never|both|hours|either)", row.remedy.id)
    if "most" in row.remedy.params:
        assert row.shortfall > 0


def test_what_no_budget_reaches_is_said_to_be_out_of_reach(tmp_path: Path) -> None:
    row = plan_of(tmp_path, business_of(objectives=[objective("r", "reactivated", 1e6)])).targets[0]
    assert row.remedy is not None
    assert row.remedy.id == "strategy.remedy.never"
    most = row.remedy.params["most"]
    assert isinstance(most, Number)
    assert row.expected.mean - 5 <= most.value < 1e6
    assert row.probability == 0.0


def test_a_target_met_without_doing_anything_costs_nothing(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, business_of(objectives=[objective("w", "wastage_90d", 0.9)]))
    assert plan.targets[0].shortfall == 0
    assert plan.targets[0].remedy is None
    assert plan.targets[0].probability == 1.0
    assert not any(p.limit == "targets" for p in plan.prices)
    assert plan.lines


def test_rates_and_counts_of_the_living_agree(tmp_path: Path) -> None:
    asked = [
        objective("rate", "retention_rate", 0.0),
        objective("count", "retained_customers", 0.0),
        objective("lost", "wastage_90d", 1.0),
    ]
    rate, count, lost = plan_of(tmp_path, business_of(objectives=asked)).targets
    assert 0 < rate.baseline < rate.expected.mean < 1
    assert count.expected.mean / count.baseline == pytest.approx(rate.expected.mean / rate.baseline, rel=0.01)
    assert lost.expected.mean < lost.baseline
