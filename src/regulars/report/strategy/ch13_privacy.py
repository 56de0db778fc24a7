"""Chapter 13: privacy, fairness and customers' interest: which rules were tried on this plan, with their results."""

from __future__ import annotations

from regulars.base.text import Share, Text, say
from regulars.report import names
from regulars.report.chapters import mandate
from regulars.report.document import (
    Bar,
    Block,
    Callout,
    Cell,
    Column,
    Missing,
    Pill,
    Section,
    Table,
    Words,
)
from regulars.report.figures import part
from regulars.report.strategy.book import Book
from regulars.report.strategy.checks import checks
from regulars.report.strategy.past import Check
from regulars.report.strategy.rules_told import evenness


def chapter(c: Book) -> Section:
    """What was tried, what came out, what only happens at the moment of contact."""
    found = checks(c)
    blocks: tuple[Block | None, ...] = (
        Callout(say("book.privacy.reading"), say("book.privacy.reading_note"), "plain"),
        _table(found),
        mandate.interest(c.made.mandate.interest) if c.made.mandate is not None else None,
        _fairness(c),
        evenness(c),
        _contact(c),
    )
    queries = ("permissions", "standings")
    return c.chapter(
        "13", "privacy", _heading(found), blocks, lead=say("book.privacy.lead"), queries=queries, planned=True
    )


def _heading(found: tuple[Check, ...]) -> Text:
    failed = sum(check.passed is False for check in found)
    if failed:
        return say("book.privacy.head_failed", n=failed, tried=len(found))
    held = sum(check.passed is True for check in found)
    waiting = sum(check.passed is None for check in found)
    if not waiting:
        return say("book.privacy.head", n=held)
    return say("book.privacy.head_waiting", held=held, n=waiting)


def _table(found: tuple[Check, ...]) -> Table:
    columns = (
        Column(say("book.privacy.rule"), share=2.6),
        Column(say("book.privacy.where"), share=1.9),
        Column(say("book.privacy.found"), share=2.4),
        Column(say("book.privacy.result"), share=0.9),
    )
    rows: list[tuple[Cell, ...]] = [
        (Words(check.rule, check.law), Words(check.where), Words(check.found), _result(check)) for check in found
    ]
    return Table(say("book.privacy.checks"), columns, tuple(rows), say("book.privacy.checks_note"))


def _result(check: Check) -> Pill:
    if check.passed is None:
        return Pill(say("book.privacy.open"), "warn")
    return Pill(say("book.privacy.holds"), "good") if check.passed else Pill(say("book.privacy.fails"), "bad")


def _fairness(c: Book) -> Table | None:
    """Who gets something, by state of the relation: nobody is passed over unseen."""
    if not c.made.cells:
        return None
    states = dict.fromkeys(cell.state for cell in c.made.cells)
    columns = (
        Column(say("book.privacy.group"), share=1.4),
        Column(say("book.privacy.treated"), share=3.0),
    )
    rows: list[tuple[Cell, ...]] = []
    for state in states:
        ids = {cell.id for cell in c.made.cells if cell.state == state}
        whole = sum(cell.customers for cell in c.made.cells if cell.state == state)
        got = sum(line.customers for line in c.made.lines if line.cell in ids)
        share = part(got, whole)
        said = say("book.privacy.of", n=got, whole=whole, share=Share(share))
        rows.append((Words(names.state_of(state), strong=True), Bar(round(min(1.0, share), 4), said)))
    return Table(say("book.privacy.fairness"), columns, tuple(rows), say("book.privacy.fairness_note"))


def _contact(c: Book) -> Missing | None:
    """What belongs to the moment of contact: this document cannot have tried it."""
    wanted = ("notice", "optout", "unsubscribe", "hours", "register", "access", "minors")
    return c.lacking(
        *(say(f"book.privacy.at_{x}") for x in wanted),
        how=say("book.privacy.at_how"),
        title=say("book.privacy.at_contact"),
    )
