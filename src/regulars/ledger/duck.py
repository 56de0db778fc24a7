"""The ledger at one data version as Ibis tables on DuckDB, the engine used where nothing else is asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb
import ibis
import pyarrow as pa
from ibis.backends.duckdb import Backend
from ibis.backends.duckdb.converter import DuckDBPyArrowData

from regulars.ledger import engine
from regulars.ledger.same import VIEW, SamePeople, as_one
from regulars.ledger.schema import TABLES
from regulars.ledger.versions import DataVersion


class DuckReader:
    """A :class:`regulars.ledger.reader.Reader`. Made by :meth:`regulars.ledger.store.Ledger.read`, which closes it."""

    def __init__(
        self,
        *,
        connection: duckdb.DuckDBPyConnection,
        version: DataVersion,
        files: Mapping[str, Sequence[Path]],
        same: SamePeople,
    ) -> None:
        self.version = version
        self.engine = f"duckdb {duckdb.__version__}"
        self._files = files
        self._connection = connection
        self._opened = 0
        self._compiled: tuple[ibis.Table, str] | None = None
        self._ibis: Backend = ibis.duckdb.from_connection(connection)
        if same.in_force:
            stated = same.arrow
            connection.execute(f"CREATE TEMP TABLE {VIEW} (customer BIGINT, kept BIGINT)")
            connection.register("stated", stated)
            connection.execute(f"INSERT INTO {VIEW} SELECT customer, kept FROM stated")
            connection.unregister("stated")
        for table in TABLES.values():
            query = engine.relation(table, files.get(table.name, ()))
            if same.in_force:
                query = as_one(table, f"({query})")
            connection.execute(f"CREATE TEMP VIEW {engine.name(table.name)} AS {query}")

    def has(self, name: str) -> bool:
        """Whether the table holds any rows at this version."""
        return bool(self._files.get(name))

    def table(self, name: str) -> ibis.Table:
        """A table of the ledger, or one made by ``keep`` or ``take_in``; an empty one where nothing was imported."""
        return self._ibis.table(name)

    def keep(self, expr: ibis.Table, name: str) -> ibis.Table:
        """Compute a table once and keep it until it is dropped or the reader closes."""
        # With the types that Ibis promises: a day and an interval make a timestamp in DuckDB.
        mapper = self._ibis.compiler.type_mapper
        columns = ", ".join(f"{engine.name(c)} {mapper.to_string(t)}" for c, t in expr.schema().items())
        making = engine.name(f"{name} (in the making)")  # the old one may be what the new one is made of
        self._connection.execute(f"CREATE OR REPLACE TEMP TABLE {making} ({columns})")
        self._connection.execute(f"INSERT INTO {making} {self.sql(expr)}")
        self._connection.execute(f"DROP TABLE IF EXISTS {engine.name(name)}")
        self._connection.execute(f"ALTER TABLE {making} RENAME TO {engine.name(name)}")
        return self._ibis.table(name)

    def drop(self, name: str) -> None:
        """Let go of a table made by ``keep`` or ``take_in``."""
        self._connection.execute(f"DROP TABLE {engine.name(name)}")

    def arrow(self, expr: ibis.Table) -> pa.Table:
        """Compute a table into memory."""
        found = self._connection.sql(self.sql(expr)).to_arrow_table()
        return expr.__pyarrow_result__(found, data_mapper=DuckDBPyArrowData)

    def take_in(self, table: pa.Table, name: str) -> ibis.Table:
        """Bring a table from memory to the engine, to be joined there."""
        return self._ibis.create_table(name, table, temp=True, overwrite=True)

    def open_parquet(self, path: Path) -> ibis.Table:
        """A Parquet file as a table."""
        # A view, not Ibis' sql(): that one still calls what DuckDB 1.5 has deprecated.
        self._opened += 1
        view = f"parquet_{self._opened}"
        self._connection.execute(f"CREATE TEMP VIEW {view} AS SELECT * FROM {engine.scan([path])}")
        return self._ibis.table(view)

    def write_parquet(self, expr: ibis.Table, path: Path) -> None:
        """Compute a table into a Parquet file, which appears whole or not at all."""
        unfinished = path.with_name(f".{path.name}.unfinished")
        target = engine.text(str(unfinished))
        self._connection.execute(f"COPY ({self.sql(expr)}) TO {target} (FORMAT parquet, COMPRESSION zstd)")
        unfinished.replace(path)

    def fingerprint(self, expr: ibis.Table) -> str:
        """Changes when any row of a table does, in whatever order they lie; the same on this engine's version only."""
        row = f"hash({', '.join(engine.name(column) for column in expr.columns)})"
        found = self._connection.execute(
            f"SELECT count(*), sum(CAST({row} AS HUGEINT)), bit_xor({row}) FROM ({self.sql(expr)})"
        ).fetchone()
        return " ".join(str(part) for part in found or ())

    def sql(self, expr: ibis.Table) -> str:
        """The expression as DuckDB SQL, laid out for reading.

        Putting an expression into SQL takes longer than most queries take to run, and every query of a study is both
        kept as text and run: the last one is remembered, so that it is done once.
        """
        if self._compiled is None or self._compiled[0] is not expr:
            self._ibis._run_pre_execute_hooks(expr)  # lets DuckDB see tables that lie in memory
            self._compiled = (expr, str(self._ibis.compile(expr, pretty=True)))
        return self._compiled[1]
