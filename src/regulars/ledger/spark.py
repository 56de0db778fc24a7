"""The ledger at one data version as Ibis tables on Apache Spark. Imported only where somebody asks for Spark.

Kept tables are locally checkpointed DataFrames under temporary views of an own session, so that neither settings nor
names meet those of other work on the same cluster. What goes to Python goes as Arrow, and is small.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.operations as ops
import pyarrow as pa
import pyspark
from ibis.backends.pyspark import Backend
from ibis.backends.pyspark.datatypes import PySparkSchema
from pyspark.errors import PySparkRuntimeError
from pyspark.sql import DataFrame, SparkSession

from regulars.base.errors import EngineMissing
from regulars.base.text import say
from regulars.ledger.same import VIEW, SamePeople, as_one
from regulars.ledger.schema import TABLES
from regulars.ledger.spark_sql import COMPILER
from regulars.ledger.versions import DataVersion

MASTER = "REGULARS_SPARK_MASTER"
#: Everything results may depend on is set here, in the reader's own session; the rest is the user's configuration.
_MEANING = {
    "spark.sql.ansi.enabled": "true",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.caseSensitive": "true",
    "spark.sql.decimalOperations.allowPrecisionLoss": "true",
    "spark.sql.parquet.compression.codec": "zstd",
}
#: For a Spark of this machine alone: nothing listens to the network and nothing draws over the progress line.
_LOCAL = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.extraJavaOptions": "-Xss16m",  # long expressions are planned by deep recursion
}
_PARTITIONS = "spark.sql.shuffle.partitions"


class _Engine(Backend):  # type: ignore[misc]  # ibis has no types
    """Ibis on Spark with DuckDB's semantics, tables from memory by Arrow."""

    compiler = COMPILER

    def _register_in_memory_table(self, op: ops.InMemoryTable) -> None:
        self._session.createDataFrame(op.data.to_pyarrow(op.schema)).createOrReplaceTempView(op.name)


@contextmanager
def session() -> Iterator[SparkSession]:
    """The session that is running, or one of this block's own: on ``REGULARS_SPARK_MASTER``, else as Spark is
    configured on this machine, else on all its cores.

    Raises:
        EngineMissing: there is no Java, or Spark does not start.
    """
    running = SparkSession.getActiveSession()
    if running is not None:
        yield running
        return
    started = _start()
    try:
        yield started
    finally:
        started.stop()


def _start() -> SparkSession:
    if not os.environ.get("JAVA_HOME") and shutil.which("java") is None:
        raise EngineMissing(say("store.engine.no_java"), say("store.engine.no_java_hint"))
    master = os.environ.get(MASTER, "")
    builder: Any = SparkSession.builder.appName("regulars")
    if master:
        builder = builder.master(master)
    if master.startswith("local") or not (master or _configured()):
        for key, value in _LOCAL.items():
            builder = builder.config(key, value)
    try:
        started: SparkSession = builder.getOrCreate()
    except PySparkRuntimeError as error:
        raise EngineMissing(
            say("store.engine.no_start", detail=str(error)), say("store.engine.no_start_hint")
        ) from error
    if started.sparkContext.master.startswith("local"):
        started.sparkContext.setLogLevel("ERROR")
    return started


def _configured() -> bool:
    """Whether this machine's own configuration may name a master."""
    if "PYSPARK_SUBMIT_ARGS" in os.environ or "SPARK_REMOTE" in os.environ:
        return True
    homes = [os.environ.get("SPARK_CONF_DIR"), os.environ.get("SPARK_HOME") and f"{os.environ['SPARK_HOME']}/conf"]
    return any(home and (Path(home) / "spark-defaults.conf").is_file() for home in homes)


