"""A problem in the making: limits, decisions and the rules they belong to, added topic by topic."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from regulars.base.settings import Business
from regulars.base.strategy_rules import Picking
from regulars.packs.schema import Measure
from regulars.strategy.cells import TIER_BITS, Cell
from regulars.strategy.optimise import Choice, Group, Limit, Link, Switch
from regulars.strategy.options import Column, Evaluator, reached, taken
from regulars.strategy.returns import Floats

#: What it weighs to give way in part, when floors cannot all be kept: the last plan first, what is owed last.
YIELDS = {"steady": 0.01, "lock": 1.0, "must": 1.0, "recovery": 100.0}


@dataclass(frozen=True, slots=True)
class Rule:
    """Something somebody laid down, and the rows of the problem it became.

    ``kind`` names the sentence it is shown by, ``about`` what it is about (a lock's id, a measure, a supplier).
    ``low`` and ``high`` are its bounds in ``unit``; None where it has none.
    """

    id: str
    kind: str
    about: str
    limits: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    unit: str = "customers"
    bit: int = 0  # the mark customers must carry, where the rule is about who may be reached and no row


@dataclass(frozen=True, slots=True)
class Part:
    """What one measure takes in one column, per customer."""

    place: int
    measure: Measure
    cost: float
    safe: float
    hours: float


@dataclass
class Draft:
    """Collects rows and rules. ``cells`` are those shown (perhaps with nobody held out)."""

    columns: Sequence[Column]
    cells: Sequence[Cell]
    evaluator: Evaluator
    business: Business
    switches: dict[str, Switch] = field(default_factory=dict)
    limits: list[Limit] = field(default_factory=list)
    choices: list[Choice] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.size = len(self.columns)
        self.reach = [reached(c.option, self.cells[c.cell]) for c in self.columns]
        self.of_measure: dict[str, list[int]] = {}
        self.parts: list[Part] = []
        for place, column in enumerate(self.columns):
            state = self.evaluator.cells[column.cell].state
            for m in column.option.measures:
                self.of_measure.setdefault(m.id, []).append(place)
                rate = taken(m, state)
                high = min(rate * max(self.evaluator.take_up_90(m), 1.0), 1.0)
                mean = float(np.minimum(rate * self.evaluator.draws.take_up[m.id], 1.0).mean()) if rate else 0.0
                expected, safe = (m.cost + m.incentive * share for share in (mean, high))
                self.parts.append(Part(place, m, expected, safe, m.hours))

    def branch_share(self, branch: str) -> Floats:
        """The part of each column's customers whose home is the branch (a merged cell holds several)."""
        share = [cell.branches.get(branch, 0) / max(cell.customers, 1) for cell in self.cells]
        return np.array([share[c.cell] for c in self.columns])

    def tier_share(self, tier: str) -> Floats:
        """The part of each column's customers in the value tier."""
        bit = TIER_BITS[tier]
        share = [sum(n for p, n in cell.patterns.items() if p & bit) / max(cell.customers, 1) for cell in self.cells]
        return np.array([share[c.cell] for c in self.columns])

    def uses(self, picking: Picking, of: str) -> Floats:
        """What one customer of each column counts for a picking: customers, money (expected), safe (P90) or hours."""
        count = np.zeros(self.size)
        for part in self.parts:
            if meets(part.measure, picking):
                amount = {"money": part.cost, "safe": part.safe, "hours": part.hours, "customers": 1.0}[of]
                count[part.place] = 1.0 if of == "customers" else count[part.place] + amount
        return count * self._here(picking)

    def _here(self, picking: Picking) -> Floats:
        here = np.ones(self.size)
        for place, column in enumerate(self.columns):
            cell = self.cells[column.cell]
            line = f"{cell.id}:{column.option.id}"
            here[place] = (
                picking.cell in (None, cell.id) and picking.line in (None, line) and picking.state in (None, cell.state)
            )
        if picking.branch is not None:
            here *= self.branch_share(picking.branch)
        if picking.tier is not None:
            here *= self.tier_share(picking.tier)
        return here

    def limit(self, id: str, use: Floats, upper: float) -> str:
        """Add a limit; its id comes back."""
        self.limits.append(Limit(id, use, upper))
        return id

    def fixed_costs(self, measures: Iterable[str], limit: str) -> None:
        """Let the fixed costs of measures count against a limit too."""
        for id in measures:
            if id in self.switches:
                self._switch_uses(id, {limit: self.switches[id].cost})

    def _switch_uses(self, id: str, use: Mapping[str, float]) -> None:
        switch = self.switches[id]
        self.switches[id] = replace(switch, use={**switch.use, **use})

    def used(self, measure: str, *, at_least_one: bool = False) -> str | None:
        """The id of the decision whether a measure is used; None when nobody can be given it.

        ``at_least_one``: the decision cannot be yes while nobody gets it.
        """
        places = self.of_measure.get(measure)
        if not places:
            return None
        id = measure
        if measure not in self.switches:
            id = f"use:{measure}"
            if all(choice.id != id for choice in self.choices):
                self.choices.append(Choice(id, integer=True))
                self.links.append(Link(tuple(places), id))
        floor = f"used:{measure}"
        if at_least_one and all(limit.id != floor for limit in self.limits):
            self.limit(floor, -self.marks(places), 0.0)
            self.decide(id, {floor: 1.0})
        return id

    def decide(self, id: str, use: Mapping[str, float]) -> None:
        """Let a decision use limits."""
        if id in self.switches:
            self._switch_uses(id, use)
            return
        at = next(place for place, choice in enumerate(self.choices) if choice.id == id)
        self.choices[at] = replace(self.choices[at], use={**self.choices[at].use, **use})

    def marks(self, places: Iterable[int]) -> Floats:
        """1 for some columns."""
        marks = np.zeros(self.size)
        marks[list(places)] = 1.0
        return marks


def bound_by_locks(choices: Sequence[Choice], rules: Iterable[Rule]) -> list[Choice]:
    """Choices added later than the rules, with what the locks that name them count."""
    found = list(choices)
    for rule in rules:
        if rule.kind != "lock" or rule.unit != "level":
            continue
        id = rule.about.removeprefix("decision=").rpartition("=")[0]
        use = {limit: -1.0 if limit.endswith(":least") else 1.0 for limit in rule.limits}
        found = [replace(c, use={**c.use, **use}) if c.id == id else c for c in found]
    return found


def meets(measure: Measure, picking: Picking) -> bool:
    """Whether a measure is what the picking says of measures."""
    picked = picking.picks()
    return all(getattr(measure, name) == picked[key] for key, name in _OF_MEASURE.items() if key in picked)


_OF_MEASURE = {
    "measure": "id",
    "family": "family",
    "channel": "channel",
    "purpose": "purpose",
    "relationship": "relationship",
}
