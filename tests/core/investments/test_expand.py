"""Scenarios of growth: present value by hand, cannibalisation as published, foreign money, franchises that fail."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from regulars.base.investment import Expansion
from regulars.base.settings import Business
from regulars.strategy import expand
from regulars.strategy.draws import draw
from regulars.strategy.expand import cannibalised, flows_of, scenario_of
from regulars.strategy.options import Evaluator

TINY = 1e-9


def scenario(**changes: Any) -> Expansion:
    base: dict[str, Any] = {
        "id": "tst",
        "capex": 600_000,
        "capex_sd": TINY,
        "revenue": 200_000,
        "revenue_sd": TINY,
        "ramp_months": 9,
        "margin": 0.5,
        "fixed": 40_000,
        "months": 36,
        "cannibalised": 0.1,
    }
    return Expansion.model_validate(base | changes)


@pytest.fixture
def steady(evaluator: Evaluator) -> Evaluator:
    """No good or bad years."""
    evaluator.draws.common["frequency"][:] = 0.0
    return evaluator


def test_present_value_by_hand(steady: Evaluator, business: Business, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("regulars.strategy.blocks.SHOCK_SD", 0.0)
    found = scenario_of(scenario(), steady, business)
    by_hand, cash, back = -600_000.0, -600_000.0, None
    for t in range(1, 37):
        month = 200_000 * (1 - np.exp(-t / 9)) * 0.5 * 0.9 - 40_000
        by_hand += 0.99**t * month
        cash += month
        back = t if back is None and cash >= 0 else back
    assert found.npv.mean() == pytest.approx(by_hand, rel=1e-6)
    assert found.npv.std() == pytest.approx(0, abs=1)
    assert found.payback == back
    first_three = sum(200_000 * (1 - np.exp(-t / 9)) * 0.45 - 40_000 for t in (1, 2, 3))
    assert found.step.cost == pytest.approx(600_000 + max(-first_three, 0), rel=1e-6)


def test_a_franchise_earns_royalty_less_support(
    steady: Evaluator, business: Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("regulars.strategy.blocks.SHOCK_SD", 0.0)
    franchise = scenario(kind="franchise", royalty=0.06, support=3000, capex=20_000, cannibalised=0.0, overhead=500)
    found = scenario_of(franchise, steady, business)
    by_hand = -20_000 + sum(0.99**t * (0.06 * 200_000 * (1 - np.exp(-t / 9)) - 3500) for t in range(1, 37))
    assert found.npv.mean() == pytest.approx(by_hand, rel=1e-6)
    risky = scenario_of(franchise.model_copy(update={"quality_failure": 0.3}), steady, business)
    assert risky.failure > 0
    assert found.npv.mean() - risky.npv.mean() == pytest.approx(risky.failure, rel=1e-6)
    double = scenario_of(franchise.model_copy(update={"quality_failure": 0.6}), steady, business)
    assert double.failure == pytest.approx(2 * risky.failure)


def test_cannibalisation_is_the_published_prior_and_fades_with_distance() -> None:
    many = draw((), count=20_000, seed=1, stream=0)
    assert expand.CANNIBALISED == (4.0, 20.0)
    near, _ = cannibalised(scenario(cannibalised=None), many)
    assert near.mean() == pytest.approx(4 / 24, abs=0.001)
    assert near.var() == pytest.approx(4 * 20 / (24**2 * 25), rel=0.03)
    mile, decay = cannibalised(scenario(cannibalised=None, neighbours=[{"branch": "A", "km": 1.609344}]), many)
    assert mile == pytest.approx(near * np.exp(-decay))
    # The published loss of effect is 28.1 % for each mile.
    assert decay.mean() == pytest.approx(0.28, abs=0.01)
    abroad, _ = cannibalised(scenario(kind="overseas", cannibalised=None), many)
    assert np.all(abroad == 0)


def test_neighbours_lose_by_distance_and_not_twice(evaluator: Evaluator, business: Business) -> None:
    two = [{"branch": "A", "km": 1.0}, {"branch": "B", "km": 4.0}]
    found = scenario_of(scenario(neighbours=two, cannibalised=0.2), evaluator, business)
    alone = scenario_of(scenario(cannibalised=0.0), evaluator, business)
    assert found.taken["A"] > found.taken["B"] > 0
    d = 0.99 ** np.arange(1, 37)
    lost = float((d @ (alone.flows - found.flows)).mean())
    # The same revenue is lost; neighbours' at the business's margin (0.6), the newcomer's at its own (0.5).
    assert sum(found.taken.values()) == pytest.approx(lost * 0.6 / 0.5, rel=1e-6)


def test_foreign_money_is_turned_into_ones_own(evaluator: Evaluator, business: Business) -> None:
    home = scenario_of(scenario(kind="mainland"), evaluator, business)
    abroad = scenario_of(scenario(kind="mainland", currency="CNY", rate=1.1, rate_sd=0.0), evaluator, business)
    assert abroad.npv == pytest.approx(1.1 * home.npv)
    moving = scenario_of(scenario(kind="mainland", currency="CNY", rate=1.1, rate_sd=0.2), evaluator, business)
    assert moving.npv.std() > abroad.npv.std()


def test_uncertain_revenue_makes_a_range_around_the_same_mean(evaluator: Evaluator, business: Business) -> None:
    sure, wide = (scenario_of(scenario(revenue_sd=sd), evaluator, business).npv for sd in (TINY, 0.35))
    assert wide.mean() == pytest.approx(sure.mean(), abs=0.15 * np.std(wide))
    assert wide.std() > 2 * sure.std()
    assert 0 < (wide > 0).mean() < 1


def test_what_never_pays_has_no_payback(evaluator: Evaluator, business: Business) -> None:
    found = scenario_of(scenario(fixed=500_000), evaluator, business)
    assert found.payback is None
    assert found.lowest > 600_000


def test_flows_are_those_of_its_own_months(evaluator: Evaluator) -> None:
    flows = flows_of(scenario(months=24), evaluator.draws, margin=0.6, cannibal=np.zeros(400))
    assert flows.shape == (24, 400)
    assert np.all(np.diff(flows.mean(axis=1)) > 0)
