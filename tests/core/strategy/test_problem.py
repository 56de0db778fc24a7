"""Decisions beside customers: against trying every combination, and against SciPy's own mixed-integer programme."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, linprog, milp

from regulars.strategy.optimise import (
    Choice,
    Goal,
    Group,
    Infeasible,
    Limit,
    Link,
    Problem,
    Program,
    Risk,
    Switch,
    whole,
)

seeds = st.integers(0, 2**31 - 1)


def random_problem(rng: np.random.Generator) -> Problem:
    """A few cells with switches, a service programme of exclusive levels, an acquisition curve, a floor and a floor on
    an integer choice; every part may be missing."""
    cells, options = int(rng.integers(1, 4)), int(rng.integers(1, 4))
    n = cells * options
    of_cell = np.repeat(np.arange(cells), options)
    people = rng.integers(5, 60, cells).astype(float)
    cost = rng.uniform(0, 20, n) * (rng.random(n) < 0.8)
    value = rng.normal(15, 25, n)
    budget = float(rng.uniform(0, 1500))
    limits = [Limit(f"people:{c}", (of_cell == c).astype(float), people[c]) for c in range(cells)]
    limits.append(Limit("budget", cost, budget))
    limits.append(Limit("hours", rng.uniform(0, 1, n), float(rng.uniform(0, 60))))

    def some() -> tuple[int, ...]:
        return tuple(int(c) for c in np.flatnonzero(rng.random(n) < 0.5))

    switches = tuple(Switch(f"s{i}", float(rng.uniform(0, 300)), some()) for i in range(int(rng.integers(0, 3))))
    choices = [
        Choice(f"l{i}", float(rng.normal(50, 150)), 1.0, True, {"budget": float(rng.uniform(0, 400))})
        for i in range(int(rng.integers(0, 4)))
    ]
    groups, links = [], []
    if choices:
        groups.append(Group("level", tuple(c.id for c in choices), 1.0, float(rng.integers(0, 2))))
        links.append(Link(some(), choices[0].id))
    slope = np.sort(rng.uniform(0, 4, 3))[::-1]
    choices += [Choice(f"k{i}", float(s - 1), 100.0, use={"budget": 1.0}) for i, s in enumerate(slope)]
    if rng.random() < 0.5:  # at least so many of one option
        floor = np.zeros(n)
        floor[int(rng.integers(0, n))] = -1.0
        limits.append(Limit("lock", floor, -float(rng.integers(0, 8))))
    if rng.random() < 0.5:  # a choice of up to three of something, two at least
        choices.append(Choice("rooms", float(rng.normal(0, 40)), 3.0, True, {"hours": 2.0}, lower=2.0))
    if switches and rng.random() < 0.5:
        limits.append(Limit("needs", np.zeros(n), 0.0))
        choices.append(Choice("after", 40.0, 1.0, True, {"needs": 1.0}))
        switches = (Switch(switches[0].id, switches[0].cost, switches[0].columns, {"needs": -1.0}), *switches[1:])
    return Problem(
        value, people[of_cell], tuple(limits), switches, (), "budget", None, tuple(choices), tuple(groups), tuple(links)
    )


def as_rows(problem: Problem) -> tuple[np.ndarray, np.ndarray, np.ndarray, Bounds, np.ndarray]:
    """Objective, rows with upper bounds, bounds and which are whole: written once more, plainly."""
    n, decisions = problem.value.size, list(problem.choices)
    switches = [Choice(s.id, -s.cost, 1.0, True, {"budget": s.cost} | dict(s.use)) for s in problem.switches]
    decisions = switches + decisions
    place = {d.id: n + i for i, d in enumerate(decisions)}
    width = n + len(decisions)
    objective = np.concatenate([problem.value, [d.value for d in decisions]])
    rows, upper = [], []
    for limit in problem.limits:
        row = np.zeros(width)
        row[:n] = limit.use
        for d in decisions:
            row[place[d.id]] = d.use.get(limit.id, 0.0)
        rows.append(row)
        upper.append(limit.upper)
    for link in [Link(s.columns, s.id) for s in problem.switches] + list(problem.links):
        for column in link.columns:
            row = np.zeros(width)
            row[column], row[place[link.choice]] = 1.0, -problem.most[column]
            rows.append(row)
            upper.append(0.0)
    for group in problem.groups:
        row = np.zeros(width)
        row[[place[id] for id in group.choices]] = 1.0
        rows += [row, -row]
        upper += [group.most, -group.least]
    low = np.concatenate([np.zeros(n), [d.lower for d in decisions]])
    high = np.concatenate([np.full(n, np.inf), [d.upper for d in decisions]])
    kind = np.array([False] * n + [d.integer for d in decisions])
    return objective, np.array(rows), np.array(upper), Bounds(low, high), kind


def tried_out(problem: Problem) -> float | None:
    """The best over every combination of whole-numbered decisions, each solved by linprog; None when there is none."""
    objective, rows, upper, bounds, kind = as_rows(problem)
    found: float | None = None
    places = np.flatnonzero(kind)
    for levels in product(*(range(int(bounds.lb[p]), int(bounds.ub[p]) + 1) for p in places)):
        low, high = bounds.lb.copy(), bounds.ub.copy()
        low[places] = high[places] = levels
        solved = linprog(-objective, A_ub=rows, b_ub=upper, bounds=np.column_stack([low, high]))
        if solved.status == 0:
            found = max(-solved.fun, found if found is not None else -np.inf)
    return found


def modelled(problem: Problem) -> float | None:
    objective, rows, upper, bounds, kind = as_rows(problem)
    limits = LinearConstraint(rows, -np.inf, upper)
    solved = milp(-objective, constraints=limits, bounds=bounds, integrality=kind, options={"mip_rel_gap": 1e-9})
    return -float(solved.fun) if solved.status == 0 else None


def solved(problem: Problem) -> float | None:
    try:
        return Program(problem).best().value
    except Infeasible:
        return None


@settings(max_examples=60, deadline=None)
@given(seeds)
def test_value_equals_trying_every_combination(seed: int) -> None:
    problem = random_problem(np.random.default_rng(seed))
    wanted, found = tried_out(problem), solved(problem)
    assert (found is None) == (wanted is None)
    if wanted is not None:
        assert found == pytest.approx(wanted, rel=1e-6, abs=1e-6)


@settings(max_examples=60, deadline=None)
@given(seeds)
def test_value_equals_a_generic_modelling_layer(seed: int) -> None:
    problem = random_problem(np.random.default_rng(seed))
    wanted, found = modelled(problem), solved(problem)
    assert (found is None) == (wanted is None)
    if wanted is not None:
        assert found == pytest.approx(wanted, rel=1e-6, abs=1e-6)


@settings(max_examples=60, deadline=None)
@given(seeds)
def test_the_solution_keeps_what_it_says_and_rounding_keeps_every_ceiling(seed: int) -> None:
    problem = random_problem(np.random.default_rng(seed))
    if solved(problem) is None:
        return
    solution = Program(problem).best()
    objective, rows, upper, bounds, kind = as_rows(problem)
    levels = [solution.levels[id] for id in [*(s.id for s in problem.switches), *(c.id for c in problem.choices)]]
    taken = np.concatenate([solution.x, levels])
    assert np.all(rows @ taken <= upper + 1e-5)
    assert np.all((taken >= bounds.lb - 1e-9) & (taken <= bounds.ub + 1e-9))
    assert np.all(taken[kind] == np.round(taken[kind]))
    assert objective @ taken == pytest.approx(solution.value, rel=1e-6, abs=1e-4)
    x = whole(solution.x, problem, solution.on, solution.levels)
    assert np.all(np.abs(x - solution.x) < 1 + 1e-6)
    plain = np.all(rows[:, : x.size] >= 0, axis=1)
    assert np.all((rows @ np.concatenate([x, levels]))[plain] <= upper[plain] + 1e-6)


def test_a_switch_is_a_choice_with_a_link() -> None:
    for seed in range(20):
        rng = np.random.default_rng(seed)
        problem = random_problem(rng)
        choices = tuple(Choice(s.id, -s.cost, 1.0, True, {"budget": s.cost} | dict(s.use)) for s in problem.switches)
        links = tuple(Link(s.columns, s.id) for s in problem.switches)
        same = Problem(
            problem.value, problem.most, problem.limits, (), (), "budget", None,
            (*problem.choices, *choices), problem.groups, (*problem.links, *links),
        )  # fmt: skip
        one, other = solved(same), solved(problem)
        assert (one is None) == (other is None)
        if one is not None:
            assert one == pytest.approx(other, rel=1e-7, abs=1e-6)


def test_a_concave_curve_fills_its_pieces_in_order() -> None:
    pieces = tuple(
        Choice(f"k{i}", slope - 1, 100.0, use={"budget": 1.0}) for i, slope in enumerate((4.0, 2.5, 1.5, 0.5))
    )
    problem = Problem(np.zeros(1), np.ones(1), (Limit("budget", np.zeros(1), 230.0),), choices=pieces)
    solution = Program(problem).best()
    assert [solution.levels[f"k{i}"] for i in range(4)] == pytest.approx([100, 100, 30, 0])
    assert solution.prices["budget"] == pytest.approx(0.5)


def test_choices_serve_goals() -> None:
    goal = Goal("g", np.array([1.0]), 10.0, 1)
    costly = Choice("open", -50.0, 1.0, True, gains={"g": 8.0})
    problem = Problem(
        np.zeros(1), np.full(1, 5.0), (Limit("people", np.ones(1), 5.0),), goals=(goal,), choices=(costly,)
    )
    solution = Program(problem).best()
    assert solution.shortfalls["g"] == pytest.approx(0, abs=1e-5)
    assert solution.levels["open"] == 1
    assert solution.value == pytest.approx(-50)


@pytest.mark.parametrize(
    "wrong",
    [
        {"choices": (Choice("a"), Choice("a"))},
        {"choices": (Choice("a", use={"nothing": 1.0}),)},
        {"choices": (Choice("a", upper=-1.0),)},
        {"choices": (Choice("a", value=float("nan")),)},
        {"groups": (Group("g", ("nothing",)),)},
        {"links": (Link((0,), "nothing"),)},
        {"limits": (Limit("a", np.ones(1), float("nan")),)},
        {"limits": (Limit("a", np.full(1, np.nan), 1.0),)},
        {"goals": (Goal("a", np.full(1, np.inf), 1.0, 1),)},
    ],
)
def test_what_names_nothing_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"a|nothing"):
        Program(Problem(**{"value": np.zeros(1), "most": np.ones(1), "limits": (), **wrong}))  # type: ignore[arg-type]


def averse_by_scenarios(problem: Problem, risk: Risk) -> float:
    """The averse programme with every draw a row, on SciPy."""
    objective, rows, upper, bounds, kind = as_rows(problem)
    decisions = problem.decisions()
    worth, (count, width) = risk.matrix(decisions), (risk.draws.shape[0], objective.size)
    # columns: x, z, zeta, u_1..u_S ;  u_s >= zeta - V_s
    cost = np.concatenate(
        [(1 - risk.weight) * objective, [risk.weight], np.full(count, -risk.weight / ((1 - risk.tail) * count))]
    )
    wide = np.hstack([rows, np.zeros((len(rows), 1 + count))])
    scenario = np.hstack([-worth, np.ones((count, 1)), -np.eye(count)])
    low = np.concatenate([bounds.lb, [-np.inf], np.zeros(count)])
    high = np.concatenate([bounds.ub, np.full(1 + count, np.inf)])
    whole_ones = np.concatenate([kind, np.zeros(1 + count, dtype=bool)])
    limits = LinearConstraint(np.vstack([wide, scenario]), -np.inf, np.concatenate([upper, np.zeros(count)]))
    found = milp(
        -cost, constraints=limits, bounds=Bounds(low, high), integrality=whole_ones, options={"mip_rel_gap": 1e-9}
    )
    assert found.status == 0
    assert width == problem.value.size + len(decisions)
    return -float(found.fun)


@settings(max_examples=40, deadline=None)
@given(seeds, st.floats(0.05, 1.0), st.sampled_from([0.5, 0.8, 0.9]))
def test_risk_aversion_equals_the_programme_with_every_draw_a_row(seed: int, weight: float, tail: float) -> None:
    rng = np.random.default_rng(seed)
    problem = random_problem(rng)
    if solved(problem) is None:
        return
    count = 37  # (1 - tail) * 37 is no whole number: the last draw of the tail counts in part
    draws = problem.value + rng.normal(0, 40, (count, problem.value.size)) + rng.normal(0, 20, (count, 1))
    draws += problem.value - draws.mean(axis=0)
    curve = {c.id: c.value + rng.normal(0, 1, count) for c in problem.choices if not c.integer}
    curve = {id: v - v.mean() + next(c.value for c in problem.choices if c.id == id) for id, v in curve.items()}
    risk = Risk(weight, tail, draws, curve)
    averse = Problem(**{f: getattr(problem, f) for f in problem.__slots__ if f != "risk"}, risk=risk)
    solution = Program(averse).best()
    wanted = averse_by_scenarios(problem, risk)
    assert solution.objective == pytest.approx(wanted, rel=1e-6, abs=1e-5)
    assert solution.value <= Program(problem).best().value + 1e-5
