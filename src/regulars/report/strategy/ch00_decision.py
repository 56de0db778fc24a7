"""Chapter 0: the decision on one page: objectives, chosen strategy, budget, gain with its range, who approves."""

from __future__ import annotations

from regulars.base.text import Number, say
from regulars.report.chapters import decision
from regulars.report.chapters.bundles import bundles
from regulars.report.document import Amount, Callout, Cell, Column, KeyFigures, Points, Section, Table, Words
from regulars.report.figures import Scale
from regulars.report.strategy.book import Book

#: So many measures stand on the decision page.
SHOWN = 4


def chapter(c: Book) -> Section:
    """What to decide, what it costs and brings, and who decides."""
    page = decision.chapter(c)
    assert page is not None  # a book has a plan
    first = tuple(b for b in page.blocks if isinstance(b, KeyFigures | Points))
    objectives = tuple(b for b in page.blocks if isinstance(b, Table | Callout))[:1]
    blocks = (*first, *objectives, _chosen(c), _approval())
    return c.chapter("0", "decision", page.heading, blocks, lead=page.lead, queries=("standings",), cards=_cards())


def _chosen(c: Book) -> Table | None:
    """The measures that bring most; chapter 8 has all of them with whom they are for."""
    found = bundles(c.made)
    if not found:
        return None
    shown = found[:SHOWN]
    scale = Scale.of(b.value_36 for b in shown)
    columns = (
        Column(say("report.plan.measure"), share=3.0),
        Column(say("report.axis.customers"), "right", 1.0),
        Column(say("report.plan.cost"), "right", 1.0),
        Column(say("report.plan.hours"), "right", 0.8),
        Column(say("report.plan.value"), share=3.2),
    )
    rows: list[tuple[Cell, ...]] = [
        (
            Words(b.first.measure_name, strong=True),
            Amount(b.customers),
            Amount(c.purse.exact(b.cost)),
            Amount(Number(b.hours)),
            scale.cell(b.value_36, c.purse),
        )
        for b in shown
    ]
    rest = len(found) - len(shown)
    note = say("book.decision.rest", n=rest) if rest else None
    return Table(say("book.decision.chosen"), columns, tuple(rows), note, source=c.from_plan())


def _cards() -> tuple[str, ...]:
    return ("allocation", "targets", "rivals")


def _approval() -> Table:
    """To be filled in by hand or when the plan is approved: no name is ever put here by the program."""
    steps = ("verdict", "reason", "approver", "day")
    columns = (Column(say("book.decision.recorded"), share=1.0), Column(say("book.decision.by_whom"), share=3.0))
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (Words(say(f"book.decision.{step}"), strong=True), Words("\N{NO-BREAK SPACE}")) for step in steps
    )
    source = say("book.decision.by_hand")
    return Table(say("book.decision.approval"), columns, rows, say("book.decision.unapproved"), source=source)
