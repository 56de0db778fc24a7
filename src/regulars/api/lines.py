"""The plan line by line, measure by group of customers, with what binds each line: to lock exactly that line.

A line counts everybody of the group who gets the measure, be it alone or together with others.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Literal

from regulars.api.locking import Among, lock_ids
from regulars.api.workbench import Workbench
from regulars.base.mandate import Counted
from regulars.base.text import Local, Text
from regulars.packs.schema import STATES, TIERS
from regulars.strategy.explain import local
from regulars.strategy.plan import CellInfo, Line, Plan
from regulars.strategy.plan_mandate import ClauseRow


@dataclass(frozen=True, slots=True)
class Segment:
    """A group of customers of the plan. ``among`` says who they are: other groups have nobody of it."""

    id: str
    label: Text
    customers: int
    among: Among


@dataclass(frozen=True, slots=True)
class Bound:
    """What a line is held to. ``price``: what the best plan without it would gain more over 36 months."""

    kind: Literal["must", "must_not"]
    of: Counted
    amount: float
    price: float
    kept: bool


@dataclass(frozen=True, slots=True)
class PlanLine:
    """A measure in a group. Cost, hours and value of customers who get several measures are shared evenly among them;
    ``beside`` names those others."""

    segment: Segment
    measure: str
    name: Local
    customers: int = 0
    cost: float = 0.0
    hours: float = 0.0
    value_36: float = 0.0
    beside: tuple[Local, ...] = ()
    bounds: tuple[Bound, ...] = ()


@dataclass(slots=True)
class _Sums:
    customers: int = 0
    cost: float = 0.0
    hours: float = 0.0
    value: float = 0.0
    beside: dict[str, None] = field(default_factory=dict)

    def add(self, line: Line, measure: str) -> None:
        self.customers += line.customers
        self.cost += line.cost / len(line.measures)
        self.hours += line.hours / len(line.measures)
        self.value += line.value_36.mean / len(line.measures)
        self.beside |= dict.fromkeys(id for id in line.measures if id != measure)


def segments_of(bench: Workbench) -> tuple[Segment, ...]:
    """The groups of customers the plan is made for, in its own order."""
    homes = bench.homes()
    return tuple(_segment(cell, homes[cell.id]) for cell in bench.plan().cells)


def plan_lines(bench: Workbench) -> tuple[PlanLine, ...]:
    """Every line of the plan as it stands, and every line that is bound, be nobody in it; the dearest first."""
    plan = bench.plan()
    sums: dict[tuple[str, str], _Sums] = defaultdict(_Sums)
    for line in plan.lines:
        for measure in line.measures:
            sums[line.cell, measure].add(line, measure)
    names = {measure.id: local(measure.name) for measure in bench.business.pack.measures}
    rows = _rows(plan)
    found = []
    for segment in segments_of(bench):
        for measure, name in names.items():
            bounds = tuple(
                Bound(row.kind, _counted(row), row.bound, row.price, row.kept)
                for id in lock_ids(measure, segment.among).values()
                if (row := rows.get(id)) is not None
            )
            one = sums.get((segment.id, measure))
            if one is None and not bounds:
                continue
            one = one or _Sums()
            beside = tuple(names[id] for id in one.beside if id in names)
            found.append(
                PlanLine(segment, measure, name, one.customers, one.cost, one.hours, one.value, beside, bounds)
            )
    return tuple(sorted(found, key=lambda line: (-line.cost, -line.value_36, line.segment.id, line.measure)))


def _segment(cell: CellInfo, homes: tuple[str, ...]) -> Segment:
    tiers = () if cell.tier == "all" else tuple(tier for tier in TIERS if tier in cell.tier.split("-"))
    states = tuple(state for state in STATES if state == cell.state)
    return Segment(cell.id, cell.label, cell.customers, Among(homes, states, tiers))


def _rows(plan: Plan) -> dict[str, ClauseRow]:
    return {row.id: row for row in plan.mandate.clauses} if plan.mandate is not None else {}


def _counted(row: ClauseRow) -> Counted:
    return row.counted  # type: ignore[return-value]  # the mandate keeps it as plain text
