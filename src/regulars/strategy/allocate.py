"""The allocation problem of a business: columns, limits, fixed costs and targets as arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from regulars.base.settings import Business, Objective
from regulars.packs.schema import Measure
from regulars.strategy.cells import Cell
from regulars.strategy.clauses import clause_goals, clause_limits
from regulars.strategy.objectives import added, baseline, living_today, sign
from regulars.strategy.optimise import Goal, Limit, Problem, Switch
from regulars.strategy.options import Column, Evaluator, reached, taken
from regulars.strategy.people import People, bulk_of, people_limits
from regulars.strategy.returns import Floats

#: A measure to be tested first goes to at most this part of those who may have it.
TRIAL = 0.5


@dataclass(frozen=True, slots=True)
class Offer:
    """Everything that may be chosen, with what it rests on."""

    columns: tuple[Column, ...]
    problem: Problem
    people: tuple[People, ...]
    cost: Floats  # expected, per customer
    safe_cost: Floats  # with incentives at their P90: what the budget must cover
    hours: Floats
    objectives: tuple[Objective, ...] = field(default=())  # those with a gap, in the order of the problem's goals


def hours_of(branch: str, business: Business) -> float:
    """Staff hours of a branch for one cycle."""
    for known in business.branches:
        if (known.id == branch or branch in known.also) and known.staff_hours is not None:
            return known.staff_hours
    return business.capacity.staff_hours_per_branch


def offer_of(
    columns: Sequence[Column],
    evaluator: Evaluator,
    business: Business,
    *,
    cells: Sequence[Cell] | None = None,
    objectives: Sequence[Objective] = (),
) -> Offer:
    """Build the allocation problem. ``cells`` may replace the evaluator's (e.g. with nobody held out)."""
    shown = tuple(cells or evaluator.cells)
    returns = [evaluator.returns(column) for column in columns]
    cost = np.array([float(r.cost.mean()) for r in returns])
    safe = np.array([_safe_cost(c, evaluator) for c in columns])
    hours = np.array([c.option.hours for c in columns])
    value = np.array([float(r.net_36.mean()) for r in returns])
    of_cell: list[list[int]] = [[] for _ in shown]
    for place, column in enumerate(columns):
        of_cell[column.cell].append(place)
    people = [p for at, cell in enumerate(shown) for p in people_limits(at, cell, columns, of_cell[at])]
    limits = [Limit("budget", safe, float(business.budget.amount))]
    limits += _hours(columns, shown, hours, business)
    limits += _trials(columns, shown)
    limits += _vetoes(columns, business.veto)
    limits += clause_limits(columns, shown, business.clauses, cost=cost, hours=hours)
    most = np.array([reached(c.option, shown[c.cell]) for c in columns], dtype=float)
    goals, wanted = _goals(objectives, columns, evaluator)
    goals += clause_goals(columns, shown, business.clauses, cost=cost, hours=hours)
    problem = Problem(value, most, tuple(limits), _switches(columns), goals, bulk=bulk_of(people, len(columns)))
    return Offer(tuple(columns), problem, tuple(people), cost, safe, hours, wanted)


def _safe_cost(column: Column, evaluator: Evaluator) -> float:
    # Each measure's own P90 of take-up: together at least the P90 of the sum, and linear.
    state, total = evaluator.cells[column.cell].state, 0.0
    for measure in column.option.measures:
        high = max(evaluator.take_up_90(measure), 1.0)
        total += measure.cost + measure.incentive * min(taken(measure, state) * high, 1.0)
    return total


def _marks(places: Sequence[int], size: int) -> Floats:
    marks = np.zeros(size)
    marks[list(places)] = 1.0
    return marks


def _hours(columns: Sequence[Column], cells: Sequence[Cell], hours: Floats, business: Business) -> list[Limit]:
    branches = sorted({branch for cell in cells for branch in cell.branches})
    limits = []
    for branch in branches:
        share = np.array([cell.branches.get(branch, 0) / max(cell.customers, 1) for cell in cells])
        use = np.array([share[c.cell] for c in columns]) * hours
        limits.append(Limit(f"hours:{branch}", use, hours_of(branch, business)))
    return limits


def _trials(columns: Sequence[Column], cells: Sequence[Cell]) -> list[Limit]:
    limits = []
    tested = sorted({m.id for c in columns for m in c.option.measures if m.test_first})
    for id in tested:
        for at, cell in enumerate(cells):
            places = [
                place for place, c in enumerate(columns) if c.cell == at and id in {m.id for m in c.option.measures}
            ]
            if places:
                alone = next((columns[p].option for p in places if len(columns[p].option.measures) == 1), None)
                option = alone or columns[places[0]].option
                most = float(int(TRIAL * reached(option, cell)))
                limits.append(Limit(f"trial:{id}:{cell.id}", _marks(places, len(columns)), most))
    return limits


def _vetoes(columns: Sequence[Column], veto: Sequence[str]) -> list[Limit]:
    limits = []
    for id in sorted(set(veto)):
        places = [place for place, c in enumerate(columns) if id in {m.id for m in c.option.measures}]
        if places:
            limits.append(Limit(f"veto:{id}", _marks(places, len(columns)), 0.0))
    return limits


def _switches(columns: Sequence[Column]) -> tuple[Switch, ...]:
    measures: dict[str, Measure] = {m.id: m for c in columns for m in c.option.measures}
    return tuple(
        Switch(
            id,
            measure.fixed_cost,
            tuple(place for place, c in enumerate(columns) if id in {m.id for m in c.option.measures}),
        )
        for id, measure in sorted(measures.items())
        if measure.fixed_cost > 0
    )


def _goals(
    objectives: Sequence[Objective], columns: Sequence[Column], evaluator: Evaluator
) -> tuple[tuple[Goal, ...], tuple[Objective, ...]]:
    goals, wanted = [], []
    for objective in objectives:
        where = objective.branches
        living = living_today(evaluator, where)
        untouched = float(baseline(objective.kpi, evaluator, where).draws.mean())
        gap = sign(objective.kpi) * (objective.target - untouched)
        if gap <= 1e-12:
            continue  # met without doing anything
        gain = np.array(
            [
                sign(objective.kpi)
                * float(added(objective.kpi, c, evaluator.returns(c), evaluator, living, where).mean())
                for c in columns
            ]
        )
        goals.append(Goal(objective.id, gain, gap, objective.priority))
        wanted.append(objective)
    return tuple(goals), tuple(wanted)
