"""Several quarters: against brute force, the plan of one quarter, and the law that no customer is made or lost."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regulars.strategy.fluid import Act, Flow, idle, roll, run
from regulars.strategy.optimise import Limit, Problem, Program


def flow(rng: np.random.Generator, *, states: int = 3, quarters: int = 4, acts: int = 2, money: float = 300.0) -> Flow:
    made = []
    for s in range(states):
        made.append(Act(s, "", rng.dirichlet(np.ones(states)), float(rng.uniform(0, 40)), 0.0))
        for a in range(acts):
            made.append(
                Act(
                    s,
                    f"o{a}",
                    rng.dirichlet(np.ones(states)),
                    float(rng.uniform(0, 60)),
                    float(rng.uniform(1, 8)),
                    float(rng.uniform(0, 0.3)),
                    float(rng.uniform(0.3, 1.0)),
                )
            )
    arrivals = rng.uniform(0, 20, (quarters, states))
    return Flow(
        tuple(f"s{i}" for i in range(states)),
        rng.uniform(10, 100, states),
        tuple(made),
        arrivals,
        rng.uniform(0.2, 1.0, quarters) * money,
        rng.uniform(1, 20, quarters),
        rng.uniform(0, 200, states),
        0.97,
    )


@pytest.mark.parametrize("seed", range(20))
def test_one_quarter_is_the_plan_of_one_cycle(seed: int) -> None:
    given_flow = flow(np.random.default_rng(seed), quarters=1)
    nothing, course = idle(given_flow), run(given_flow)
    # The static programme: customers by option, value against nothing, limits of people, reach, money and hours.
    none = {a.state: a for a in given_flow.acts if a.name == ""}
    acts = [a for a in given_flow.acts if a.name]
    d = given_flow.discount
    value = np.array(
        [
            a.earned - none[a.state].earned - a.cost + d * float((a.moves - none[a.state].moves) @ given_flow.after)
            for a in acts
        ]
    )
    people = [
        Limit(f"people:{s}", np.array([float(a.state == s) for a in acts]), float(given_flow.start[s]))
        for s in range(3)
    ]
    reach = [
        Limit(f"reach:{i}", np.eye(len(acts))[i], a.reach * float(given_flow.start[a.state]))
        for i, a in enumerate(acts)
    ]
    money = Limit("budget", np.array([a.cost for a in acts]), float(given_flow.budgets[0]))
    hours = Limit("hours", np.array([a.hours for a in acts]), float(given_flow.hours[0]))
    most = np.array([given_flow.start[a.state] for a in acts])
    static = Program(Problem(value, most, (*people, *reach, money, hours))).best()
    assert course.value - nothing.value == pytest.approx(static.value, abs=1e-6)
    assert course.budget_prices[0] == pytest.approx(static.prices["budget"], abs=1e-6)


@pytest.mark.parametrize("seed", range(6))
def test_no_policy_on_a_grid_does_better(seed: int) -> None:
    tiny = flow(np.random.default_rng(seed), states=2, quarters=2, acts=1, money=150.0)
    best = run(tiny)
    acts = {(a.state, bool(a.name)): a for a in tiny.acts}
    grid = np.linspace(0, 1, 41)
    shares = np.stack(np.meshgrid(grid, grid, grid, grid, indexing="ij")).reshape(2, 2, -1)  # quarter, state
    n = np.repeat(tiny.start[:, None], shares.shape[2], axis=1)
    value, allowed = np.zeros(shares.shape[2]), np.ones(shares.shape[2], dtype=bool)
    for t in range(2):
        after, spent, worked, earned = np.zeros_like(n), 0.0, 0.0, 0.0
        for s in range(2):
            act, none = acts[s, True], acts[s, False]
            treated = shares[t, s] * act.reach * n[s]
            spent, worked = spent + treated * act.cost, worked + treated * act.hours
            earned = earned + treated * act.earned + (n[s] - treated) * none.earned
            after = after + np.outer(act.moves, treated) + np.outer(none.moves, n[s] - treated)
        allowed = allowed & (spent <= tiny.budgets[t]) & (worked <= tiny.hours[t])
        value = value + tiny.discount**t * (earned - spent)
        n = after + tiny.arrivals[t][:, None] * (t == 0)
    value = value + tiny.discount**2 * (tiny.after @ n)
    tried = float(np.max(value[allowed]))
    assert tried - 1e-6 <= best.value <= tried + 0.01 * abs(tried)


@given(st.integers(0, 10_000))
@settings(max_examples=30, deadline=None)
def test_customers_are_neither_made_nor_lost(seed: int) -> None:
    given_flow = flow(np.random.default_rng(seed))
    for course in (run(given_flow), idle(given_flow)):
        arrived = np.concatenate([[0.0], np.cumsum(given_flow.arrivals.sum(axis=1))])
        assert course.customers.sum(axis=1) == pytest.approx(given_flow.start.sum() + arrived)
        assert np.all(course.customers >= -1e-7)
        assert np.all(course.spent <= given_flow.budgets + 1e-6)
        assert np.all(course.hours <= given_flow.hours + 1e-6)
        for s in range(3):
            treated = course.treated[:, [a.state == s for a in given_flow.acts]].sum(axis=1)
            assert treated == pytest.approx(course.customers[:-1, s], abs=1e-6)


@given(st.integers(0, 10_000), st.floats(1.0, 3.0))
@settings(max_examples=30, deadline=None)
def test_more_money_never_brings_less(seed: int, more: float) -> None:
    given_flow = flow(np.random.default_rng(seed))
    richer = replace(given_flow, budgets=given_flow.budgets * more)
    less, rich = run(given_flow), run(richer)
    assert rich.value >= less.value - 1e-6
    assert less.value >= idle(given_flow).value - 1e-6
    gained = float(less.budget_prices @ (richer.budgets - given_flow.budgets))
    assert rich.value <= less.value + gained + 1e-5 * abs(less.value)  # value is concave in money


@pytest.mark.parametrize("seed", range(8))
def test_planning_again_after_no_surprise_changes_nothing(seed: int) -> None:
    given_flow = flow(np.random.default_rng(seed))
    first, again = run(given_flow), roll(given_flow)
    d = given_flow.discount
    cost = np.array([a.cost for a in given_flow.acts])
    earned = np.array([a.earned for a in given_flow.acts])
    total = sum(d**t * float((earned - cost) @ course.treated[0]) for t, course in enumerate(again))
    end = again[-1].customers[-1] - given_flow.arrivals[-1]
    assert total + d**given_flow.quarters * float(end @ given_flow.after) == pytest.approx(first.value, rel=1e-7)
    assert [len(course.spent) for course in again] == [4, 3, 2, 1]


def test_planning_again_answers_what_happened() -> None:
    given_flow = flow(np.random.default_rng(1))
    lost = [np.zeros(3)] * 3
    course = roll(given_flow, happened=lost)
    assert course[1].customers[0] == pytest.approx([0, 0, 0])
    assert course[1].treated[0].sum() == pytest.approx(0)


def test_looking_ahead_is_worth_more_than_looking_one_quarter() -> None:
    """Keeping a customer earns nothing this quarter and everything the next, when there is money to serve them."""
    acts = (
        Act(0, "", np.array([0.0, 1.0]), 0.0, 0.0),
        Act(0, "keep", np.array([1.0, 0.0]), 0.0, 5.0),
        Act(0, "serve", np.array([0.0, 1.0]), 100.0, 60.0),
        Act(1, "", np.array([0.0, 1.0]), 0.0, 0.0),
    )
    start, free = np.array([10.0, 0.0]), np.full(2, 1e9)
    two = Flow(("here", "gone"), start, acts, np.zeros((2, 2)), np.array([50.0, 600.0]), free, np.zeros(2), 1.0)
    assert run(two).value == pytest.approx(10 * (100 - 60 - 5))
    first = replace(two, budgets=two.budgets[:1], hours=free[:1], arrivals=two.arrivals[:1])
    greedy = run(first)
    then = replace(first, budgets=two.budgets[1:], start=greedy.customers[1])
    assert greedy.value + run(then).value == pytest.approx(50 / 60 * 40)
