"""The allocation at full size: `python benchmarks/strategy.py`.

Instances are drawn at random in the shape of a large chain: 110 cells of 15 options (bundles of ten measures), people
limits by cell and by channel, hours by branch, a budget for about a third of what could be done, five fixed costs,
and 300 draws of value in which measures, cells and a common shock take part. Prints the seconds of each of our
programmes, and of a generic modelling layer (PuLP with its CBC, if installed; SciPy's milp in any case) on the same
one, with both objectives.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from regulars.strategy.optimise import Choice, Group, Limit, Link, Problem, Program, Risk, Switch
from regulars.strategy.steady import settled

CELLS, OPTIONS, MEASURES, BRANCHES, DRAWS = 110, 15, 10, 8, 300


def instance(seed: int, *, cells: int = CELLS, options: int = OPTIONS) -> tuple[Problem, np.ndarray]:
    """A problem, and the measures of every column (columns x measures, 0 or 1)."""
    rng = np.random.default_rng(seed)
    n = cells * options
    of_cell, size = np.repeat(np.arange(cells), options), rng.integers(30, 3000, cells)
    held = np.zeros((n, MEASURES))
    for at in range(n):
        held[at, rng.choice(MEASURES, size=1 + at % 3, replace=False)] = 1
    price, hour = rng.uniform(0.2, 30, MEASURES), rng.uniform(0, 0.3, MEASURES) * (rng.random(MEASURES) < 0.5)
    cost, hours = held @ price, held @ hour
    effect = (
        (8 * rng.normal(0, 1, (DRAWS, MEASURES)) + rng.uniform(4, 30, MEASURES))
        @ held.T
        * rng.lognormal(0, 0.5, cells)[of_cell]
    )
    draws = effect + rng.normal(0, 6, (DRAWS, n)) + rng.normal(0, 5, (DRAWS, 1)) - cost
    limits = [Limit(f"people:{c}", (of_cell == c).astype(float), float(size[c])) for c in range(cells)]
    for channel in range(3):  # of each cell only a part may be reached by the channel of a third of the measures
        uses = held[:, channel::3].any(axis=1)
        reach = rng.uniform(0.2, 0.8, cells)
        limits += [
            Limit(f"reach:{channel}:{c}", (uses & (of_cell == c)).astype(float), float(int(reach[c] * size[c])))
            for c in range(cells)
        ]
    branch = rng.integers(0, BRANCHES, cells)[of_cell]
    limits += [Limit(f"hours:{b}", hours * (branch == b), 400.0) for b in range(BRANCHES)]
    most = size[of_cell].astype(float)
    limits.append(Limit("budget", cost, float(cost.mean() * size.sum() / 3)))
    switches = tuple(
        Switch(f"m{m}", float(rng.uniform(500, 9000)), tuple(int(c) for c in np.flatnonzero(held[:, m])))
        for m in range(5)
    )
    return Problem(draws.mean(axis=0), most, tuple(limits), switches), np.hstack([held, draws.T])


def with_types(problem: Problem, held: np.ndarray) -> Problem:
    """One type of relationship for each cell: two measures are of each of five types."""
    choices, links, groups = [], [], []
    for cell in range(problem.value.size // OPTIONS):
        places = np.arange(cell * OPTIONS, (cell + 1) * OPTIONS)
        names = []
        for kind in range(5):
            inside = tuple(int(p) for p in places if held[p, 2 * kind : 2 * kind + 2].any())
            if inside:
                names.append(f"R:{cell}:{kind}")
                choices.append(Choice(names[-1], integer=True))
                links.append(Link(inside, names[-1]))
        groups.append(Group(f"R:{cell}", tuple(names)))
    return replace(problem, choices=tuple(choices), links=tuple(links), groups=tuple(groups))


def arrays(problem: Problem) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Objective, rows, upper bounds, which are whole: the problem as a modeller would write it down."""
    n, decisions = problem.value.size, problem.decisions()
    place = {d.id: n + at for at, d in enumerate(decisions)}
    width = n + len(decisions)
    rows, upper = [], []
    for limit in problem.limits:
        row = np.zeros(width)
        row[:n] = limit.use
        for d in decisions:
            row[place[d.id]] = d.use.get(limit.id, 0.0)
        rows.append(row)
        upper.append(limit.upper)
    for link in problem.all_links():
        for column in link.columns:
            row = np.zeros(width)
            row[column], row[place[link.choice]] = 1.0, -problem.most[column]
            rows.append(row)
            upper.append(0.0)
    objective = np.concatenate([problem.value, [d.value for d in decisions]])
    return objective, np.array(rows), np.array(upper), np.array([False] * n + [d.integer for d in decisions])


