"""The exports come through the ordinary importer whole: recognised, with the right kinds, agreeing with the truth."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from regulars.ledger.importing import ImportResult, import_file
from regulars.ledger.schema import VISIT_KINDS
from regulars.ledger.store import Ledger
from regulars.privacy.pseudonym import Pseudonyms
from support.synth import LAST_DAY, Made, make

SOURCES = {
    "beauty": ("generic", "generic"),
    "hair": ("square-customers", "square-items"),
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
            )
            for number, path in enumerate(self.made.synthesis.files)
        ]
        with ledger.read() as reader:
            self.sales: pa.Table = reader.arrow(reader.table("sales"))
            self.customers: pa.Table = reader.arrow(reader.table("customers"))


@pytest.fixture(scope="module", params=list(SOURCES))
def imported(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Imported]:
    yield Imported(request.param, tmp_path_factory.mktemp(request.param))


def test_files_are_recognised_and_no_row_is_refused(imported: Imported) -> None:
    assert tuple(result.source for result in imported.results) == SOURCES[imported.trade]
    assert tuple(result.table for result in imported.results) == ("customers", "sales")
    assert [result.rejected for result in imported.results] == [0, 0]
    assert [result.rows for result in imported.results] == [len(imported.made.customers), len(imported.made.sales)]


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
