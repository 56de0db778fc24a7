"""Opening an export, whatever it is, as one relation of columns ``c0, c1, ...`` and the row's number.

The kind of file is told by its first bytes, never by its name. Text columns stay text (the checks want to see what
was written); Parquet columns keep their types.
"""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from regulars.base.errors import BadData, NotThere
from regulars.base.progress import Progress
from regulars.base.text import say
from regulars.ledger.dialect import HEAD, SPACES, find_dialect, refuse_wide
from regulars.ledger.encoding import as_utf8
from regulars.ledger.lines import lay_out, needs_laying_out, sample_rows
from regulars.ledger.profile import Profile
from regulars.ledger.sheets import sheet_to_csv

#: Signs by which spreadsheets know a formula (wide ones: Chinese and Japanese ones), for the class of an expression.
FORMULA = "=+@\\-\uff1d\uff0b\uff0d\uff20"


@dataclass(frozen=True, slots=True)
class TextLayout:
    """Where the text of a delimited file lies and how it is laid out, should it have to be laid out afresh."""

    path: Path
    delimiter: str
    skip: int
    first_row: int


@dataclass(frozen=True, slots=True)
class Raw:
    """An opened file: its columns and how DuckDB scans them. ``serial`` is the scan without parallel reading."""

    file: str
    form: str  # csv, sheet or parquet
    names: tuple[str, ...]
    types: tuple[str, ...]
    scan: str
    serial: str
    header: bool
    sample: tuple[tuple[str | None, ...], ...]
    encoding: str = "utf-8"
    replaced: int = 0
    odd_blanks: bool = True
    text: TextLayout | None = None
    other_sheets: int = 0  # sheets of the workbook that hold a table, too, and are not read


