"""Return on quality: saturation, delay, everybody in scope, and where quality costs more than it brings."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.base.investment import Level, Service
from regulars.base.settings import Business
from regulars.strategy.environment import Change, applied, ramp
from regulars.strategy.newcomer import Known, worth_of
from regulars.strategy.options import Evaluator
from regulars.strategy.returns import live
from regulars.strategy.service import SLOPE, SLOPE_SD, LevelValue, level_of, margins, satisfied_after


def value(service: Service, evaluator: Evaluator, business: Business, arrivals: float = 0.0) -> tuple[LevelValue, ...]:
    newcomer = worth_of("usual", Known(0.3, 0.05, "prior"), "usual", evaluator)
    return tuple(
        level_of(service, level, evaluator, business, newcomer=newcomer, arrivals=arrivals, living=300.0)
        for level in service.levels
    )


def training(**changes: float) -> Service:
    levels = [
        {"id": f"l{i}", "cost": cost, "satisfied": points, "sd": 0.02} | changes
        for i, (cost, points) in enumerate(((500, 0.03), (2000, 0.08), (60_000, 0.12)))
    ]
    return Service.model_validate({"id": "training", "levels": levels})


def test_satisfaction_never_passes_all_and_small_changes_count_in_full() -> None:
    change = satisfied_after(0.75, np.array([1e-6, 0.1, 10.0, -0.1, -9.0]))
    assert change[0] == pytest.approx(1e-6, rel=1e-4)
    assert change[1] == pytest.approx(0.25 * (1 - np.exp(-0.4)))
    assert change[2] == pytest.approx(0.25)
    assert change[3:] == pytest.approx([-0.1, -0.75])


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
def test_saturation_is_concave(now: float, a: float, b: float) -> None:
    low, middle, high = satisfied_after(now, np.array([a, (a + b) / 2, b]))
    assert middle >= (low + high) / 2 - 1e-12
    assert now + max(low, high) <= 1 + 1e-12


def test_value_by_hand(evaluator: Evaluator, business: Business) -> None:
    service = Service.model_validate(
        {"id": "s", "levels": [{"id": "l", "cost": 100, "satisfied": 0.05, "months": 3, "lasts": 24}]}
    )
    found = value(service, evaluator, business)[0]
    assert found.customers == 400
    # The same normals, composed by hand: hazard * exp(slope * change / 0.1 * ramp), cash summed month by month.
    hazard = found.environment[1][0].hazard
    assert np.all(hazard[24:] == 0)
    assert hazard[0] == pytest.approx(hazard[2] / 3)
    total = np.zeros(400)
    for at, cell in enumerate(evaluator.cells):
        base = evaluator.base(at)[0]
        alive, alive_none = np.full(400, cell.alive), np.full(400, cell.alive)
        for t in range(36):
            alive = alive * (1 - base.by_month()[t] * np.exp(np.maximum(hazard[t], -0.9)))
            alive_none = alive_none * (1 - base.by_month()[t])
            total += 100 * 0.99 ** (t + 1) * (alive - alive_none) * base.frequency * base.margin
    assert found.step.value_36 == pytest.approx(total - 100)
    assert found.step.value_36.mean() > 0


def test_the_prior_is_the_published_one(evaluator: Evaluator, business: Business) -> None:
    assert (SLOPE, SLOPE_SD) == (-0.08, 0.10)
    service = Service.model_validate(
        {"id": "s", "satisfied_now": 0.0, "levels": [{"id": "l", "cost": 1, "satisfied": 0.1, "sd": 1e-9, "months": 0}]}
    )
    log = value(service, evaluator, business)[0].environment[1][0].hazard[0]
    reached = 1 - np.exp(-0.1)
    assert np.exp(log).mean() == pytest.approx(np.exp(-0.08 * reached / 0.1), rel=0.01)


def test_too_much_quality_is_told_at_the_margin(evaluator: Evaluator, business: Business) -> None:
    found = value(training(), evaluator, business)
    up = margins(found)
    assert [u.level for u in up] == ["l0", "l1", "l2"]
    assert [u.too_much for u in up] == [False, False, True]
    assert sum(u.cost for u in up) == pytest.approx(found[-1].spent_36)
    assert sum(u.value.mean() for u in up) == pytest.approx(found[-1].gross_36.mean())
    assert up[2].value.mean() < up[2].cost < found[2].gross_36.mean() + up[2].cost


def test_only_branches_in_scope_feel_it(evaluator: Evaluator, business: Business) -> None:
    both = business.model_copy(
        update={"branches": (*business.branches, business.branches[0].model_copy(update={"id": "B"}))}
    )
    here, elsewhere = (training().model_copy(update={"branches": (b,)}) for b in ("A", "B"))
    assert value(here, evaluator, both)[1].step.value_36.mean() > 0
    assert value(elsewhere, evaluator, both)[1].gross_36 == pytest.approx(np.zeros(400))


def test_a_rating_brings_newcomers_but_not_to_strong_chains(evaluator: Evaluator, business: Business) -> None:
    plain, rated = training(), training(rating=0.5)
    chain = rated.model_copy(update={"chain": True})
    without, better, same = (value(s, evaluator, business, 20.0)[0].gross_36.mean() for s in (plain, rated, chain))
    assert better > without
    assert same == pytest.approx(without)


def test_what_is_not_kept_up_is_not_felt_any_more() -> None:
    assert list(ramp(2, 4, 6)) == [0.5, 1.0, 1.0, 1.0, 0.0, 0.0]
    assert list(ramp(0, 2, 3)) == [1.0, 1.0, 0.0]


def test_options_are_valued_on_the_base_that_service_leaves(evaluator: Evaluator, business: Business) -> None:
    found = value(training(), evaluator, business)[1]
    moved = evaluator.under(found.environment)
    base, life = moved.ground(1)
    assert life.cash_36.mean() > evaluator.ground(1)[1].cash_36.mean()
    assert moved.base(1)[1].cash_36 == pytest.approx(evaluator.base(1)[1].cash_36)
    assert np.all(base.by_month() <= 1)
    half = applied(evaluator.base(1)[0], [Change(0.5, *_parts(found))])
    assert live(half, {}).cash_36.mean() < life.cash_36.mean()


def _parts(found: LevelValue) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    change = found.environment[1][0]
    return change.hazard, change.frequency, change.margin


def test_a_level_costs_what_it_costs(evaluator: Evaluator, business: Business) -> None:
    level = Level(id="l", cost=100, monthly=10, lasts=24, satisfied=0.05)
    found = value(Service(id="s", levels=(level,)), evaluator, business)[0]
    assert found.step.cost == 100 + 3 * 10
    assert found.spent_36 == pytest.approx(100 + 10 * sum(0.99**t for t in range(1, 25)))
