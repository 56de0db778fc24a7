"""The ledger of a business: Delta tables of facts, written by upsert, undone by import, read at a data version.

Every change is one Delta commit that adds new Parquet files and lets go of those they replace. Files are never
changed and never deleted, so every earlier data version stays readable. A process killed before its commit leaves at
most a file that no version names; the next attempt writes the same name again.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote

import duckdb
import pyarrow as pa
from deltalake import CommitProperties, DeltaTable
from deltalake.exceptions import DeltaError
from deltalake.transaction import AddAction, RemoveAction
from filelock import FileLock, Timeout

from regulars.base.errors import BadSettings, Busy, EngineMissing, NotThere, RegularsError
from regulars.base.settings import Engine
from regulars.base.text import Listing, say
from regulars.ledger import engine, upsert
from regulars.ledger.duck import DuckReader
from regulars.ledger.reader import Reader
from regulars.ledger.schema import TABLES, Table
from regulars.ledger.versions import (
    METADATA_KEY,
    DataVersion,
    ImportRecord,
    Undone,
    Written,
    import_entry,
    import_records,
    undo_entry,
)

__all__ = ["CannotUndo", "DataVersion", "ImportRecord", "Ledger", "Reader", "Undone", "Written"]

#: A write that finds more small files than this gathers them into its own file.
MANY_SMALL_FILES = 24
SMALL_BYTES = 32 * 2**20

#: DuckDB's limit while writing; the process as a whole peaks some 300 MB above it.
_WRITING_MEMORY = "2GB"

# The log is the list of imports and the files are the past: neither may be cleaned away by any tool.
_KEEP_ALL = {
    "delta.enableExpiredLogCleanup": "false",
    "delta.logRetentionDuration": "interval 36500 days",
    "delta.deletedFileRetentionDuration": "interval 36500 days",
}


class CannotUndo(RegularsError):
    """An import cannot be taken back on its own because later imports rest on it."""


class Ledger:
    """The facts in one folder (``ledger/`` of a business), one Delta table in each subfolder.

    ``memory`` bounds what one reader takes before it spills to disk.
    """

    def __init__(self, folder: Path, *, memory: str = "3GB") -> None:
        if set("%#?") & set(str(folder.absolute())):
            # delta-rs takes these for parts of an address and then does not find its own files.
            raise BadSettings(say("store.folder.signs", folder=str(folder)), say("store.folder.signs_hint"))
        self.folder = folder
        self._memory = memory
        self._now: dict[str, tuple[int, tuple[Path, ...]]] = {}
        self._lock = FileLock(folder / ".lock", timeout=0)

    def version(self) -> DataVersion:
        """The newest version of every table that exists."""
        opened = ((name, self._open(name)) for name in TABLES)
        return DataVersion({name: delta.version() for name, delta in opened if delta is not None})

    def files_now(self, table: str) -> tuple[Path, ...]:
        """The Parquet files of a table's newest version; looked up anew only after something was committed."""
        log = self.folder / table / "_delta_log"
        try:
            changed = log.stat().st_mtime_ns  # every commit puts a file into it
        except FileNotFoundError:
            return ()
        known = self._now.get(table)
        if known is None or known[0] != changed:
            known = self._now[table] = (changed, tuple(self._files(table, self._open(table))))
        return known[1]

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Hold the ledger for writing. May be nested; ends by itself when the process dies.

        Raises:
            Busy: another import holds it.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        try:
            self._lock.acquire()
        except Timeout as error:
            raise Busy(say("store.busy.text"), say("store.busy.hint")) from error
        try:
            yield
        finally:
            self._lock.release()

    def write(
        self, table: str, rows: pa.Table | Path, *, import_id: str, note: Mapping[str, str | int] | None = None
    ) -> Written:
        """Upsert rows (or those of a Parquet file) by the key of the table, in one commit.

        Rows carry every column of the table but ``import_id`` and ``fingerprint``. Nothing is committed when nothing
        is new or changed.

        Raises:
            BadData: the rows do not fit the table.
            Busy: another import holds the ledger.
        """
        spec = _spec(table)
        with self.lock(), self._engine() as connection, upsert.fitting(spec):
            delta = self._open(table)
            live = self._files(table, delta)
            upsert.take_in(connection, spec, rows)
            verdict = upsert.judge(connection, spec, list(live))
            written = verdict.written
            if written.stored + written.changed == 0:
                return written
            entry = import_entry(import_id, written, note or {}, verdict.confirms)
            small = [file for file, size in live.items() if size < SMALL_BYTES]
            gathered = [file for file in small if file in verdict.touched or len(small) > MANY_SMALL_FILES]
            rewritten = [file for file in verdict.touched if file not in small]
            files = list(live)
            queries = [upsert.fresh(spec, import_id=import_id, live=files, gathered=gathered)]
            queries += [upsert.kept(spec, live=files, file=file) for file in rewritten]
            self._commit(connection, spec, queries, replaced=[*gathered, *rewritten], entry=entry)
            return written

    def imports(self) -> tuple[ImportRecord, ...]:
        """All imports that stored anything, oldest first."""
        opened = ((name, self._open(name)) for name in TABLES)
        records = [
            record for name, delta in opened if delta is not None for record in import_records(name, delta.history())
        ]
        return tuple(sorted(records, key=lambda record: (record.at, record.table, record.version)))

    def undo(self, import_id: str) -> Undone:
        """Make the ledger what it would be without an import. Importing the same file again stores it again.

        Raises:
            NotThere: no such import, or it is undone already.
            CannotUndo: it replaced rows or later imports confirmed rows of it; undo those first.
            Busy: another import holds the ledger.
        """
        with self.lock():
            standing = [record for record in self.imports() if not record.undone]
            chosen = [record for record in standing if record.import_id == import_id]
            if not chosen:
                raise NotThere(say("store.undo.unknown", import_id=import_id), say("store.undo.unknown_hint"))
            record = chosen[-1]
            later = [r for r in standing if r.table == record.table and r.version > record.version]
            if later:
                self._take_out(record, later, alone=len(chosen) == 1)
            else:
                self._go_back(record)
            after = self._open(record.table)
            version = self.version()
            before = self._open(record.table, version.tables[record.table] - 1)
            return Undone(record.table, _rows(before) - _rows(after), version)

    @contextmanager
    def read(self, version: DataVersion | None = None, *, engine: Engine | None = None) -> Iterator[Reader]:
        """Open the ledger for reading at a data version (the newest without one), on DuckDB or another engine.

        Raises:
            EngineMissing: the engine asked for is not installed here.
        """
        pinned = version or self.version()
        files = {name: list(self._files(name, self._open(name, at))) for name, at in pinned.tables.items()}
        if engine is not None and engine.name == "spark":
            with self._spark(pinned, files, engine) as reader:
                yield reader
            return
        with self._engine(self._memory) as connection:
            yield DuckReader(connection=connection, version=pinned, files=files)

    @contextmanager
    def _spark(self, version: DataVersion, files: Mapping[str, Sequence[Path]], engine: Engine) -> Iterator[Reader]:
        """Spark reads the same files: those of this folder, or of a copy of it (``engine.ledger``)."""
        try:
            from regulars.ledger import spark
        except ModuleNotFoundError as error:
            if str(error.name).split(".")[0] not in {"pyspark", "py4j"}:
                raise
            raise EngineMissing(say("store.engine.no_pyspark"), say("store.engine.no_pyspark_hint")) from error
        copy = engine.ledger.rstrip("/")
        where = {
            name: [f"{copy}/{f.relative_to(self.folder)}" if copy else spark.address(f) for f in listed]
            for name, listed in files.items()
        }
        with spark.session() as parent:
            reader = spark.SparkReader(parent=parent, version=version, files=where, staging=engine.staging)
            try:
                yield reader
            finally:
                reader.close()

    def _go_back(self, record: ImportRecord) -> None:
        """Undo the last import: the table as it was before it, less earlier imports that were undone since."""
        delta = self._open(record.table)
        assert delta is not None
        gone = {
            other.import_id
            for other in self.imports()
            if other.table == record.table
            and other.undone_in is not None
            and other.version < record.version < other.undone_in
        }
        if not gone:
            delta.restore(record.version - 1, commit_properties=_metadata(undo_entry(record)))
            return
        before = list(self._files(record.table, self._open(record.table, record.version - 1)))
        self._keep_without(record, before, gone)

    def _take_out(self, record: ImportRecord, later: Sequence[ImportRecord], *, alone: bool) -> None:
        """Undo an earlier import by removing its rows, which is right only if nothing else rests on them."""
        resting = [other.import_id for other in later if record.import_id in other.confirms]
        if not record.only_added or not alone:
            resting = [other.import_id for other in later]
        if resting:
            first = Listing(tuple(dict.fromkeys(reversed(resting))))
            raise CannotUndo(
                say("store.undo.resting", import_id=record.import_id), say("store.undo.resting_hint", imports=first)
            )
        self._keep_without(record, list(self._files(record.table, self._open(record.table))), {record.import_id})

    def _keep_without(self, record: ImportRecord, files: Sequence[Path], gone: set[str]) -> None:
        """Commit the rows of ``files`` that are not of the imports ``gone`` as the whole table."""
        spec = _spec(record.table)
        ids = ", ".join(engine.text(import_id) for import_id in sorted(gone))
        query = f"{engine.relation(spec, files)} WHERE import_id NOT IN ({ids}) {engine.clustering(spec)}"
        with self._engine() as connection:
            replaced = list(self._files(record.table, self._open(record.table)))
            self._commit(connection, spec, [query], replaced=replaced, entry=undo_entry(record))

    def _commit(
        self,
        connection: duckdb.DuckDBPyConnection,
        spec: Table,
        queries: Sequence[str],
        *,
        replaced: Sequence[Path],
        entry: str,
    ) -> None:
        """Write the rows of each query as a file and commit these files in place of the replaced ones."""
        delta = self._open(spec.name) or DeltaTable.create(
            self.folder / spec.name, schema=spec.arrow, name=spec.name, configuration=dict(_KEEP_ALL)
        )
        actions: list[AddAction | RemoveAction] = []
        for number, query in enumerate(queries, 1):
            # Named by the version it will become: what a killed attempt left behind is simply written over.
            file = self.folder / spec.name / f"rows-{delta.version() + 1:08d}-{number}.parquet"
            count = engine.copy(connection, query, file)
            facts = file.stat()
            written_at = int(facts.st_mtime * 1000)
            if count:
                stats = json.dumps({"numRecords": count})
                actions.append(AddAction(file.name, facts.st_size, {}, written_at, True, stats))
            else:
                file.unlink()
        actions += [RemoveAction(old.name, True, written_at) for old in replaced]
        delta.create_write_transaction(actions, "append", delta.schema(), commit_properties=_metadata(entry))

    def _open(self, table: str, version: int | None = None) -> DeltaTable | None:
        """A Delta table, or None where nothing was ever imported."""
        folder = self.folder / table
        gone = NotThere(say("store.version.gone", table=table, version=version or 0))
        if not DeltaTable.is_deltatable(folder):
            if version is None:
                return None
            raise gone
        try:
            return DeltaTable(folder, version=version)
        except DeltaError as error:
            if version is None:
                raise
            raise gone from error

    def _files(self, table: str, delta: DeltaTable | None) -> dict[Path, int]:
        """The live files of a table with their sizes, in a fixed order."""
        if delta is None:
            return {}
        # Not file_uris(): it gives percent-encoded paths where the folder has spaces or Chinese in its name.
        added = pa.table(delta.get_add_actions()).to_pylist()
        sizes = {unquote(file["path"]): int(file["size_bytes"]) for file in added}
        return {self.folder / table / path: sizes[path] for path in sorted(sizes)}

    @contextmanager
    def _engine(self, memory: str = _WRITING_MEMORY) -> Iterator[duckdb.DuckDBPyConnection]:
        with (
            tempfile.TemporaryDirectory(prefix="regulars-") as scratch,
            engine.connect(memory=memory, scratch=Path(scratch)) as connection,
        ):
            yield connection


def _spec(table: str) -> Table:
    if table not in TABLES:
        raise NotThere(say("store.table.unknown", table=table, tables=Listing(tuple(TABLES))))
    return TABLES[table]


def _metadata(entry: str) -> CommitProperties:
    return CommitProperties(custom_metadata={METADATA_KEY: entry})


def _rows(delta: DeltaTable | None) -> int:
    return 0 if delta is None else int(delta.count())
