"""The exports come through the ordinary importer whole: recognised, with the right kinds, agreeing with the truth."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from regulars.ledger.importing import ImportResult, import_file
from regulars.ledger.schema import VISIT_KINDS
from regulars.ledger.store import Ledger
from regulars.privacy.pseudonym import Pseudonyms
from support.synth import LAST_DAY, Made, header, make, rows

SOURCES = {
    "beauty": ("generic", "generic", "generic", "generic"),
    "hair": ("square-customers", "square-items", "complaints", "generic"),
    "retail": ("shopify-customers", "shopify-orders"),
    "watch": ("generic", "generic"),
}
KINDS = {
    "beauty": {"service", "product", "package_sale", "package_redemption", "refund"},
    "hair": {"service", "product", "refund"},
    "retail": {"product", "refund"},
    "watch": {"service", "product", "repair", "refund"},
}


class Imported:
    """A synthetic business in a ledger."""

    def __init__(self, trade: str, folder: Path) -> None:
        self.trade = trade
        self.made: Made = make(trade, folder / "exports", customers=1500)
        ledger = Ledger(folder / "ledger")
        self.results: list[ImportResult] = [
            import_file(
                ledger,
                path,
                business=self.made.business,
                pseudonyms=Pseudonyms(b"synthetic-secret-of-32-bytes-xx!"),
                import_id=f"import-{number}",
                rejects=folder / "rejects",
                profile=next((p for p in self.made.synthesis.profiles if p.fits(tuple(header(path)))), None),
            )
            for number, path in enumerate(self.made.synthesis.files)
        ]
        with ledger.read() as reader:
            self.sales: pa.Table = reader.arrow(reader.table("sales"))
            self.customers: pa.Table = reader.arrow(reader.table("customers"))
            lists = [name for name in ("complaints", "spend") if reader.has(name)]
            self.lists: dict[str, pa.Table] = {name: reader.arrow(reader.table(name)) for name in lists}


@pytest.fixture(scope="module", params=list(SOURCES))
def imported(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Imported]:
    yield Imported(request.param, tmp_path_factory.mktemp(request.param))


def test_files_are_recognised_and_no_row_is_refused(imported: Imported) -> None:
    assert tuple(result.source for result in imported.results) == SOURCES[imported.trade]
    tables = ("customers", "sales", "complaints", "spend")[: len(imported.results)]
    assert tuple(result.table for result in imported.results) == tables
    assert [result.rejected for result in imported.results] == [0] * len(tables)
    written = [len(rows(path)) for path in imported.made.synthesis.files]
    stored = [result.stored for result in imported.results]
    assert [result.rows for result in imported.results] == written
    assert stored[2:] == written[2:]
    assert set(imported.lists) == set(tables[2:])
    assert all(not result.ignored_columns for result in imported.results[2:])


def test_complaints_are_of_customers_who_came_that_day_and_were_met_as_the_truth_says(imported: Imported) -> None:
    if "complaints" not in imported.lists:
        return
    told, sales = imported.lists["complaints"], imported.sales
    came = set(zip(sales["customer"].to_pylist(), sales["day"].to_pylist(), sales["staff"].to_pylist(), strict=True))
    complained = zip(*(told[name].to_pylist() for name in ("customer", "day", "staff")), strict=True)
    assert set(complained) <= came
    assert told.num_rows == pc.sum(imported.made.truth["complaints"]).as_py() > 20
    assert set(told["branch"].to_pylist()) <= {branch.id for branch in imported.made.business.branches}
    settled = told.filter(pc.is_valid(told["resolved"]))
    assert pc.all(pc.greater_equal(settled["resolved"], settled["day"])).as_py()
    assert settled["outcome"].null_count == 0
    assert pc.max(settled["resolved"]).as_py() <= LAST_DAY


def test_spending_is_told_of_every_day_and_of_sources_that_newcomers_name(imported: Imported) -> None:
    if "spend" not in imported.lists:
        return
    told = imported.lists["spend"]
    assert set(told["source"].to_pylist()) <= set(imported.customers["source"].to_pylist())
    for source in set(told["source"].to_pylist()):
        mine = told.filter(pc.equal(told["source"], source)).sort_by("day").to_pylist()
        assert mine[-1]["until"] == LAST_DAY
        for one, after in pairwise(mine):
            assert after["day"] == one["until"] + timedelta(days=1)
            assert (one["day"].month, one["day"].year) == (one["until"].month, one["until"].year)


def test_lines_have_the_kinds_of_the_trade(imported: Imported) -> None:
    assert set(imported.sales["kind"].to_pylist()) == KINDS[imported.trade]
    assert set(imported.sales["branch"].to_pylist()) == {branch.id for branch in imported.made.business.branches}
    assert pc.max(imported.sales["day"]).as_py() <= LAST_DAY


def test_visits_in_the_ledger_are_those_of_the_truth(imported: Imported) -> None:
    known = imported.sales.filter(pc.is_valid(imported.sales["customer"]))
    visits = known.filter(pc.is_in(known["kind"], pa.array(VISIT_KINDS)))
    days = visits.group_by(["customer", "day"]).aggregate([])
    counted = sorted(days.group_by("customer").aggregate([("day", "count")])["day_count"].to_pylist())
    assert counted == sorted(imported.made.truth["visits"].to_pylist())


def test_customers_and_sales_are_about_the_same_people(imported: Imported) -> None:
    buyers = set(imported.sales["customer"].to_pylist()) - {None}
    assert buyers == set(imported.customers["customer"].to_pylist())
    assert imported.customers.num_rows == imported.made.truth.num_rows


def test_home_branches_are_told_by_either_spelling(imported: Imported) -> None:
    homes = set(imported.customers["home_branch"].to_pylist()) - {None}
    assert homes <= {branch.id for branch in imported.made.business.branches}
    assert homes or imported.trade in ("hair", "retail")


def test_packages_sold_cover_what_is_redeemed(imported: Imported) -> None:
    sales = imported.sales
    if imported.trade != "beauty":
        assert not any("package" in kind for kind in sales["kind"].to_pylist())
        return
    sold = sales.filter(pc.equal(sales["kind"], "package_sale"))
    redeemed = sales.filter(pc.equal(sales["kind"], "package_redemption"))
    assert pc.sum(redeemed["net"]).as_py() == 0
    assert pc.sum(redeemed["gross"]).as_py() == pc.sum(redeemed["discount"]).as_py()
    named = redeemed.filter(pc.is_valid(redeemed["customer"]))
    bought = dict(_sums(sold, "net"))
    assert named.num_rows == redeemed.num_rows > 0
    for customer, used in _sums(named, "gross"):
        assert 0 < used <= bought[customer]


def _sums(lines: pa.Table, column: str) -> list[tuple[int, Decimal]]:
    table = lines.group_by("customer").aggregate([(column, "sum")])
    return list(zip(table["customer"].to_pylist(), table[f"{column}_sum"].to_pylist(), strict=True))
