"""The allocation programme against scipy's, against brute force, and against finite differences."""

from __future__ import annotations

from dataclasses import replace
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


class Stages:
    """The lexicographic rule once more, on scipy: reach by priority; approach what cannot be reached for a tenth."""

    def __init__(self, problem: Problem) -> None:
        use, upper = matrix(problem)
        self.problem, self.n, self.k = problem, problem.value.size, len(problem.goals)
        self.rows = [np.hstack([use, np.zeros((len(use), self.k))])]
        self.right = [upper]
        for place, goal in enumerate(problem.goals):
            row = np.zeros(self.n + self.k)
            row[: self.n], row[self.n + place] = -goal.gain / goal.gap, -1
            self.add(row, -1.0)

    def add(self, row: np.ndarray, right: float) -> None:
        self.rows.append(row[None])
        self.right.append(np.array([right]))

    def least(self, costs: np.ndarray, *extra: tuple[np.ndarray, float]) -> float:
        rows = np.vstack([*self.rows, *(row[None] for row, _ in extra)])
        right = np.concatenate([*self.right, np.array([r for _, r in extra])])
        return float(linprog(costs, A_ub=rows, b_ub=right).fun)

    def short(self, *places: int) -> np.ndarray:
        row = np.zeros(self.n + self.k)
        row[[self.n + place for place in places]] = 1
        return row

    def best(self) -> float:
        value = np.concatenate([-self.problem.value, np.zeros(self.k)])
        goals = self.problem.goals
        for level in sorted({goal.priority for goal in goals}):
            places = [place for place, goal in enumerate(goals) if goal.priority == level]
            if self.least(self.short(*places)) <= 1e-6 * len(places):
                for place in places:
                    self.add(self.short(place), 1e-6)
                continue
            for place in places:
                least = self.least(self.short(place))
                if least > 1e-6:
                    at = -self.least(value)
                    least = self.least(self.short(place), (value, -(at - 0.1 * abs(at) - 1e-6)))
                self.add(self.short(place), max(least, 0) + 1e-6)
        return -self.least(value)


@pytest.mark.parametrize("seed", range(60))
def test_targets_come_first_by_priority_and_the_impossible_costs_a_tenth(seed: int) -> None:
    problem = random_problem(np.random.default_rng(seed), goals=3)
    solution = Program(problem).best()
    assert solution.value == pytest.approx(Stages(problem).best(), abs=2e-2, rel=1e-4)
    assert Program(problem).best(goals=False).value >= solution.value - 1e-6


@pytest.mark.parametrize("seed", range(20))
def test_one_impossible_target_costs_at_most_a_tenth(seed: int) -> None:
    problem = random_problem(np.random.default_rng(seed))
    wish = Goal("wish", np.ones(problem.value.size), 1e9, 1)
    free, held = Program(problem).best().value, Program(replace(problem, goals=(wish,))).best().value
    assert held >= 0.9 * free - 1e-4


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
