"""One customer's history: the ledger's facts, and what plans assigned to them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from regulars.api.business import OpenBusiness
from regulars.api.runs import finished_at, is_finished, load_run
from regulars.base.text import Local, Text
from regulars.ledger import lookup
from regulars.ledger.engine import scan
from regulars.ledger.history import Booking, Complaint, Facts, Feedback, Line, PackageMove, Registered, Visit, facts_of
from regulars.strategy.plan_assigned import Assignment

__all__ = [
    "Booking",
    "Complaint",
    "Contact",
    "Facts",
    "Feedback",
    "History",
    "Line",
    "PackageMove",
    "Registered",
    "Visit",
    "history_of",
]

#: So many assignments are looked through, the newest ones.
MOST_CYCLES = 8


@dataclass(frozen=True, slots=True)
class Contact:
    """What one cycle's assignment meant for the customer. ``measure`` is None where they were left alone, which
    ``held_out`` tells from chance within a line."""

    day: date
    run: str
    measure: Local | Text | None
    line: str | None
    arm: str
    held_out: bool


@dataclass(frozen=True, slots=True)
class History:
    """Everything known of one customer, newest first. ``assigned`` tells whether any plan was assigned to anybody, so
    that no contact here says something."""

    key: str
    facts: Facts
    contacts: tuple[Contact, ...]
    assigned: bool

    @property
    def visits(self) -> tuple[Visit, ...]:
        """Days with sale lines."""
        return self.facts.visits

    @property
    def bookings(self) -> tuple[Booking, ...]:
        """Bookings."""
        return self.facts.bookings

    @property
    def complaints(self) -> tuple[Complaint, ...]:
        """Complaints on record."""
        return self.facts.complaints

    @property
    def feedback(self) -> tuple[Feedback, ...]:
        """What they answered when asked."""
        return self.facts.feedback

    @property
    def packages(self) -> tuple[PackageMove, ...]:
        """Packages sold and used."""
        return self.facts.packages


def history_of(business: OpenBusiness, customer: int) -> History:
    """The history of one customer; empty where nothing is known."""
    runs = [p for p in business.runs.glob("assign-*") if is_finished(p) and not p.name.endswith(".part")]
    return History(str(customer), facts_of(business.ledger, customer), _contacts(runs, customer), bool(runs))


def _contacts(folders: list[Path], customer: int) -> tuple[Contact, ...]:
    found = []
    for folder in sorted(folders, key=finished_at, reverse=True)[:MOST_CYCLES]:
        run = load_run(folder, Assignment)
        names = {line.id: line.measure_name for line in run.result.lines}
        query = f"SELECT line, arm, held_out FROM {scan([folder / run.result.file])} WHERE customer = ?"
        for row in lookup.rows(query, [customer]):
            contact = Contact(
                day=run.result.as_of,
                run=run.id,
                measure=names.get(row["line"]),
                line=row["line"],
                arm=row["arm"],
                held_out=bool(row["held_out"]),
            )
            found.append(contact)
    return tuple(sorted(found, key=lambda contact: contact.day, reverse=True))
