"""Expressions whose meaning Ibis leaves to the engine mean the same on both."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from ibis.common.exceptions import OperationNotDefinedError, UnsupportedOperationError

from regulars.ledger.reader import Reader
from regulars.ledger.store import Ledger
from support.engines import DUCKDB, SPARK, differences
from support.ledger import line, rows

pytestmark = pytest.mark.slow

MONEY = [None if v is None else Decimal(v) for v in ("1.10", "2.25", "-3.35", "0", "9.99", None, "5.55", "7")]
DAYS = [date(2024, 1, 31), date(2024, 2, 29), date(2023, 12, 31), date(1984, 3, 1), date(2024, 3, 1), None]
DAYS += [date(2024, 12, 30), date(2025, 1, 1)]
WORDS = pa.table({"n": [1, 7], "word": ["one", "七"]})
KINDS = ("int64", "date", "float64", "boolean")
FACTS = pa.table(
    {
        "id": pa.array(range(8), pa.int64()),
        "group": ["a", "a", "a", "b", "b", "c", None, "熟客"],
        "n": pa.array([0, 1, -7, 7, 3, None, 12, 5], pa.int64()),
        "m": pa.array([2, 0, 3, 3, -2, 4, None, 5], pa.int64()),
        "real": pa.array([0.5, 1.5, 2.5, -2.5, None, 1e12, 0.0, 3.7], pa.float64()),
        "money": pa.array(MONEY, pa.decimal128(18, 2)),
        "day": pa.array(DAYS, pa.date32()),
        "yes": pa.array([True, False, None, True, True, None, False, True], pa.bool_()),
    }
)
ONE_WEEK = timedelta(days=7)

type Query = Callable[[ibis.Table], ibis.Table]
ROWWISE: dict[str, Callable[[ibis.Table], ibis.Value]] = {
    "quotient": lambda t: t.n / t.m,
    "quotient of zero": lambda t: t.n / (t.m - t.m),
    "quotient of money": lambda t: t.money / t.m,
    "quotient of sums of money": lambda t: t.money.sum().over(ibis.window(group_by=t.group)) / t.n,
    "whole quotient": lambda t: t.n // 3,
    "remainder": lambda t: t.n % 3,
    "remainder of zero": lambda t: t.n % t.m,
    "fraction of a count": lambda t: t.n < 0.2 * 15,
    "product of fractions": lambda t: t.n * 0.123456789012345 * 0.987654321098765,
    "to whole": lambda t: t.real.cast("int64"),
    "money to whole": lambda t: t.money.cast("int64"),
    "to money": lambda t: t.real.cast("decimal(18, 2)"),
    "rounded": lambda t: t.real.round(),
    "rounded to digits": lambda t: (t.real / 3).round(2),
    "floor and ceiling": lambda t: t.real.floor() - t.real.ceil(),
    "days between": lambda t: ibis.literal(date(2024, 6, 1)).delta(t.day, unit="day"),
    "months between": lambda t: ibis.literal(date(2024, 6, 1)).delta(t.day, unit="month"),
    "quarters between": lambda t: t.day.delta(ibis.literal(date(2024, 6, 1)), unit="quarter"),
    "years between": lambda t: t.day.delta(ibis.literal(date(2024, 6, 1)), unit="year"),
    "month": lambda t: t.day.truncate("M").cast("date"),
    "quarter": lambda t: t.day.truncate("Q").cast("date"),
    "week": lambda t: t.day.truncate("W").cast("date"),
    "parts": lambda t: t.day.year() * 10000 + t.day.month() * 100 + t.day.day(),
    "weekday": lambda t: t.day.day_of_week.index(),
    "day of year": lambda t: t.day.day_of_year(),
    "days later": lambda t: (t.day + t.m.as_interval("D")).cast("date"),
    "days before": lambda t: (t.day - ibis.interval(days=365)).cast("date"),
    "python's days before": lambda t: (t.day - ONE_WEEK).cast("date"),
    "largest": lambda t: ibis.greatest(t.n, t.m),
    "smallest": lambda t: ibis.least(t.real, 1.0),
    "missing": lambda t: t.real.isnull() | (t.real / 0.0).isnan(),
    "filled": lambda t: t.group.fill_null("?").upper(),
    "chosen": lambda t: ibis.cases((t.n > 3, "many"), (t.n.isnull(), None), else_="few"),
    "power": lambda t: (t.real.abs() + 1).ln().exp() ** 0.5,
    "sign": lambda t: t.n.sign(),
    "among": lambda t: t.group.isin(["a", "熟客"]),
    "clipped": lambda t: t.real.clip(0, 2),
    "length": lambda t: t.group.length(),
    "number as text": lambda t: t.n.cast("string") + "!",
}
SUMS: dict[str, Callable[[ibis.Table], ibis.Value]] = {
    "count where": lambda t: t.count(where=t.n > 5),
    "count of column where": lambda t: t.n.count(where=t.yes),
    "sum": lambda t: t.money.sum(),
    "sum where nothing is": lambda t: t.n.sum(where=t.n > 1000),
    "sum of truth": lambda t: t.yes.sum(),
    "mean": lambda t: t.n.mean(),
    "mean of money": lambda t: t.money.mean(),
    "median": lambda t: t.real.quantile(0.5),
    "quantile": lambda t: t.n.quantile(0.3),
    "quantile where": lambda t: t.real.quantile(0.9, where=t.yes),
    "median by name": lambda t: t.n.median(),
    "any": lambda t: t.yes.any(),
    "all": lambda t: t.yes.all(),
    "spread": lambda t: t.real.std(),
    "variance of all": lambda t: t.n.var(how="pop"),
    "different": lambda t: t.group.nunique(),
    "first day": lambda t: t.day.min(),
    "where largest": lambda t: t.id.argmax(t.n, where=t.n.notnull()),
    "where smallest": lambda t: t.id.argmin(t.m, where=t.m.notnull()),
}


def _windows(t: ibis.Table) -> ibis.Table:
    by = ibis.window(group_by=t.group, order_by=[t.n.desc(), t.id])
    everywhere = ibis.window(order_by=[t.m, t.id])
    return t.select(
        "id",
        row=ibis.row_number().over(everywhere),
        rank=ibis.rank().over(ibis.window(order_by=t.m)),
        part=ibis.ntile(3).over(everywhere),
        before=t.day.lag().over(by),
        after=t.n.lead(2).over(by),
        first=t.money.first().over(by),
        largest=t.real.max().over(ibis.window(group_by=t.group)),
        running=t.n.sum().over(ibis.window(order_by=t.id, preceding=None, following=0)),
        share=t.n / t.n.sum().over(ibis.window(group_by=t.group)),
    )


QUERIES: dict[str, Query] = {
    "row by row": lambda t: t.select("id", **{name: of(t) for name, of in ROWWISE.items()}),
    "sums": lambda t: t.aggregate(**{name: of(t) for name, of in SUMS.items()}),
    "sums by group": lambda t: t.group_by("group").aggregate(**{name: of(t) for name, of in SUMS.items()}),
    "sums of nothing": lambda t: (none := t.filter(t.id > 99)).aggregate(**{n: of(none) for n, of in SUMS.items()}),
    "windows": _windows,
    "order of nulls": lambda t: t.select("id", "group", "n").order_by(t.group, t.n.desc(), "id"),
    "joins": lambda t: t.left_join((o := t.view()).select("m", far=o.id), t.n == o.m).select("id", "far"),
    "in, and not in": lambda t: t.semi_join(t.view(), "n").anti_join(t.view().filter(lambda v: v.id > 4), "id"),
    "distinct": lambda t: t.select("group", "yes").distinct(),
    "union": lambda t: t.select("n", d=t.day).union(t.select(n=t.m, d=ibis.null("date"))),
    "of the whole": lambda t: t.select("id", share=t.id / t.count().as_scalar()),
    "from memory": lambda t: t.join(ibis.memtable(WORDS), "n").select("id", "word"),
    "crossed": lambda t: t.aggregate(a=t.n.max()).cross_join(t.aggregate(b=t.day.max())),
    "kinds of a column": lambda t: t.select("id", *(ibis.null(k).name(k) for k in KINDS)),
}


@pytest.fixture(scope="module")
def both(spark: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Reader, Reader]]:
    ledger = Ledger(tmp_path_factory.mktemp("same") / "ledger")
    ledger.write("sales", rows([line("s1")]), import_id="i1")
    with ExitStack() as open_:
        duck, there = (open_.enter_context(ledger.read(engine=engine)) for engine in (DUCKDB, SPARK))
        yield duck, there


@pytest.mark.parametrize("name", QUERIES)
def test_same(name: str, both: tuple[Reader, Reader]) -> None:
    asked = [QUERIES[name](reader.take_in(FACTS, "facts")) for reader in both]
    one, other = (reader.arrow(query) for reader, query in zip(both, asked, strict=True))
    assert one.num_rows > 0
    assert differences(one, other, ordered=name == "order of nulls") == []
    kept = [reader.keep(query, "kept") for reader, query in zip(both, asked, strict=True)]
    assert differences(*(r.arrow(k) for r, k in zip(both, kept, strict=True)), ordered=False) == []


def test_a_dropped_table_is_gone(both: tuple[Reader, Reader]) -> None:
    for reader in both:
        kept = reader.keep(reader.take_in(FACTS, "facts").filter(lambda t: t.n > 0), "dropped")
        reader.drop("facts")
        assert reader.arrow(kept).num_rows == 5, "what was kept needs nothing it was made of"
        reader.drop("dropped")
        with pytest.raises(Exception, match="dropped"):
            reader.arrow(kept)


@pytest.mark.parametrize(
    "of",
    [lambda t: t.id.hash(), lambda t: t.day.delta(t.day, unit="week"), lambda t: t.id.as_interval("h")],
    ids=["hash: it would draw another sample", "weeks", "hours"],
)
def test_what_engines_answer_differently_is_refused(
    of: Callable[[ibis.Table], ibis.Value], both: tuple[Reader, Reader]
) -> None:
    table = both[1].take_in(FACTS, "facts")
    with pytest.raises((OperationNotDefinedError, UnsupportedOperationError)):
        both[1].sql(table.select(h=of(table)))


def test_tables_of_the_ledger_have_its_types(both: tuple[Reader, Reader]) -> None:
    for name in ("sales", "customers", "bookings"):
        one, other = (reader.arrow(reader.table(name)) for reader in both)
        assert one.schema.types == other.schema.types
        assert differences(one, other, ordered=False) == []
        assert [reader.has(name) for reader in both] == [name == "sales"] * 2


def test_a_parquet_file_is_whole_and_alone(both: tuple[Reader, Reader], tmp_path: Path) -> None:
    for reader in both:
        into = tmp_path / f"{reader.engine} it's [x] {{y}}"
        into.mkdir()
        table = reader.take_in(FACTS, "facts")
        reader.write_parquet(table.order_by(table.id.desc()), into / "out.parquet")
        assert [file.name for file in into.iterdir()] == ["out.parquet"]
        again = reader.open_parquet(into / "out.parquet")
        assert differences(reader.arrow(again.order_by("id")), FACTS, ordered=True) == []
        assert pq.read_table(into / "out.parquet")["id"].to_pylist() == list(range(7, -1, -1))