def literal(text: str) -> str:
    """A string as a SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def connect(work: Path) -> duckdb.DuckDBPyConnection:
    """A private engine for one import: bounded memory, spilling into the work folder, nothing loaded from outside."""
    engine = duckdb.connect(
        str(work / "import.duckdb"),
        config={
            "memory_limit": "2GB",
            "temp_directory": str(work / "spill"),
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        },
    )
    engine.execute("SET TimeZone = 'UTC'")
    engine.execute("SET enable_progress_bar = false")
    return engine


def open_raw(
    engine: duckdb.DuckDBPyConnection,
    path: Path,
    *,
    work: Path,
    hints: Profile | None,
    progress: Progress,
    peek: bool = False,
) -> Raw:
    """Open an export; with ``peek`` only its beginning, which is enough to recognise it.

    Raises:
        NotThere: there is no such file.
        BadData: it is empty, binary, damaged, a bomb, or no table.
    """
    if not path.is_file():
        raise NotThere(say("importing.file.missing", file=path.name), say("importing.file.missing_hint"))
    with path.open("rb") as file:
        magic = file.read(8)
    if not magic:
        raise BadData(say("importing.file.empty", file=path.name), say("importing.file.empty_hint"))
    if magic.startswith(b"PAR1"):
        return _parquet(engine, path)
    if magic.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        if magic.startswith(b"PK") and not zipfile.is_zipfile(path):
            raise BadData(say("importing.file.damaged", file=path.name), say("importing.file.damaged_hint"))
        table, others = sheet_to_csv(path, work=work, progress=progress, most=400 if peek else None)
        raw = _csv(table, shown=path.name, form="sheet", work=work, hints=None, progress=progress)
        return replace(raw, names=_as_they_were(raw.names), other_sheets=others)
    read = _beginning(path, work) if peek else path
    raw = _csv(read, shown=path.name, form="csv", work=work, hints=hints, progress=progress)
    return replace(raw, names=_as_they_were(raw.names))


def _as_they_were(names: tuple[str, ...]) -> tuple[str, ...]:
    """Headings of a rejects file, which kept spreadsheets from taking them for formulas; of any other file as given."""
    if not any(name.startswith("regulars_reading=") for name in names):
        return names
    return tuple(re.sub(f"^'(?=[{FORMULA}])", "", name) for name in names)


def _beginning(path: Path, work: Path) -> Path:
    with path.open("rb") as file:
        head = file.read(2 * HEAD)
    target = work / "beginning" / path.name  # what is wrong with it is said of the file by its own name
    target.parent.mkdir(exist_ok=True)
    target.write_bytes(head)
    return target


def _csv(path: Path, *, shown: str, form: str, work: Path, hints: Profile | None, progress: Progress) -> Raw:
    with path.open("rb") as file:
        if b"regulars_reading=" in file.read(HEAD).split(b"\n", 1)[0]:
            hints = None  # a rejects file is ours, in our encoding and layout, whatever it came from
    text = as_utf8(path, work=work, encoding=hints.encoding if hints else None, progress=progress)
    with text.path.open("rb") as file:
        head = file.read(HEAD).decode("utf-8-sig", errors="ignore")
    dialect = find_dialect(
        head,
        name=shown,
        delimiter="," if form == "sheet" else (hints.delimiter if hints else None),
        header=hints.header if hints else None,
    )
    source, delimiter = text.path, dialect.delimiter
    if delimiter == SPACES:
        source, delimiter = _tabbed(text.path, work / "tabbed.csv"), "\t"
    width = len(dialect.names)
    sample = dialect.sample
    if delimiter == dialect.delimiter and '"' in head and len(head) < HEAD:
        # An open quotation mark must not hide the rows by which columns are recognised.
        sample = tuple(sample_rows(head, skip=dialect.skip, delimiter=delimiter, width=width))
    scan = _text_scan(source, delimiter, width, skip=dialect.skip, first_row=dialect.first_row)
    return Raw(
        shown,
        form,
        dialect.names,
        ("VARCHAR",) * width,
        scan + ")",
        scan + ", parallel=false)",
        dialect.header,
        sample,
        text.encoding,
        text.replaced,
        text.odd_blanks,
        TextLayout(source, delimiter, dialect.skip, dialect.first_row) if form == "csv" else None,
    )


def _text_scan(path: Path, delimiter: str, width: int, *, skip: int, first_row: int | None) -> str:
    # One column more than the header has: what lands there tells that a row is too long. Without ``first_row`` the
    # file carries its row numbers itself. Left open at the end for one more option.
    columns = "".join(f"'c{i}': 'VARCHAR', " for i in range(width)) + "'over': 'VARCHAR'"
    if first_row is None:
        columns = "'row': 'BIGINT', " + columns
    row = "row" if first_row is None else f"row_number() OVER () + {first_row - 1} AS row"
    kept = ", ".join(f"c{i}" for i in range(width))
    return (
        f"SELECT {row}, {kept}, over IS NOT NULL AS ragged FROM read_csv({literal(str(path))}, auto_detect=false, "
        f"header=false, skip={skip}, columns={{{columns}}}, delim={literal(delimiter)}, quote='\"', escape='\"', "
        f"null_padding=true, strict_mode=false, max_line_size={16 << 20}, nullstr=''"
    )


def laid_out(raw: Raw, work: Path, *, last_row: int) -> Raw:
    """The file as it is read afresh, where its lines are not its rows; the same ``raw`` where they are."""
    text = raw.text
    if text is None or not needs_laying_out(text.path, skip=text.skip, last_row=last_row):
        return raw
    target = work / "laid-out.csv"
    width = len(raw.names)
    lay_out(text.path, target, skip=text.skip, first_row=text.first_row, delimiter=text.delimiter, width=width)
    scan = _text_scan(target, text.delimiter, width, skip=0, first_row=None)
    return replace(raw, scan=scan + ")", serial=scan + ", parallel=false)", text=None)


def _tabbed(path: Path, target: Path) -> Path:
    with path.open(encoding="utf-8-sig", newline=None) as lines, target.open("w", encoding="utf-8") as out:
        out.writelines("\t".join(line.split()) + "\n" for line in lines)
    return target


def _parquet(engine: duckdb.DuckDBPyConnection, path: Path) -> Raw:
    read = f"read_parquet({literal(str(path))}, file_row_number=true)"
    try:
        described = engine.execute(f"DESCRIBE SELECT * EXCLUDE (file_row_number) FROM {read}").fetchall()
        names, types = tuple(d[0] for d in described), tuple(d[1] for d in described)
        refuse_wide(len(names), path.name)
        quoted = ['"' + name.replace('"', '""') + '"' for name in names]
        texts = ", ".join(f"CAST({q} AS VARCHAR)" for q in quoted)
        sample = tuple(engine.execute(f"SELECT {texts} FROM {read} LIMIT 300").fetchall())
    except duckdb.Error as error:
        raise BadData(say("importing.file.damaged", file=path.name), say("importing.file.damaged_hint")) from error
    kept = ", ".join(f"{q} AS c{i}" for i, q in enumerate(quoted))
    scan = f"SELECT file_row_number + 2 AS row, {kept}, false AS ragged FROM {read}"
    return Raw(path.name, "parquet", names, types, scan, scan, True, sample)
