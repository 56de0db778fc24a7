"""Any table file (CSV, TSV, gzip, Parquet, Excel) as typed columns of numbers and of codes, row by row in order.

For analyses of a file that is no export of a till: nothing of it goes into the ledger. The file is read once into a
private engine on disk; columns come out one at a time, so that a file of ten million rows needs the memory of a few
columns.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
from numpy.typing import NDArray

from regulars.base.errors import BadData, NotThere
from regulars.base.progress import Progress, unwatched
from regulars.base.text import say
from regulars.ledger.amounts import amount, is_number
from regulars.ledger.dates import DateForm, day_of, find_form
from regulars.ledger.fields import trimmed
from regulars.ledger.readers import Raw, connect, laid_out, literal, open_raw
from regulars.ledger.workplace import workplace

#: Cells that say "not known" in so many words, where a column holds numbers or dates otherwise.
NOTHING = ("", "na", "n/a", "nan", "nat", "null", "none", "-", "—", "?", ".", "#n/a", "inf", "-inf")
_TRUE, _FALSE = ("true", "t", "yes", "y", "是"), ("false", "f", "no", "n", "否")
#: What text may be read as, in the order of trying.
_KINDS = ("number", "comma", "boolean", "date")
#: The first cells of a column, by which its kind is judged.
_FIRST = "(SELECT * FROM t WHERE {cell} IS NOT NULL LIMIT 2000)"
_BOMB = 200  # a gzip file may not unpack to more than this many times its size


@dataclass(frozen=True, slots=True)
class Column:
    """What a column holds.

    ``kind``: number, comma (numbers with a decimal comma), boolean, date, text, or nested (a list or record; not
    usable here).
    """

    name: str
    kind: str
    rows: int
    missing: int
    distinct: int  # exact for a few, else approximate
    unread: int = 0  # cells of a number or date column that are neither that nor a word for "not known"
    whole: bool = False  # numbers without a fraction
    unique: bool = False  # no value twice


class TableFile:
    """An opened file. Made by :func:`open_table`, which closes it."""

    def __init__(self, engine: duckdb.DuckDBPyConnection, raw: Raw) -> None:
        self.file, self.rows = raw.file, _count(engine, "SELECT count(*) FROM t")
        self.names = raw.names
        self.ragged = _count(engine, "SELECT count(*) FROM t WHERE ragged")  # rows longer than the header
        self.sheets_left = raw.other_sheets
        self._engine, self._types = engine, dict(zip(raw.names, raw.types, strict=True))
        self._at = {name: f"c{i}" for i, name in enumerate(raw.names)}
        self._columns: dict[str, Column] = {}
        self._forms: dict[str, DateForm] = {}  # by cell, of text alone

    def column(self, name: str) -> Column:
        """What a column holds, found by looking at every cell of it."""
        if name not in self._columns:
            self._columns[name] = self._profile(name)
        return self._columns[name]

    def row_numbers(self) -> NDArray[np.int64]:
        """The number of each row in the file, as a spreadsheet counts (a header is row 1)."""
        found: NDArray[np.int64] = self._fetched("row").astype(np.int64)
        return found

    def numbers(self, name: str) -> NDArray[np.float64]:
        """A column as numbers, NaN where there is none; yes/no as 1/0, dates as days since 1970."""
        cell, type_ = self._at[name], self._types[name]
        found: NDArray[np.float64] = self._fetched(self._number(cell, type_, self.column(name).kind))
        found[~np.isfinite(found)] = np.nan
        return found

    def labels(self, name: str, *, most: int) -> tuple[NDArray[np.int32], tuple[str, ...], int]:
        """A column as codes of its ``most`` commonest values: (codes, values, how many other values there are).

        Code -1 is a missing cell, -2 one of the other values. Equal numbers are one value however they are written
        (1, 1.0, "1").
        """
        text = self._label(name)
        counts = self._engine.execute(
            f"SELECT {text} AS v, count(*) FROM t WHERE v IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {most}"
        ).fetchall()
        values = tuple(str(v) for v, _ in counts)
        others = _count(self._engine, f"SELECT count(DISTINCT {text}) FROM t") - len(values)
        listed = "[" + ", ".join(literal(v) for v in values) + "]::VARCHAR[]"
        code = f"CASE WHEN {text} IS NULL THEN -1 ELSE coalesce(list_position({listed}, {text}), -1) - 1 END"
        return self._fetched(code).astype(np.int32), values, others

    def keys(self, name: str) -> NDArray[np.float64]:
        """A number for each different value of a column (of any kind), the same wherever the value is the same."""
        return self._fetched(f"(hash(CAST({self._at[name]} AS VARCHAR)) % 4503599627370496)")

    def _fetched(self, expression: str) -> NDArray[np.float64]:
        # Rows come back in any order where the expression is long, so each brings its place.
        got = self._engine.execute(f"SELECT rowid AS at, CAST({expression} AS DOUBLE) AS v FROM t").fetchnumpy()
        found = np.full(self.rows, np.nan)
        found[np.asarray(got["at"])] = np.ma.filled(np.ma.asarray(got["v"]), np.nan)
        return found

    def _label(self, name: str) -> str:
        cell, type_ = self._at[name], self._types[name]
        kind = self.column(name).kind
        if kind in ("number", "comma"):
            number = f"CAST({self._number(cell, type_, kind)} AS DOUBLE)"
            whole = f"{number} = round({number}) AND abs({number}) < 1e15"
            written = (
                f"CASE WHEN {whole} THEN CAST(CAST({number} AS BIGINT) AS VARCHAR) ELSE CAST({number} AS VARCHAR) END"
            )
            if type_ != "VARCHAR":
                return written
            # "none" beside 10 and 20 is a value of its own (no discount), not a gap.
            gaps = ", ".join(map(literal, (w for w in NOTHING if w != "none")))
            return f"coalesce({written}, CASE WHEN lower(trim({cell})) NOT IN ({gaps}) THEN trim({cell}) END)"
        return f"nullif(trim(CAST({cell} AS VARCHAR)), '')"

    def _profile(self, name: str) -> Column:
        cell, type_ = self._at[name], self._types[name]
        if type_.startswith(("STRUCT", "MAP", "UNION", "BLOB")) or type_.endswith("]"):
            return Column(name, "nested", self.rows, 0, 0)
        kind = self._kind(cell, type_)
        value = self._number(cell, type_, kind) if kind != "text" else f"nullif(trim(CAST({cell} AS VARCHAR)), '')"
        told = f"CAST({cell} AS VARCHAR)"
        said = f"{cell} IS NOT NULL AND lower(trim({told})) NOT IN ({', '.join(map(literal, NOTHING))})"
        whole = (
            f"bool_and(CAST({value} AS DOUBLE) = round(CAST({value} AS DOUBLE)))"
            if kind in ("number", "comma")
            else "false"
        )
        found = self._engine.execute(
            f"SELECT count(*) - count({value}), approx_count_distinct({value}), "
            f"count(*) FILTER ({said} AND {value} IS NULL), {whole} FROM t"
        ).fetchone() or (0, 0, 0, False)
        missing, about, unread, is_whole = int(found[0]), int(found[1]), int(found[2]), bool(found[3])
        there = self.rows - missing
        unique = False
        if about <= 1000 or about > 0.8 * there:
            about = _count(self._engine, f"SELECT count(DISTINCT {value}) FROM t")
            unique = about == there > 1
        return Column(name, kind, self.rows, missing, about, unread, is_whole, unique)

    def _kind(self, cell: str, type_: str) -> str:
        if is_number(type_):
            return "number"
        if type_ == "BOOLEAN":
            return "boolean"
        if type_.startswith(("DATE", "TIMESTAMP")):
            return "date"
        if type_ != "VARCHAR":
            return "text"
        # Judged by its first cells; only what they may be is counted over all of them.
        first = _FIRST.format(cell=cell)
        self._forms[cell] = find_form(self._engine, first, cell, type_)
        n, *found = self._counts(cell, first, *_KINDS)
        for kind, count in zip(_KINDS, found, strict=True):
            if n and count >= 0.98 * n:
                self._forms[cell] = find_form(self._engine, "t", cell, type_)
                n, *counted = self._counts(cell, "t", kind)
                # A stray cell in a thousand does not make text of a column of numbers; it is told as unread.
                return kind if counted[0] >= n * (0.999 if n >= 1000 else 1.0) else "text"
        return "text"

    def _counts(self, cell: str, source: str, *kinds: str) -> tuple[int, ...]:
        said = f"lower(trim({cell})) NOT IN ({', '.join(map(literal, NOTHING))})"
        tried = ", ".join(f"count({self._number(cell, 'VARCHAR', k)})" for k in kinds)
        query = f"SELECT count(*) FILTER ({said}), {tried} FROM {source}"
        return tuple(int(v) for v in self._engine.execute(query).fetchone() or (0, 0, 0, 0))

    def _number(self, cell: str, type_: str, kind: str) -> str:
        if kind == "date" and type_ == "VARCHAR":
            # With the time where the year comes first; the engine would take 01/05/24 for a day of the year 1.
            full = f"CASE WHEN regexp_matches({cell}, '^\\s*\\d{{4}}-') THEN TRY_CAST(trim({cell}) AS TIMESTAMP) END"
            moment = f"coalesce({full}, {day_of(cell, type_, self._forms[cell])})"
            return f"(epoch(CAST({moment} AS TIMESTAMP)) / 86400.0)"
        return _as_number(cell, type_, kind)


def _as_number(cell: str, type_: str, kind: str) -> str:
    if kind in ("number", "comma"):
        number = amount(cell, type_, comma=kind == "comma", to="DOUBLE")
        return f"(CASE WHEN isfinite({number}) THEN {number} END)"
    if kind == "boolean" and type_ == "BOOLEAN":
        return f"CAST({cell} AS DOUBLE)"
    if kind == "boolean":
        lower = f"lower(trim({cell}))"
        yes, no = (", ".join(map(literal, words)) for words in (_TRUE, _FALSE))
        return f"(CASE WHEN {lower} IN ({yes}) THEN 1.0 WHEN {lower} IN ({no}) THEN 0.0 END)"
    return f"(epoch(CAST({cell} AS TIMESTAMP)) / 86400.0)"


def _count(engine: duckdb.DuckDBPyConnection, query: str) -> int:
    found = engine.execute(query).fetchone()
    return int(found[0] or 0) if found else 0


@contextmanager
def open_table(path: Path, *, progress: Progress = unwatched) -> Iterator[TableFile]:
    """Read a table file whole.

    Raises:
        NotThere: there is no such file.
        BadData: it is empty, binary, damaged, a bomb or no table.
    """
    if not path.is_file():
        raise NotThere(say("importing.file.missing", file=path.name), say("importing.file.missing_hint"))
    with workplace() as work, connect(work) as engine:
        raw = open_raw(engine, _plain(path, work), work=work, hints=None, progress=progress)
        _take(engine, raw, work, progress)
        table = TableFile(engine, raw)
        table.file = path.name
        if not table.rows:
            raise BadData(say("importing.file.no_rows", file=path.name))
        yield table


def _take(engine: duckdb.DuckDBPyConnection, raw: Raw, work: Path, progress: Progress) -> None:
    progress(say("importing.step.sorting", file=raw.file), 0, None)
    cells = [f"c{i}" for i in range(len(raw.types))]
    kept = ", ".join(
        f"{trimmed(c, odd_blanks=raw.odd_blanks)} AS {c}" if t == "VARCHAR" else c
        for c, t in zip(cells, raw.types, strict=True)
    )
    filled = "coalesce(" + ", ".join(f"CAST({c} AS VARCHAR)" for c in cells) + ") IS NOT NULL"
    taking = f"CREATE OR REPLACE TABLE t AS SELECT row, ragged, {kept} FROM ({{scan}}) WHERE {filled}"
    try:
        last = -1
        try:
            engine.execute(taking.format(scan=raw.scan))
            last = _count(engine, "SELECT max(row) FROM t")
        except duckdb.Error:
            if raw.text is None:
                raise  # a text file may only have to be laid out afresh
        laid = laid_out(raw, work, last_row=last)
        if laid is not raw or last < 0:
            engine.execute(taking.format(scan=laid.scan))
    except duckdb.Error as error:
        raise BadData(say("importing.file.damaged", file=raw.file), say("importing.file.damaged_hint")) from error


def _plain(path: Path, work: Path) -> Path:
    with path.open("rb") as file:
        if file.read(2) != b"\x1f\x8b":
            return path
    target = work / path.name.removesuffix(".gz")
    if target.suffix not in (".csv", ".tsv", ".txt", ".parquet", ".xlsx"):
        target = target.with_suffix(".csv")
    most, done = max(_BOMB * path.stat().st_size, 1 << 26), 0
    try:
        with gzip.open(path, "rb") as packed, target.open("wb") as out:
            while chunk := packed.read(8 << 20):
                done += len(chunk)
                if done > most:
                    raise BadData(say("importing.file.bomb", file=path.name), say("importing.file.bomb_hint"))
                out.write(chunk)
    except (EOFError, gzip.BadGzipFile, OSError) as error:
        raise BadData(say("importing.file.damaged", file=path.name), say("importing.file.damaged_hint")) from error
    return target
