"""The allocation problem of a business: columns, exact limits, fixed costs and targets as arrays.

Who may receive what is a transport problem between customers and options. Customers of a cell fall into atoms
(permission pattern, held out or not) with exact counts; an option may go to a set of atoms. By Hall's theorem numbers
x are possible exactly when, for every union U of such sets, the options confined to U use no more than U holds. These
rows contain assignment (C1), reach (C2) and hold-out (C6), and keep their force for whole numbers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from regulars.base.settings import Business, Objective
from regulars.packs.schema import Measure
from regulars.strategy.cells import Cell
from regulars.strategy.objectives import added, baseline, living_today, sign
from regulars.strategy.optimise import Goal, Limit, Problem, Switch
from regulars.strategy.options import Column, Evaluator, Option, reached, taken
from regulars.strategy.returns import Floats

#: Beyond this many unions in a cell (never seen with fewer than nine sets) further ones are left out: not exact then.
MOST_UNIONS = 256
#: A measure to be tested first goes to at most this part of those who may have it.
TRIAL = 0.5

type Atom = tuple[int, bool]


@dataclass(frozen=True, slots=True)
class People:
    """A limit of people: atoms of a cell and the columns confined to them."""

    id: str
    cell: int
    atoms: frozenset[Atom]
    count: int
    columns: tuple[int, ...]


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


def atoms_of(cell: Cell) -> dict[Atom, int]:
    """Customers by permission pattern and hold-out."""
    counts: dict[Atom, int] = {}
    for pattern, count in cell.patterns.items():
        counts[pattern, True] = cell.held[pattern]
        counts[pattern, False] = count - cell.held[pattern]
    return counts


def allowed(option: Option, atoms: Mapping[Atom, int]) -> frozenset[Atom]:
    """The atoms an option may go to. Service reaches the held out as well: they are held out of promotion only."""
    need, tiers, marketing = option.need, option.tiers, option.marketing
    return frozenset((p, out) for p, out in atoms if p & need == need and p & tiers and not (out and marketing))


def unions(sets: Sequence[frozenset[Atom]]) -> list[frozenset[Atom]]:
    """All unions of the sets (single ones included), each once."""
    single = sorted(set(sets), key=lambda s: (len(s), sorted(s)))
    found = list(single)
    for one in single:
        for other in list(found):
            both = one | other
            if both not in found:
                if len(found) >= MOST_UNIONS:
                    return [*found, frozenset().union(*single)]
                found.append(both)
    return found


def people_limits(at: int, cell: Cell, columns: Sequence[Column], places: Sequence[int]) -> list[People]:
    """The limits of people of one cell. ``places`` are the cell's columns."""
    counts = atoms_of(cell)
    options = {place: columns[place].option for place in places}
    kinds = {place: (option.need, option.tiers, option.marketing) for place, option in options.items()}
    alike = {kinds[place]: option for place, option in options.items()}
    allow = {kind: allowed(option, counts) for kind, option in alike.items()}
    sets = {place: allow[kind] for place, kind in kinds.items()}
    limits: dict[tuple[int, ...], People] = {}
    for number, union in enumerate(unions(list(allow.values()))):
        inside = tuple(place for place in places if sets[place] <= union)
        people = People(f"people:{cell.id}:{number}", at, union, sum(counts[a] for a in union), inside)
        if inside not in limits or limits[inside].count > people.count:
            limits[inside] = people
    return list(limits.values())


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
    limits += [Limit(p.id, _marks(p.columns, len(columns)), float(p.count)) for p in people]
    limits += _trials(columns, shown)
    limits += _vetoes(columns, business.veto)
    most = np.array([reached(c.option, shown[c.cell]) for c in columns], dtype=float)
    goals, wanted = _goals(objectives, columns, evaluator)
    problem = Problem(value, most, tuple(limits), _switches(columns), goals)
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
    living = living_today(evaluator)
    for objective in objectives:
        untouched = float(baseline(objective.kpi, evaluator).draws.mean())
        gap = sign(objective.kpi) * (objective.target - untouched)
        if gap <= 1e-12:
            continue  # met without doing anything
        gain = np.array(
            [
                sign(objective.kpi) * float(added(objective.kpi, c, evaluator.returns(c), evaluator, living).mean())
                for c in columns
            ]
        )
        goals.append(Goal(objective.id, gain, gap, objective.priority))
        wanted.append(objective)
    return tuple(goals), tuple(wanted)
