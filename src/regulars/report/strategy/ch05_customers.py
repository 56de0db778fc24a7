"""Chapter 5: the customer base: value, profit, staying, wastage, classes and the strength of relations."""

from __future__ import annotations

from dataclasses import replace

from regulars.base.text import Text, say
from regulars.report.chapters import (
    classes,
    concentration,
    forecast,
    leaving,
    movement,
    overview,
    profit,
    retention,
    rhythm,
    schemes,
    teams,
    wastage,
)
from regulars.report.document import Callout, Figure, KeyFigures, Section, Table
from regulars.report.strategy.book import Book, cards_of, queries_of

#: Pictures and key figures; the study's own report has the rest.
SHORT = (KeyFigures, Figure)


def chapter(c: Book) -> Section:
    """Who the customers are, what they bring and who is leaving, each part with its own answer."""
    first = overview.chapter(replace(c, plan=None))  # beside a plan the report has the decision in its place
    assert first is not None
    parts: tuple[tuple[Section | None, tuple[type, ...], int], ...] = (
        (movement.chapter(c), SHORT, 2),
        (retention.chapter(c), SHORT, 2),
        (rhythm.chapter(c), SHORT, 2),
        (wastage.chapter(c), (), 9),
        (leaving.chapter(c), (KeyFigures, Figure), 2),
        (classes.chapter(c), (), 9),
        (schemes.chapter(c), (KeyFigures, Table), 9),
        (concentration.chapter(c), (Figure,), 1),
        (profit.chapter(c), (KeyFigures, Figure, Callout), 3),
        (forecast.chapter(c), (KeyFigures, Table), 2),
        (teams.chapter(c), (Table,), 1),
    )
    blocks = tuple(b for section, keep, most in parts for b in c.part(section, keep=keep, most=most))
    sections = (first, *(section for section, _, _ in parts))
    own = tuple(b for b in first.blocks if isinstance(b, KeyFigures))
    return c.chapter(
        "5",
        "customers",
        first.heading,
        (*own, *blocks),
        lead=_lead(c),
        queries=queries_of(*sections),
        cards=cards_of(*sections),
    )


def _lead(c: Book) -> Text:
    b = c.diagnosis.base
    return say("book.customers.lead", first=b.first_day, last=b.last_day, visits=b.visits)
