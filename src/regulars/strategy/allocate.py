"""The allocation problem of a business: columns, limits, fixed costs and targets as arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from regulars.base.settings import Business, Objective
from regulars.packs.schema import Measure
from regulars.strategy.averse import risk_of, weighed
from regulars.strategy.care import Around, care_for
from regulars.strategy.cells import Cell
from regulars.strategy.clauses import lay_clauses
from regulars.strategy.draft import Draft, Rule
from regulars.strategy.objectives import added, baseline, living_today, sign
from regulars.strategy.optimise import Goal, Limit, Problem, Switch
from regulars.strategy.options import NO_MARKS, Column, Evaluator
from regulars.strategy.people import People, bulk_of, people_limits
from regulars.strategy.returns import Floats
from regulars.strategy.rulebook import Last, lay_down


@dataclass(frozen=True, slots=True)
class Given:
    """What an offer is built from beside columns and settings: marks and their rules, the last plan, care's facts."""

    rules: tuple[Rule, ...] = ()
    last: Last | None = None
    around: Around = field(default_factory=Around)


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
    rules: tuple[Rule, ...] = ()
    wants: Mapping[str, int] = NO_MARKS
    given: Given = field(default_factory=Given)


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
    given: Given | None = None,
) -> Offer:
    """Build the allocation problem. ``cells`` may replace the evaluator's (e.g. with nobody held out)."""
    given = given or Given()
    shown = tuple(cells or evaluator.cells)
    returns = [evaluator.returns(column) for column in columns]
    cost = np.array([float(r.cost.mean()) for r in returns])
    hours = np.array([c.option.hours for c in columns])
    value = np.array([float(r.net_36.mean()) for r in returns])
    of_cell: list[list[int]] = [[] for _ in shown]
    for place, column in enumerate(columns):
        of_cell[column.cell].append(place)
    people = [p for at, cell in enumerate(shown) for p in people_limits(at, cell, columns, of_cell[at])]
    draft = Draft(columns, shown, evaluator, business, switches=_switches(columns))
    safe = np.zeros(len(columns))
    for part in draft.parts:  # each measure's own P90 of take-up: together at least the P90 of the sum, and linear
        safe[part.place] += part.safe
    draft.limits = [Limit("budget", safe, float(business.budget.amount)), *_hours(columns, shown, hours, business)]
    draft.rules = list(given.rules)
    lay_down(draft, last=given.last)
    lay_clauses(draft)
    care_for(draft, given.around)
    goals, wanted = _goals(objectives, columns, evaluator)
    problem = Problem(
        value,
        np.array(draft.reach, dtype=float),
        tuple(draft.limits),
        tuple(draft.switches.values()),
        goals,
        bulk=bulk_of(people, len(columns)),
        choices=tuple(draft.choices),
        groups=tuple(draft.groups),
        links=tuple(draft.links),
        risk=risk_of(returns, business.risk),
    )
    problem = weighed(problem, business.weighing.worth)
    return Offer(
        tuple(columns), problem, tuple(people), cost, safe, hours, wanted, tuple(draft.rules), evaluator.wants, given
    )


def _hours(columns: Sequence[Column], cells: Sequence[Cell], hours: Floats, business: Business) -> list[Limit]:
    branches = sorted({branch for cell in cells for branch in cell.branches})
    limits = []
    for branch in branches:
        share = np.array([cell.branches.get(branch, 0) / max(cell.customers, 1) for cell in cells])
        use = np.array([share[c.cell] for c in columns]) * hours
        limits.append(Limit(f"hours:{branch}", use, hours_of(branch, business)))
    return limits


def _switches(columns: Sequence[Column]) -> dict[str, Switch]:
    measures: dict[str, Measure] = {m.id: m for c in columns for m in c.option.measures}
    return {
        id: Switch(
            id,
            measure.fixed_cost,
            tuple(place for place, c in enumerate(columns) if id in {m.id for m in c.option.measures}),
        )
        for id, measure in sorted(measures.items())
        if measure.fixed_cost > 0
    }


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
