"""Looking things up while somebody waits: one engine a process, kept warm, read by all its threads.

A study's Parquet is made for reading whole; a page of fifty rows by value, or one customer out of a million, takes it
ten times too long. Its rows are therefore kept a second time as a database file of the engine beside it, which is
opened for reading alone by any number of processes and can be made again at any time.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
from filelock import FileLock

from regulars.ledger import engine

#: What the engine of one process may take, whatever is asked of it.
MEMORY = "384MB"
_MAKING = "512MB"
#: Top rows found by their sort column first, and only then read whole.
_FEW = 1_000
#: Files open at once; a look at another closes the one that was opened first.
_MOST_OPEN = 6
TABLE = "standings"


class _Warm:
    """The engine of this process. Threads take turns in opening files, not in reading."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.open: dict[str, Path] = {}
        self.mine = threading.local()
        self.scratch = Path(tempfile.gettempdir()) / f"regulars-lookup-{os.getpid()}"
        self.root: duckdb.DuckDBPyConnection | None = None

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """This thread's own connection."""
        found: duckdb.DuckDBPyConnection | None = getattr(self.mine, "cursor", None)
        if found is None:
            with self.lock:
                if self.root is None:
                    self.root = engine.connect(memory=MEMORY, scratch=self.scratch)
                    self.root.execute(f"SET late_materialization_max_rows = {_FEW}")
                    self.root.execute("SET parquet_metadata_cache = true")
                found = self.root.cursor()
            self.mine.cursor = found
        return found

    def attach(self, alias: str, file: Path) -> None:
        """Have a file open under a name of its own."""
        cursor = self.cursor()
        with self.lock:
            if alias in self.open:
                return
            gone = [a for a, f in self.open.items() if f == file]  # an older file of the same path
            if not gone and len(self.open) >= _MOST_OPEN:
                gone = [next(iter(self.open))]
            for old in gone:
                cursor.execute(f"DETACH {engine.name(old)}")
                del self.open[old]
            cursor.execute(f"ATTACH {engine.text(str(file))} AS {engine.name(alias)} (READ_ONLY)")
            self.open[alias] = file


_warm = _Warm()
_put_aside: list[_Warm] = []


def _after_fork() -> None:
    """A child has none of its parent's threads: it begins anew, and never closes what is not its own."""
    global _warm
    _put_aside.append(_warm)
    _warm = _Warm()


os.register_at_fork(after_in_child=_after_fork)


def rows(query: str, values: Sequence[Any] = ()) -> list[dict[str, Any]]:
    """The rows of a query, for few of them; ``values`` fill its question marks."""
    cursor = _warm.cursor()
    # By way of Arrow: what the engine makes of an instant by itself needs a package that nothing else does.
    found: list[dict[str, Any]] = cursor.execute(query, list(values)).to_arrow_table().to_pylist()
    return found


class Kept:
    """The rows of one Parquet file, kept for looking up in a database file beside it."""

    def __init__(self, parquet: Path, *, order: str = "customer") -> None:
        self.parquet = parquet
        self.file = parquet.with_suffix(".duckdb")
        self._order = order
        if not self.file.is_file():
            self._make()
        facts = self.file.stat()
        mark = f"{self.file.absolute()} {facts.st_ino} {facts.st_mtime_ns}"
        self.alias = f"kept_{hashlib.sha256(mark.encode()).hexdigest()[:12]}"
        described = self.rows(f"DESCRIBE {self.table}")
        self.columns: dict[str, str] = {row["column_name"]: row["column_type"] for row in described}

    @property
    def table(self) -> str:
        """Its name in a query."""
        return f'{engine.name(self.alias)}."main".{engine.name(TABLE)}'

    def rows(self, query: str, values: Sequence[Any] = ()) -> list[dict[str, Any]]:
        """The rows of a query over :attr:`table`."""
        for last in (False, True):
            _warm.attach(self.alias, self.file)
            try:
                return rows(query, values)
            except (duckdb.CatalogException, duckdb.BinderException):
                # Another thread may have closed the file between the two lines to open one of its own.
                if last or self.alias in _warm.open:
                    raise
        raise AssertionError("unreachable")

    def _make(self) -> None:
        """Write the file, whole or not at all; whoever comes second waits and finds it there."""
        with FileLock(self.file.with_suffix(".lock")):
            if self.file.is_file():
                return
            part = self.file.with_name(f".{self.file.name}.{os.getpid()}.part")
            part.unlink(missing_ok=True)
            with (
                tempfile.TemporaryDirectory(prefix="regulars-") as scratch,
                engine.connect(memory=_MAKING, scratch=Path(scratch)) as making,
            ):
                making.execute("SET preserve_insertion_order = true")
                source = engine.scan([self.parquet])
                known = making.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()
                none = [
                    f"CASE WHEN isnan({engine.name(c)}) THEN NULL ELSE {engine.name(c)} END AS {engine.name(c)}"
                    for c, type, *_ in known
                    if type in ("DOUBLE", "FLOAT")
                ]
                replaced = f"REPLACE ({', '.join(none)})" if none else ""
                making.execute(f"ATTACH {engine.text(str(part))} AS made")
                making.execute(
                    f"CREATE TABLE made.{TABLE} AS SELECT * {replaced} FROM {source} "
                    f"ORDER BY {engine.name(self._order)}"
                )
                making.execute("DETACH made")
            part.replace(self.file)
