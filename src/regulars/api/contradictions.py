"""What cannot be kept at once: each bound the nearest plan misses, by how much, and what would be enough.

The plan itself is the nearest one (:mod:`regulars.strategy.priced`, docs/methods/locks.md); here it is read off.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from regulars.base.text import Local, Text
from regulars.strategy.objectives import sign
from regulars.strategy.plan import Plan, TargetRow
from regulars.strategy.plan_rules import Relaxation

#: A shortfall that grows by less than this part of its gap has not changed.
ALIKE = 1e-4


@dataclass(frozen=True, slots=True)
class Miss:
    """A bound that is missed. ``against`` are the bounds it contradicts: giving up any one of them is enough (all of
    them, with the money and the hours, where ``together``), as is so much more ``money`` or so many ``hours``.

    ``unit`` is customers, money, hours or another unit of a rule; of a target its KPI, and what would reach it is
    ``remedy``. Amounts count as the bound does: ``missed`` is never below nothing.
    """

    id: str
    kind: Literal["rule", "target"]
    label: Text | Local
    unit: str
    wanted: float
    kept: float
    missed: float
    against: tuple[Text, ...] = ()
    money: float | None = None
    hours: float | None = None
    together: bool = False
    remedy: Text | None = None


def misses(plan: Plan) -> tuple[Miss, ...]:
    """Every rule that gave way, then every target that is not reached."""
    labels = {rule.id: rule.label for rule in plan.rules}
    rules = (_rule(one, labels) for one in plan.relaxations if one.rule in labels)
    return (*rules, *(_target(row) for row in plan.targets if row.shortfall > 0))


def new_misses(before: Plan, after: Plan) -> tuple[Miss, ...]:
    """What ``after`` misses and ``before`` did not, or not as far."""
    known = {one.id: one for one in misses(before)}
    return tuple(one for one in misses(after) if _worse(one, known.get(one.id)))


def _worse(one: Miss, was: Miss | None) -> bool:
    return was is None or was.wanted != one.wanted or one.missed > was.missed + ALIKE * abs(one.wanted)


def _rule(one: Relaxation, labels: dict[str, Text]) -> Miss:
    against = tuple(labels[id] for id in one.drop if id in labels)
    missed = max(one.wanted - one.kept, 0.0)
    return Miss(
        one.rule,
        "rule",
        labels[one.rule],
        one.unit,
        one.wanted,
        one.kept,
        missed,
        against,
        one.money or None,
        one.hours or None,
        one.together,
    )


def _target(row: TargetRow) -> Miss:
    missed = max(sign(row.kpi) * (row.target - row.expected.mean), 0.0)  # type: ignore[arg-type]  # plain text there
    return Miss(
        f"target:{row.objective}", "target", row.name, row.kpi, row.target, row.expected.mean, missed, remedy=row.remedy
    )
