"""Chapter 10: who is told what and how, electronic service, suppliers and pledges.

From ``strategy/communication.toml``. A communication matrix of one fixed form was not found in the literature; audience
by stage of the customer's way is our reading, and the chapter says so. Beside it stands what the plan sends on each
channel.
"""

from __future__ import annotations

from regulars.base.inputs.common import local
from regulars.base.inputs.communication import STAGES, Communication, Message, Pledge
from regulars.base.text import Listing, Share, Text, say
from regulars.report import names
from regulars.report.document import Amount, Bar, Block, Callout, Cell, Column, Pill, Section, Table, Unknown, Words
from regulars.report.strategy.book import Book
from regulars.report.strategy.told import gaps, table, words

FILE = "strategy/communication.toml"
PARTS = ("matrix", "electronic", "suppliers", "pledges")


def chapter(c: Book) -> Section:
    """The matrix, the channels of the plan, electronic service, joint promotion, the pledges and how they are kept."""
    found = c.inputs.of(Communication)
    if found is None:
        wanted = c.missing(FILE, *(say(f"book.communication.no_{x}") for x in PARTS))
        blocks = (wanted, _channels(c, None))
        return c.chapter("10", "communication", say("book.missing.head"), blocks, queries=("permissions",))
    shown: tuple[Block | None, ...] = (
        _matrix(c, found.matrix),
        _messages(c, found.matrix),
        _channels(c, found),
        _silent(c, found),
        _electronic(c, found),
        _suppliers(c, found),
        _pledges(c, found.pledges),
        _missing(c, found),
    )
    return c.chapter("10", "communication", _heading(found), shown, lead=_lead(found), queries=("permissions",))


def _heading(found: Communication) -> Text:
    audiences = len({tuple(m.audience.items()) for m in found.matrix})
    return say("book.communication.head", n=len(found.matrix), audiences=audiences, pledges=len(found.pledges))


def _lead(found: Communication) -> Text | None:
    if not found.pledges:
        return None
    told = [p for p in found.pledges if p.kept is not None]
    broken = sum(1 for p in told if p.kept is not None and p.kept < p.target)
    return say("book.communication.lead", told=len(told), of=len(found.pledges), broken=broken)


def _matrix(c: Book, fields: tuple[Message, ...]) -> Block | None:
    """Audience by stage: what each field is for, and on which channels; empty fields stay visibly empty."""
    audiences = {tuple(m.audience.items()): m.audience for m in fields}
    columns = ((say("book.communication.audience"), 1.2), *((say(f"book.communication.at_{s}"), 1.6) for s in STAGES))
    rows: list[tuple[Cell, ...]] = []
    for key, audience in audiences.items():
        cells: list[Cell] = [words(audience, strong=True)]
        for stage in STAGES:
            mine = [m for m in fields if m.stage == stage and tuple(m.audience.items()) == key]
            ways = tuple(dict.fromkeys(way for m in mine for way in m.channels))
            aims = Listing(tuple(local(m.aim) for m in mine))
            cells.append(Words(aims, Listing(tuple(names.channel(w) for w in ways))) if mine else Amount(None))
        rows.append(tuple(cells))
    note = say("book.communication.matrix_note")
    return table(c, Communication, say("book.communication.matrix"), columns, rows, note)


def _messages(c: Book, fields: tuple[Message, ...]) -> Block | None:
    columns = (
        (say("book.communication.audience"), 1.1),
        (say("book.communication.message"), 2.8),
        (say("book.communication.standard"), 1.8),
        (say("book.communication.purpose"), 1.0),
        (say("book.communication.owner"), 1.1),
    )
    rows: list[tuple[Cell, ...]] = [
        (
            Words(local(m.audience), say(f"book.communication.at_{m.stage}"), strong=True),
            words(m.message),
            words(m.standard),
            Pill(say(f"book.communication.is_{m.purpose}"), "warn" if m.purpose == "marketing" else "plain"),
            words(m.owner),
        )
        for m in fields
    ]
    caption, note = say("book.communication.messages"), say("book.communication.messages_note")
    return table(c, Communication, caption, columns, rows, note)


def _sent(c: Book) -> dict[str, int]:
    """Customers the plan contacts on each channel (a customer counts once a line)."""
    sent: dict[str, int] = {}
    for line in c.made.lines:
        for channel in line.channels:
            sent[channel] = sent.get(channel, 0) + line.customers
    return sent


