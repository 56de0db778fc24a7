"""Chapter 11: roles, decision rights and what changes with people and culture, from ``strategy/organisation.toml``.

Beside it stands the time the plan asks of each branch: what the organisation must be able to carry.
"""

from __future__ import annotations

from regulars.base.inputs.common import local
from regulars.base.inputs.organisation import CHANGES, Change, Organisation
from regulars.base.text import Listing, Number, Text, say
from regulars.report.document import Bar, Block, Cell, Column, Pill, Section, Table, Tone, Words
from regulars.report.figures import part
from regulars.report.strategy.book import Book
from regulars.report.strategy.told import gaps, table, words

FILE = "strategy/organisation.toml"
PARTS = ("roles", "decisions", "changes")


def chapter(c: Book) -> Section:
    """Who decides and answers, where, and what is to change."""
    found = c.inputs.of(Organisation)
    if found is None:
        wanted = c.missing(FILE, *(say(f"book.organisation.no_{x}") for x in PARTS))
        return c.chapter("11", "organisation", say("book.missing.head"), (wanted, _hours(c)), planned=True)
    blocks: tuple[Block | None, ...] = (
        _roles(c, found),
        _decisions(c, found),
        _hours(c),
        *(_changes(c, found, about) for about in CHANGES),
        _missing(c, found),
    )
    return c.chapter("11", "organisation", _heading(found), blocks, lead=_lead(c), planned=True)


def _heading(found: Organisation) -> Text:
    empty = sum(1 for r in found.roles if r.held_by is None)
    return say("book.organisation.head", n=len(found.roles), empty=empty, changes=len(found.changes))


def _lead(c: Book) -> Text:
    return say("book.organisation.lead", n=round(c.made.hours), months=c.made.cycle_months)


def _roles(c: Book, found: Organisation) -> Block | None:
    columns = (
        (say("book.organisation.role"), 1.6),
        (say("book.organisation.decides"), 2.3),
        (say("book.organisation.answers_for"), 2.3),
        (say("book.organisation.held_by"), 1.2),
    )
    rows: list[tuple[Cell, ...]] = [
        (
            Words(local(r.role), say(f"book.organisation.at_{r.level}"), strong=True),
            words(r.decides),
            words(r.answers_for),
            Words(r.held_by) if r.held_by else Pill(say("book.organisation.nobody"), "warn"),
        )
        for r in found.roles
    ]
    note = say("book.organisation.roles_note")
    return table(c, Organisation, say("book.organisation.roles"), columns, rows, note)


def _decisions(c: Book, found: Organisation) -> Block | None:
    columns = (
        (say("book.organisation.decision"), 2.2),
        (say("book.organisation.taken"), 1.0),
        (say("book.organisation.why"), 2.8),
    )
    rows: list[tuple[Cell, ...]] = [
        (words(d.decision, strong=True), Pill(say(f"book.organisation.at_{d.taken}"), "accent"), words(d.why))
        for d in found.decisions
    ]
    return table(c, Organisation, say("book.organisation.decisions"), columns, rows)


def _hours(c: Book) -> Table | None:
    """Staff hours the plan asks of each branch, beside those it was given."""
    found = [p for p in c.made.prices if p.limit.startswith("hours:") and p.available > 0]
    if not found:
        return None
    columns = (Column(say("book.organisation.limit"), share=1.6), Column(say("book.organisation.used"), share=2.6))
    rows: list[tuple[Cell, ...]] = []
    for p in sorted(found, key=lambda p: -part(p.used, p.available)):
        used = say("book.organisation.of_hours", used=Number(p.used, 0), available=Number(p.available, 0))
        tight = p.binding or p.used >= 0.95 * p.available
        rows.append((Words(p.label, strong=True), Bar(min(part(p.used, p.available), 1.0), used, None, _tone(tight))))
    return Table(say("book.organisation.hours"), columns, tuple(rows), say("book.organisation.hours_note"))


def _tone(tight: bool) -> Tone:
    return "warn" if tight else "accent"


def _changes(c: Book, found: Organisation, about: Change) -> Block | None:
    mine = [x for x in found.changes if x.about == about]
    columns = (
        (say("book.organisation.what"), 2.6),
        (say("book.organisation.judged"), 2.0),
        (say("book.organisation.risk"), 1.8),
        (say("book.organisation.owner"), 1.2),
    )
    rows: list[tuple[Cell, ...]] = [
        (
            words(x.text, strong=True),
            words(x.judged_by),
            words(x.risk) if x.risk else Words(say("book.organisation.no_risk")),
            Words(local(x.owner), say("book.organisation.by", day=x.by) if x.by else None),
        )
        for x in mine
    ]
    return table(c, Organisation, say(f"book.organisation.is_{about}"), columns, rows)


def _missing(c: Book, found: Organisation) -> Block | None:
    there = {x.about for x in found.changes}
    lacking = tuple(say(f"book.organisation.is_{x}") for x in CHANGES if x not in there)
    empty = sum(1 for r in found.roles if r.held_by is None)
    wanted = tuple(None if getattr(found, x) else say(f"book.organisation.no_{x}") for x in PARTS)
    some = say("book.organisation.no_about", names=Listing(lacking)) if found.changes and lacking else None
    return c.missing(
        FILE, *gaps(c, found, *wanted, some, say("book.organisation.no_holder", n=empty) if empty else None)
    )
