"""Chapter 0: the decision on one page: objectives, chosen strategy, budget, gain with its range, who approves."""

from __future__ import annotations

from regulars.base.text import Number, Param, say
from regulars.report.chapters import decision
from regulars.report.chapters.bundles import bundles
from regulars.report.document import (
    Amount,
    Block,
    Callout,
    Cell,
    Column,
    KeyFigures,
    Pill,
    Points,
    Section,
    Table,
    Tone,
    Words,
)
from regulars.report.figures import Scale, then
from regulars.report.strategy.book import Book
from regulars.report.strategy.past import Approval

#: So many measures stand on the decision page.
SHOWN = 4
#: Room to write by hand.
BLANK = "\N{NO-BREAK SPACE}"


def chapter(c: Book) -> Section:
    """What to decide, what it costs and brings, and who decides."""
    page = decision.chapter(c)
    assert page is not None  # a book has a plan
    first = tuple(b for b in page.blocks if isinstance(b, KeyFigures | Points))
    objectives = tuple(b for b in page.blocks if isinstance(b, Table | Callout))[:1]
    blocks = (*first, *objectives, _chosen(c), *_approval(c))
    return c.chapter(
        "0", "decision", page.heading, blocks, lead=page.lead, queries=("standings",), cards=_cards(), planned=True
    )


def _chosen(c: Book) -> Table | None:
    """The measures that bring most; chapter 8 has all of them with whom they are for."""
    found, invested = bundles(c.made), c.invested()
    if not found and invested is None:
        return None
    shown = found[:SHOWN]
    scale = Scale.of([*(b.value_36 for b in shown), *([invested.value_36] if invested is not None else [])])
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
    if invested is not None:
        rows.append(
            (
                Words(say("book.decision.invested"), strong=True),
                Amount(None),
                Amount(c.purse.exact(invested.cost)),
                Amount(Number(invested.hours)),
                scale.cell(invested.value_36, c.purse),
            )
        )
    rest = len(found) - len(shown)
    note = say("book.decision.rest", n=rest) if rest else None
    return Table(say("book.decision.chosen"), columns, tuple(rows), note, source=c.from_plan())


def _cards() -> tuple[str, ...]:
    return ("allocation", "targets", "rivals")


def _approval(c: Book) -> tuple[Block | None, ...]:
    """Who judged what, who approved, and what stands against it: from the journal, never by the program."""
    a = c.approval
    steps: dict[str, Param] = {
        "verdict": say("book.decision.accepted", version=a.version) if a.by else BLANK,
        "reason": a.reason or BLANK,
        "approver": a.by or BLANK,
        "day": a.at or BLANK,
    }
    columns = (Column(say("book.decision.recorded"), share=1.0), Column(say("book.decision.by_whom"), share=3.0))
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (Words(say(f"book.decision.{step}"), strong=True), Words(value)) for step, value in steps.items()
    )
    waits = [x for x in (a.waits_for, *a.blocks) if x is not None]
    note = None if a.by else then(say("book.decision.unapproved"), *waits)
    source = say("book.decision.journal" if a.by else "book.decision.by_hand")
    table = Table(say("book.decision.approval"), columns, rows, note, source=source)
    return (_judgements(a), table)


def _judgements(a: Approval) -> Table | None:
    """What was said of the plan and of what was weighed against it."""
    if not a.judged:
        return None
    columns = (
        Column(say("book.decision.about"), share=2.0),
        Column(say("book.decision.verdict_of"), share=0.9),
        Column(say("book.decision.reason"), share=2.6),
        Column(say("book.decision.who"), share=1.5),
    )
    tones: dict[str, Tone] = {"accept": "good", "change": "warn", "reject": "bad"}
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            Words(j.about, strong=True),
            Pill(say(f"book.decision.{j.verdict}"), tones[j.verdict]),
            Words(j.reason),
            Words(j.by, j.at),
        )
        for j in a.judged
    )
    return Table(say("book.decision.judged"), columns, rows, source=say("book.decision.journal"))
