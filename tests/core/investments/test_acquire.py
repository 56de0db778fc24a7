"""Acquisition: the curve's closed forms, what a newcomer is worth, and stretches that are filled in order."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.analysis.results.acquisition import Response
from regulars.base.errors import BadSettings
from regulars.base.investment import Channel
from regulars.strategy.acquire import (
    Curve,
    State,
    _of_response,
    breaks,
    curve_of,
    marginal_return,
    rate_of,
    state_of,
    steps_of,
    value_at,
)
from regulars.strategy.newcomer import Known, Newcomer, retention_of, worth_of
from regulars.strategy.optimise import Choice, Limit, Problem, Program
from regulars.strategy.options import Evaluator

CHANNEL = Channel(id="ads", spend=2000, arrivals=30, ceiling=80)


def test_the_curve_goes_through_today_and_ends_at_the_ceiling() -> None:
    k = rate_of(2000.0, 30.0, 80.0)
    curve = Curve(np.array([80.0]), np.array([float(k)]))
    assert curve.arrivals(0.0) == 0.0
    assert curve.arrivals(2000.0)[0] == pytest.approx(30.0)
    assert curve.arrivals(1e9)[0] == pytest.approx(80.0)
    assert float(k) == pytest.approx(-np.log(1 - 30 / 80) / 2000)


@given(st.floats(1, 1e6), st.floats(0.5, 1e4), st.floats(1.01, 50), st.floats(0, 1e6), st.floats(0, 1e6))
def test_the_curve_rises_and_flattens(spend: float, arrivals: float, above: float, a: float, b: float) -> None:
    ceiling = arrivals * above
    curve = Curve(np.array([ceiling]), np.atleast_1d(rate_of(spend, arrivals, ceiling)))
    low, high = sorted((a, b))
    assert curve.arrivals(low)[0] <= curve.arrivals(high)[0] + 1e-9 <= ceiling * (1 + 1e-9) + 1e-9
    assert curve.marginal(low)[0] >= curve.marginal(high)[0] - 1e-12
    middle = curve.arrivals((low + high) / 2)[0]
    assert middle >= (curve.arrivals(low)[0] + curve.arrivals(high)[0]) / 2 - 1e-6 * ceiling


def test_draws_keep_the_ceiling_above_today_and_the_mean_where_it_was_said(evaluator: Evaluator) -> None:
    state = state_of(CHANNEL, None, cycle_months=3)
    curve = curve_of(state, evaluator.draws, name="ads")
    now = curve.arrivals(2000.0)
    assert np.all(curve.ceiling > now)
    assert now.mean() == pytest.approx(30, rel=0.03)
    assert curve.ceiling.mean() == pytest.approx(80, rel=0.05)
    again = curve_of(state, evaluator.draws, name="ads")
    assert np.array_equal(curve.ceiling, again.ceiling)


def test_a_newcomer_is_worth_the_first_visit_and_what_comes_after_it(evaluator: Evaluator) -> None:
    worth = worth_of("x", Known(0.3, 0.05, "prior"), "usual", evaluator)
    base, life = evaluator.base(0)  # the only cell of newcomers, all alive
    assert worth.retention.mean() == pytest.approx(0.3, abs=0.01)
    assert worth.value_36 == pytest.approx(base.margin + worth.retention * life.cash_36)
    by_hand = base.margin + worth.retention * base.margin * base.frequency * sum(
        0.99**t * np.prod(1 - base.by_month()[:t], axis=0) for t in range(1, 13)
    )
    assert worth.value_12 == pytest.approx(by_hand)
    assert worth.less(50.0)[1] == pytest.approx(worth.value_36 - 50)


def test_referred_newcomers_stay_longer_and_deals_come_back_less(evaluator: Evaluator) -> None:
    known = Known(0.3, 0.05, "prior")
    usual, referred = (worth_of("x", known, quality, evaluator) for quality in ("usual", "referred"))
    assert referred.value_36.mean() > usual.value_36.mean()
    deal = retention_of(Channel(id="d", quality="deal"), None, None)
    assert (deal.mean, deal.sd, deal.told) == (0.20, 0.10, "prior")
    assert retention_of(Channel(id="d"), None, None).mean == 0.30


def _newcomer(value: float, count: int) -> Newcomer:
    draws = np.full(count, value)
    return Newcomer(draws, draws, draws, np.ones(count), np.full(count, 0.3))


def _program(curves: dict[str, tuple[State, Curve]], value: float, budget: float) -> dict[str, float]:
    choices = []
    for name, (state, curve) in curves.items():
        for step in steps_of(Channel(id=name), state, curve, _newcomer(value, curve.k.size), hours={}):
            choices.append(Choice(step.id, float(step.value_36.mean()), step.most, use={"budget": step.safe_cost}))
    problem = Problem(np.zeros(0), np.zeros(0), (Limit("budget", np.zeros(0), budget),), choices=tuple(choices))
    solution = Program(problem).best()
    return {"value": solution.value, "price": solution.prices["budget"]} | solution.levels


def _sharp(spend: float, arrivals: float, ceiling: float) -> tuple[State, Curve]:
    state = State(spend, arrivals, ceiling, 0.5, 0.1, 3 * spend, "file")
    return state, Curve(np.array([ceiling]), np.atleast_1d(rate_of(spend, arrivals, ceiling)))


def test_stretches_are_filled_in_order() -> None:
    found = _program({"a": _sharp(2000, 30, 80)}, 300.0, 3100.0)
    filled = [found[f"acquisition:a:{i}"] for i in range(1, 9)]
    ends = np.diff(breaks(_sharp(2000, 30, 80)[0]))
    for i in range(7):
        assert filled[i] == pytest.approx(ends[i]) or filled[i + 1] == pytest.approx(0, abs=1e-6)
    assert sum(filled) == pytest.approx(3100)


def test_the_last_dollar_brings_as_much_in_every_channel() -> None:
    value, curves = 300.0, {"a": _sharp(2000, 30, 80), "b": _sharp(1000, 25, 40), "c": _sharp(3000, 45, 200)}
    found = _program(curves, value, 6000.0)
    for name, (state, curve) in curves.items():
        spend = sum(found[f"acquisition:{name}:{i}"] for i in range(1, 9))
        ends = breaks(state)
        assert 0 < spend < state.most
        below = max(e for e in ends if e < spend + 1e-6)
        above = min(e for e in ends if e > spend - 1e-6)
        before, after = (
            float(marginal_return(curve, _newcomer(value, 1), at, onboarding=0.0)[0]) - 1
            for at in (max(below - (ends[1] - ends[0]), 0.0), above + (ends[-1] - ends[-2]))
        )
        # Between the marginal returns of the stretches around it lies the one price of money.
        assert after - 1e-9 <= found["price"] <= before + 1e-9


def test_finer_stretches_come_to_the_optimum_of_the_curve_itself() -> None:
    _, curve = _sharp(2000, 30, 80)
    value = 300.0
    # A'(s) V = 1 + price: with money to spare, A'(s) V = 1.
    best = float(np.log(80 * curve.k[0] * value) / curve.k[0])
    found = _program({"a": (State(2000, 30, 80, 0.5, 0.1, 60_000, "file"), curve)}, value, 1e9)
    spend = sum(v for id, v in found.items() if id.startswith("acquisition:"))
    top = float(value_at(curve, _newcomer(value, 1), best, onboarding=0.0)[0])
    assert float(value_at(curve, _newcomer(value, 1), spend, onboarding=0.0)[0]) > 0.9 * top
    assert found["value"] <= top + 1e-6


@given(st.floats(0, 20_000), st.floats(0, 20_000))
def test_more_money_never_brings_less(a: float, b: float) -> None:
    curves = {"a": _sharp(2000, 30, 80), "b": _sharp(1000, 25, 40)}
    low, high = sorted((a, b))
    assert _program(curves, 300.0, low)["value"] <= _program(curves, 300.0, high)["value"] + 1e-6


def test_a_curve_of_the_study_is_found_again() -> None:
    x = np.linspace(0, 1500, 25)
    line = 4 + 12 * (1 - np.exp(-x / 600))
    said = Response("ads", 60, None, 500.0, 1000.0, tuple(x), tuple(line), tuple(line - 1), tuple(line + 1), True, None)
    found = _of_response(Channel(id="ads"), said, 13.0)
    assert found is not None
    assert found.ceiling == pytest.approx(12 * 13, rel=0.01)
    assert found.arrivals == pytest.approx(12 * 13 * (1 - np.exp(-500 / 600)), rel=0.01)
    assert found.spend == 500 * 13
    assert found.told == "curve"


def test_what_nobody_knows_is_named(evaluator: Evaluator) -> None:
    with pytest.raises(BadSettings, match=r"neither business\.toml nor the ledger"):
        state_of(Channel(id="ads"), None, cycle_months=3)
    with pytest.raises(BadSettings, match="ceiling"):
        state_of(Channel(id="ads", spend=100, arrivals=50, ceiling=50), None, cycle_months=3)
    free = state_of(Channel(id="ads", spend=100, arrivals=50), None, cycle_months=3)
    assert (free.ceiling, free.assumed_room) == (100.0, True)
