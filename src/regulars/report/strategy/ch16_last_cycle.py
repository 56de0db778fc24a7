"""Chapter 16: the last cycle: forecast, what came, what was learned. Else the forecasts tried on the past."""

from __future__ import annotations

from regulars.base.text import Text, say
from regulars.report.chapters import forecast, trust
from regulars.report.document import (
    Amount,
    Block,
    Callout,
    Cell,
    Column,
    Figure,
    Heading,
    Missing,
    Pill,
    Points,
    Section,
    Table,
    Tone,
    Words,
)
from regulars.report.figures import plain
from regulars.report.strategy.book import Book, cards_of, queries_of
from regulars.report.strategy.past import Earlier
from regulars.strategy.plan_measured import Measurement

TONES: dict[str, Tone] = {"better": "good", "worse": "bad", "unclear": "plain", "untold": "warn"}


def chapter(c: Book) -> Section:
    """Forecast against what came."""
    tested, past = forecast.chapter(c), trust.chapter(c)
    trial = tuple(b for b in tested.blocks if isinstance(b, Figure))
    last = measured(c)
    blocks: tuple[Block | None, ...] = (
        *(_outcome(last) if last is not None else ()),
        _plans(c) if c.earlier else None,
        Heading(say("book.last_cycle.tested"), say("book.last_cycle.tested_lead")) if trial or past else None,
        *trial,
        *c.part(past, keep=(Figure, Table), most=3),
        _missing(c),
    )
    queries = queries_of(tested, past)
    lead = last.whole.said if last is not None else None
    cards = cards_of(tested, past)
    return c.chapter("16", "last_cycle", _heading(c), blocks, lead=lead, queries=queries, cards=cards)


def measured(c: Book) -> Measurement | None:
    """The newest measurement of an earlier cycle."""
    return next((e.measured for e in c.earlier if e.measured is not None), None)


def _heading(c: Book) -> Text:
    if not c.earlier:
        return say("book.last_cycle.head_none")
    last = measured(c)
    if last is not None:
        told = [m for m in last.measured if m.verdict in ("better", "worse")]
        better = sum(m.verdict == "better" for m in told)
        return say("book.last_cycle.head_measured", n=len(last.measured), better=better, worse=len(told) - better)
    return say("book.last_cycle.head", n=len(c.earlier), day=c.earlier[0].plan.provenance.as_of)


def _outcome(last: Measurement) -> tuple[Block | None, ...]:
    """What each measure did beside those left without, what was promised, what is believed now."""
    source = say("book.last_cycle.source", run=last.assignment, day=last.until, version=last.data_version)
    columns = (
        Column(say("report.plan.measure"), share=1.8),
        Column(say("book.last_cycle.whom"), share=1.5),
        Column(say("book.last_cycle.verdict"), share=0.9),
        Column(say("book.last_cycle.what"), share=3.4),
    )
    rows: list[tuple[Cell, ...]] = [
        (
            Words(m.measure_name, strong=True),
            Words(m.unit_name, say("book.last_cycle.counts", n=m.customers, out=m.left_out)),
            Pill(say(f"book.last_cycle.is_{m.verdict}"), TONES[m.verdict]),
            Words(m.said),
        )
        for m in last.measured
    ]
    table = Table(say("book.last_cycle.effects"), columns, tuple(rows), source=source) if rows else None
    learned = tuple(effect.said for effect in last.learned)
    return (
        Callout(say("book.last_cycle.promises"), last.promises.said, "accent"),
        table,
        Points(learned, say("book.last_cycle.learned"), source=source) if learned else None,
        Points(last.notes, say("book.last_cycle.notes"), source=source) if last.notes else None,
    )


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
    return Table(say("book.last_cycle.plans"), columns, rows, source=say("book.last_cycle.runs"))


def _row(c: Book, earlier: Earlier) -> tuple[Cell, ...]:
    plan = earlier.plan
    came = plain(say("book.last_cycle.unmeasured")) if earlier.measured is None else earlier.measured.whole.said
    return (
        Words(say("report.say.day", day=plan.provenance.as_of), earlier.run),
        Amount(c.purse.exact(plan.cost)),
        Amount(plan.customers),
        Amount(c.purse.about(plan.value_12.mean)),
        Words(came),
    )


def _missing(c: Book) -> Missing | None:
    return c.lacking(
        say("book.last_cycle.no_plan") if not c.earlier else None,
        say("book.last_cycle.no_outcome") if measured(c) is None else None,
        how=say("book.last_cycle.how"),
    )
