"""A study on Spark is the study on DuckDB: every table it computes, every standing, every figure.

Nothing here names a query: whatever a part of the study asks is compared. A failure lists the tables that differ, by
the name the part gave its query, then the fields of the diagnosis.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from regulars import api
from regulars.base.settings import Business
from regulars.ledger.store import Ledger
from regulars.packs.load import load_pack
from regulars.packs.schema import Pack
from support.analysis import BUSINESS, Line, bookings_table, complaints_table, customers_table, sales_table
from support.engines import DUCKDB, SPARK, Computed, computed, differences, parted

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

DAY, AS_OF = date(2024, 3, 1), date(2024, 12, 31)
DEMO_DAY = date(2026, 10, 31)


@dataclass(frozen=True)
class Base:
    """A ledger to study."""

    ledger: Ledger
    business: Business
    pack: Pack
    as_of: date

    def on_both(self, folder: Path) -> tuple[Computed, Computed]:
        one, other = (
            computed(
                self.ledger,
                engine=engine,
                business=self.business,
                pack=self.pack,
                as_of=self.as_of,
                standings=folder / f"{engine.name}.parquet",
            )
            for engine in (DUCKDB, SPARK)
        )
        return one, other


def compare(base: Base, folder: Path) -> tuple[Computed, Computed]:
    """Both studies, after every table and every figure of them was found equal."""
    duck, spark = base.on_both(folder)
    assert set(duck.tables) == set(spark.tables)
    assert duck.ordered == spark.ordered
    unlike = {
        name: found[:3]
        for name in duck.tables
        if (found := differences(duck.tables[name], spark.tables[name], ordered=name in duck.ordered))
    }
    assert unlike == {}
    assert list(parted(duck.diagnosis, spark.diagnosis)) == []
    assert differences(duck.standings, spark.standings, ordered=True) == []
    return duck, spark


def visits(customer: int, count: int, *, gap: int = 30, **values: Any) -> list[Line]:
    return [Line(customer, DAY + timedelta(days=gap * i), **values) for i in range(count)]


def _mixed() -> Iterable[Line]:
    """Branches (some unknown), walk-ins, two currencies, costs here and there, packages, refunds, ties everywhere."""
    for i in range(1, 60):
        for k in range(1 + i % 6):
            day = DAY + timedelta(days=(7 * i) % 40 + (20 + i % 9) * k)
            branch = ("A", "B", None, "C")[(i + k) % 4]
            yield Line(i, day, 100.0 + 10 * (i % 5), branch=branch, cost=40.0 if i % 3 == 0 else None)
            yield Line(i, day, 35.5, "product", branch="B", currency="USD" if i % 20 == 0 else "HKD")
        if i % 7 == 0:
            yield Line(i, DAY + timedelta(days=i), 900.0, "package_sale")
            yield Line(i, DAY + timedelta(days=i + 20), 0.0, "package_redemption", gross=90.0)
        if i % 11 == 0:
            yield Line(i, AS_OF - timedelta(days=i), -250.0, "refund")
        yield Line(None, DAY + timedelta(days=i), 80.0)


def _pieces() -> Iterable[Line]:
    """Pieces bought and serviced, some twice, one given back, one first seen at its service."""
    for i in range(1, 31):
        piece, day = f"p{i}", DAY + timedelta(days=i)
        if i != 7:
            family = (None, "Automatic", "Quartz")[i % 3]
            yield Line(400 + i, day, 5000.0, "product", category=family, supplier="Aster", piece=piece)
        for k in range(1, 1 + i % 3):
            yield Line(400 + i, day + timedelta(days=40 * k + i), 900.0, "repair", piece=piece)
    yield Line(405, DAY + timedelta(days=60), -5000.0, "refund", piece="p5")


def _nothing_earned() -> Iterable[Line]:
    """Everything refunded, visits that are free, and visits of forty years ago."""
    for i in range(1, 40):
        yield from [*visits(300 + i, 2), Line(300 + i, AS_OF, -200.0, "refund")]
        yield from visits(100 + i, 1 + i % 4, net=0.0)
        for k in range(1 + i % 3):
            yield Line(200 + i, DAY - timedelta(days=14600 + 30 * k))


def test_a_strange_base(spark: Any, tmp_path: Path) -> None:
    """All in one: Spark takes a minute for each whatever its size."""
    lines = [*visits(1000, 1), *_nothing_earned(), *_mixed(), *_pieces()]
    ledger = Ledger(tmp_path / "ledger [x] 帳 冊")  # signs that are patterns to one engine or the other
    ledger.write("sales", sales_table(lines), import_id="i1")
    told: list[dict[str, object]] = [
        {"customer": i, "may_email": i % 3 == 0 or None, "may_sms": i % 2 == 0} for i in range(1, 30)
    ]
    ledger.write("customers", customers_table(told), import_id="i2")
    compare(Base(ledger, BUSINESS, load_pack("beauty"), AS_OF), tmp_path)


def test_demo(spark: Any, tmp_path: Path) -> None:
    business = demo("beauty", tmp_path / "beauty")
    with business.ledger.read() as reader:
        sales = reader.table("sales")
        each = sales.filter(sales.customer.notnull()).group_by("customer").aggregate(day=sales.day.max())
        last = reader.arrow(each.order_by("customer")).to_pylist()
    told = [
        {"customer": row["customer"], "day": row["day"], "resolved": row["day"] + timedelta(days=i) if i % 3 else None}
        for i, row in enumerate(last)
    ]
    business.ledger.write("complaints", complaints_table(told), import_id="complaints")
    made = [
        (row["customer"], row["day"], datetime(row["day"].year, row["day"].month, row["day"].day, 15)) for row in last
    ]
    booked: list[dict[str, object]] = [
        {
            "customer": customer if i % 9 else None,
            "branch": ("CWB", "MK", None)[i % 3],
            "day": min(day + timedelta(days=i % 40), DEMO_DAY),
            "booked_at": at if i % 4 else None,
            "service": (" 凝膠美甲 gel manicure", "面部護理 Facial", None)[i % 3],
            "minutes": 35 + i % 7,
            "status": ("completed", "no_show", "cancelled", "booked")[i % 4],
        }
        for i, (customer, day, at) in enumerate(made)
    ]
    business.ledger.write("bookings", bookings_table(booked), import_id="bookings")
    base = Base(business.ledger, business.settings, business.pack, DEMO_DAY)
    duck, there = compare(base, tmp_path)
    assert duck.diagnosis.base.customers > 100
    assert (duck.diagnosis.provenance.engine[:6], there.diagnosis.provenance.engine[:5]) == ("duckdb", "spark")
    assert "`" in there.diagnosis.queries["standings"]  # what ran is what is kept: Spark's own SQL
    assert {"teams_branch_rebooked", "teams_trade_no_show", "teams_quarter_value"} <= duck.tables.keys()
    assert duck.diagnosis.profit is not None and duck.diagnosis.profit.by_line is not None
    assert (duck.diagnosis.profit.by_line.length_known or 0) > 0
    assert any("complaint" in sql for sql in duck.diagnosis.queries.values())


def demo(pack: str, folder: Path) -> Any:
    """A demo business, imported and not studied."""
    import numpy as np

    from regulars.ledger.synth import make_exports

    made = make_exports(pack, folder=folder / "exports", rng=np.random.default_rng(1), customers=300, last_day=DEMO_DAY)
    business = api.create_business(folder / "salon", pack=pack, settings_toml=made.business_toml)
    api.import_files(business, made.files)
    return business
