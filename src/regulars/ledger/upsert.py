"""Deciding what an arriving set of rows means for a table: which rows are new, changed, unchanged or repeated."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from regulars.base.errors import BadData
from regulars.base.text import Listing, say
from regulars.ledger.engine import HOUSE, clustering, fingerprint, name, scan, sql_type, text
from regulars.ledger.schema import Table
from regulars.ledger.versions import Written

_ROW = "_row"  # the place of a row in the input; keys never start with an underscore


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a write will do: its counts, the files holding rows to be replaced, the imports it found confirmed."""

    written: Written
    touched: tuple[Path, ...] = ()
    confirms: tuple[str, ...] = ()


@contextmanager
def fitting(table: Table) -> Iterator[None]:
    """Values of a wrong type only show when a column is first computed; this says so wherever that happens.

    Raises:
        BadData: a value cannot be turned into the type of its column.
    """
    try:
        yield
    except duckdb.ConversionException as error:
        raise BadData(say("store.rows.wrong_type", table=table.name, detail=str(error))) from error


def take_in(engine: duckdb.DuckDBPyConnection, table: Table, rows: pa.Table | Path) -> None:
    """Make the rows available as the view ``arriving``, typed as the table wants them and numbered in input order.

    Raises:
        BadData: a column is missing.
    """
    if isinstance(rows, Path):
        source = f"(SELECT *, file_row_number AS {_ROW} FROM {scan([rows])})"
    else:
        numbered = rows.append_column(_ROW, pa.array(np.arange(rows.num_rows, dtype=np.int64)))
        engine.register("delivered", numbered)
        source = "delivered"
    columns = [column for column in table.columns if column.name not in HOUSE]
    there = {row[0] for row in engine.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()}
    missing = tuple(column.name for column in columns if column.name not in there)
    if missing:
        raise BadData(say("store.rows.missing", table=table.name, columns=Listing(missing)))
    typed = ", ".join(f"CAST({name(c.name)} AS {sql_type(c.type)}) AS {name(c.name)}" for c in columns)
    engine.execute(f"CREATE TEMP VIEW arriving AS SELECT {_ROW}, {typed} FROM {source}")


def _count(engine: duckdb.DuckDBPyConnection, table: Table) -> tuple[int, int]:
    """Rows arriving, and rows repeated by a later one of the same key; the view ``latest`` is left without those."""
    required = [column.name for column in table.columns if column.required and column.name not in HOUSE]
    keys = ", ".join(map(name, table.key))
    empty = ", ".join(f"count(*) FILTER ({name(column)} IS NULL)" for column in required)
    # Distinct hashes mean distinct keys; grouping the keys themselves is only needed when hashes meet.
    found = engine.execute(f"SELECT count(*), count(DISTINCT hash({keys})), {empty} FROM arriving").fetchone()
    assert found is not None
    total, distinct, *nulls = found
    for column, n in zip(required, nulls, strict=True):
        if n:
            raise BadData(say("store.rows.empty", table=table.name, column=column, n=n))
    if distinct == total:
        engine.execute("CREATE TEMP VIEW latest AS SELECT * FROM arriving")
        return total, 0
    engine.execute(f"CREATE TEMP TABLE last_of_key AS SELECT max({_ROW}) AS {_ROW} FROM arriving GROUP BY {keys}")
    engine.execute(f"CREATE TEMP VIEW latest AS SELECT * FROM arriving SEMI JOIN last_of_key USING ({_ROW})")
    (kept,) = engine.execute("SELECT count(*) FROM last_of_key").fetchall()[0]
    return total, total - kept


def judge(engine: duckdb.DuckDBPyConnection, table: Table, live: Sequence[Path]) -> Verdict:
    """Compare ``arriving`` with the rows in the live files; leaves the temporary table ``fate`` for the
    queries of :func:`fresh` and :func:`kept`.

    Raises:
        BadData: a column is empty that must not be.
    """
    total, repeated = _count(engine, table)
    if not live:
        return Verdict(Written(total - repeated, 0, 0, repeated))
    keys = ", ".join(map(name, table.key))
    engine.execute(f"""
        CREATE TEMP TABLE fate AS
        WITH held AS (
            SELECT {keys}, fingerprint AS held_fingerprint, import_id, file_index, file_row_number FROM {scan(live)}
        )
        SELECT
            {_ROW}, file_index, file_row_number, import_id,
            held_fingerprint IS NOT NULL AS known,
            coalesce(held_fingerprint = arrived_fingerprint, false) AS same
        FROM (SELECT {_ROW}, {keys}, {fingerprint(table)} AS arrived_fingerprint FROM latest)
        LEFT JOIN held USING ({keys})
    """)
    counted = engine.execute("""
        SELECT
            count(*) FILTER (NOT known), count(*) FILTER (known AND NOT same), count(*) FILTER (same),
            list(DISTINCT file_index) FILTER (known AND NOT same), list(DISTINCT import_id) FILTER (same)
        FROM fate
    """).fetchone()
    assert counted is not None
    stored, changed, unchanged, files, confirms = counted
    touched = tuple(live[index] for index in sorted(files or ()))
    return Verdict(Written(stored, changed, unchanged, repeated), touched, tuple(confirms or ()))


def fresh(table: Table, *, import_id: str, live: Sequence[Path], gathered: Sequence[Path]) -> str:
    """The query for what is new or changed, together with what stays of the small files gathered on the way."""
    columns = _delivered(table)
    query = f"SELECT {columns}, {text(import_id)} AS import_id, {fingerprint(table)} AS fingerprint FROM latest"
    if live:
        query += f" SEMI JOIN (FROM fate WHERE NOT same) USING ({_ROW})"
    for file in gathered:
        query += f" UNION ALL {kept(table, live=live, file=file)}"
    return f"SELECT * FROM ({query}) {clustering(table)}"


def kept(table: Table, *, live: Sequence[Path], file: Path) -> str:
    """The query for the rows of one live file that are not replaced, in their order."""
    index = live.index(file)  # fate was made by one scan of all live files and counts them in this order
    return f"""
        SELECT {_delivered(table)}, import_id, fingerprint
        FROM (SELECT *, file_row_number FROM {scan([file])})
        ANTI JOIN (FROM fate WHERE known AND NOT same AND file_index = {index}) USING (file_row_number)
    """


def _delivered(table: Table) -> str:
    return ", ".join(name(column.name) for column in table.columns if column.name not in HOUSE)
