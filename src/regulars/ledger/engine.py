"""DuckDB as the ledger uses it: one way to connect, and the few pieces of SQL the ledger is made of."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import duckdb
import pyarrow as pa

from regulars.ledger.schema import Table

#: Columns the ledger fills in by itself.
HOUSE = ("import_id", "fingerprint")
#: Rows lie in this order within a file, so that one customer's history is a few pages of Parquet.
CLUSTER = ("customer", "day")

_TYPES = {
    pa.string(): "VARCHAR",
    pa.int64(): "BIGINT",
    pa.int32(): "INTEGER",
    pa.int16(): "SMALLINT",
    pa.float64(): "DOUBLE",
    pa.bool_(): "BOOLEAN",
    pa.date32(): "DATE",
    pa.timestamp("us", tz="UTC"): "TIMESTAMP WITH TIME ZONE",
}


def connect(*, memory: str, scratch: Path) -> duckdb.DuckDBPyConnection:
    """An empty in-memory database that spills to ``scratch`` and never touches the network."""
    engine = duckdb.connect(
        config={
            "memory_limit": memory,
            "temp_directory": str(scratch),
            # Nothing relies on the order of rows; keeping it costs memory in aggregations and sorts.
            "preserve_insertion_order": False,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "allow_community_extensions": False,
            "python_enable_replacements": False,
        }
    )
    engine.execute("SET TimeZone = 'UTC'")
    engine.execute("SET enable_progress_bar = false")
    return engine


def sql_type(type: pa.DataType) -> str:
    """The DuckDB type of a column of the ledger."""
    if pa.types.is_decimal(type):
        return f"DECIMAL({type.precision}, {type.scale})"
    return _TYPES[type]


def name(identifier: str) -> str:
    """An identifier in SQL."""
    return '"' + identifier.replace('"', '""') + '"'


def text(value: str) -> str:
    """A string in SQL."""
    return "'" + value.replace("'", "''") + "'"


def scan(files: Iterable[Path]) -> str:
    """A table function reading Parquet files; brackets and stars in folder names are not taken for patterns."""
    plain = str.maketrans({"[": "[[]", "*": "[*]", "?": "[?]"})
    return f"read_parquet([{', '.join(text(str(file).translate(plain)) for file in files)}])"


def relation(table: Table, files: Iterable[Path]) -> str:
    """A query giving the rows of a ledger table that lie in ``files``; empty with the right types without any."""
    paths = tuple(files)
    if paths:
        return f"SELECT {', '.join(name(column.name) for column in table.columns)} FROM {scan(paths)}"
    nothing = (f"CAST(NULL AS {sql_type(column.type)}) AS {name(column.name)}" for column in table.columns)
    return f"SELECT {', '.join(nothing)} WHERE false"


def fingerprint(table: Table) -> str:
    """An expression hashing all columns of a row but the house columns to a non-negative 60-bit number.

    SHA-1 over a written-out form of the row: DuckDB's own ``hash()`` is faster but may differ between releases, and
    then every row would look changed. 60 bits are enough: a false "unchanged" needs the same key and the same hash.
    """
    parts = []
    for column in table.columns:
        if column.name not in HOUSE:
            value = f"epoch_us({name(column.name)})" if pa.types.is_timestamp(column.type) else name(column.name)
            parts.append(f"coalesce(CAST({value} AS VARCHAR), chr(0))")
    return f"CAST('0x' || sha1(concat_ws(chr(31), {', '.join(parts)}))[1:15] AS BIGINT)"


def clustering(table: Table) -> str:
    """The ORDER BY clause that keeps a customer's rows together."""
    known = {column.name for column in table.columns}
    return "ORDER BY " + ", ".join(f"{name(column)} NULLS LAST" for column in CLUSTER if column in known)


def copy(connection: duckdb.DuckDBPyConnection, query: str, file: Path) -> int:
    """Write the rows of a query to a Parquet file, in the order they come; gives their number."""
    connection.execute("SET preserve_insertion_order = true")
    (count,) = connection.execute(f"COPY ({query}) TO {text(str(file))} (FORMAT parquet, COMPRESSION zstd)").fetchall()[
        0
    ]
    connection.execute("SET preserve_insertion_order = false")
    return int(count)
