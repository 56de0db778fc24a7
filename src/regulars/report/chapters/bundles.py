"""Lines of a plan brought together by what is done, whoever it is done for: what a director reads."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

from regulars.base.estimate import Estimate
from regulars.base.text import Listing, Local, Share, Text, say
from regulars.report import names
from regulars.report.context import Context
from regulars.report.figures import plain
from regulars.strategy.plan import CellInfo, Line, Plan


@dataclass(frozen=True, slots=True)
class Bundle:
    """All lines with the same measures, the one that brings most first.

    The ranges of the lines are added. The effect of a measure is the same draw in every group, so its lines rise and
    fall together; where they do not entirely, the sum of ranges is too wide, never too narrow.
    """

    lines: tuple[Line, ...]
    customers: int
    held_out: int
    cost: float
    hours: float
    value_12: Estimate
    value_36: Estimate

    @property
    def first(self) -> Line:
        """The line that brings most."""
        return self.lines[0]

    @property
    def chance_of_gain(self) -> float | None:
        """Chance that it brings more than it costs: counted on the draws of a single line, read from the added range of
        several. None without width."""
        return self.first.probability_positive if len(self.lines) == 1 else chance_of_gain(self.value_36)

    @property
    def test_first(self) -> bool:
        """Whether any of its lines is to be tried first."""
        return any(line.test_first for line in self.lines)


def chance_of_gain(value: Estimate) -> float | None:
    """Chance that a value is above zero, read from its 10, 50 and 90 % points as two halves of a normal curve.

    Each half has the spread its own point gives (0.1 and 0.9 lie 1.2816 spreads from the middle). None without width.
    """
    side = value.p50 - value.p10 if value.p50 > 0 else value.p90 - value.p50
    if side <= 0:
        return None
    return 0.5 * math.erfc(-(value.p50 / (side / 1.2815515655446004)) / math.sqrt(2))


def chance_told(chance: float | None) -> Text | Share | None:
    """A chance for a cell; what would round to certainty is told as less than that."""
    if chance is None:
        return None
    return say("report.say.nearly_sure", share=Share(0.99)) if chance > 0.995 else Share(chance)


def bundles(plan: Plan) -> tuple[Bundle, ...]:
    """The plan's lines by bundle of measures, best first."""
    found: dict[tuple[str, ...], list[Line]] = {}
    for line in sorted(plan.lines, key=lambda x: -x.value_36.mean):
        found.setdefault(line.measures, []).append(line)
    return tuple(sorted((_bundle(lines) for lines in found.values()), key=lambda b: -b.value_36.mean))


def _bundle(lines: list[Line]) -> Bundle:
    return Bundle(
        tuple(lines),
        sum(line.customers for line in lines),
        sum(line.held_out for line in lines),
        sum(line.cost for line in lines),
        sum(line.hours for line in lines),
        _added(line.value_12 for line in lines),
        _added(line.value_36 for line in lines),
    )


def _added(values: Iterable[Estimate]) -> Estimate:
    first, *rest = values
    for e in rest:
        first = replace(
            first, mean=first.mean + e.mean, p10=first.p10 + e.p10, p50=first.p50 + e.p50, p90=first.p90 + e.p90
        )
    return first


def whom(c: Context, bundle: Bundle) -> Text:
    """Whom a bundle is for: the group itself when it is one, else how many groups of which states and branches."""
    if len(bundle.lines) == 1:
        return bundle.first.cell_label
    known = {cell.id: cell for cell in c.plan.cells} if c.plan else {}
    cells = [known[line.cell] for line in bundle.lines if line.cell in known]
    if not cells:
        return say("report.plan.groups", n=len(bundle.lines))
    states = Listing(tuple(names.state_of(state) for state in dict.fromkeys(cell.state for cell in cells)))
    return say("report.plan.groups_of", n=len(bundle.lines), states=states, branches=_branches(c, cells))


def _branches(c: Context, cells: list[CellInfo]) -> Text:
    ids = dict.fromkeys(cell.branch for cell in cells)
    if len(ids) > 3:
        return say("report.plan.branches", n=len(ids))
    return plain(Listing(tuple(c.branch(id) for id in ids)))


def why(c: Context, bundle: Bundle) -> Text:
    """The pack's reason for the first measure, the one a manager would accept; else the best line's own."""
    for measure in c.pack.measures:
        if measure.id == bundle.first.measures[0]:
            return plain(Local({str(k): v for k, v in measure.why.items()}))
    return bundle.first.reasons[0] if bundle.first.reasons else say("report.plan.no_reason")
