"""Square: the item columns of every year, refunds, zones, the same customer in both files."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from regulars.base.settings import Branch
from regulars.ledger.mapping import recognise
from support.exports import (
    CAST,
    PSEUDONYMS,
    SQUARE_CUSTOMERS,
    SQUARE_ITEMS_21,
    SQUARE_ITEMS_33,
    SQUARE_ITEMS_35,
    SQUARE_ITEMS_LOCAL,
    Shop,
    business,
    cells,
    codes,
    write,
)

ANN, BEN, CHAN = CAST


def _item(header: str, **more: str) -> list[str]:
    usual = {
        "Date": "2026-07-02",
        "Time": "14:05:11",
        "Time_Zone": "Hong Kong",
        "Category": "Hair",
        "Item": "Cut",
        "Qty": "1.0",
        "Gross_Sales": "$480.00",
        "Discounts": "-$48.00",
        "Net_Sales": "$432.00",
        "Tax": "$0.00",
        "Transaction_ID": "TX1",
        "Event_Type": "Payment",
        "Location": "Mong Kok",
    }
    if "Customer ID" in header:
        usual |= {"Customer_ID": ANN.id, "Customer_Name": ANN.name, "Customer_Reference_ID": "R1"}
    if "Itemization Type" in header:
        usual |= {"Itemization_Type": "Service"}
    if "Employee" in header:
        usual |= {"Employee": "Stylist Sam"}
    return cells(header, **(usual | more))


@pytest.mark.parametrize("header", [SQUARE_ITEMS_21, SQUARE_ITEMS_33, SQUARE_ITEMS_35])
def test_item_files_of_every_year(tmp_path: Path, header: str) -> None:
    path = write(tmp_path / "items.csv", header, [_item(header), _item(header, Item="Colour", Net_Sales="$600.00")])
    shop = Shop(tmp_path, business(branches=[Branch(id="mk", also=("Mong Kok",))]))
    result = shop.take(path)
    assert (result.source, result.table, result.rows, result.stored, result.rejected) == (
        "square-items",
        "sales",
        2,
        2,
        0,
    )
    assert result.score == 1.0
    first, second = shop.rows()
    assert (first["system"], first["sale_id"], first["line_id"], second["line_id"]) == ("square", "TX1", "1", "2")
    assert (first["gross"], first["discount"], first["net"]) == (Decimal("480.00"), Decimal("48.00"), Decimal("432.00"))
    assert first["day"] == date(2026, 7, 2)
    assert first["sold_at"] == datetime(2026, 7, 2, 6, 5, 11, tzinfo=UTC)
    assert (first["branch"], first["kind"], first["quantity"]) == ("mk", "service", 1.0)
    known = header is not SQUARE_ITEMS_21
    assert first["customer"] == (PSEUDONYMS.key("square", ANN.id) if known else None)
    assert ("no_customer_column" in codes(result)) is not known
    assert first["staff"] == (PSEUDONYMS.staff("Stylist Sam") if header is SQUARE_ITEMS_35 else None)


def test_local_variant_reads_product_sales_and_day_first(tmp_path: Path) -> None:
    row = {
        "Category": "Retail",
        "Item": "Wax",
        "Qty": "2",
        "Product_Sales": "$200.00",
        "Discounts": "$0.00",
        "Net_Sales": "$200.00",
        "Gross_Sales": "$220.00",
        "Location": "Central",
        "Customer_ID": BEN.id,
    }
    rows = [
        cells(SQUARE_ITEMS_LOCAL, Date="03/12/2024", **row),
        cells(SQUARE_ITEMS_LOCAL, Date="15/12/2024", **row),
        cells(SQUARE_ITEMS_LOCAL, Date="03/12/2024", **row),
    ]
    shop = Shop(tmp_path)
    result = shop.take(write(tmp_path / "december.csv", SQUARE_ITEMS_LOCAL, rows))
    assert (result.source, result.stored) == ("square-items", 3)
    lines = shop.rows(order=("day",))
    assert [line["day"] for line in lines] == [date(2024, 12, 3), date(2024, 12, 3), date(2024, 12, 15)]
    assert {line["gross"] for line in lines} == {Decimal("200.00")}  # before tax: Gross Sales includes it here
    assert len({(line["sale_id"], line["line_id"]) for line in lines}) == 3
    assert lines[0]["sale_id"] == lines[1]["sale_id"] != lines[2]["sale_id"]
    assert {line["kind"] for line in lines} == {"product"}
    assert shop.take(tmp_path / "december.csv").unchanged == 3


@pytest.mark.parametrize("net", ["-$45.00", "($45.00)", "$45.00", "$-45.00", "-45", "(45.00)", "'-$45.00"])
def test_refunds_are_negative_however_they_are_written(tmp_path: Path, net: str) -> None:
    row = _item(SQUARE_ITEMS_35, Event_Type="Refund", Net_Sales=net, Gross_Sales=net, Discounts="$0.00")
    shop = Shop(tmp_path)
    assert shop.take(write(tmp_path / "items.csv", SQUARE_ITEMS_35, [row])).rejected == 0
    (line,) = shop.rows()
    assert (line["kind"], line["net"], line["quantity"]) == ("refund", Decimal("-45.00"), -1.0)


@pytest.mark.parametrize(
    ("type", "category", "item", "kind"),
    [
        ("Service", "Hair", "Cut", "service"),
        ("Physical Good", "Care", "Shampoo", "product"),
        ("Service", "Packages", "Facial x 10", "package_sale"),
        ("Service", "套票", "面部護理", "package_sale"),
        ("Service", "療程", "十次面部", "package_sale"),
        ("Service", "Facial", "深層潔面療程", "service"),
        ("Service", "Facial", "深層潔面療程 10次", "package_sale"),
        ("Service", "Packages", "Facial package redemption", "package_redemption"),
        ("Service", "套票使用", "面部護理", "package_redemption"),
        ("Custom Amount", "", "Gift Card", "gift_card_sale"),
        ("Custom Amount", "", "Membership fee 2026", "membership_fee"),
        ("Custom Amount", "", "積分換領", "points_redemption"),
        ("Custom Amount", "", "", "service"),
        ("Service", "Care", "Repair mask treatment", "service"),
    ],
)
def test_kinds(tmp_path: Path, type: str, category: str, item: str, kind: str) -> None:
    row = _item(SQUARE_ITEMS_35, Itemization_Type=type, Category=category, Item=item)
    shop = Shop(tmp_path)
    shop.take(write(tmp_path / "items.csv", SQUARE_ITEMS_35, [row]))
    assert shop.rows()[0]["kind"] == kind


def test_zones_of_the_row_and_unknown_ones(tmp_path: Path) -> None:
    rows = [
        _item(SQUARE_ITEMS_35, Transaction_ID="A", Time_Zone="Pacific Time (US & Canada)"),
        _item(SQUARE_ITEMS_35, Transaction_ID="B", Time_Zone="Europe/London"),
        _item(SQUARE_ITEMS_35, Transaction_ID="C", Time_Zone="Atlantis"),
    ]
    shop = Shop(tmp_path)
    result = shop.take(write(tmp_path / "items.csv", SQUARE_ITEMS_35, rows))
    assert codes(result) == {"unknown_zone": 1}
    lines = shop.rows()
    assert [line["sold_at"].hour for line in lines] == [21, 13, 6]
    assert {line["day"] for line in lines} == {date(2026, 7, 2)}


def test_customers_meet_their_items(tmp_path: Path) -> None:
    people = [
        cells(
            SQUARE_CUSTOMERS,
            Reference_ID="R1",
            First_Name=who.first,
            Last_Name=who.last,
            Email_Address=who.email,
            Phone_Number=who.phone,
            City="Kowloon",
            Birthday=birthday,
            Memo="likes tea",
            Square_Customer_ID=who.id,
            Creation_Source="Appointments",
            First_Visit="2025-01-05",
            Email_Subscription_Status=status,
        )
        for who, birthday, status in zip(
            CAST, ("1980-05-06", "05-06", "1975"), ("subscribed", "unsubscribed", "unknown"), strict=True
        )
    ]
    shop = Shop(tmp_path)
    result = shop.take(write(tmp_path / "customers.csv", SQUARE_CUSTOMERS, people))
    assert (result.source, result.table, result.stored) == ("square-customers", "customers", 3)
    assert "Memo" in result.ignored_columns
    shop.take(write(tmp_path / "items.csv", SQUARE_ITEMS_35, [_item(SQUARE_ITEMS_35)]))
    by_key = {row["customer"]: row for row in shop.rows("customers")}
    ann, ben, chan = (by_key[PSEUDONYMS.key("square", who.id)] for who in CAST)
    assert shop.rows()[0]["customer"] == ann["customer"]
    assert (ann["birth_year"], ben["birth_year"], chan["birth_year"]) == (1980, None, 1975)
    assert (ann["may_email"], ben["may_email"], chan["may_email"]) == (True, False, None)
    assert (ann["district"], ann["joined_on"], ann["source"]) == ("Kowloon", date(2025, 1, 5), "Appointments")
    assert ann["may_sms"] is None


def test_columns_are_found_by_name_wherever_they_stand(tmp_path: Path) -> None:
    header = SQUARE_ITEMS_35.split(",")[::-1]
    row = _item(SQUARE_ITEMS_35)[::-1]
    path = write(tmp_path / "items.csv", header, [row])
    found = recognise(path)
    assert (found.source, found.roles["Net Sales"], found.roles["Employee"]) == ("square-items", "net", "staff")
    shop = Shop(tmp_path)
    shop.take(path)
    assert shop.rows()[0]["net"] == Decimal("432.00")
