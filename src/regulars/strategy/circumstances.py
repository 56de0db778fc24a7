"""What the rules rest on beside the cells: marks, protected groups, what is prepaid, the last plan."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from regulars.base.settings import Business
from regulars.ledger.store import Reader
from regulars.strategy.allocate import Given
from regulars.strategy.care import Around, Groups
from regulars.strategy.cells import Cells
from regulars.strategy.marks import Marks
from regulars.strategy.plan import Plan
from regulars.strategy.protected import groups_of, prepaid_today
from regulars.strategy.rulebook import Last


def given_of(
    reader: Reader, standings: Path, cells: Cells, *, business: Business, marks: Marks, last: Last | None
) -> Given:
    """Read what the rules ask for, and nothing else."""
    care = business.care
    groups: dict[str, Groups] = {}
    for attribute in dict.fromkeys(care.fair_by):
        groups[attribute] = groups_of(
            reader,
            standings,
            cells,
            attribute=attribute,
            as_of=marks.as_of,
            assumed_permission=business.contact.assumed_permission,
            marking=marks.on if marks.asked else None,
        )
    prepaid = prepaid_today(reader, standings) if care.prepaid_most is not None else 0.0
    return Given(marks.rules, last, Around(groups, prepaid))


def last_of(plan: Plan, *, run: str) -> Last:
    """A plan as the one to stay near to."""
    measures: dict[str, int] = {}
    lines: dict[str, int] = {}
    for line in plan.lines:
        lines[line.id] = line.customers
        for measure in line.measures:
            measures[measure] = measures.get(measure, 0) + line.customers
    return Last(run, measures, lines, plan.customers)


def steadied(*, first: date, last: date, today: date, cycle_months: int) -> bool:
    """Whether a plan of ``last`` binds one of ``today``: it is of an earlier cycle, and the first plan (``first``) is a
    year old. In the first year every plan is free."""
    return (today - last).days >= 28 * cycle_months and (today - first).days >= 365
