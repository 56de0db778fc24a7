"""The report as data: sections of blocks, every word a :class:`~regulars.base.text.Text`, every number already final.

Chapters compute and choose; renderers only set type. Positions of bars are fractions of their column, shares of a
table are shares, and a block that has nothing to show is not there. Neither a renderer nor a template adds anything up.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from regulars.base.text import Local, Param, Text

SCHEMA = "regulars.report/1"

type Tone = Literal["plain", "accent", "good", "warn", "bad"]
type Align = Literal["left", "right"]


@dataclass(frozen=True, slots=True)
class Words:
    """A cell of words: ``note`` is set small beneath, ``swatch`` is the colour of a state or class before it.

    ``behind`` is the predicate of the customers the row is about, for a face that may show them.
    """

    text: Param
    note: Param | None = None
    strong: bool = False
    swatch: str | None = None
    pills: tuple[Pill, ...] = ()
    behind: str | None = None


@dataclass(frozen=True, slots=True)
class Amount:
    """A cell holding one number; ``None`` is shown as a dash ("nothing here"), never as zero."""

    value: Param | None
    note: Param | None = None
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Range:
    """A cell holding value and thin range, drawn at positions 0..1 of the column.

    ``mark`` is a reference line there: zero, or a target.
    """

    low: float
    mid: float
    high: float
    mark: float | None
    value: Param
    words: Text | None  # the same range in plain words; None where it has no width
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Bar:
    """A cell with a filled bar 0..1 (how far a limit is used, a share) and its value."""

    filled: float
    value: Param
    note: Param | None = None
    tone: Tone = "accent"


@dataclass(frozen=True, slots=True)
class Unknown:
    """A cell for "not yet known", with what would make it known."""

    needs: Text | None = None


@dataclass(frozen=True, slots=True)
class Pill:
    """A short word in a rounded frame."""

    text: Param
    tone: Tone = "plain"


type Cell = Words | Amount | Range | Bar | Unknown | Pill


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its heading with the unit in it; ``share`` is its width relative to its neighbours."""

    head: Text | None
    align: Align = "left"
    share: float = 1.0


@dataclass(frozen=True, slots=True)
class Table:
    """A table; ``caption`` says what it holds (for those who hear it), ``note`` is printed under it.

    ``beneath`` holds a sentence for each row (or None), set under the row across the whole table: a column of
    sentences would be a few words wide. Empty when no row has one. ``source`` says what its figures rest on, where the
    footer of the section is not enough (so for every block that has one).
    """

    caption: Text
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: Text | None = None
    beneath: tuple[Text | None, ...] = ()
    source: Text | None = None


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text."""

    text: Text
    style: Literal["body", "note", "lead"] = "body"


@dataclass(frozen=True, slots=True)
class KeyFigure:
    """One figure in large type: value, its range in words, what it means. A value of None is "not yet known".

    ``behind`` is the predicate of the customers it counts, for a face that may show them.
    """

    label: Text
    value: Param | None
    range: Text | None = None
    note: Text | None = None
    behind: str | None = None


@dataclass(frozen=True, slots=True)
class KeyFigures:
    """A row of key figures."""

    items: tuple[KeyFigure, ...]
    source: Text | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture: a Vega-Lite specification (with Texts where words stand), its words for the blind, and its data."""

    id: str
    title: Text
    chart: dict[str, Any]
    alt: Text
    data: Table
    note: Text | None = None
    source: Text | None = None


@dataclass(frozen=True, slots=True)
class Callout:
    """Something that must not be missed."""

    title: Text
    text: Text | None = None
    tone: Tone = "accent"


@dataclass(frozen=True, slots=True)
class Points:
    """A list of sentences; ``numbered`` when their order matters."""

    items: tuple[Text, ...]
    title: Text | None = None
    numbered: bool = False
    source: Text | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing described at some length (a line of the plan): facts beside it, reasons below."""

    title: Param
    subtitle: Param | None
    pills: tuple[Pill, ...]
    facts: tuple[tuple[Text, Cell], ...]
    points: tuple[Text, ...]
    table: Table | None = None


@dataclass(frozen=True, slots=True)
class Entries:
    """Entries under one title, one after the other."""

    title: Text
    items: tuple[Entry, ...]
    source: Text | None = None


@dataclass(frozen=True, slots=True)
class Card:
    """A method card; ``id`` is the anchor that section footers link to."""

    id: str
    title: Text
    rows: tuple[tuple[Text, Text], ...]


@dataclass(frozen=True, slots=True)
class Cards:
    """Method cards."""

    items: tuple[Card, ...]


@dataclass(frozen=True, slots=True)
class Queries:
    """The queries behind the sections, by name; shown on request."""

    items: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Heading:
    """A part of a long chapter: its answer, and what leads into it."""

    text: Text
    lead: Text | None = None


@dataclass(frozen=True, slots=True)
class Missing:
    """What nobody has stated yet, and how to state it: shown openly, never filled in."""

    title: Text
    items: tuple[Text, ...]
    how: Text


type Block = Heading | Missing | Paragraph | KeyFigures | Figure | Table | Callout | Points | Entries | Cards | Queries


@dataclass(frozen=True, slots=True)
class Footer:
    """What a section's figures rest on: named queries, day, data version, and method cards (ids)."""

    queries: tuple[str, ...]
    as_of: date
    data_version: int
    cards: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """One chapter. ``heading`` states the answer, ``name`` is what the chapter is about (contents, running head).

    In a book chapters have a ``number`` and say in plain words what they answer (``answers``).
    """

    id: str
    name: Text
    heading: Text
    lead: Text | None
    blocks: tuple[Block, ...]
    footer: Footer | None
    number: str = ""
    answers: Text | None = None


@dataclass(frozen=True, slots=True)
class Cover:
    """The first page of a book: what it is, where it stands, and its facts by name."""

    subtitle: Text
    status: Text
    facts: tuple[tuple[Text, Param], ...]


@dataclass(frozen=True, slots=True)
class Document:
    """The whole report, independent of language and renderer. With a ``cover`` it is set as a book of chapters."""

    business: Local
    kind: Text  # what sort of report this is
    trade: Local
    mission: Local | None
    as_of: date
    data_version: int
    program_version: str
    sections: tuple[Section, ...]
    notes: dict[str, str] = field(default_factory=dict)  # machine-readable facts kept with the file (schema, run)
    cover: Cover | None = None
