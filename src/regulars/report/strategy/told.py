"""Tables of what people stated: no row, no table; the file it stands in is its source."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from regulars.base.inputs.common import InputFile, in_one_language, local
from regulars.base.text import Local, Text, say
from regulars.report.document import Block, Cell, Column, Table, Words
from regulars.report.strategy.book import Book

type Names = Mapping[Literal["en", "zh-Hant"], str]


def words(names: Names, *, note: Names | None = None, strong: bool = False) -> Words:
    """A cell of what was stated."""
    return Words(local(names), local(note) if note is not None else None, strong)


def table(
    c: Book,
    kind: type[InputFile],
    caption: Text,
    columns: Sequence[tuple[Text | None, float]],
    rows: Sequence[tuple[Cell, ...]],
    note: Text | None = None,
) -> Block | None:
    """A table of one file; ``columns`` are heading and width. None where nothing was stated."""
    if not rows:
        return None
    heads = tuple(Column(head, share=share) for head, share in columns)
    return c.stated(kind, Table(caption, heads, tuple(rows), note))


def chain(names: Sequence[Names]) -> Local:
    """States in their order: ``received → acknowledged``; where a language is missing the other stands in."""
    both: tuple[Literal["en", "zh-Hant"], ...] = ("en", "zh-Hant")
    return Local({lang: " → ".join(n.get(lang) or next(iter(n.values())) for n in names) for lang in both})


def gaps(c: Book, found: InputFile, *items: Text | None) -> tuple[Text | None, ...]:
    """Items that are missing, and what is wrong with any file: one language only, nobody behind it."""
    single = in_one_language(found)
    return (
        *items,
        say("book.missing.one_language", n=single) if single else None,
        c.unconfirmed(type(found)),
    )
