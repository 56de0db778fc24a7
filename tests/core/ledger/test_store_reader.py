"""The reader: what analysis sees of the ledger, and what it can do with the engine behind it."""

from __future__ import annotations

import socket
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from regulars.ledger.duck import DuckReader
from regulars.ledger.schema import SALES, TABLES
from regulars.ledger.store import Ledger
from support.ledger import line, rows


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    ledger = Ledger(tmp_path / "ledger")
    lines = [line(f"s{i}", customer=i % 5 or None, net=i, day=date(2024, 1, 1 + i % 28)) for i in range(100)]
    ledger.write("sales", rows(lines), import_id="i1")
    return ledger


def _per_customer(sales: ibis.Table) -> ibis.Table:
    known = sales.filter(sales.customer.notnull())
    return known.group_by("customer").agg(net=known.net.sum(), visits=known.day.nunique())


def test_expressions_are_computed_in_the_engine(ledger: Ledger) -> None:
    with ledger.read() as reader:
        found = reader.arrow(_per_customer(reader.table("sales")).order_by("customer")).to_pylist()
    assert [one["customer"] for one in found] == [1, 2, 3, 4]
    assert [int(one["net"]) for one in found] == [sum(range(c, 100, 5)) for c in (1, 2, 3, 4)]


def test_kept_tables_can_be_used_again_and_made_anew(ledger: Ledger) -> None:
    with ledger.read() as reader:
        kept = reader.keep(_per_customer(reader.table("sales")), "per_customer")
        again = reader.table("per_customer")
        assert reader.arrow(kept.order_by("customer")).equals(reader.arrow(again.order_by("customer")))
        smaller = reader.keep(kept.filter(kept.customer > 2), "per_customer_2")
        assert reader.arrow(smaller).num_rows == 2
        assert reader.arrow(reader.keep(smaller.limit(1), "per_customer_2")).num_rows == 1


def test_dropped_tables_are_gone(ledger: Ledger) -> None:
    with ledger.read() as reader:
        kept = reader.keep(_per_customer(reader.table("sales")), "per_customer")
        reader.drop("per_customer")
        with pytest.raises(Exception, match="per_customer"):
            reader.arrow(kept)
        reader.keep(_per_customer(reader.table("sales")), "per_customer")


def test_tables_from_memory_and_parquet_join_with_the_ledger(ledger: Ledger, tmp_path: Path) -> None:
    names = pa.table({"customer": pa.array([1, 2], pa.int64()), "segment": ["one", "zwei"]})
    with ledger.read() as reader:
        taken = reader.take_in(names, "segments")
        joined = reader.table("sales").join(taken, "customer")
        path = tmp_path / "it's [x].parquet"
        reader.write_parquet(joined.group_by("segment").agg(lines=joined.count()), path)
        assert pq.read_table(path).num_rows == 2
        assert reader.arrow(reader.open_parquet(path)["lines"].sum().as_table()).to_pylist() == [{"Sum(lines)": 40}]
        taken_as_memtable = reader.table("sales").join(ibis.memtable(names), "customer")
        reader.write_parquet(taken_as_memtable, path)
        assert pq.read_table(path).num_rows == 40
    assert [file.name for file in tmp_path.iterdir() if file.is_file()] == [path.name]


def test_sql_says_what_was_asked(ledger: Ledger) -> None:
    with ledger.read() as reader:
        said = reader.sql(_per_customer(reader.table("sales")))
    assert "GROUP BY" in said
    assert '"sales"' in said
    assert "\n" in said


def test_time_is_read_in_utc_and_types_are_those_of_the_schema(ledger: Ledger) -> None:
    with ledger.read() as reader:
        sales = reader.table("sales")
        held = reader.arrow(sales)
        hour = reader.arrow(sales.select(hour=sales.sold_at.hour()).distinct()).to_pylist()
        for table in TABLES.values():
            assert reader.arrow(reader.table(table.name)).schema.types == table.arrow.types
    assert held.schema.names == SALES.arrow.names
    assert held["sold_at"][0].as_py() == datetime(2024, 5, 1, 3, 30, tzinfo=UTC)
    assert hour == [{"hour": 3}]


def test_a_reader_keeps_its_version_while_others_write(ledger: Ledger) -> None:
    with ledger.read() as reader:
        ledger.write("sales", rows([line("s1", net=9), line("new")]), import_id="i2")
        assert reader.arrow(reader.table("sales")).num_rows == 100
        assert reader.version.tables == {"sales": 1}
    with ledger.read() as reader:
        assert reader.arrow(reader.table("sales")).num_rows == 101


def test_the_engine_reaches_for_no_network(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("a connection was attempted")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    with ledger.read() as reader:
        settings = "'autoinstall_known_extensions', 'autoload_known_extensions', 'allow_community_extensions'"
        query = f"SELECT DISTINCT value FROM duckdb_settings() WHERE name IN ({settings})"
        assert isinstance(reader, DuckReader)
        assert reader._connection.sql(query).fetchall() == [("false",)]
        assert reader._connection.sql("SELECT current_setting('TimeZone')").fetchall() == [("UTC",)]
