"""How many are to be contacted at a reader's branches, for the desk."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from regulars.base.errors import RegularsError
from regulars_web.company.businesses import business
from regulars_web.shared.clock import today
from regulars_web.strategy.carrying import at_work
from regulars_web.strategy.contacts import called


@dataclass(frozen=True, slots=True)
class ToContact:
    """Customers to be contacted, and those something is done for when they come; until when."""

    contact: int
    serve: int
    ends: date


def to_contact(who: Any) -> ToContact | None:
    """For the plan at work; None where there is none, its cycle is over, or nobody of the reader's is meant. A desk is
    not kept from opening by a strategy that cannot be read: its own page says so."""
    try:
        work = at_work()
    except RegularsError:
        return None
    if work is None or work.cycle is None or today(business().settings.zone) > work.cycle.ends:
        return None
    counts = {True: 0, False: 0}
    for task in work.tasks:
        counts[task.visits] += len(called(work, task, tuple(who.branches)).may)
    return ToContact(counts[False], counts[True], work.cycle.ends) if any(counts.values()) else None
