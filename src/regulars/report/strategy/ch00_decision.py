"""Chapter 0: the decision on one page: objectives, chosen strategy, budget, gain with its range, who approves."""

from __future__ import annotations

from regulars.base.text import say
from regulars.report.chapters import decision
from regulars.report.chapters.bundles import bundles
from regulars.report.chapters.plan import measures_table
from regulars.report.document import Amount, Callout, Cell, Column, KeyFigures, Points, Section, Table, Words
from regulars.report.strategy.book import Book


def chapter(c: Book) -> Section:
    """What to decide, what it costs and brings, and who decides."""
    page = decision.chapter(c)
    assert page is not None  # a book has a plan
    first = tuple(b for b in page.blocks if isinstance(b, KeyFigures | Points))
    objectives = tuple(b for b in page.blocks if isinstance(b, Table | Callout))[:1]
    found = bundles(c.made)
    chosen = measures_table(c, found) if found else None
    blocks = (*first, *objectives, chosen, _approval())
    return c.chapter("0", "decision", page.heading, blocks, lead=page.lead, queries=("standings",), cards=_cards())


def _cards() -> tuple[str, ...]:
    return ("allocation", "targets", "rivals")


def _approval() -> Table:
    """To be filled in by hand or when the plan is approved: no name is ever put here by the program."""
    columns = (Column(say("book.decision.step"), share=1.2), Column(say("book.decision.to_fill"), share=3.0))
    rows: list[tuple[Cell, ...]] = [
        (Words(say(f"book.decision.{step}"), strong=True), Amount(None))
        for step in ("verdict", "reason", "approver", "day")
    ]
    return Table(say("book.decision.approval"), columns, tuple(rows), say("book.decision.unapproved"))
