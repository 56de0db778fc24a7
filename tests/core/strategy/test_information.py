"""Value of information: closed forms, numerical integration, its laws, and a plan of which everything is known."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import norm

from regulars.strategy.envelope import expected_best, worth_of_knowing
from regulars.strategy.information import EXPLAINED, cycles_ahead
from regulars.strategy.plan import Plan
from regulars.strategy.plan_uncertainty import Uncertainty
from support.planning import business_of, effect, measure, pack_of, plan_of


def of_two(mu: float, sigma: float) -> float:
    """EVPI of doing something worth N(mu, sigma^2) or nothing."""
    return float(sigma * norm.pdf(mu / sigma) - abs(mu) * norm.cdf(-abs(mu) / sigma))


@pytest.mark.parametrize(("mu", "sigma"), [(10.0, 20.0), (-5.0, 3.0), (0.0, 1.0), (70.0, 40.0)])
def test_two_options_have_the_textbook_value(mu: float, sigma: float) -> None:
    found = worth_of_knowing(np.array([0.0, mu]), np.array([0.0, sigma]))
    assert found == pytest.approx(of_two(mu, sigma), abs=1e-9)
    # A sample that tells half of it is worth as much as certainty about half the spread.
    half = worth_of_knowing(np.array([0.0, mu]), np.array([0.0, sigma]), 0.5)
    assert half == pytest.approx(of_two(mu, sigma / 2), abs=1e-9)


lines = st.lists(
    st.tuples(st.floats(-100, 100, allow_nan=False), st.floats(-50, 50, allow_nan=False)), min_size=1, max_size=8
)


@given(lines)
def test_the_envelope_agrees_with_numerical_integration(pairs: list[tuple[float, float]]) -> None:
    level, slope = (np.array(column) for column in zip(*pairs, strict=True))
    grid = np.linspace(-9, 9, 4001)
    best = (level[:, None] + slope[:, None] * grid).max(axis=0)
    exact = np.trapezoid(best * norm.pdf(grid), grid)
    assert expected_best(level, slope) == pytest.approx(exact, abs=1e-2)


@given(lines, st.floats(0, 1), st.floats(0, 1))
def test_more_information_is_never_worth_less_and_none_is_worth_nothing(
    pairs: list[tuple[float, float]], a: float, b: float
) -> None:
    level, slope = (np.array(column) for column in zip(*pairs, strict=True))
    low, high = sorted((a, b))
    assert worth_of_knowing(level, slope, 0.0) == pytest.approx(0.0, abs=1e-9)
    assert worth_of_knowing(level, slope, low) <= worth_of_knowing(level, slope, high) + 1e-9
    assert worth_of_knowing(level, slope, high) <= worth_of_knowing(level, slope) + 1e-9


def test_a_plan_that_is_never_best_changes_nothing() -> None:
    level, slope = np.array([0.0, 1.0]), np.array([0.0, 5.0])
    worse = np.append(level, -3.0), np.append(slope, 2.0)
    assert worth_of_knowing(*worse) == pytest.approx(worth_of_knowing(level, slope))
    with pytest.raises(ValueError, match="no plans"):
        expected_best(np.zeros(0), np.zeros(0))


def known(plan: Plan) -> Uncertainty:
    assert plan.uncertainty is not None
    return plan.uncertainty


def test_of_one_measure_everything_is_known_in_closed_form(tmp_path: Path) -> None:
    """One measure, one group, no limit that binds: the plan gives it to all who may have it, or to nobody."""
    doubtful = measure("doubtful", [effect("attrition", -0.12)], states=("overdue",), cost=20.0, channel="in_person")
    plan = plan_of(tmp_path, business_of(1e9, contact={"holdout": 0}), pack=pack_of((doubtful,)), branches=("Central",))
    u = known(plan)
    (of_it,) = u.knowledge
    mu = sum(line.value_36.mean for line in plan.lines)
    assert of_it.perfect == pytest.approx(u.perfect, rel=0.1)
    # What is left of the variance when the effect is known belongs to groups and customers, not to the measure.
    row = next(s for s in u.swings if s.source == "effect:doubtful")
    sigma = (row.high - row.low) / (2 * 1.2816)
    # Groups need not be given up together, so the plan can do a little better than all or nothing.
    assert u.cycles * of_two(mu, sigma) == pytest.approx(of_it.perfect, rel=0.25)


def test_the_worth_of_trials_keeps_its_laws(tmp_path: Path) -> None:
    u = known(plan_of(tmp_path, business_of(), customers=4000))
    assert u.knowledge
    assert u.perfect >= max(k.perfect for k in u.knowledge) - 1e-6
    for k in u.knowledge:
        sizes = [t.held for t in k.sizes]
        worth = [t.worth for t in k.sizes]
        assert sizes == sorted(sizes)
        assert worth == sorted(worth)  # both sides grow up to one half, so more is always learned
        assert all(0 <= w <= k.perfect + 1e-6 for w in worth)
        assert [t.detectable for t in k.sizes] == sorted((t.detectable for t in k.sizes), reverse=True)
        if k.best is not None:
            assert k.best.worth > k.best.price
            assert all(k.best.worth - k.best.price >= t.worth - t.price - 1e-9 for t in k.sizes)
        for t in k.sizes:
            rate = k.share_visiting + k.expected_change / 2
            error = math.sqrt(rate * (1 - rate) * (1 - EXPLAINED) * (1 / t.held + 1 / (k.customers - t.held)))
            assert t.detectable == pytest.approx(2.80 * error, rel=0.01)


def test_nobody_is_held_out_of_a_service(tmp_path: Path) -> None:
    service = measure("aftercare", [effect("attrition", -0.2)], purpose="service", channel="in_person")
    u = known(plan_of(tmp_path, business_of(), pack=pack_of((service,))))
    (k,) = u.knowledge
    assert not k.may_hold
    assert k.sizes == ()
    assert k.best is None
    assert k.standing is None


def test_what_is_learned_serves_the_cycles_of_two_years() -> None:
    assert [cycles_ahead(months) for months in (1, 3, 6, 12)] == [24, 8, 4, 2]


def test_integration_of_the_two_option_problem_is_what_the_textbook_says() -> None:
    value, _ = quad(lambda z: max(0.0, 10 + 20 * z) * norm.pdf(z), -10, 10, points=[-0.5])
    assert value - 10 == pytest.approx(of_two(10, 20), abs=1e-6)
