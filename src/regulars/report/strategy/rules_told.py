"""Rules the plan was held to with their price, what gave way, and how evenly promotions are offered."""

from __future__ import annotations

from regulars.base.text import Number, say
from regulars.report import names
from regulars.report.document import Amount, Callout, Cell, Column, Pill, Table, Words
from regulars.report.strategy.book import Book


def rules(c: Book) -> Table | None:
    """Every rule laid down, the dearest first: what the best plan without it would have more."""
    if not c.made.rules:
        return None
    columns = (
        Column(say("book.mandate.rule"), share=3.4),
        Column(say("book.mandate.felt"), share=1.0),
        Column(say("book.mandate.price"), "right", 1.4),
    )
    rows: list[tuple[Cell, ...]] = [
        (
            Words(row.label, strong=row.binding),
            Pill(say("book.mandate.binds"), "accent") if row.binding else Pill(say("book.mandate.free")),
            Amount(c.purse.about(row.price) if row.binding else None),
        )
        for row in c.made.rules
    ]
    return Table(say("book.mandate.rules"), columns, tuple(rows), say("book.mandate.price_note"), source=c.from_plan())


def gave_way(c: Book) -> tuple[Callout, ...]:
    """What could not be kept in full, and what alone would let it be."""
    return tuple(Callout(say("book.mandate.gave_way"), row.text, "bad") for row in c.made.relaxations)


def evenness(c: Book) -> Table | None:
    """Promotions a customer by an attribute that decides nothing."""
    if not c.made.fairness:
        return None
    columns = (
        Column(say("book.privacy.attribute"), share=1.2),
        Column(say("book.privacy.group"), share=1.2),
        Column(say("report.axis.customers"), "right", 1.0),
        Column(say("book.privacy.offers"), "right", 1.2),
        Column(say("book.privacy.gap"), "right", 1.2),
    )
    rows: list[tuple[Cell, ...]] = [
        (
            Words(say(f"strategy.attribute.{row.attribute}"), names.state_of(row.state)),
            Words(names.age_band(row.group) if row.attribute == "age_band" else row.group, strong=True),
            Amount(round(row.customers)),
            Amount(Number(row.rate, 2)),
            Amount(Number(row.gap, 2)),
        )
        for row in c.made.fairness
    ]
    note = say("book.privacy.even_note")
    return Table(say("book.privacy.even"), columns, tuple(rows), note, source=c.from_plan())
