"""Laying out a text table afresh, one record a line with its row number, where the engine would misread its lines.

Two things need it: blank lines, which the engine passes over without counting, so that rows would not be found again
in a spreadsheet; and a quotation mark that is opened and never closed, which would swallow the rows after it.
"""

from __future__ import annotations

import csv
import re
from collections import deque
from collections.abc import Iterator
from io import StringIO
from itertools import chain, islice
from pathlib import Path

from regulars.ledger.encoding import CHUNK

#: A quoted cell may run over this many lines; one that runs on was never meant to.
LONGEST_CELL = 100


def needs_laying_out(path: Path, *, skip: int, last_row: int) -> bool:
    """Whether lines and rows differ: a cell runs over lines, or lines are blank. ``last_row``: the last one read."""
    line_feeds = returns = 0
    last = b""
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            line_feeds += chunk.count(b"\n")
            returns += 0 if line_feeds else chunk.count(b"\r")
            last = chunk[-1:]
    lines = (line_feeds or returns) + (last not in (b"\n", b"\r"))
    return lines != max(last_row, skip)


def lay_out(source: Path, target: Path, *, skip: int, first_row: int, delimiter: str, width: int) -> None:
    """Write the records of ``source`` below line ``skip`` with their row numbers in front; blank lines only count."""
    with (
        source.open(encoding="utf-8-sig", newline="") as file,
        target.open("w", encoding="utf-8", newline="") as out,
    ):
        for row, record in enumerate(_records(_lines(file, skip), delimiter, width), first_row):
            if record:
                out.write(f"{row}{delimiter}{record}\n")


def sample_rows(head: str, *, skip: int, delimiter: str, width: int, most: int = 300) -> list[tuple[str, ...]]:
    """The first rows in the beginning of a text, blank ones left out."""
    lines = _lines(iter(StringIO(head, newline="")), skip)
    rows = (next(csv.reader([r], delimiter=delimiter), []) for r in _records(lines, delimiter, width) if r)
    return [tuple(row) for row in islice(rows, most)]


def _lines(file: Iterator[str], skip: int) -> Iterator[str]:
    for at, line in enumerate(file):
        if at >= skip:
            yield line


def _records(lines: Iterator[str], delimiter: str, width: int) -> Iterator[str]:
    whole = _whole_record(delimiter)
    waiting: deque[str] = deque()
    while line := (waiting.popleft() if waiting else next(lines, "")):
        plain = line.rstrip("\r\n")
        if '"' not in plain or whole.fullmatch(plain):
            yield plain if plain.strip() else ""
            continue
        more = _rest(plain, chain(_drain(waiting), lines), whole, delimiter, width)
        if more.closed:
            yield "".join((line, *more.lines)).rstrip("\r\n")
        else:
            waiting.extendleft(reversed(more.lines))
            yield _taken_literally(plain, delimiter)


def _whole_record(delimiter: str) -> re.Pattern[str]:
    d = re.escape(delimiter)
    cell = rf'(?:[ ]*"(?:[^"]+|"")*+"[ ]*(?={d}|$)|(?![ ]*")[^{d}]*+)'
    return re.compile(rf"{cell}(?:{d}{cell})*+")


class _Rest:
    """The lines looked at after one that leaves a quotation mark open, and whether they close it."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.closed = False


def _drain(waiting: deque[str]) -> Iterator[str]:
    while waiting:
        yield waiting.popleft()


def _rest(opened: str, lines: Iterator[str], whole: re.Pattern[str], delimiter: str, width: int) -> _Rest:
    rest = _Rest()
    text = opened + "\n"
    for line in lines:
        rest.lines.append(line)
        plain = line.rstrip("\r\n")
        # In a narrow table a sentence with a comma looks like a row; in others it does not.
        if width > 3 and whole.fullmatch(plain) and _cells(plain, delimiter) == width:
            return rest
        text += plain
        if '"' in plain and whole.fullmatch(text):
            rest.closed = True
            return rest
        if len(rest.lines) == LONGEST_CELL:
            return rest
        text += "\n"
    return rest


def _cells(line: str, delimiter: str) -> int:
    return len(next(csv.reader([line], delimiter=delimiter)))


def _taken_literally(line: str, delimiter: str) -> str:
    # The quotation mark is a sign like any other (6 inch: 6"); the delimiters on the line are what they look like.
    out = StringIO()
    csv.writer(out, delimiter=delimiter, quoting=csv.QUOTE_ALL, lineterminator="").writerow(line.split(delimiter))
    return out.getvalue()
