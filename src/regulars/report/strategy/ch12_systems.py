"""Chapter 12: systems, devices, the road map, opportunities and the commercial network, from ``strategy/systems.toml``.

Beside it stands what the ledger really holds. Whether a device is past its life is worked out for the document's day.
"""

from __future__ import annotations

from datetime import date

from regulars.base.inputs.common import local
from regulars.base.inputs.systems import Device, Systems
from regulars.base.text import Number, Share, Text, say
from regulars.report.chapters import opportunity
from regulars.report.document import (
    Amount,
    Bar,
    Block,
    Cell,
    Figure,
    KeyFigure,
    KeyFigures,
    Pill,
    Section,
    Table,
    Tone,
    Unknown,
    Words,
)
from regulars.report.strategy.book import Book, cards_of, queries_of
from regulars.report.strategy.told import gaps, table, words

FILE = "strategy/systems.toml"
PARTS = ("systems", "devices", "stages", "opportunities", "network")
YEAR = 365.25
SEES: dict[str, Tone] = {"none": "plain", "counts": "good", "persons": "warn"}


def chapter(c: Book) -> Section:
    """What carries the strategy, what it holds, what must be renewed, and which links and chances it opens."""
    found = c.inputs.of(Systems)
    chances = opportunity.chapter(c)
    seen = c.part(chances, keep=(Figure, Table), most=1)
    queries, cards = ("base", *queries_of(chances)), cards_of(chances)
    if found is None:
        wanted = c.missing(FILE, *(say(f"book.systems.no_{x}") for x in PARTS))
        blocks: tuple[Block | None, ...] = (_ledger(c), wanted, *seen)
        return c.chapter("12", "systems", say("book.missing.head"), blocks, queries=queries, cards=cards)
    blocks = (
        _ledger(c),
        _systems(c, found),
        _devices(c, found),
        _stages(c, found),
        _opportunities(c, found),
        *seen,
        _network(c, found),
        _missing(c, found),
    )
    return c.chapter("12", "systems", _heading(c, found), blocks, lead=_lead(found), queries=queries, cards=cards)


def past_life(device: Device, today: date) -> bool | None:
    """Whether a device is older than it is good for; None where nobody said when it was bought."""
    return None if device.bought is None else (today - device.bought).days > device.years * YEAR


def _heading(c: Book, found: Systems) -> Text:
    today = c.diagnosis.provenance.as_of
    old = sum(1 for d in found.devices if past_life(d, today))
    unknown = sum(1 for d in found.devices if d.bought is None)
    if found.devices and unknown == len(found.devices):
        return say("book.systems.head_undated", n=len(found.systems), devices=len(found.devices))
    return say("book.systems.head", n=len(found.systems), old=old, devices=len(found.devices))


def _lead(found: Systems) -> Text | None:
    persons = sum(1 for x in found.network if x.data == "persons")
    return say("book.systems.lead", n=persons, links=len(found.network)) if found.network else None


def _ledger(c: Book) -> KeyFigures:
    """How much the systems have brought into the ledger."""
    b = c.diagnosis.base
    since = say("book.systems.since", first=b.first_day, last=b.last_day)
    return KeyFigures(
        (
            KeyFigure(say("book.systems.customers"), b.customers, None, since),
            KeyFigure(say("book.systems.visits"), b.visits),
            KeyFigure(
                say("book.systems.lines"), b.sale_lines, None, say("book.systems.anonymous", n=b.anonymous_lines)
            ),
        )
    )


def _systems(c: Book, found: Systems) -> Block | None:
    columns = (
        (say("book.systems.system"), 1.5),
        (say("book.systems.holds"), 2.4),
        (say("book.systems.limit"), 2.4),
        (say("book.systems.owner"), 1.1),
    )
    rows: list[tuple[Cell, ...]] = [
        (words(s.name, strong=True), words(s.holds), words(s.limit), words(s.owner)) for s in found.systems
    ]
    return table(c, Systems, say("book.systems.inventory"), columns, rows)


def _devices(c: Book, found: Systems) -> Block | None:
    columns = (
        (say("book.systems.device"), 1.5),
        (say("book.systems.age"), 1.5),
        (say("book.systems.load"), 1.2),
        (say("book.systems.action"), 0.9),
        (say("book.systems.why"), 2.4),
    )
    today = c.diagnosis.provenance.as_of
    rows: list[tuple[Cell, ...]] = [
        (
            words(d.name, strong=True),
            _age(d, today),
            Unknown(say("book.systems.unloaded")) if d.load is None else Bar(d.load, Share(d.load)),
            Pill(say(f"book.systems.do_{d.action}"), "accent" if d.action in ("replace", "buy") else "plain"),
            words(d.why),
        )
        for d in found.devices
    ]
    return table(c, Systems, say("book.systems.devices"), columns, rows)


def _age(d: Device, today: date) -> Cell:
    if d.bought is None:
        return Unknown(say("book.systems.undated", years=Number(d.years, 0)))
    age = (today - d.bought).days / YEAR
    late = (Pill(say("book.systems.past"), "warn"),) if past_life(d, today) else ()
    return Words(say("book.systems.of_years", age=Number(age, 1), years=Number(d.years, 0)), pills=late)


def _stages(c: Book, found: Systems) -> Block | None:
    columns = (
        (None, 0.4),
        (say("book.systems.stage"), 2.6),
        (say("book.systems.gate"), 2.6),
        (say("book.systems.owner"), 1.3),
    )
    rows: list[tuple[Cell, ...]] = [
        (
            Amount(i),
            words(s.text, strong=True),
            words(s.gate),
            Words(local(s.owner), say("book.systems.by", day=s.by) if s.by else None),
        )
        for i, s in enumerate(found.stages, 1)
    ]
    return table(c, Systems, say("book.systems.road"), columns, rows, say("book.systems.road_note"))


def _opportunities(c: Book, found: Systems) -> Block | None:
    columns = (
        (say("book.systems.chance"), 2.2),
        (say("book.systems.rests_on"), 2.0),
        (say("book.systems.test"), 2.2),
        (say("book.systems.owner"), 1.1),
    )
    rows: list[tuple[Cell, ...]] = [
        (words(o.text, strong=True), words(o.rests_on), words(o.test), words(o.owner)) for o in found.opportunities
    ]
    return table(c, Systems, say("book.systems.chances"), columns, rows)


def _network(c: Book, found: Systems) -> Block | None:
    columns = (
        (say("book.systems.party"), 1.5),
        (say("book.systems.gives"), 2.0),
        (say("book.systems.gets"), 2.0),
        (say("book.systems.sees"), 1.4),
    )
    rows: list[tuple[Cell, ...]] = [
        (
            Words(local(x.party), say(f"book.systems.kind_{x.kind}"), strong=True),
            words(x.gives),
            words(x.gets),
            Pill(say(f"book.systems.sees_{x.data}"), SEES[x.data]),
        )
        for x in found.network
    ]
    return table(c, Systems, say("book.systems.network"), columns, rows, say("book.systems.network_note"))


def _missing(c: Book, found: Systems) -> Block | None:
    undated = sum(1 for d in found.devices if d.bought is None)
    wanted = tuple(None if getattr(found, x) else say(f"book.systems.no_{x}") for x in PARTS)
    return c.missing(FILE, *gaps(c, found, *wanted, say("book.systems.no_dates", n=undated) if undated else None))