def by_scipy(problem: Problem) -> float:
    """SciPy's milp."""
    objective, rows, upper, kind = arrays(problem)
    bounds = Bounds(0, np.where(kind, 1, np.inf))
    found = milp(
        -objective,
        constraints=LinearConstraint(rows, -np.inf, upper),
        bounds=bounds,
        integrality=kind,
        options={"mip_rel_gap": 1e-7},
    )
    return -float(found.fun)


def by_pulp(problem: Problem) -> float:
    """PuLP's CBC."""
    import pulp  # type: ignore[import-not-found]

    objective, rows, upper, kind = arrays(problem)
    model = pulp.LpProblem("plan", pulp.LpMaximize)
    x = [pulp.LpVariable(f"x{i}", 0, 1 if k else None, "Binary" if k else "Continuous") for i, k in enumerate(kind)]
    model += pulp.lpSum(float(v) * x[i] for i, v in enumerate(objective))
    for row, most in zip(rows, upper, strict=True):
        model += pulp.lpSum(float(row[i]) * x[i] for i in np.flatnonzero(row)) <= float(most)
    model.solve(pulp.PULP_CBC_CMD(msg=False, gapRel=1e-7))
    return float(pulp.value(model.objective))


def by_rows(problem: Problem) -> float:
    """The averse programme with every draw a row, by SciPy's milp."""
    risk = problem.risk
    assert risk is not None
    objective, rows, upper, kind = arrays(problem)
    worth, count = risk.matrix(problem.decisions()), risk.draws.shape[0]
    part = risk.weight / ((1 - risk.tail) * count)
    costs = np.concatenate([(1 - risk.weight) * objective, [risk.weight], np.full(count, -part)])
    wide = np.hstack([rows, np.zeros((len(rows), 1 + count))])
    draws = np.hstack([-worth, np.ones((count, 1)), -np.eye(count)])
    low = np.zeros(costs.size)
    low[objective.size] = -np.inf
    high = np.concatenate([np.where(kind, 1, np.inf), np.full(1 + count, np.inf)])
    found = milp(
        -costs,
        constraints=LinearConstraint(np.vstack([wide, draws]), -np.inf, np.concatenate([upper, np.zeros(count)])),
        bounds=Bounds(low, high),
        integrality=np.concatenate([kind, np.zeros(1 + count, dtype=bool)]),
        options={"mip_rel_gap": 1e-7},
    )
    return -float(found.fun)


def timed(name: str, run: Callable[[], float]) -> float:
    """Print the seconds and the objective of a run."""
    started = time.perf_counter()
    value = run()
    print(f"{name:58s} {time.perf_counter() - started:7.2f} s   objective {value:16.2f}", flush=True)
    return value


def averse(problem: Problem, draws: np.ndarray, weight: float) -> Problem:
    """The problem with part of the weight on the worst tenth of draws."""
    return replace(problem, risk=Risk(weight, 0.9, draws))


def optimum(problem: Problem) -> float:
    """Ours."""
    return Program(problem).best().objective


def main() -> None:
    """Every programme once, in turn."""
    problem, told = instance(1)
    held, draws = told[:, :MEASURES], told[:, MEASURES:].T
    print(f"{CELLS} cells x {OPTIONS} options, {len(problem.limits)} limits, {len(problem.switches)} switches")
    ours = timed("value, switches", lambda: Program(problem).best().value)
    theirs = timed("  the same by scipy.optimize.milp", lambda: by_scipy(problem))
    print(f"  difference {abs(ours - theirs) / abs(theirs):.1e} of the objective")
    try:
        theirs = timed("  the same by PuLP and CBC", lambda: by_pulp(problem))
        print(f"  difference {abs(ours - theirs) / abs(theirs):.1e} of the objective")
    except ImportError:
        print("  PuLP is not installed here")
    typed = with_types(problem, held)
    timed("value, switches, one relationship for each cell", lambda: Program(typed).best().value)
    last = np.floor(Program(problem).best().x * np.random.default_rng(2).uniform(0.5, 1.5, problem.value.size))
    timed("least change within 0.5 % of value", lambda: settled(problem, last, 0.005).value)
    for weight in (0.5, 1.0):
        name = f"averse, weight {weight:g} on CVaR 0.9, {DRAWS} draws, switches"
        timed(name, partial(optimum, averse(problem, draws, weight)))
    wide, told = instance(3, cells=134)
    draws = told[:, MEASURES:].T
    plain = replace(wide, switches=())
    half = averse(plain, draws, 0.5)
    ours = timed(f"averse, {plain.value.size} columns x {DRAWS} draws", lambda: Program(half).best().objective)
    theirs = timed("  the same with every draw a row, by milp", lambda: by_rows(half))
    print(f"  difference {abs(ours - theirs) / abs(theirs):.1e} of the objective")


if __name__ == "__main__":
    main()
