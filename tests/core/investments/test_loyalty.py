"""Loyalty designs: who joins, what it costs when nothing changes, what is owed, and when it pays."""

from __future__ import annotations

import numpy as np
import pytest

from regulars.base.investment import Loyalty
from regulars.base.settings import Business
from regulars.strategy import loyalty
from regulars.strategy.draws import draw
from regulars.strategy.loyalty import design_of, joining, scaled
from regulars.strategy.options import Evaluator
from support.cells import cell
from support.planning import measures

FIVE = Loyalty(id="five", reward_rate=0.05, enrolment=0.4, breakage=0.2, months=12)


def test_a_programme_that_changes_nothing_costs_what_members_would_have_earned_anyway(
    evaluator: Evaluator, business: Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    nothing = dict.fromkeys(loyalty.EFFECTS, ((0.0, 1e-09), (0.0, 1e-09), (0.0, 1e-09)))
    monkeypatch.setattr(loyalty, "EFFECTS", nothing)
    design = FIVE.model_copy(update={"fixed": 300.0, "per_member": 2.0, "breakage_sd": 1e-6})
    found = design_of(design, evaluator, business, living=300.0)
    paid = np.zeros(400)
    for at, known in enumerate(evaluator.cells):
        base = evaluator.base(at)[0]
        alive = np.full(400, known.alive)
        for t in range(12):
            alive = alive * (1 - base.by_month()[t])
            revenue = alive * base.frequency * base.margin * known.revenue_share
            paid += 0.4 * known.customers * 0.99 ** (t + 1) * revenue * 0.05 * 0.8
    assert found.rewards == pytest.approx(paid, rel=1e-4)
    assert found.anyway == pytest.approx(found.rewards, rel=1e-6)
    assert found.members == pytest.approx(160)
    assert found.step.value_36 == pytest.approx(-paid - 300 - 2 * 160, rel=1e-4)


def test_members_stay_longer_and_rewards_are_paid_to_those_too(evaluator: Evaluator, business: Business) -> None:
    found = design_of(FIVE, evaluator, business, living=300.0)
    assert found.gross_36.mean() > 0
    assert 0.9 < found.anyway.mean() / found.rewards.mean() < 1
    assert found.step.value_36 == pytest.approx(found.gross_36 - found.rewards)
    assert found.step.gains["retained_customers"].mean() > 0


def test_heavy_buyers_do_not_come_more_often(evaluator: Evaluator, business: Business) -> None:
    shop = FIVE.model_copy(update={"kind": "retail"})
    found = design_of(shop, evaluator, business, living=300.0)
    light, heavy = found.environment[1][0], found.environment[2][0]
    assert np.exp(light.frequency * 36 / 12).mean() == pytest.approx(np.exp(0.04), rel=0.01)
    assert np.exp(heavy.frequency * 36 / 12).mean() == pytest.approx(1.0, rel=0.01)


def test_published_effects_are_of_five_in_a_hundred() -> None:
    assert scaled(0.05) == pytest.approx(1.0)
    assert scaled(0.0) == 0.0
    rates = np.linspace(0, 0.5, 50)
    effect = np.array([scaled(float(r)) for r in rates])
    assert np.all(np.diff(effect) > 0)
    assert np.all(np.diff(effect, 2) < 0)


def test_only_who_may_join_and_is_no_member_joins() -> None:
    assert joining(FIVE, cell("lapsed")) == 0
    assert joining(FIVE.model_copy(update={"tier": "high"}), cell()) == 0
    assert joining(FIVE.model_copy(update={"tier": "high"}), cell(tiers=("high", "middle"))) == pytest.approx(0.2)
    assert joining(FIVE.model_copy(update={"members_now": 0.3}), cell()) == pytest.approx(0.1)
    assert joining(FIVE.model_copy(update={"members_now": 0.9}), cell()) == 0


def test_what_is_owed_is_what_was_issued_and_not_yet_used() -> None:
    issued = np.arange(1.0, 37.0)[:, None] * np.ones((1, 2))
    cycle, year = loyalty.draws_owed(FIVE.model_copy(update={"redeemed_after": 2.5}), issued, 3)
    assert cycle == pytest.approx([3 + 2 + 0.5 * 1] * 2)
    assert year == pytest.approx([12 + 11 + 0.5 * 10] * 2)
    all_used = loyalty.draws_owed(FIVE.model_copy(update={"redeemed_after": 0.0}), issued, 3)
    assert all_used[0] == pytest.approx([0, 0])


def test_a_richer_reward_costs_more_for_each_bit_of_effect(evaluator: Evaluator, business: Business) -> None:
    values = [
        design_of(FIVE.model_copy(update={"reward_rate": r}), evaluator, business, living=300.0)
        for r in (0.02, 0.05, 0.20)
    ]
    returns = [float(v.gross_36.mean() / v.rewards.mean()) for v in values]
    assert returns[0] > returns[1] > returns[2]


def test_nobody_is_no_error(business: Business) -> None:
    drawn = draw(measures(), count=10, seed=1, stream=0)
    empty = Evaluator((), drawn, discount=0.99, no_show=0.0)
    found = design_of(FIVE, empty, business, living=0.0)
    assert found.members == 0
    assert found.step.value_36 == pytest.approx(np.zeros(10))