class SparkReader:
    """A :class:`regulars.ledger.reader.Reader`. Made by :meth:`regulars.ledger.store.Ledger.read`, which closes it.

    ``files`` are addresses of Parquet files as Spark reads them; ``staging`` is a folder that all of Spark's machines
    can write to (empty: beside the file to be written, which is right on one machine or a shared disk).
    """

    def __init__(
        self,
        *,
        parent: SparkSession,
        version: DataVersion,
        files: Mapping[str, Sequence[str]],
        same: SamePeople,
        staging: str = "",
    ) -> None:
        self.version = version
        self.engine = f"spark {pyspark.__version__}"
        self._files = files
        self._staging = staging
        self._kept: dict[str, DataFrame] = {}
        self._opened = 0
        self._session = parent.newSession()
        for key, value in _MEANING.items():
            self._session.conf.set(key, value)
        if not parent.sparkContext.getConf().contains(_PARTITIONS):  # 200 by default: too many for one machine
            self._session.conf.set(_PARTITIONS, max(4 * parent.sparkContext.defaultParallelism, 8))
        self._ibis = _Engine()
        self._ibis.do_connect(self._session)
        self._tables: dict[str, ibis.Schema] = {}
        self._compiled: tuple[ibis.Table, str] | None = None
        if same.in_force:
            self.take_in(same.arrow, VIEW)
        for table in TABLES.values():
            schema = ibis.schema(table.arrow)
            frame = self._scan(list(files.get(table.name, ())), schema)
            if same.in_force:
                stored = f"{table.name}_as_stored"
                frame.createOrReplaceTempView(stored)
                frame = self._session.sql(as_one(table, stored))
            self._view(frame, table.name, schema)

    def has(self, name: str) -> bool:
        """Whether the table holds any rows at this version."""
        return bool(self._files.get(name))

    def table(self, name: str) -> ibis.Table:
        """A table of the ledger, or one made by ``keep`` or ``take_in``; an empty one where nothing was imported."""
        # With the schema we know: Spark's own would lose that instants are in UTC.
        place = ops.Namespace(catalog=None, database=None)
        node = ops.DatabaseTable(name=name, schema=self._tables[name], source=self._ibis, namespace=place)
        return node.to_expr()

    def keep(self, expr: ibis.Table, name: str) -> ibis.Table:
        """Compute a table once and keep it until it is dropped or the reader closes."""
        # A local checkpoint, not persist(): that would carry the whole history of every table through the planning of
        # each query built on it, until the planner's stack overflows.
        frame = self._frame(expr).localCheckpoint()
        if name in self._kept:
            self._let_go(self._kept[name])
        self._kept[name] = frame
        return self._view(frame, name, expr.schema())

    def drop(self, name: str) -> None:
        """Let go of a table made by ``keep`` or ``take_in``."""
        self._session.catalog.dropTempView(name)
        del self._tables[name]
        if name in self._kept:
            self._let_go(self._kept.pop(name))

    def arrow(self, expr: ibis.Table) -> pa.Table:
        """Compute a table into memory."""
        frame = self._frame(expr)
        planned: Any = frame._jdf
        planned.queryExecution().executedPlan()  # a plan that fails while rows are served to Python would hang it
        return frame.toArrow().cast(expr.schema().to_pyarrow())

    def take_in(self, table: pa.Table, name: str) -> ibis.Table:
        """Bring a table from memory to the engine, to be joined there."""
        return self._view(self._session.createDataFrame(table), name, ibis.schema(table.schema))

    def open_parquet(self, path: Path) -> ibis.Table:
        """A Parquet file as a table."""
        self._opened += 1
        frame = self._session.read.parquet(address(path))
        return self._view(
            frame, f"parquet_{self._opened}", PySparkSchema.to_ibis((f.name, f.dataType) for f in frame.schema)
        )

    def write_parquet(self, expr: ibis.Table, path: Path) -> None:
        """Compute a table into a Parquet file, which appears whole or not at all.

        Spark writes a folder of parts; one part is asked for, and moved by Spark's own file system: no row passes
        through Python.
        """
        unfinished = path.with_name(f".{path.name}.unfinished")
        base = self._staging.rstrip("/") or plain_address(path.parent.absolute())
        folder = f"{base}/.{path.absolute().parent.name}-{path.name}.parts"
        self._frame(expr).coalesce(1).write.mode("overwrite").parquet(folder)
        jvm: Any = self._session._jvm
        of_folder = jvm.org.apache.hadoop.fs.Path(folder)
        files = of_folder.getFileSystem(self._session._jsc.hadoopConfiguration())
        (part,) = [s.getPath() for s in files.listStatus(of_folder) if s.getPath().getName().startswith("part-")]
        there = jvm.org.apache.hadoop.fs.Path(plain_address(unfinished.absolute()))
        files.copyToLocalFile(True, part, there, True)
        files.delete(of_folder, True)
        unfinished.replace(path)

    def fingerprint(self, expr: ibis.Table) -> str:
        """Changes when any row of a table does, in whatever order they lie; the same on this engine's version only."""
        row = f"xxhash64({', '.join(f'`{column}`' for column in expr.columns)})"
        found = self._frame(expr).selectExpr("count(*)", f"sum(CAST({row} AS DECIMAL(38, 0)))", f"bit_xor({row})")
        return " ".join(str(part) for part in found.collect()[0])

    def sql(self, expr: ibis.Table) -> str:
        """The expression as Spark SQL, laid out for reading. The last one is remembered: it is kept as text and run."""
        if self._compiled is None or self._compiled[0] is not expr:
            self._compiled = (expr, str(self._ibis.compile(expr, pretty=True)))
        return self._compiled[1]

    def close(self) -> None:
        """Let go of everything kept."""
        for frame in self._kept.values():
            self._let_go(frame)
        for name in self._tables:
            self._session.catalog.dropTempView(name)

    @staticmethod
    def _let_go(frame: DataFrame) -> None:
        checkpointed: Any = frame._jdf
        checkpointed.queryExecution().toRdd().unpersist(False)

    def _scan(self, files: list[str], schema: ibis.Schema) -> DataFrame:
        typed = PySparkSchema.from_ibis(schema)
        if not files:
            return self._session.createDataFrame(schema.to_pyarrow().empty_table())
        return self._session.read.schema(typed).parquet(*files)

    def _frame(self, expr: ibis.Table) -> DataFrame:
        """The expression as a DataFrame whose columns have the expression's types, however wide Spark made them."""
        self._ibis._run_pre_execute_hooks(expr)
        frame = self._session.sql(self.sql(expr))
        wanted = PySparkSchema.from_ibis(expr.schema())
        return frame.select(*(frame[_quoted(field.name)].cast(field.dataType).alias(field.name) for field in wanted))

    def _view(self, frame: DataFrame, name: str, schema: ibis.Schema) -> ibis.Table:
        frame.createOrReplaceTempView(_quoted(name))
        self._tables[name] = ibis.schema({column: type.copy(nullable=True) for column, type in schema.items()})
        return self.table(name)


def plain_address(path: Path) -> str:
    """A file of this machine as Hadoop addresses it (it takes no per cent signs for other characters)."""
    return f"file://{path}"


def address(path: Path) -> str:
    """The same for reading, where brackets and stars would be patterns."""
    return "".join(f"\\{sign}" if sign in "[]{}*?\\" else sign for sign in plain_address(path.absolute()))


def _quoted(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"