def _channels(c: Book, found: Communication | None) -> Table | None:
    sent = _sent(c)
    used = {way for m in (found.matrix if found else ()) for way in m.channels}
    ways = [w for w in ("in_person", "phone", "whatsapp", "sms", "email", "app", "post") if w in sent or w in used]
    if not ways:
        return None
    columns = (
        Column(say("book.communication.channel"), share=1.2),
        Column(say("book.communication.fields"), "right", 1.0),
        Column(say("book.communication.sent"), "right", 1.2),
        Column(say("book.communication.reachable"), "right", 1.4),
    )
    rows: list[tuple[Cell, ...]] = [
        (
            Words(names.channel(w), strong=True),
            Amount(sum(1 for m in (found.matrix if found else ()) if w in m.channels) or None),
            Amount(sent.get(w) or None),
            Amount(sum(cell.reachable.get(w, 0) for cell in c.made.cells) or None),
        )
        for w in ways
    ]
    return Table(say("book.communication.channels"), columns, tuple(rows), source=c.from_plan())


def _silent(c: Book, found: Communication) -> Callout | None:
    """Channels the plan uses and no field of the matrix speaks of."""
    used = {way for m in found.matrix for way in m.channels}
    silent = tuple(names.channel(w) for w in _sent(c) if w not in used)
    if not silent or not found.matrix:
        return None
    text = say("book.communication.silent_text", names=Listing(silent))
    return Callout(say("book.communication.silent"), text, "warn")


def _electronic(c: Book, found: Communication) -> Block | None:
    columns = (
        (say("book.communication.e_name"), 1.5),
        (say("book.communication.does"), 2.4),
        (say("book.communication.judged"), 1.9),
        (say("book.communication.other_way"), 1.8),
    )
    rows: list[tuple[Cell, ...]] = [
        (
            Words(local(e.name), say(f"book.communication.kind_{e.kind}"), strong=True),
            words(e.does),
            words(e.judged_by),
            words(e.other_way),
        )
        for e in found.electronic
    ]
    return table(c, Communication, say("book.communication.electronic"), columns, rows)


def _suppliers(c: Book, found: Communication) -> Block | None:
    columns = (
        (say("book.communication.supplier"), 1.5),
        (say("book.communication.gives"), 2.0),
        (say("book.communication.gets"), 2.0),
        (say("book.communication.judged"), 1.9),
    )
    rows: list[tuple[Cell, ...]] = [
        (words(s.name, note=s.role, strong=True), words(s.gives), words(s.gets), words(s.judged_by))
        for s in found.suppliers
    ]
    note = say("book.communication.suppliers_note")
    return table(c, Communication, say("book.communication.suppliers"), columns, rows, note)


def _pledges(c: Book, pledges: tuple[Pledge, ...]) -> Block | None:
    columns = (
        (say("book.communication.pledge"), 2.3),
        (say("book.communication.measured"), 1.8),
        (say("book.communication.target"), 0.7),
        (say("book.communication.kept"), 1.4),
        (say("book.communication.broken"), 1.9),
    )
    rows: list[tuple[Cell, ...]] = [
        (
            words(p.promise, note=p.owner, strong=True),
            words(p.measured_by),
            Amount(Share(p.target)),
            _kept(p),
            words(p.broken),
        )
        for p in pledges
    ]
    note = say("book.communication.pledges_note")
    return table(c, Communication, say("book.communication.pledges"), columns, rows, note)


def _kept(p: Pledge) -> Cell:
    if p.kept is None:
        return Unknown(say("book.communication.unmeasured"))
    day = say("book.communication.on", day=p.on) if p.on else None
    return Bar(p.kept, Share(p.kept), day, "good" if p.kept >= p.target else "bad")


def _missing(c: Book, found: Communication) -> Block | None:
    unmeasured = sum(1 for p in found.pledges if p.kept is None)
    wanted = tuple(None if getattr(found, x) else say(f"book.communication.no_{x}") for x in PARTS)
    kept = say("book.communication.no_kept", n=unmeasured) if unmeasured else None
    return c.missing(FILE, *gaps(c, found, *wanted, kept))
