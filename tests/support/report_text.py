"""A document as plain text: what the golden files hold. Every word and figure, no layout."""

from __future__ import annotations

from collections.abc import Iterator

from regulars.base.text import Param
from regulars.base.words import show
from regulars.report.document import (
    Amount,
    Bar,
    Block,
    Callout,
    Card,
    Cards,
    Cell,
    Document,
    Entries,
    Entry,
    Figure,
    KeyFigures,
    Paragraph,
    Pill,
    Points,
    Queries,
    Range,
    Section,
    Table,
    Unknown,
    Words,
)
from regulars.report.drawing import localise


def as_text(document: Document, language: str) -> str:
    """All a reader can read, one thing a line."""
    lines = [f"{show(document.business, language)} | {show(document.kind, language)}"]
    if document.mission is not None:
        lines.append(show(document.mission, language))
    for section in document.sections:
        lines += ["", *_section(section, language)]
    return "\n".join(lines) + "\n"


def _section(section: Section, language: str) -> Iterator[str]:
    yield f"# {show(section.heading, language)}   ({section.id}: {show(section.name, language)})"
    if section.lead is not None:
        yield show(section.lead, language)
    for block in section.blocks:
        yield from _block(block, language)
    if section.footer is not None:
        foot = section.footer
        yield f"[{' '.join(foot.queries)} | v{foot.data_version} | {' '.join(foot.cards)}]"


def _block(b: Block, language: str) -> Iterator[str]:
    def said(p: Param | None) -> str:
        return "" if p is None else show(p, language)

    match b:
        case Paragraph():
            yield said(b.text)
        case KeyFigures():
            yield from (
                f"* {said(k.label)}: {said(k.value) or '?'} | {said(k.range)} | {said(k.note)}" for k in b.items
            )
        case Figure():
            yield from _figure(b, language)
        case Table():
            yield from _table(b, language)
        case Callout():
            yield f"! {said(b.title)} {said(b.text)}"
        case Points():
            yield f"## {said(b.title)}"
            yield from (f"- {said(i)}" for i in b.items)
        case Entries():
            yield f"## {said(b.title)}"
            yield from (line for entry in b.items for line in _entry(entry, language))
        case Cards():
            yield from (line for card in b.items for line in _card(card, language))
        case Queries():
            yield from (f"{name}: {' '.join(sql.split())}" for name, sql in b.items)


def _card(card: Card, language: str) -> Iterator[str]:
    yield f"## {show(card.title, language)}"
    yield from (f"{show(k, language)}: {show(v, language)}" for k, v in card.rows)


def _figure(f: Figure, language: str) -> Iterator[str]:
    note = "" if f.note is None else show(f.note, language)
    yield f"<{f.id}> {show(f.title, language)} ~ {show(f.alt, language)} ~ {note}"
    spec = localise(f.chart, language)
    yield f"  marks {' '.join(_marks(spec))}"
    yield from _table(f.data, language)


def _marks(spec: dict[str, object]) -> list[str]:
    layers = spec["layer"]
    assert isinstance(layers, list)
    return [str(layer["mark"]["type"]) for layer in layers]


def _entry(e: Entry, language: str) -> Iterator[str]:
    yield f"### {show(e.title, language)} [{', '.join(show(p.text, language) for p in e.pills)}]"
    if e.subtitle is not None:
        yield show(e.subtitle, language)
    yield from (f"  {show(label, language)}: {cell(c, language)}" for label, c in e.facts)
    yield from (f"  - {show(p, language)}" for p in e.points)
    if e.table is not None:
        yield from _table(e.table, language)


def _table(t: Table, language: str) -> Iterator[str]:
    yield f"| {show(t.caption, language)}"
    yield "| " + " | ".join("" if c.head is None else show(c.head, language) for c in t.columns)
    for row in t.rows:
        yield "| " + " | ".join(cell(c, language) for c in row)
    if t.note is not None:
        yield f"| {show(t.note, language)}"


def cell(c: Cell, language: str) -> str:
    """One cell with everything it says."""

    def said(p: Param | None) -> str:
        return "" if p is None else show(p, language)

    match c:
        case Words():
            pills = "".join(f" [{said(p.text)}]" for p in c.pills)
            return f"{said(c.text)}{pills}{' / ' + said(c.note) if c.note is not None else ''}"
        case Amount():
            return (said(c.value) or "-") + (f" / {said(c.note)}" if c.note is not None else "")
        case Range():
            return f"{said(c.value)} ({said(c.words)}) @{c.low:.2f} {c.mid:.2f} {c.high:.2f} mark {c.mark}"
        case Bar():
            return f"{said(c.value)} @{c.filled:.2f} {c.tone}"
        case Pill():
            return f"[{said(c.text)} {c.tone}]"
        case Unknown():
            return "?" + said(c.needs)
