"""Chapter 3: the data used: sources, quality, who may be contacted where, limits."""

from __future__ import annotations

from regulars.base.text import Share, Text, say
from regulars.ledger.schema import TABLES
from regulars.report import names
from regulars.report.chapters import hygiene, quality
from regulars.report.document import Bar, Block, Callout, Cell, Column, Pill, Points, Section, Table, Words
from regulars.report.figures import part
from regulars.report.strategy.book import Book, cards_of, queries_of

#: In person needs no permission; written and spoken contact does.
WRITTEN = ("whatsapp", "sms", "email", "phone", "post", "app")


def chapter(c: Book) -> Section:
    """What the figures rest on."""
    found, clean = quality.chapter(c), hygiene.chapter(c)
    blocks: tuple[Block | None, ...] = (
        *(b for b in found.blocks if not isinstance(b, Table | Points)),
        _permission(c),
        _sources(c),
        *(b for b in found.blocks if isinstance(b, Points)),
        *c.part(clean),
        *_locked(c),
    )
    queries = (*queries_of(found, clean), "permissions")
    return c.chapter("3", "data", _heading(c), blocks, lead=found.lead, queries=queries, cards=cards_of(found, clean))


def reachable(c: Book) -> dict[str, int]:
    """Channel -> customers who may be contacted there, of all customers in the plan's groups."""
    found: dict[str, int] = {}
    for cell in c.made.cells:
        for channel, n in cell.reachable.items():
            found[channel] = found.get(channel, 0) + n
    return {channel: found[channel] for channel in sorted(found, key=lambda x: -found[x]) if channel in WRITTEN}


def assumed(c: Book) -> bool:
    """Whether permission on some channel is assumed, because none is on record."""
    return any(note.id == "strategy.note.assumed" for note in c.made.notes)


def _heading(c: Book) -> Text:
    found, whole = reachable(c), sum(cell.customers for cell in c.made.cells)
    lines = c.diagnosis.base.sale_lines
    if not found or not whole:
        return say("book.data.head_plain", lines=lines, customers=c.diagnosis.base.customers)
    best = next(iter(found))
    n = round(100 * part(found[best], whole))
    return say("book.data.head", lines=lines, customers=c.diagnosis.base.customers, channel=names.channel(best), n=n)


def _permission(c: Book) -> Table | Callout:
    found, whole = reachable(c), sum(cell.customers for cell in c.made.cells)
    if not found or not whole:
        return Callout(say("book.data.no_permission"), say("book.data.no_permission_hint"), "warn")
    columns = (Column(say("book.data.channel"), share=1.2), Column(say("book.data.reachable"), share=3.0))
    rows: list[tuple[Cell, ...]] = [
        (
            Words(names.channel(channel), strong=True),
            Bar(round(part(n, whole), 4), say("book.data.of_all", n=n, share=Share(part(n, whole)))),
        )
        for channel, n in found.items()
    ]
    note = say("book.data.assumed", share=Share(c.business.contact.assumed_permission)) if assumed(c) else None
    source = c.from_study(("permissions", "standings"))
    return Table(say("book.data.permission"), columns, tuple(rows), note, source=source)


def _sources(c: Book) -> Table:
    """Every table the ledger can hold: there or not."""
    there = c.diagnosis.provenance.tables
    columns = (
        Column(say("book.data.table"), share=1.2),
        Column(say("book.data.holds"), share=3.0),
        Column(say("book.data.there"), share=1.4),
    )
    rows: list[tuple[Cell, ...]] = []
    for name in TABLES:
        state = (
            Pill(say("book.data.read", version=there[name]), "good")
            if name in there
            else Pill(say("book.data.absent"), "plain")
        )
        rows.append((Words(say(f"book.data.table_{name}"), strong=True), Words(say(f"book.data.holds_{name}")), state))
    return Table(say("book.data.sources"), columns, tuple(rows), source=c.from_study(()))


def _locked(c: Book) -> tuple[Block, ...]:
    if not c.diagnosis.locked:
        return ()
    columns = (Column(say("report.quality.locked"), share=2.0), Column(say("report.quality.needs"), share=3.0))
    rows: list[tuple[Cell, ...]] = [(Words(x.what, strong=True), Words(x.needs)) for x in c.diagnosis.locked]
    return (Table(say("report.quality.locked_caption"), columns, tuple(rows)),)
