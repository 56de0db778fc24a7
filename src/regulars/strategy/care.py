"""The customers' own interest as rows: recovery that is owed, no option that harms, prepaid exposure, fair offers.

Who may not be promoted to at all (an open complaint, vulnerable) is a mark, see ``marks``. Fairness: within a state, an
option reaches the groups of a protected attribute in proportion to how they make up who may get it, so the offer rate
of a group is linear in the plan,

    r(group, state) = sum_j x_j * eligible(group, j) / eligible(j) / customers(group, state)

over promotions j, and no two may differ by more than ``care.fair_within``. The attribute enters nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np

from regulars.strategy.cells import OPEN, Cell
from regulars.strategy.draft import Draft, Rule
from regulars.strategy.options import Column
from regulars.strategy.people import admits, kind_of
from regulars.strategy.returns import Floats

#: Groups of fewer customers than this within a state are told, not held to the rule: whole customers cannot be split.
SMALLEST_GROUP = 30
#: An expectation below this is harm, above it the rounding of draws.
HARM = 1e-9

#: cell -> pattern -> group -> customers
type Groups = Mapping[int, Mapping[int, Mapping[str, float]]]


@dataclass(frozen=True, slots=True)
class Around:
    """What care needs to know beside the cells: groups of protected attributes, and what is prepaid today."""

    groups: Mapping[str, Groups] = field(default_factory=dict)
    prepaid: float = 0.0


def care_for(draft: Draft, around: Around) -> None:
    """Add the rules of ``care``."""
    care = draft.business.care
    if care.no_harm:
        _no_harm(draft)
    if care.complaints:
        _recovery(draft)
    if care.prepaid_most is not None:
        use = np.zeros(draft.size)
        for part in draft.parts:
            use[part.place] += care.prepaid.get(part.measure.id, 0.0)
        room = max(float(care.prepaid_most) - around.prepaid, 0.0)
        draft.rules.append(
            Rule("prepaid", "prepaid", "", (draft.limit("prepaid", use, room),), high=room, unit="money")
        )
    if care.fair_within is not None:
        for attribute in care.fair_by:
            _fair(draft, attribute, around.groups.get(attribute, {}), care.fair_within)


def harmful(column: Column, draft: Draft) -> bool:
    """Whether customers are expected to leave sooner (lapsed ones: to come back less) under the option."""
    outcome = draft.evaluator.returns(column).outcome
    lapsed = draft.evaluator.cells[column.cell].state == "lapsed"
    return float((outcome.back if lapsed else outcome.kept_12).mean()) < -HARM


def _no_harm(draft: Draft) -> None:
    places = [place for place, column in enumerate(draft.columns) if harmful(column, draft)]
    if places:
        limit = draft.limit("no_harm", draft.marks(places), 0.0)
        draft.rules.append(Rule("no_harm", "no_harm", str(len(places)), (limit,), high=0.0))


def _recovery(draft: Draft) -> None:
    """Whoever complained, and may be answered by a measure, is."""
    limits, owed = [], 0
    for at in range(len(draft.cells)):
        places = [p for p, c in enumerate(draft.columns) if c.cell == at and c.option.need & OPEN]
        count = max((draft.reach[p] for p in places), default=0)
        if count:
            limits.append(draft.limit(f"recovery:{draft.cells[at].id}", -draft.marks(places), -float(count)))
            owed += count
    if limits:
        draft.rules.append(Rule("recovery", "recovery", "", tuple(limits), low=float(owed)))


def eligible(column: Column, cell: Cell, groups: Mapping[int, Mapping[str, float]]) -> dict[str, float]:
    """Customers of a cell by group to whom an option may go; who is held out is taken off in proportion."""
    kind = kind_of(column.option)
    found: dict[str, float] = {}
    for pattern, counts in groups.items():
        if not admits(kind, (pattern, False)):
            continue
        count = cell.patterns.get(pattern, 0)
        free = 1 - cell.held.get(pattern, 0) / count if count and column.option.marketing else 1.0
        for group, n in counts.items():
            found[group] = found.get(group, 0.0) + n * free
    return found


def rates(
    columns: Sequence[Column], cells: Sequence[Cell], groups: Groups
) -> dict[str, dict[str, tuple[float, Floats]]]:
    """state -> group -> (customers, what one customer of each column adds to the group's offer rate)."""
    found: dict[str, dict[str, tuple[float, Floats]]] = {}
    sizes: dict[tuple[str, str], float] = {}
    for at, patterns in groups.items():
        for counts in patterns.values():
            for group, n in counts.items():
                sizes[cells[at].state, group] = sizes.get((cells[at].state, group), 0.0) + n
    for (state, group), n in sorted(sizes.items()):
        found.setdefault(state, {})[group] = n, np.zeros(len(columns))
    for place, column in enumerate(columns):
        cell = cells[column.cell]
        if not column.option.marketing or column.cell not in groups:
            continue
        shares = eligible(column, cell, groups[column.cell])
        total = sum(shares.values())
        for group, n in shares.items():
            size, row = found[cell.state][group]
            row[place] = n / total / size if total > 0 and size > 0 else 0.0
    return found


def _fair(draft: Draft, attribute: str, groups: Groups, within: float) -> None:
    limits = []
    for state, by_group in rates(draft.columns, draft.cells, groups).items():
        large = {group: row for group, (n, row) in by_group.items() if n >= SMALLEST_GROUP}
        for one, other in combinations(sorted(large), 2):
            gap = large[one] - large[other]
            for sign, name in ((1.0, f"{one}>{other}"), (-1.0, f"{other}>{one}")):
                limits.append(draft.limit(f"fair:{attribute}:{state}:{name}", sign * gap, within))
    if limits:
        draft.rules.append(Rule(f"fair:{attribute}", "fair", attribute, tuple(limits), high=within, unit="share"))
