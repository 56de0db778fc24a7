"""The allocation programme against scipy's, against brute force, and against finite differences."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from scipy.optimize import linprog

from regulars.strategy.optimise import Goal, Limit, Problem, Program, Switch, whole


def random_problem(rng: np.random.Generator, *, switches: int = 0, goals: int = 0) -> Problem:
    cells, options = int(rng.integers(1, 5)), int(rng.integers(1, 5))
    n = cells * options
    of_cell = np.repeat(np.arange(cells), options)
    people = rng.integers(5, 200, cells).astype(float)
    cost = rng.uniform(0, 30, n) * (rng.random(n) < 0.8)
    hours = rng.uniform(0, 0.4, n) * (rng.random(n) < 0.5)
    limits = [Limit(f"people:{c}", (of_cell == c).astype(float), people[c]) for c in range(cells)]
    limits.append(Limit("budget", cost, float(rng.uniform(0, 3000))))
    limits.append(Limit("hours", hours, float(rng.uniform(0, 20))))
    value = rng.normal(20, 30, n)
    made = tuple(
        Switch(f"s{i}", float(rng.uniform(0, 600)), tuple(int(c) for c in np.flatnonzero(rng.random(n) < 0.5)))
        for i in range(switches)
    )
    wanted = tuple(
        Goal(f"g{i}", rng.uniform(0, 1, n), float(rng.uniform(1, 200)), int(rng.integers(1, 3))) for i in range(goals)
    )
    return Problem(value, people[of_cell], tuple(limits), made, wanted)


def matrix(problem: Problem) -> tuple[np.ndarray, np.ndarray]:
    return np.array([limit.use for limit in problem.limits]), np.array([limit.upper for limit in problem.limits])


def oracle(problem: Problem) -> float:
    use, upper = matrix(problem)
    solved = linprog(-problem.value, A_ub=use, b_ub=upper, bounds=(0, None), method="highs-ds")
    return -float(solved.fun)


@pytest.mark.parametrize("seed", range(60))
def test_value_equals_scipys(seed: int) -> None:
    problem = random_problem(np.random.default_rng(seed))
    solution = Program(problem).best()
    assert solution.value == pytest.approx(oracle(problem), abs=1e-6, rel=1e-9)
    use, upper = matrix(problem)
    assert np.all(use @ solution.x <= upper + 1e-6)


@pytest.mark.parametrize("seed", range(30))
def test_fixed_costs_equal_trying_every_set_of_switches(seed: int) -> None:
    problem = random_problem(np.random.default_rng(seed), switches=3)
    use, upper = matrix(problem)
    money = [limit.id for limit in problem.limits].index("budget")
    best = 0.0
    for on in product((0, 1), repeat=3):
        fixed = sum(s.cost for s, used in zip(problem.switches, on, strict=True) if used)
        most = np.full(problem.value.size, np.inf)
        for switch, used in zip(problem.switches, on, strict=True):
            if not used:
                most[list(switch.columns)] = 0
        left = upper.copy()
        left[money] -= fixed
        if left[money] < 0:
            continue
        bounds = [(0, m) for m in most]
        best = max(best, -float(linprog(-problem.value, A_ub=use, b_ub=left, bounds=bounds).fun) - fixed)
    assert Program(problem).best().value == pytest.approx(best, abs=1e-4, rel=1e-6)


@pytest.mark.parametrize("seed", range(30))
def test_targets_come_first_by_priority(seed: int) -> None:
    problem = random_problem(np.random.default_rng(seed), goals=3)
    use, upper = matrix(problem)
    n, k = problem.value.size, len(problem.goals)
    rows, right = [np.hstack([use, np.zeros((len(use), k))])], [upper]
    for place, goal in enumerate(problem.goals):
        row = np.zeros(n + k)
        row[:n], row[n + place] = -goal.gain / goal.gap, -1
        rows.append(row[None])
        right.append(np.array([-1.0]))
    for level in sorted({goal.priority for goal in problem.goals}):
        short = np.concatenate([np.zeros(n), [float(goal.priority == level) for goal in problem.goals]])
        least = linprog(short, A_ub=np.vstack(rows), b_ub=np.concatenate(right)).fun
        rows.append(short[None])
        right.append(np.array([least + 1e-6]))
    value = np.concatenate([-problem.value, np.zeros(k)])
    expected = -linprog(value, A_ub=np.vstack(rows), b_ub=np.concatenate(right)).fun
    solution = Program(problem).best()
    assert solution.value == pytest.approx(expected, abs=1e-2, rel=1e-5)
    assert Program(problem).best(goals=False).value >= solution.value - 1e-6


@pytest.mark.parametrize("seed", range(80))
def test_whole_customers_break_no_limit(seed: int) -> None:
    problem = random_problem(np.random.default_rng(seed), switches=seed % 3, goals=seed % 2)
    solution = Program(problem).best()
    x = whole(solution.x, problem, solution.on)
    use, upper = matrix(problem)
    fixed = sum(s.cost for s in problem.switches if any(x[c] for c in s.columns))
    upper[[limit.id for limit in problem.limits].index("budget")] -= fixed
    assert x.dtype.kind == "i"
    assert (x >= 0).all()
    assert np.all(use @ x <= upper + 1e-9)
    assert np.all(np.abs(x - solution.x) < 1 + 1e-6)


@pytest.mark.parametrize("seed", range(20))
def test_more_budget_never_lowers_value_and_slopes_fall(seed: int) -> None:
    problem = random_problem(np.random.default_rng(seed), switches=seed % 2)
    program = Program(problem)
    values = []
    for budget in np.linspace(0, 4000, 9):
        program.move("budget", float(budget))
        values.append(program.best().value)
    assert np.all(np.diff(values) >= -1e-4)
    if not problem.switches:  # without fixed costs the frontier is concave
        assert np.all(np.diff(values, 2) <= 1e-6)


@pytest.mark.parametrize("seed", range(40))
def test_prices_are_the_slopes_of_value(seed: int) -> None:
    problem = random_problem(np.random.default_rng(seed))
    solution = Program(problem).best()
    for place, limit in enumerate(problem.limits):
        step = 1e-5
        sides = []
        for sign in (-1, 1):
            limits = list(problem.limits)
            limits[place] = Limit(limit.id, limit.use, max(limit.upper + sign * step, 0.0))
            sides.append(sign * (oracle(Problem(problem.value, problem.most, tuple(limits))) - oracle(problem)) / step)
        below, above = sides
        assert above - 1e-3 <= solution.prices[limit.id] <= below + 1e-3


def test_a_warm_program_forgets_earlier_solves() -> None:
    problem = random_problem(np.random.default_rng(3), switches=2, goals=2)
    program = Program(problem)
    first = program.best()
    program.move("budget", 10.0)
    program.best()
    program.move("budget", problem.limits[-2].upper)
    again = program.best()
    np.testing.assert_allclose(again.value, first.value, rtol=1e-9)
    assert again.on == first.on
