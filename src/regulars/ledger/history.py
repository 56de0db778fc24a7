"""One customer's history as the ledger tells it: visits with their lines, bookings, complaints, answers, who they are.

Rows lie by customer in every file, so this reads a few pages of each, however many lines the ledger holds.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from regulars.ledger import engine, lookup
from regulars.ledger.schema import TABLES, VISIT_KINDS
from regulars.ledger.store import Ledger

PACKAGE_KINDS = ("package_sale", "package_redemption")
MOST_LINES = 400
MOST_OTHERS = 200


@dataclass(frozen=True, slots=True)
class Line:
    """One sale line."""

    item: str | None
    category: str | None
    kind: str
    quantity: float | None
    net: Decimal
    discount: Decimal | None
    staff: str | None
    sale_id: str


@dataclass(frozen=True, slots=True)
class Visit:
    """What was sold to a customer on a day at a branch. ``came`` is false where nothing shows that they were there (a
    package sold, a refund): that day counts as no visit."""

    day: date
    branch: str | None
    came: bool
    net: Decimal
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Booking:
    """One booking."""

    day: date
    starts_at: datetime | None
    branch: str | None
    service: str | None
    staff: str | None
    minutes: int | None
    status: str


@dataclass(frozen=True, slots=True)
class Complaint:
    """One complaint as the business's records have it."""

    day: date
    branch: str | None
    kind: str | None
    severity: str | None
    resolved: date | None
    outcome: str | None
    compensation: Decimal | None
    system: str  # whose list it stands in


@dataclass(frozen=True, slots=True)
class PackageMove:
    """A package sold, or a part of one used."""

    day: date
    branch: str | None
    kind: str
    item: str | None
    quantity: float | None
    net: Decimal


@dataclass(frozen=True, slots=True)
class Registered:
    """What the customer list of one system says; no identifiers."""

    system: str
    joined_on: date | None
    source: str | None
    kind: str
    home_branch: str | None
    district: str | None
    may_email: bool | None
    may_sms: bool | None
    may_whatsapp: bool | None
    may_phone: bool | None
    may_post: bool | None


@dataclass(frozen=True, slots=True)
class Feedback:
    """One answer to a survey, or one rating."""

    day: date
    branch: str | None
    kind: str | None
    score: Decimal
    best: Decimal | None
    system: str  # whose list it stands in


@dataclass(frozen=True, slots=True)
class Facts:
    """All of it, newest first. ``more`` tells that there are older lines than the newest :data:`MOST_LINES`;
    ``complaints_kept`` and ``feedback_kept`` whether the ledger has any of anybody, so that none here says
    something."""

    visits: tuple[Visit, ...]
    bookings: tuple[Booking, ...]
    complaints: tuple[Complaint, ...]
    packages: tuple[PackageMove, ...]
    registered: tuple[Registered, ...]
    more: bool
    complaints_kept: bool
    feedback: tuple[Feedback, ...] = ()
    feedback_kept: bool = False


def facts_of(ledger: Ledger, customer: int) -> Facts:
    """The newest facts of one customer; empty where the ledger knows nobody of that key."""
    lines = _of(ledger, "sales", customer, "day DESC, sold_at DESC NULLS LAST, sale_id, line_id", MOST_LINES + 1)
    shown = lines[:MOST_LINES]
    return Facts(
        visits=_visits(shown),
        bookings=tuple(
            Booking(**_only(Booking, row))
            for row in _of(ledger, "bookings", customer, "day DESC, starts_at DESC NULLS LAST, booking_id", MOST_OTHERS)
        ),
        complaints=tuple(
            Complaint(**_only(Complaint, row))
            for row in _of(ledger, "complaints", customer, "day DESC, complaint_id", MOST_OTHERS)
        ),
        packages=tuple(PackageMove(**_only(PackageMove, row)) for row in shown if row["kind"] in PACKAGE_KINDS),
        registered=tuple(
            Registered(**_only(Registered, row)) for row in _of(ledger, "customers", customer, "system", MOST_OTHERS)
        ),
        more=len(lines) > MOST_LINES,
        complaints_kept=bool(ledger.files_now("complaints")),
        feedback=tuple(
            Feedback(**_only(Feedback, row))
            for row in _of(ledger, "feedback", customer, "day DESC, feedback_id", MOST_OTHERS)
        ),
        feedback_kept=bool(ledger.files_now("feedback")),
    )


def _of(ledger: Ledger, table: str, customer: int, order: str, most: int) -> list[dict[str, Any]]:
    files = ledger.files_now(table)
    if not files:
        return []
    keys = ledger.same_people().all_of(customer)
    of_one = f"customer IN ({', '.join('?' * len(keys))})"
    query = f"{engine.relation(TABLES[table], files)} WHERE {of_one} ORDER BY {order} LIMIT {most}"
    return lookup.rows(query, keys)


def _only(kind: type, row: dict[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in kind.__dataclass_fields__}  # type: ignore[attr-defined]


def _visits(rows: list[dict[str, Any]]) -> tuple[Visit, ...]:
    days: dict[tuple[date, str | None], list[dict[str, Any]]] = {}
    for row in rows:
        days.setdefault((row["day"], row["branch"]), []).append(row)
    return tuple(
        Visit(
            day=day,
            branch=branch,
            came=any(line["kind"] in VISIT_KINDS for line in lines),
            net=sum((line["net"] for line in lines), Decimal(0)),
            lines=tuple(Line(**_only(Line, line)) for line in lines),
        )
        for (day, branch), lines in days.items()
    )
