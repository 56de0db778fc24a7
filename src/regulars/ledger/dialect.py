"""How a text table is laid out: its delimiter, its header line, its column names. Decided on the first 256 KB."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from regulars.base.errors import BadData
from regulars.base.text import say

DELIMITERS = (",", ";", "\t", "|")
SPACES = " "  # runs of blanks between columns, as statisticians' files have them
HEAD = 256 << 10
#: A table with more columns is none of a till's; every column costs on each page and in each query.
MOST_COLUMNS = 1000
_VALUE = re.compile(
    r"""^[\s'"(]*[-+−]?\s*(HK|US|NT)?[$€£¥]?\s*[-+−]?\d[\d,.'\s]*[%)]*-?$   # an amount or a number
      | ^\d{1,4}[-/.年]\d{1,2}([-/.月]\d{1,4})?                                # a date
      | ^\d{1,2}:\d{2}                                                         # a time
      | ^[^@\s]+@[^@\s]+\.[^@\s]+$                                             # an address
    """,
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Dialect:
    """The layout found. ``skip`` is how many physical lines come before the first data row."""

    delimiter: str
    skip: int
    first_row: int
    names: tuple[str, ...]
    header: bool
    sample: tuple[tuple[str, ...], ...]


def looks_like_value(cell: str) -> bool:
    """Whether a cell holds a number, an amount, a date, a time or an address rather than a column's name."""
    return bool(_VALUE.match(cell.strip()))


def _records(text: str, delimiter: str, limit: int = 400) -> Iterator[tuple[int, list[str]]]:
    # Yields (physical line after the record, cells); blank lines are passed over.
    lines = text.splitlines(keepends=True)
    if delimiter == SPACES:
        for at, line in enumerate(lines[:limit], 1):
            if cells := line.split():
                yield at, cells
        return
    reader = csv.reader(lines, delimiter=delimiter, strict=False)
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield reader.line_num, cells
            if reader.line_num > limit:
                return
    except csv.Error:  # one cell over the csv module's limit: the sample ends here
        return


def find_dialect(head: str, *, name: str, delimiter: str | None = None, header: bool | None = None) -> Dialect:
    """Find the layout of a text table from its beginning.

    Raises:
        BadData: there is nothing in it, no delimiter gives at least two columns, or one gives far too many.
    """
    if not head.strip():
        raise BadData(say("importing.file.empty", file=name), say("importing.file.empty_hint"))
    tried = (delimiter,) if delimiter else (*DELIMITERS, SPACES)
    best: tuple[float, list[tuple[int, list[str]]], str, int] | None = None
    for candidate in tried:
        records = list(_records(head, candidate))
        if len(records) > 1 and not head.endswith("\n"):
            records = records[:-1] if len(head) >= HEAD // 4 else records
        if not records:  # the very first record is longer than what is looked at, or than a cell may be
            continue
        width, agreeing = Counter(len(cells) for _, cells in records).most_common(1)[0]
        score = agreeing / len(records) * min(width, 4) if width > 1 else 0.0
        if candidate == SPACES and agreeing < len(records):
            score = 0.0
        if best is None or score > best[0]:
            best = (score, records, candidate, width)
    if best is None or best[0] == 0.0:
        raise BadData(say("importing.file.no_table", file=name), say("importing.file.no_table_hint"))
    _, records, found, width = best
    refuse_wide(width, name)
    return _laid_out(records, found, width, header)


def refuse_wide(width: int, name: str) -> None:
    """Refuse a table of far too many columns (BadData)."""
    if width > MOST_COLUMNS:
        raise BadData(
            say("importing.file.too_wide", file=name, n=width, most=MOST_COLUMNS), say("importing.file.too_wide_hint")
        )


def _laid_out(records: list[tuple[int, list[str]]], delimiter: str, width: int, header: bool | None) -> Dialect:
    full = [i for i, (_, cells) in enumerate(records) if sum(bool(c.strip()) for c in cells) >= max(2, width / 2)]
    at = full[0] if full else 0
    line, cells = records[at]
    named = header if header is not None else is_header(cells)
    names = column_names(cells if named else [""] * max(width, len(cells)))
    first = at + 1 if named else at
    before = line if named else (records[at - 1][0] if at else 0)
    sample = tuple(tuple(c) for _, c in records[first : first + 300])
    return Dialect(delimiter, before, before + 1, names, named, sample)


def is_header(cells: list[str]) -> bool:
    """Whether a row names columns: at least two names, none of them a value."""
    filled = [cell for cell in cells if cell.strip()]
    return len(filled) >= 2 and not any(looks_like_value(cell) for cell in filled)


def column_names(cells: list[str]) -> tuple[str, ...]:
    """Names for the columns: the header's, made unique; ``column 3`` where it says nothing."""
    names: list[str] = []
    for at, cell in enumerate(cells, 1):
        name = cell.strip(" \t\r\n\ufeff\u00a0\u3000") or f"column {at}"
        while name in names:
            name = f"{name} ({at})"
        names.append(name)
    return tuple(names)
