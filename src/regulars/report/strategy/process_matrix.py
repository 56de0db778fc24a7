"""The service process matrix of Schmenner (1986) as people of the business place their lines of service on it."""

from __future__ import annotations

from collections.abc import Sequence

from regulars.base.inputs.common import local
from regulars.base.inputs.service import Service, ServiceLine
from regulars.base.text import Text, say
from regulars.report.charts.matrix import MIDDLE, Place, quarters
from regulars.report.document import Block, Cell, Column, Figure, Table, Words
from regulars.report.strategy.book import Book


def quadrant(labour: float, contact: float) -> str:
    """Service factory, service shop, mass service or professional service; the middle counts as low."""
    if labour > MIDDLE:
        return "professional" if contact > MIDDLE else "mass"
    return "shop" if contact > MIDDLE else "factory"


def picture(c: Book, lines: Sequence[ServiceLine]) -> Block:
    """The matrix drawn, with what each line's quarter asks of its manager beside it."""
    places = [
        Place(local(x.name), x.contact, x.labour, x.to_contact or x.contact, x.to_labour or x.labour) for x in lines
    ]
    corners = tuple(say(f"book.matrix.is_{q}") for q in ("factory", "shop", "mass", "professional"))
    titles = (say("book.matrix.contact"), say("book.matrix.labour"))
    chart = quarters(places, (corners[0], corners[1], corners[2], corners[3]), titles)
    found = [quadrant(x.labour, x.contact) for x in lines]
    alt = say("book.matrix.alt", n=len(lines), professional=found.count("professional"), mass=found.count("mass"))
    note = say("book.matrix.note")
    return c.stated(Service, Figure("process-matrix", say("book.matrix.title"), chart, alt, _data(lines), note))


def _data(lines: Sequence[ServiceLine]) -> Table:
    columns = (
        Column(say("book.matrix.line"), share=1.4),
        Column(say("book.matrix.now"), share=1.2),
        Column(say("book.matrix.goal"), share=1.2),
        Column(say("book.matrix.asks"), share=2.4),
        Column(say("book.matrix.why"), share=2.2),
    )
    rows: list[tuple[Cell, ...]] = []
    for x in lines:
        now, goal = quadrant(x.labour, x.contact), quadrant(x.to_labour or x.labour, x.to_contact or x.contact)
        rows.append(
            (
                Words(local(x.name), strong=True),
                Words(say(f"book.matrix.is_{now}"), _place(x.labour, x.contact)),
                Words(say(f"book.matrix.is_{goal}"), _place(x.to_labour or x.labour, x.to_contact or x.contact)),
                Words(say(f"book.matrix.asks_{goal}")),
                Words(local(x.why)),
            )
        )
    return Table(say("book.matrix.title"), columns, tuple(rows))


def _place(labour: int, contact: int) -> Text:
    return say("book.matrix.place", labour=labour, contact=contact)
