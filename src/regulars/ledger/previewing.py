"""Looking before storing: what a file is taken for, what its columns could be, its first rows as they would be kept.

A preview runs the very steps of an import over the beginning of the file, and stores nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from regulars.base.errors import BadData
from regulars.base.problem import Problem
from regulars.base.progress import unwatched
from regulars.base.settings import Business
from regulars.base.text import Text
from regulars.ledger.checks import row_problems
from regulars.ledger.engine import HOUSE
from regulars.ledger.guess import suggested
from regulars.ledger.importing import staged
from regulars.ledger.mapping import OURS, Recognition, match, named_like
from regulars.ledger.profile import FIELDS, Identifier, Profile
from regulars.ledger.readers import connect, open_raw
from regulars.ledger.schema import TABLES
from regulars.ledger.sheets import is_workbook, sheet_to_csv
from regulars.ledger.staging import Stage
from regulars.ledger.workplace import workplace
from regulars.privacy.pseudonym import Pseudonyms

#: Rows a preview reads, and rows it shows.
SAMPLE = 300
SHOWN = 8
_BEGINNING = 400


@dataclass(frozen=True)
class Look:
    """A file before anything is stored.

    ``seen`` is what it was taken for; where it was not recognised ``trouble`` says why, and it can still be mapped by
    hand: ``suggestions`` gives, for every table, the columns that look like a field of it.
    """

    file: str
    form: str
    encoding: str
    header: bool
    names: tuple[str, ...]
    sample: tuple[tuple[str | None, ...], ...]
    seen: Recognition | None
    trouble: Text | None
    hint: Text | None
    suggestions: Mapping[str, Mapping[str, str]]
    identifiers: Mapping[str, Identifier]


@dataclass(frozen=True)
class Kept:
    """One row as it would be stored (``values`` follow :attr:`Preview.columns`), or that it would be set aside."""

    row: int
    values: tuple[str, ...]
    aside: bool


@dataclass(frozen=True)
class Preview:
    """What a mapping makes of the first rows of a file."""

    table: str
    columns: tuple[str, ...]
    rows: tuple[Kept, ...]
    read: int
    rejected: int
    problems: tuple[Problem, ...]


def beginning(path: Path, target: Path) -> tuple[Path, int]:
    """A file from which all that a look and a preview need is read quickly: of a workbook a copy of its first rows.

    With it comes how many other sheets of the workbook hold a table.

    Raises:
        BadData: the workbook is damaged, locked, empty or unpacks to an unreasonable size.
    """
    if not is_workbook(path):
        return path, 0
    with workplace() as work:
        table, others = sheet_to_csv(path, work=work, progress=unwatched, most=_BEGINNING)
        target.write_bytes(table.read_bytes())
    return target, others


def look(path: Path, *, profile: Profile | None = None, other_sheets: int = 0) -> Look:
    """See what a file (or its :func:`beginning`) is taken for, and what its columns could be.

    Raises:
        NotThere: there is no such file.
        BadData: it is no table that can be read; the text says why.
    """
    with workplace() as work, connect(work) as engine:
        raw = open_raw(engine, path, work=work, hints=profile, progress=unwatched, peek=True)
    raw = replace(raw, other_sheets=raw.other_sheets or other_sheets)
    trouble: BadData | None = None
    seen: Recognition | None = None
    try:
        seen = match(raw, profile=profile)
    except BadData as error:
        trouble = error
    names = tuple(name for name in raw.names if not name.startswith(OURS))
    return Look(
        path.name,
        raw.form,
        raw.encoding,
        raw.header,
        names,
        tuple(row[: len(raw.names)] for row in raw.sample[:SHOWN]),
        seen,
        trouble.text if trouble else None,
        trouble.hint if trouble else None,
        {table: suggested(raw, names, table) for table in FIELDS},
        named_like(names),
    )


def _shown(table: str) -> list[str]:
    # What people look at first: the day; last the numbers that may have been made up.
    names = [column.name for column in TABLES[table].columns if column.name not in (*HOUSE, "system")]
    made = [name for name in TABLES[table].key if name in names and name != "customer"]
    return sorted((name for name in names if name not in made), key=lambda name: name != "day") + made


def preview(path: Path, profile: Profile, *, business: Business, pseudonyms: Pseudonyms) -> Preview:
    """Read the beginning of a file with a mapping, as an import would.

    Raises:
        NotThere: there is no such file.
        BadData: the mapping does not fit the file, or nothing can be read with it; the text says why.
    """
    with workplace() as work, connect(work) as engine:
        raw = open_raw(engine, path, work=work, hints=profile, progress=unwatched, peek=True)
        found = match(raw, profile=profile)
        stage = Stage(engine, work, raw, found, business, most=min(SAMPLE, max(len(raw.sample), 1)))
        stage.problems += found.problems
        staged(stage, pseudonyms, unwatched)
        wanted = _shown(found.table)
        said = ", ".join(f"CAST({name} AS VARCHAR)" for name in wanted)
        shown = engine.execute(f"SELECT row, found <> 0, {said} FROM lines ORDER BY row LIMIT {SHOWN}").fetchall()
        first = engine.execute("SELECT row, found FROM lines WHERE found <> 0 ORDER BY row").fetchall()
        totals = engine.execute("SELECT found, count(*) FROM lines WHERE found <> 0 GROUP BY 1").fetchall()
        problems = (*stage.problems, *row_problems(raw.file, first, totals, stage.columns))
        rows = stage.rows
    filled = [at for at, _ in enumerate(wanted) if any(row[at + 2] not in (None, "") for row in shown)]
    return Preview(
        found.table,
        tuple(wanted[at] for at in filled),
        tuple(Kept(row[0], tuple(row[at + 2] or "" for at in filled), bool(row[1])) for row in shown),
        rows,
        len(first),
        tuple(replace(p, file=path.name) for p in problems),
    )
