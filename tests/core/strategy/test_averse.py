"""Aversion to risk, targets with a chance, targets weighed against value."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from regulars.strategy.averse import weighed
from regulars.strategy.cells import Cell
from regulars.strategy.judge import tail_mean
from regulars.strategy.optimise import Choice, Goal, Limit, Problem, Program
from support.planning import business_of, effect, measure, objective, pack_of
from support.rules import cells_of, planned, solved


@pytest.fixture(scope="module")
def cells(tmp_path_factory: pytest.TempPathFactory) -> tuple[Cell, ...]:
    return cells_of(tmp_path_factory.mktemp("cells"), 1500, branches=("Central",))


def test_the_more_averse_the_better_the_tail_and_the_lower_the_mean(cells: tuple[Cell, ...]) -> None:
    # A measure that is worth more on average and may do much harm, beside a sure one.
    wild = measure("wild", [effect("attrition", -0.30, sd=0.9)], cost=2.0)
    calm = measure("calm", [effect("attrition", -0.12, sd=0.15)], cost=2.0)
    means, tails = [], []
    for aversion in (0.0, 0.3, 0.6, 1.0):
        found = solved(cells, business_of(1000, risk={"aversion": aversion}), pack_of((wild, calm)))
        draws = np.zeros(100)
        for place in np.flatnonzero(found.solution.x > 0):
            # The same draws it was optimised on: the law holds there exactly.
            risk = found.offer.problem.risk
            rows = risk.draws if risk is not None else None
            if rows is None:
                break
            draws = draws + found.solution.x[place] * rows[:, place]
        means.append(found.solution.value)
        tails.append(tail_mean(draws) if found.offer.problem.risk is not None else -np.inf)
    assert all(a >= b - 1e-4 for a, b in pairwise(means))
    assert all(a <= b + 1e-4 for a, b in pairwise(tails))
    assert means[-1] < means[0]


def test_a_target_asked_with_a_chance_is_reached_with_it(tmp_path: Path) -> None:
    plain = [objective("r", "reactivated", 0.0)]
    base = planned(tmp_path / "a", business_of(objectives=plain)).targets[0].baseline
    wanted = [objective("r", "reactivated", base + 7)]
    evenly = planned(tmp_path / "b", business_of(2500, objectives=wanted)).targets[0]
    surely = planned(tmp_path / "c", business_of(6000, objectives=wanted, risk={"chance": 0.7})).targets[0]
    poor = planned(tmp_path / "d", business_of(1500, objectives=wanted, risk={"chance": 0.95})).targets[0]
    assert poor.expected.mean >= base + 6.5, "the average is not given up for a chance that is out of reach"
    assert poor.remedy is not None
    assert evenly.probability == pytest.approx(0.5, abs=0.12)
    assert surely.probability == pytest.approx(0.7, abs=0.07)
    assert surely.expected.mean > evenly.expected.mean


def test_a_chance_nothing_can_give_is_approached_only(tmp_path: Path) -> None:
    wanted = [objective("r", "reactivated", 1e6)]
    row = planned(tmp_path, business_of(objectives=wanted, risk={"chance": 0.95})).targets[0]
    assert row.probability == 0
    assert row.remedy is not None


def test_a_weighed_target_is_bought_only_while_it_is_worth_its_price() -> None:
    # One option that costs 2 a customer and closes 1 of a gap of 10: worth it from 20 for the whole gap.
    problem = Problem(
        np.array([-2.0]), np.array([6.0]), (Limit("people", np.ones(1), 6.0),), goals=(Goal("g", np.ones(1), 10.0, 1),)
    )
    assert Program(weighed(problem, {"g": 19.0})).best().x[0] == pytest.approx(0)
    assert Program(weighed(problem, {"g": 21.0})).best().x[0] == pytest.approx(6)
    assert not weighed(problem, {"g": 21.0}).goals
    assert weighed(problem, {}) is problem
    # A decision that serves the target counts too.
    extra = replace(problem, choices=(Choice("open", -5.0, integer=True, gains={"g": 8.0}),))
    assert Program(weighed(extra, {"g": 10.0})).best().levels["open"] == 1


def test_expert_weights_move_the_plan_as_far_as_they_pay(tmp_path: Path) -> None:
    wanted = [objective("r", "reactivated", 1e5)]
    low = planned(tmp_path / "a", business_of(3000, objectives=wanted, weighing={"worth": {"r": 1.0}}))
    high = planned(tmp_path / "b", business_of(3000, objectives=wanted, weighing={"worth": {"r": 1e9}}))
    assert high.targets[0].expected.mean > low.targets[0].expected.mean
    assert high.value_36.mean < low.value_36.mean
