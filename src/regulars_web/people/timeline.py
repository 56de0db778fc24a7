"""What was intended for a customer and what they said: contacts, complaints, feedback, each with its day and source.

What the records cannot tell is told too (:func:`gaps_of`): an empty list must not look like a customer at peace.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from regulars import api
from regulars.api.history import Complaint, Contact, Feedback
from regulars.base.text import Day, Local, Money, Number, Text, say

#: Told at most; the rest is in the exports.
MOST = 40
#: The system of lists that the business keeps itself.
OWN = "own"


@dataclass(frozen=True, slots=True)
class Event:
    """One entry. ``kind``: contact, complaint or feedback; ``state``: open or settled, of complaints."""

    day: date
    kind: str
    what: Text | Local | str
    more: tuple[Text | str, ...]
    source: Text
    state: str = ""


def events_of(history: api.History, branches: Mapping[str, str], currency: str) -> tuple[Event, ...]:
    """Everything, newest first. ``branches``: what they are called, by id."""
    found = [_contact(row) for row in history.contacts if row.measure is not None]
    found += [_complaint(row, branches, currency) for row in history.complaints]
    found += [_answer(row, branches) for row in history.feedback]
    return tuple(sorted(found, key=lambda event: event.day, reverse=True)[:MOST])


def gaps_of(history: api.History) -> tuple[Text, ...]:
    """What is not on record, kind by kind: because there was nothing, or because nobody wrote it down."""
    held = [row for row in history.contacts if row.measure is None]
    said = [say("people.event.not_sent" if history.assigned else "people.event.no_assignment")]
    if history.assigned and len(held) == len(history.contacts):
        said.append(say("people.event.no_contact"))
    if not history.facts.complaints_kept:
        said.append(say("people.event.complaints_not_kept"))
    elif not history.complaints:
        said.append(say("people.event.no_complaint"))
    if not history.facts.feedback_kept:
        said.append(say("people.event.feedback_not_kept"))
    elif not history.feedback:
        said.append(say("people.event.no_feedback"))
    return tuple(said)


def _contact(row: Contact) -> Event:
    return Event(row.day, "contact", row.measure or "", (), say("people.event.from_plan", run=row.run))


def _complaint(row: Complaint, branches: Mapping[str, str], currency: str) -> Event:
    more: list[Text | str] = [branches.get(row.branch, row.branch)] if row.branch else []
    more += [text for text in (row.severity, row.outcome) if text]
    if row.compensation:
        more.append(say("people.event.given", amount=Money.of(row.compensation, currency)))
    if row.resolved:
        more.append(say("people.event.settled", day=Day(row.resolved)))
    return Event(
        row.day,
        "complaint",
        row.kind or say("people.event.unsaid"),
        tuple(more),
        _list(row.system),
        "settled" if row.resolved else "open",
    )


def _answer(row: Feedback, branches: Mapping[str, str]) -> Event:
    score = Number(float(row.score), 0 if row.score == row.score.to_integral_value() else 1)
    told = say("people.event.score", score=score)
    if row.best is not None:
        told = say("people.event.score_of", score=score, best=Number(float(row.best), 0))
    more: list[Text | str] = [row.kind] if row.kind else []
    more += [branches.get(row.branch, row.branch)] if row.branch else []
    return Event(row.day, "feedback", told, tuple(more), _list(row.system))


def _list(system: str) -> Text:
    return say("people.event.from_own") if system == OWN else say("people.event.from_list", system=system)
