"""The files of every trade: deterministic, well formed, in agreement with the truth, about nobody real."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from regulars.base.errors import NotThere
from regulars.ledger.synth import make_exports, synthetic_trades
from support.synth import LAST_DAY, Made, Row, amount, header, identity_numbers, make

TRADES = ("beauty", "hair", "retail", "watch")

#: customer, day, branch, gross, discount and net columns of the sales files.
COLUMNS = {
    "beauty": ("客戶編號", "日期", "分店", "原價", "折扣", "實收"),
    "hair": ("Customer ID", "Date", "Location", "Gross Sales", "Discounts", "Net Sales"),
    "retail": ("Email", "Created at", "Location", "", "", ""),
    "watch": ("Customer No", "Date", "Branch", "Gross", "Discount", "Net"),
}
SQUARE_ITEMS = (
    "Date, Time, Time Zone, Category, Item, Qty, Price Point Name, SKU, Modifiers Applied, Gross Sales, Discounts, "
    "Net Sales, Tax, Transaction ID, Payment ID, Device Name, Notes, Details, Event Type, Location, Dining Option, "
    "Customer ID, Customer Name, Customer Reference ID, Unit, Count, GTIN, Itemization Type, Commission, Employee, "
    "Fulfillment Note, Channel, Token, Card Brand, PAN Suffix"
)
SQUARE_CUSTOMERS = (
    "Reference ID, First Name, Last Name, Email Address, Phone Number, Nickname, Company Name, Street Address 1, "
    "Street Address 2, City, State, Postal Code, Birthday, Memo, Square Customer ID, Creation Source, First Visit, "
    "Last Visit, Transaction Count, Lifetime Spend, Email Subscription Status, Instant Profile, "
    "Blocked from online booking"
)
SHOPIFY_CUSTOMERS = (
    "Customer ID, First Name, Last Name, Email, Accepts Email Marketing, Default Address Company, "
    "Default Address Address1, Default Address Address2, Default Address City, Default Address Province Code, "
    "Default Address Country Code, Default Address Zip, Default Address Phone, Phone, Accepts SMS Marketing, "
    "Total Spent, Total Orders, Note, Tax Exempt, Tags"
)
SHOPIFY_ORDERS_SEEN = (
    "Name, Email, Financial Status, Paid at, Fulfillment Status, Currency, Subtotal, Shipping, Taxes, Total, "
    "Discount Code, Discount Amount, Created at, Lineitem quantity, Lineitem name, Lineitem price, Lineitem sku, "
    "Billing Name, Shipping Name, Shipping Address1, Shipping City, Shipping Zip, Shipping Country, Note Attributes, "
    "Tags, Vendor, Phone, Refunded Amount, Id"
)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Made]:
    return {trade: make(trade, tmp_path_factory.mktemp(trade)) for trade in TRADES}


def refunded(trade: str, row: Row) -> bool:
    text = {"beauty": "類別", "hair": "Event Type", "watch": "Type"}.get(trade)
    return bool(text) and ("Refund" in row[str(text)])


def day_of(text: str) -> date:
    if "/" in text:
        day, month, year = text.split("/")
        return date(int(year), int(month), int(day))
    return date.fromisoformat(text[:10])


def visit_days(trade: str, one: Made) -> dict[str, set[date]]:
    """Days with anything but refunds and package sales, by customer."""
    who, when = COLUMNS[trade][:2]
    days: dict[str, set[date]] = {}
    for row in one.sales:
        if row[who] and not refunded(trade, row) and "套票銷售" not in row.get("類別", ""):
            days.setdefault(row[who], set()).add(day_of(row[when]))
    return days


def test_every_trade_is_there() -> None:
    assert set(synthetic_trades()) == set(TRADES)


@pytest.mark.parametrize("trade", TRADES)
def test_same_seed_same_bytes_other_seed_other_bytes(trade: str, tmp_path: Path) -> None:
    one, same, other = (
        make(trade, tmp_path / name, customers=120, seed=s) for name, s in (("a", 3), ("b", 3), ("c", 4))
    )
    for mine, theirs in zip(one.synthesis.files, same.synthesis.files, strict=True):
        assert mine.read_bytes() == theirs.read_bytes()
    assert one.synthesis.truth_file.read_bytes() == same.synthesis.truth_file.read_bytes()
    assert one.synthesis.business_toml == same.synthesis.business_toml
    assert one.synthesis.files[1].read_bytes() != other.synthesis.files[1].read_bytes()


def test_headers_are_those_of_the_systems(made: dict[str, Made]) -> None:
    customers, items, *_ = made["hair"].synthesis.files
    assert header(items) == SQUARE_ITEMS.split(", ")
    assert len(header(items)) == 35
    assert header(customers) == SQUARE_CUSTOMERS.split(", ")
    customers, orders = made["retail"].synthesis.files
    assert header(customers) == SHOPIFY_CUSTOMERS.split(", ")
    assert set(SHOPIFY_ORDERS_SEEN.split(", ")) <= set(header(orders))


def test_own_till_files_begin_with_a_byte_order_mark(made: dict[str, Made]) -> None:
    for path in made["beauty"].synthesis.files:
        assert path.read_bytes().startswith(b"\xef\xbb\xbf")


@pytest.mark.parametrize("trade", TRADES)
def test_nobody_visits_before_acquisition_or_after_death(trade: str, made: dict[str, Made]) -> None:
    days = visit_days(trade, made[trade])
    for row in made[trade].truth.to_pylist():
        mine = days[row["customer"]]
        assert min(mine) == row["acquired_on"]
        assert max(mine) <= (row["died_on"] or LAST_DAY)
        assert len(mine) == row["visits"]
        assert row["visits"] == 1 or not row["passer_by"]


@pytest.mark.parametrize("trade", TRADES)
def test_truth_names_exactly_the_customers_of_the_exports(trade: str, made: dict[str, Made]) -> None:
    identifiers = made[trade].truth["customer"].to_pylist()
    assert len(set(identifiers)) == len(identifiers) == 600
    assert set(identifiers) == set(visit_days(trade, made[trade]))
    column = {"hair": "Square Customer ID"}.get(trade, COLUMNS[trade][0])
    assert [row[column] for row in made[trade].customers] == identifiers


@pytest.mark.parametrize("trade", TRADES)
def test_those_who_left_expect_nothing_and_come_no_more(trade: str, made: dict[str, Made]) -> None:
    for row in made[trade].truth.to_pylist():
        if row["died_on"]:
            assert row["expected_visits_12"] == 0
            assert row["visits_next_12"] == 0
            assert row["died_on"] <= LAST_DAY
        else:
            assert row["expected_visits_12"] > 0


@pytest.mark.parametrize("trade", ["beauty", "hair", "watch"])
def test_net_is_gross_less_discount(trade: str, made: dict[str, Made]) -> None:
    sign = -1 if trade == "hair" else 1  # Square prints discounts as negative amounts
    gross, discount, net = COLUMNS[trade][3:]
    for row in made[trade].sales:
        assert amount(row[net]) == amount(row[gross]) - sign * amount(row[discount])
        assert (amount(row[net]) < 0) == refunded(trade, row)


@pytest.mark.parametrize("trade", TRADES)
def test_files_end_with_the_last_day(trade: str, made: dict[str, Made]) -> None:
    when = COLUMNS[trade][1]
    days = {day_of(row[when]) for row in made[trade].sales}
    assert max(days) <= LAST_DAY
    assert (LAST_DAY - max(days)).days < 5


@pytest.mark.parametrize("trade", TRADES)
def test_walk_ins_have_their_share(trade: str, made: dict[str, Made]) -> None:
    receipt = {"beauty": "單號", "hair": "Transaction ID", "retail": "Name", "watch": "Receipt No"}[trade]
    share = {"beauty": 0.06, "hair": 0.09, "retail": 0.18, "watch": 0.10}[trade]
    sales = {row[receipt]: row[COLUMNS[trade][0]] for row in made[trade].sales if not refunded(trade, row)}
    nobody = sum(1 for customer in sales.values() if not customer) / len(sales)
    assert nobody == pytest.approx(share, abs=0.003)


@pytest.mark.parametrize("trade", TRADES)
def test_nobody_is_real(trade: str, made: dict[str, Made]) -> None:
    for path in made[trade].synthesis.files:
        text = path.read_text(encoding="utf-8-sig")
        assert identity_numbers(text) == []
        assert {mail.rpartition("@")[2] for mail in re.findall(r"\S+@[\w.]+", text)} <= {"example.com"}
    phones = [value for row in made[trade].customers for key, value in row.items() if "Phone" in key or key == "電話"]
    written = [re.sub(r"[^0-9]", "", phone.replace("+852", "")) for phone in phones if phone]
    assert written and all(len(phone) == 8 and phone.startswith("00") for phone in written)


def test_identity_numbers_are_recognised_when_planted() -> None:
    # 36*9 + 10*8 + 1*7 + 2*6 + 3*5 + 4*4 + 5*3 + 6*2 + 3 = 484 = 44 * 11
    assert identity_numbers("memo: A123456(3), thanks") == ["A123456(3)"]
    assert identity_numbers("A123456(4)") == []


@pytest.mark.parametrize("trade", TRADES)
def test_settings_are_ready_and_know_the_branches(trade: str, made: dict[str, Made]) -> None:
    business, column = made[trade].business, COLUMNS[trade][2]
    assert business.pack == trade
    assert {row[column] for row in made[trade].sales if row[column]} == {branch.id for branch in business.branches}
    assert 3 <= len(business.objectives) <= 4
    assert business.contact.holdout == 0.05
    assert business.budget.amount > 0 and business.mission["zh-Hant"]
    spellings = {spelling for branch in business.branches for spelling in (branch.id, *branch.also)}
    homes = {value for row in made[trade].customers for key, value in row.items() if "分店" in key or key == "Branch"}
    assert homes <= spellings


def test_packages_are_never_used_beyond_what_was_sold(made: dict[str, Made]) -> None:
    left: Counter[str] = Counter()
    owed: dict[str, Decimal] = {}
    for row in made["beauty"].sales:
        who = row["客戶編號"]
        if row["類別"].startswith("套票銷售"):
            assert left[who] == 0
            left[who] += 10
            owed[who] = amount(row["實收"])
        elif row["類別"].startswith("套票兌換"):
            left[who] -= 1
            owed[who] -= amount(row["折扣"])
            assert amount(row["實收"]) == 0 and amount(row["原價"]) == amount(row["折扣"]) > 0
        assert left[who] >= 0
    assert sum(left.values()) > 0
    assert all((left[who] == 0) == (money == 0) for who, money in owed.items())


def test_permissions_differ_by_channel_and_are_sometimes_unknown(tmp_path: Path) -> None:
    people = make("beauty", tmp_path, customers=3000).customers
    shares = {
        channel: sum(row[channel] == "是" for row in people) / len(people)
        for channel in ("接受電郵推廣", "接受短訊推廣", "接受WhatsApp推廣", "接受電話推廣")
    }
    wanted = dict(zip(shares, (0.62, 0.58, 0.70, 0.33), strict=True))
    for channel, share in shares.items():
        assert share == pytest.approx(wanted[channel], abs=4 * np.sqrt(0.25 / len(people)))
        assert {row[channel] for row in people} == {"是", "否", ""}


def test_referrers_were_clients_before(made: dict[str, Made]) -> None:
    joined = {row["客戶編號"]: row["登記日期"] for row in made["beauty"].customers}
    named = [row for row in made["beauty"].customers if row["介紹人編號"]]
    assert named
    for row in named:
        assert joined[row["介紹人編號"]] <= row["登記日期"]
        assert row["介紹人編號"] != row["客戶編號"]


def test_shopify_order_cells_stand_on_the_first_row_only(made: dict[str, Made]) -> None:
    seen: dict[str, Row] = {}
    lines: Counter[str] = Counter()
    for row in made["retail"].sales:
        gross = amount(row["Lineitem price"]) * int(row["Lineitem quantity"])
        lines[row["Name"]] += int(gross)
        if row["Name"] in seen:
            assert row["Total"] == row["Financial Status"] == row["Location"] == row["Id"] == ""
            assert row["Email"] == seen[row["Name"]]["Email"]
        else:
            seen[row["Name"]] = row
    assert len(seen) < len(made["retail"].sales)
    for name, row in seen.items():
        assert amount(row["Subtotal"]) == lines[name] - amount(row["Discount Amount"])
        assert amount(row["Total"]) == amount(row["Subtotal"]) + amount(row["Shipping"])


def test_no_simulator_for_an_unknown_trade(tmp_path: Path) -> None:
    with pytest.raises(NotThere):
        make_exports("florist", folder=tmp_path, rng=np.random.default_rng(1), last_day=LAST_DAY)
