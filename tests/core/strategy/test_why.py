"""Why a line stands: break-evens that re-solving confirms, drivers that add up, and sentences for every case."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.optimize import linprog

from regulars.base.words import render
from regulars.packs.schema import Measure
from regulars.strategy.draws import draw
from regulars.strategy.held import Held
from regulars.strategy.optimise import Limit, Problem, Program
from regulars.strategy.options import Column, Evaluator, Option
from regulars.strategy.plan import Line, Plan
from regulars.strategy.plan_why import Why
from regulars.strategy.returns import outcome
from regulars.strategy.why import drivers, months_after, risk_of
from support.planning import business_of, cell, effect, measure, measures, objective, pack_of, plan_of, texts


def problem(seed: int, options: int = 12) -> Problem:
    rng = np.random.default_rng(seed)
    limits = [Limit("budget", rng.uniform(1, 10, options), 400.0), Limit("hours:a", rng.uniform(0, 1, options), 30.0)]
    limits += [Limit(f"group:{g}", (np.arange(options) % 3 == g).astype(float), 60.0) for g in range(3)]
    return Problem(rng.uniform(-5, 60, options), np.full(options, 60.0), tuple(limits))


def solved_by_scipy(p: Problem, value: np.ndarray, closed: int | None = None) -> tuple[float, np.ndarray]:
    bounds = [(0.0, 0.0 if j == closed else None) for j in range(value.size)]
    found = linprog(-value, A_ub=[x.use for x in p.limits], b_ub=[x.upper for x in p.limits], bounds=bounds)
    assert found.status == 0
    return -float(found.fun), found.x


@pytest.mark.parametrize("seed", range(8))
def test_the_margin_of_an_option_is_where_it_leaves_the_optimum(seed: int) -> None:
    p = problem(seed)
    held = Held(p, Program(p).best())
    best = solved_by_scipy(p, p.value)[0]
    assert held.worth(held.x, p.value) == pytest.approx(best)
    for j in np.flatnonzero(held.x > 1e-6):
        closed = held.without(int(j))
        assert closed is not None
        assert closed.loss == pytest.approx(best - solved_by_scipy(p, p.value, int(j))[0], abs=1e-6)
        for less, stays in ((closed.margin - 1e-4, True), (closed.margin + 1e-4, False)):
            lower = p.value.copy()
            lower[j] -= less
            assert bool(solved_by_scipy(p, lower)[1][j] > 1e-6) is stays
    np.testing.assert_allclose(held.best(p.value), held.x)


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    """A plan without targets: 20 hours at each of two branches, five in a hundred held out."""
    business = business_of(hours=20, contact={"holdout": 0.05})
    return plan_of(tmp_path_factory.mktemp("plain"), business, customers=4000)


def only(plan: Plan) -> Line:
    (line,) = plan.lines
    return line


def why(line: Line) -> Why:
    assert line.why is not None
    return line.why


def one_line(tmp_path: Path, times: float = 1.0, cost: float = 25.0) -> Plan:
    """One measure for one group, on money alone: it leaves when it no longer pays."""
    only_one = measure(
        "visit",
        [effect("attrition", -0.2 * times), effect("frequency", 0.1 * times)],
        states=("overdue",),
        tiers=("low",),
        channel="in_person",
        cost=cost,
    )
    return plan_of(tmp_path, business_of(1e9, contact={"holdout": 0}), pack=pack_of((only_one,)), branches=("Central",))


def test_a_line_leaves_at_its_break_even_effect_and_cost(tmp_path: Path) -> None:
    found = why(only(one_line(tmp_path)))
    assert found.break_even_effect is not None and found.break_even_cost is not None
    assert 0.1 < found.break_even_effect < 0.95
    assert one_line(tmp_path, found.break_even_effect + 0.02).lines
    assert not one_line(tmp_path, found.break_even_effect - 0.02).lines
    assert one_line(tmp_path, cost=found.break_even_cost - 0.2).lines
    assert not one_line(tmp_path, cost=found.break_even_cost + 0.2).lines


def test_where_money_is_short_a_dearer_line_leaves_before_it_loses_money(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, business_of(600), customers=4000)
    assert any(p.limit == "budget" and p.worth > 0 for p in plan.prices)
    seen = 0
    for line in plan.lines:
        found = why(line)
        if found.break_even_cost is None:
            continue
        seen += 1
        gross = (line.value_36.mean + line.cost) / line.customers
        assert line.cost / line.customers <= found.break_even_cost + 0.2
        assert found.break_even_cost <= gross * 1.15
    assert seen


def test_the_second_best_is_one_the_same_customers_could_have_and_is_worth_less(plain: Plan) -> None:
    plan = plain
    beaten = [why(line) for line in plan.lines if why(line).beaten is not None]
    assert beaten
    for line in plan.lines:
        found = why(line)
        assert found.advantage == pytest.approx(found.advantage_each * line.customers)
        # Without targets no other option beats a line at the plan's own prices.
        assert found.advantage_each >= -1e-6
        assert found.beaten is None or found.beaten.option != "+".join(line.measures)


def test_drivers_add_up_and_a_single_primitive_drives_all() -> None:
    drawn = draw(measures(), count=400, seed=1, stream=0)
    evaluator = Evaluator([cell("active"), cell("lapsed")], drawn, discount=0.99, no_show=0.0)
    reminder, call, _, newsletter, winback = measures()
    for at, option in ((0, (reminder,)), (0, (reminder, call)), (0, (newsletter,)), (1, (winback,))):
        found = drivers(Column(at, Option.of(*option)), evaluator)
        assert sum(d.share for d in found) == pytest.approx(1.0)
    assert [d.primitive for d in drivers(Column(0, Option.of(newsletter)), evaluator)] == ["frequency"]
    both = {d.primitive: d.share for d in drivers(Column(0, Option.of(reminder)), evaluator)}
    # Shapley of two: half of what it adds first and half of what it adds last.
    base, none = evaluator.base(0)

    def worth(*names: str) -> float:
        kept = [tuple(p for p in evaluator.pushes(0, reminder) if p.primitive in names)]
        return float(outcome(base, none, kept, theta=drawn.theta, psi=drawn.psi, contacts=1).value_36.mean())

    full = worth("attrition", "frequency")
    first = 0.5 * (worth("attrition") + full - worth("frequency"))
    assert both["attrition"] == pytest.approx(first / full)


def test_what_only_a_target_keeps_says_so(tmp_path: Path) -> None:
    goal = objective("w", "wastage_90d", 0.0)
    plan = plan_of(tmp_path, business_of(20_000, objectives=[goal]))
    needed = [line for line in plan.lines if why(line).needed]
    assert needed
    for line in needed:
        said = [s.id for s in why(line).sentences]
        assert "strategy.why.needed" in said
        assert why(line).loss_without is None
        assert any(b.id == "targets" for b in why(line).bounds)
    prices = {c.id: c.price for c in plan.sensitivities}
    assert prices["target:w"] == pytest.approx(next((p.worth for p in plan.prices if p.limit == "targets"), 0.0))


def test_what_targets_and_rules_cost_is_found_by_solving_without_them(tmp_path: Path) -> None:
    goals = [objective("w", "wastage_90d", 0.05), objective("b", "reactivated", 400.0, 2)]
    settings: dict[str, Any] = {"veto": ["reminder"], "contact": {"holdout": 0.1}}
    plan = plan_of(tmp_path, business_of(objectives=goals, **settings))
    costs = {c.id: c for c in plan.sensitivities}
    assert {"target:w", "target:b", "targets", "veto:reminder", "holdout"} <= set(costs)
    assert costs["holdout"].price == plan.holdout_price
    assert costs["targets"].price >= max(costs["target:w"].price, costs["target:b"].price) - 1
    assert costs["veto:reminder"].kind == "lock"
    ordered = [c.price for c in plan.sensitivities]
    assert ordered == sorted(ordered, reverse=True)


def test_every_line_is_explained_in_both_languages(plain: Plan) -> None:
    plan = plain
    for line in plan.lines:
        found = why(line)
        assert found.starts < found.ends
        assert 0 <= found.chance_of_loss <= 1
        assert found.risk == risk_of(found.chance_of_loss)
        assert found.chance_of_loss == pytest.approx(1 - line.probability_positive)
        assert found.trust
        assert found.holdout_price >= 0
        for language in ("en", "zh-Hant"):
            said = [render(s, language) for s in found.sentences]
            assert len(said) >= 6
            assert all("{" not in one for one in said)
    assert not any(t.id == "strategy.why.bound_rule" for t in texts(plan))


def test_the_hold_out_of_lines_costs_about_what_the_hold_out_costs(plain: Plan) -> None:
    plan = plain
    total = sum(why(line).holdout_price for line in plan.lines)
    assert total == pytest.approx(plan.holdout_price, rel=0.25)


def test_more_staff_hours_never_lower_what_the_best_plan_is_worth(plain: Plan) -> None:
    plan = plain
    hours = [p.hours for p in plan.hours_frontier]
    assert hours == [step / 4 * 40 for step in range(9)]
    means = [p.value_36.mean for p in plan.hours_frontier]
    assert all(b >= a - 0.02 * abs(a) for a, b in pairwise(means))
    assert means[-1] > means[0]


def test_a_cycle_ends_on_the_same_day_of_a_later_month() -> None:
    assert months_after(date(2026, 10, 31), 3) == date(2027, 1, 31)
    assert months_after(date(2026, 11, 30), 3) == date(2027, 2, 28)
    assert months_after(date(2026, 1, 15), 12) == date(2027, 1, 15)


def test_weaker_effects_are_the_same_draws_with_other_means() -> None:
    strong: Measure = measure("m", [effect("attrition", -0.3)])
    weak = strong.model_copy(update={"effects": (strong.effects[0].model_copy(update={"mean": -0.15}),)})
    drawn = draw((strong,), count=200, seed=1, stream=0)
    half = Evaluator([cell("active")], drawn, discount=0.99, no_show=0.0).with_effects(0.5)
    direct = Evaluator([cell("active")], replace(drawn), discount=0.99, no_show=0.0)
    np.testing.assert_allclose(half.outcome(0, (strong,)).value_36, direct.outcome(0, (weak,)).value_36)
