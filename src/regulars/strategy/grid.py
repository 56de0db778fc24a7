"""The consistency matrix as a table for reading: a row per target, a column per measure of the plan, and what in it
stands alone: a measure that serves nothing, a target that nothing serves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from regulars.base.text import Local, Money, Number, Text, say
from regulars.strategy.plan import Plan
from regulars.strategy.plan_mandate import AimRow, Link, Mandate, Serving

#: ``alone``: reached without any measure, or by investments; ``unserved``: nothing serves it and it is not reached.
type Served = Literal["served", "alone", "unserved", "watched", "cannot"]


@dataclass(frozen=True, slots=True)
class GridHead:
    """A measure of the plan. ``linked``: it serves at least one target."""

    measure: str
    name: Local
    linked: bool


@dataclass(frozen=True, slots=True)
class GridSquare:
    """A measure and a target. ``amount`` is what the plan's lines with the measure are expected to add."""

    state: Serving
    amount: Text | None


@dataclass(frozen=True, slots=True)
class GridRow:
    """A target. ``outside`` are measures outside the plan that would move it."""

    objective: str
    name: Local
    served: Served
    reason: Text | None
    squares: tuple[GridSquare, ...]
    outside: tuple[Local, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """Target x measure. ``idle`` are measures of the pack that move none of the targets."""

    heads: tuple[GridHead, ...]
    rows: tuple[GridRow, ...]
    idle: tuple[Local, ...]


def grid_of(plan: Plan, names: Mapping[str, Local]) -> Grid:
    """The matrix of a plan; ``names`` are those of the pack's measures, in its order."""
    mandate = plan.mandate
    if mandate is None:
        return Grid((), (), ())
    spent: dict[str, float] = {}
    for line in plan.lines:
        for id in line.measures:
            spent[id] = spent.get(id, 0.0) + line.cost
    used = sorted(spent, key=lambda id: -spent[id])
    serving = {link.measure for link in mandate.links if link.state == "serves"}
    able = {link.measure for link in mandate.links if link.primitives}
    heads = tuple(GridHead(id, names[id], id in serving) for id in used)
    rows = tuple(_row(aim, mandate, used, names, plan.provenance.currency) for aim in mandate.aims)
    idle = tuple(names[id] for id in names if id not in able and id not in spent) if rows else ()
    return Grid(heads, rows, idle)


def _row(aim: AimRow, mandate: Mandate, used: list[str], names: Mapping[str, Local], currency: str) -> GridRow:
    links = {link.measure: link for link in mandate.links if link.objective == aim.objective}
    squares = tuple(_square(links.get(id), currency) for id in used)
    outside = tuple(names[id] for id, link in links.items() if link.state == "could")
    return GridRow(aim.objective, aim.name, _served(aim, mandate, squares), aim.reason, squares, outside)


def _served(aim: AimRow, mandate: Mandate, squares: tuple[GridSquare, ...]) -> Served:
    if any(square.state == "serves" for square in squares):
        return "served"
    if aim.judged == "cannot":
        return "cannot"
    if any(f.code == "unserved" and f.subject == aim.objective for f in mandate.findings):
        return "unserved"
    return "watched" if aim.judged == "watched" else "alone"


def _square(link: Link | None, currency: str) -> GridSquare:
    if link is None or link.state not in ("serves", "against"):
        return GridSquare("none", None)
    if link.unit == "share":
        return GridSquare(link.state, say("mandate.grid.points", amount=Number(link.amount * 100, 2)))
    if link.unit == currency:
        return GridSquare(link.state, say("mandate.grid.money", amount=Money.of(link.amount, currency)))
    return GridSquare(link.state, say("mandate.grid.customers", amount=Number(link.amount, 1)))
