"""Chapter 16: the last cycle: what was forecast, what came, what changed. Without one, the forecast's own past test."""

from __future__ import annotations

from regulars.base.text import Text, say
from regulars.report.chapters import forecast, trust
from regulars.report.document import Amount, Block, Cell, Column, Figure, Heading, Missing, Section, Table, Words
from regulars.report.strategy.book import Book, cards_of, queries_of
from regulars.report.strategy.past import Earlier


def chapter(c: Book) -> Section:
    """Forecast against what came."""
    tested, past = forecast.chapter(c), trust.chapter(c)
    trial = tuple(b for b in tested.blocks if isinstance(b, Figure))
    blocks: tuple[Block | None, ...] = (
        _plans(c) if c.earlier else None,
        Heading(say("book.last_cycle.tested"), say("book.last_cycle.tested_lead")) if trial or past else None,
        *trial,
        *c.part(past, keep=(Figure, Table), most=3),
        _missing(c),
    )
    queries = queries_of(tested, past)
    return c.chapter("16", "last_cycle", _heading(c), blocks, queries=queries, cards=cards_of(tested, past))


def _heading(c: Book) -> Text:
    if not c.earlier:
        return say("book.last_cycle.head_none")
    return say("book.last_cycle.head", n=len(c.earlier), day=c.earlier[0].plan.provenance.as_of)


def _plans(c: Book) -> Table:
    """Earlier plans beside this one."""
    columns = (
        Column(say("book.last_cycle.day"), share=1.4),
        Column(say("report.plan.cost"), "right", 1.0),
        Column(say("report.axis.customers"), "right", 1.0),
        Column(say("book.last_cycle.forecast_12"), "right", 1.4),
        Column(say("book.last_cycle.came"), share=2.0),
    )
    rows = (*(_row(c, e) for e in c.earlier),)
    return Table(say("book.last_cycle.plans"), columns, rows)


def _row(c: Book, earlier: Earlier) -> tuple[Cell, ...]:
    plan = earlier.plan
    return (
        Words(say("report.say.day", day=plan.provenance.as_of), earlier.run),
        Amount(c.purse.exact(plan.cost)),
        Amount(plan.customers),
        Amount(c.purse.about(plan.value_12.mean)),
        Words(say("book.last_cycle.unmeasured")),
    )


def _missing(c: Book) -> Missing | None:
    how = say("book.last_cycle.how")
    return c.lacking(
        say("book.last_cycle.no_plan") if not c.earlier else None, say("book.last_cycle.no_outcome"), how=how
    )
