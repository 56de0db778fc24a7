"""One study on two engines, every table of it kept: what tests of equality compare."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa
import pyarrow.parquet as pq

from regulars.analysis.diagnosis import Diagnosis
from regulars.analysis.study import study
from regulars.base.settings import Business, Engine
from regulars.ledger.reader import Reader
from regulars.ledger.store import Ledger
from regulars.packs.schema import Pack

#: Sums of floats differ in the last bits with their order; everything else must be the same.
RELATIVE, ABSOLUTE = 1e-9, 1e-9
#: A float of the diagnosis may be a root or an optimum of such sums.
OF_MODELS = 1e-6

SPARK, DUCKDB = Engine(name="spark"), Engine()


@dataclass
class Recorder:
    """A reader that keeps a copy of every table that is computed, by the query that asked for it."""

    inner: Reader
    tables: dict[str, pa.Table] = field(default_factory=dict)  # by SQL
    taken: dict[str, pa.Table] = field(default_factory=dict)  # from memory, by name
    ordered: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.version = self.inner.version
        self.engine = self.inner.engine

    def has(self, name: str) -> bool:
        return self.inner.has(name)

    def table(self, name: str) -> ibis.Table:
        return self.inner.table(name)

    def open_parquet(self, path: Path) -> ibis.Table:
        return self.inner.open_parquet(path)

    def sql(self, expr: ibis.Table) -> str:
        return self.inner.sql(expr)

    def fingerprint(self, expr: ibis.Table) -> str:
        return self.inner.fingerprint(expr)

    def keep(self, expr: ibis.Table, name: str) -> ibis.Table:
        sql = self.sql(expr)
        kept = self.inner.keep(expr, name)
        self.tables[sql] = self.inner.arrow(kept)
        return kept

    def drop(self, name: str) -> None:
        self.inner.drop(name)

    def arrow(self, expr: ibis.Table) -> pa.Table:
        sql = self.sql(expr)
        self.tables[sql] = found = self.inner.arrow(expr)
        if "ORDER BY" in sql.rsplit(")", 1)[-1]:
            self.ordered.add(sql)
        return found

    def take_in(self, table: pa.Table, name: str) -> ibis.Table:
        self.taken[name] = table
        return self.inner.take_in(table, name)

    def write_parquet(self, expr: ibis.Table, path: Path) -> None:
        sql = self.sql(expr)
        self.inner.write_parquet(expr, path)
        self.tables[sql] = pq.read_table(path)
        self.ordered.add(sql)


@dataclass(frozen=True)
class Computed:
    """A study on one engine: its result and every table it computed, by the name of its query."""

    diagnosis: Diagnosis
    tables: Mapping[str, pa.Table]
    ordered: frozenset[str]
    standings: pa.Table


def computed(
    ledger: Ledger, *, engine: Engine, business: Business, pack: Pack, as_of: date, standings: Path
) -> Computed:
    """Study a ledger on an engine. Tables asked for without a name are numbered."""
    with ledger.read(engine=engine) as reader:
        recorder = Recorder(reader)
        found = study(recorder, business=business, pack=pack, as_of=as_of, standings=standings)
    asked = set(found.queries.values())
    assert asked <= set(recorder.tables), "a query of the study was not computed by its reader"
    unnamed = (sql for sql in recorder.tables if sql not in asked)
    of = dict(found.queries) | {f"unnamed {number}": sql for number, sql in enumerate(unnamed)}
    tables = {name: recorder.tables[sql] for name, sql in of.items()}
    tables |= {f"taken {name}": table for name, table in recorder.taken.items()}
    return Computed(
        found, tables, frozenset(n for n, sql in of.items() if sql in recorder.ordered), pq.read_table(standings)
    )


def differences(one: pa.Table, other: pa.Table, *, ordered: bool) -> list[str]:
    """What differs between two tables: nothing where they are equal but for the last bits of floats."""
    if one.column_names != other.column_names or one.num_rows != other.num_rows:
        return [f"{one.num_rows} rows of {one.column_names}, {other.num_rows} of {other.column_names}"]
    types = [(f.name, f.type, g.type) for f, g in zip(one.schema, other.schema, strict=True)]
    found = [f"{name}: {a} and {b}" for name, a, b in types if _kind(a) != _kind(b)]
    rows, others = one.to_pylist(), other.to_pylist()
    if not ordered:
        rows, others = sorted(rows, key=_place), sorted(others, key=_place)
    for number, (row, against) in enumerate(zip(rows, others, strict=True)):
        found += [
            f"row {number}, {name}: {row[name]!r} and {against[name]!r}"
            for name in row
            if not same(row[name], against[name], relative=RELATIVE)
        ]
    return found


def _kind(type: pa.DataType) -> str:
    """Types that hold the same values are the same: engines count in integers of different widths."""
    if pa.types.is_integer(type) or pa.types.is_decimal(type):
        return "exact"
    return "text" if pa.types.is_string(type) or pa.types.is_large_string(type) else str(type)


def _place(row: Mapping[str, Any]) -> list[tuple[bool, str]]:
    """Where a row stands when its table has no order: by everything exact, then by floats cut short."""
    exact = [value for value in row.values() if not isinstance(value, float)]
    rough = [f"{value:.5e}" for value in row.values() if isinstance(value, float)]
    return [(value is None, f"{value!r:>40}") for value in exact] + [(False, value) for value in rough]


def same(one: Any, other: Any, *, relative: float) -> bool:
    """Whether two values are equal; floats to ``relative``."""
    if isinstance(one, float) and isinstance(other, float):
        if math.isnan(one) or math.isnan(other):
            return math.isnan(one) and math.isnan(other)
        return one == other or math.isclose(one, other, rel_tol=relative, abs_tol=ABSOLUTE)
    if isinstance(one, int | Decimal) and isinstance(other, int | Decimal):
        return one == other
    return type(one) is type(other) and bool(one == other)


def parted(one: Any, other: Any, where: str = "") -> Iterator[str]:
    """Where two results differ, field by field; SQL and the name of the engine are the only fields that may."""
    if is_dataclass(one) and type(one) is type(other):
        for each in fields(one):
            if each.name not in ("queries", "engine"):
                yield from parted(getattr(one, each.name), getattr(other, each.name), f"{where}.{each.name}")
    elif isinstance(one, Mapping) and isinstance(other, Mapping):
        if set(one) != set(other):
            yield f"{where}: {sorted(one)} and {sorted(other)}"
        for key in set(one) & set(other):
            yield from parted(one[key], other[key], f"{where}[{key}]")
    elif isinstance(one, tuple | list) and isinstance(other, tuple | list):
        if len(one) != len(other):
            yield f"{where}: {len(one)} and {len(other)}"
        for number, pair in enumerate(zip(one, other, strict=False)):
            yield from parted(*pair, f"{where}[{number}]")
    elif not same(one, other, relative=OF_MODELS):
        yield f"{where}: {one!r} and {other!r}"
