"""Chapter 15: short and long returns, what could go wrong, what the result is sensitive to."""

from __future__ import annotations

from regulars.base.text import Share, Text, say
from regulars.report.chapters import ahead, frontier, hours_frontier, limits, uncertainty, why
from regulars.report.chapters.bundles import Bundle, bundles, chance_of_gain, chance_told
from regulars.report.document import (
    Amount,
    Cell,
    Column,
    Heading,
    KeyFigure,
    KeyFigures,
    Missing,
    Section,
    Table,
    Words,
)
from regulars.report.figures import Scale
from regulars.report.strategy.book import Book, cards_of, queries_of


def chapter(c: Book) -> Section:
    """What comes back when, how sure that is, and what would change it."""
    curve, held, later = frontier.chapter(c), limits.chapter(c), ahead.chapter(c)
    doubt, time, dear = uncertainty.chapter(c), hours_frontier.chapter(c), why.costs(c)
    found = bundles(c.made)
    blocks = (
        _figures(c),
        _by_measure(c, found) if found else None,
        Heading(say("book.returns.sensitivity"), say("book.returns.sensitivity_lead")),
        _break_even(found) if found else None,
        *c.part(doubt),
        *c.part(curve),
        *c.part(time),
        *c.part(dear),
        *c.part(later),
        _missing(c),
    )
    queries = ("standings", *queries_of(curve, held, later, doubt, time, dear))
    cards = ("effects", *cards_of(curve, held, later, doubt, time, dear))
    return c.chapter("15", "returns", _heading(c), blocks, lead=_lead(c), queries=queries, cards=cards, planned=True)


def _heading(c: Book) -> Text:
    return say("book.returns.head", short=c.purse.about(c.made.value_12.mean), long=c.purse.about(c.made.value_36.mean))


def _lead(c: Book) -> Text | None:
    nothing = next((r.plan_wins for r in c.made.rivals if r.id == "nothing"), None)
    chance = chance_of_gain(c.made.value_36) if nothing is None else nothing  # counted on the draws where it was
    if chance is None:
        return None
    return say("book.returns.lead", range=c.purse.between(c.made.value_36), n=round(100 * chance))


def _figures(c: Book) -> KeyFigures:
    plan = c.made
    back = plan.value_12.mean / plan.cost if plan.cost >= 1 else None
    return KeyFigures(
        (
            c.purse.key(say("report.decision.gain_12"), plan.value_12, say("report.decision.net")),
            c.purse.key(say("report.decision.gain_36"), plan.value_36, say("report.decision.net")),
            KeyFigure(say("book.returns.worst"), c.purse.about(plan.cvar10_36), None, say("book.returns.worst_note")),
            KeyFigure(
                say("book.returns.per_dollar", unit=c.purse.exact(1)),
                None if back is None else c.purse.exact(back),
                None,
                say("book.returns.per_dollar_note"),
            ),
        )
    )


def _by_measure(c: Book, found: tuple[Bundle, ...]) -> Table:
    invested = c.invested()
    more = [invested] if invested is not None else []
    short = Scale.of([*(b.value_12 for b in found), *(x.value_12 for x in more)])
    long = Scale.of([*(b.value_36 for b in found), *(x.value_36 for x in more)])
    columns = (
        Column(say("report.plan.measure"), share=2.0),
        Column(say("report.plan.cost"), "right", 0.9),
        Column(say("report.plan.value_12"), share=2.6),
        Column(say("report.plan.value_36"), share=2.6),
    )
    rows: list[tuple[Cell, ...]] = [
        (
            Words(b.first.measure_name, strong=True),
            Amount(c.purse.exact(b.cost)),
            short.cell(b.value_12, c.purse),
            long.cell(b.value_36, c.purse),
        )
        for b in found
    ]
    rows += [
        (
            Words(say("book.decision.invested"), strong=True),
            Amount(c.purse.exact(x.cost)),
            short.cell(x.value_12, c.purse),
            long.cell(x.value_36, c.purse),
        )
        for x in more
    ]
    return Table(say("book.returns.by_measure"), columns, tuple(rows), say("report.say.eight"))


def _break_even(found: tuple[Bundle, ...]) -> Table:
    """How far effect or cost may turn out worse before a measure no longer pays."""
    columns = (
        Column(say("report.plan.measure"), share=2.2),
        Column(say("book.returns.chance"), "right", 1.0),
        Column(say("book.returns.effect"), "right", 1.6),
        Column(say("book.returns.cost_times"), "right", 1.6),
    )
    rows: list[tuple[Cell, ...]] = []
    for b in found:
        gross = b.value_36.mean + b.cost
        share = b.cost / gross if gross > 0 else None
        times = gross / b.cost if b.cost >= 1 else None
        rows.append(
            (
                Words(b.first.measure_name, strong=True),
                Amount(chance_told(b.chance_of_gain)),
                Words(say("book.returns.of_expected", share=Share(share))) if share is not None else Amount(None),
                Words(say("book.returns.times", times=times))
                if times is not None
                else Words(say("book.returns.time_only")),
            )
        )
    return Table(say("book.returns.break_even"), columns, tuple(rows), say("book.returns.break_even_note"))


def _missing(c: Book) -> Missing | None:
    return c.lacking(say("book.returns.no_accounts"), say("book.returns.no_own_effects"), how=say("book.returns.how"))
