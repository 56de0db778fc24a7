"""Fresha, WooCommerce and LoyLap; and the files that hold no facts of the ledger and are refused with a reason."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from regulars.base.errors import BadData
from regulars.base.words import LANGUAGES, render
from regulars.ledger.mapping import recognise
from support import exports
from support.exports import CAST, PSEUDONYMS, Shop, business, cells, codes, write

ANN, BEN, CHAN = CAST


def test_fresha_clients(tmp_path: Path) -> None:
    births = ("1990-07-08", "07-08", "")
    rows = [
        cells(
            exports.FRESHA_CLIENTS,
            Client_ID=who.id,
            First_Name=who.first,
            Full_Name=who.name,
            Mobile_Number=who.phone,
            Email=who.email,
            Accepts_Marketing=email,
            Accepts_SMS_Marketing=sms,
            Address="Flat A, 1 Nowhere Street",
            Area="Mong Kok",
            Date_of_Birth=birth,
            Added="2024-11-30",
            Note="allergic; A123456(3)",
            Referral_Source=source,
        )
        for who, birth, email, sms, source in zip(
            CAST,
            births,
            ("Yes", "No", ""),
            ("No", "Yes", "No"),
            ("Walk-In", "Friend: Somebody Else", "Instagram"),
            strict=True,
        )
    ]
    shop = Shop(tmp_path)
    path = write(tmp_path / "export_customer_list.csv", exports.FRESHA_CLIENTS, rows, quote_all=True)
    result = shop.take(path)
    assert (result.source, result.stored, codes(result)) == ("fresha-clients", 3, {})
    by_key = {row["customer"]: row for row in shop.rows("customers")}
    ann, ben, chan = (by_key[PSEUDONYMS.key("fresha", who.id)] for who in CAST)
    assert (ann["birth_year"], ben["birth_year"], chan["birth_year"]) == (1990, None, None)
    assert (ann["may_email"], ben["may_email"], chan["may_email"]) == (True, False, None)
    assert (ann["may_sms"], ben["may_sms"]) == (False, True)
    assert (ann["joined_on"], ann["district"], ann["source"]) == (date(2024, 11, 30), "Mong Kok", "Walk-In")
    assert ben["source"] == "Friend"


def test_no_permission_of_a_blocked_client_counts(tmp_path: Path) -> None:
    rows = [
        cells(exports.FRESHA_CLIENTS, Client_ID=who.id, Blocked=blocked, Accepts_Marketing="Yes", Added="2024-11-30")
        for who, blocked in zip(CAST, ("Yes", "No", ""), strict=True)
    ]
    shop = Shop(tmp_path)
    shop.take(write(tmp_path / "export_customer_list.csv", exports.FRESHA_CLIENTS, rows))
    by_key = {row["customer"]: row for row in shop.rows("customers")}
    said = [by_key[PSEUDONYMS.key("fresha", who.id)] for who in CAST]
    assert [row["may_email"] for row in said] == [False, True, True]
    assert [row["may_sms"] for row in said] == [False, None, None]


def test_woocommerce_orders_and_customers_meet_by_name(tmp_path: Path) -> None:
    orders = [
        cells(
            exports.WOO_ORDERS,
            Date="2026-02-03 10:11:12",
            Order__="77",
            Status=status,
            Customer=ANN.name,
            Product_s_="2x Oolong, 1x Cup",
            Items_sold="3",
            Net_Sales="180.00",
        )
        for status in ("completed", "failed")
    ]
    orders[1][1] = "78"
    people = [
        cells(exports.WOO_CUSTOMERS, Name=who.name, Email=who.email, Sign_Up="2025-01-02", City="Hong Kong")
        for who in CAST
    ]
    shop = Shop(tmp_path, business(pack="retail"))
    result = shop.take(write(tmp_path / "orders.csv", exports.WOO_ORDERS, orders))
    assert (result.source, result.stored) == ("woocommerce-orders", 1)
    assert codes(result) == {"weak_identity": 1, "not_a_sale": 1}
    result = shop.take(write(tmp_path / "customers.csv", exports.WOO_CUSTOMERS, people))
    assert (result.source, result.stored, codes(result)) == ("woocommerce-customers", 3, {"weak_identity": 1})
    (line,) = shop.rows()
    assert (line["net"], line["quantity"], line["kind"]) == (Decimal("180.00"), 3.0, "product")
    assert line["customer"] in {row["customer"] for row in shop.rows("customers")}


def test_the_same_customer_twice_is_merged_on_the_strict_side(tmp_path: Path) -> None:
    rows = [
        cells(exports.FRESHA_CLIENTS, Client_ID="1", First_Name="A", Accepts_Marketing=yes, Area=area, Added=added)
        for yes, area, added in (("Yes", "", "2025-01-01"), ("No", "Central", ""), ("", "Sha Tin", "2024-01-01"))
    ]
    shop = Shop(tmp_path)
    result = shop.take(write(tmp_path / "c.csv", exports.FRESHA_CLIENTS, rows))
    assert (result.stored, codes(result)) == (1, {"duplicate_customer": 2})
    (person,) = shop.rows("customers")
    assert (person["may_email"], person["district"], person["joined_on"]) == (False, "Central", date(2025, 1, 1))


def test_customer_without_any_identifier_is_kept_aside(tmp_path: Path) -> None:
    rows = [cells(exports.FRESHA_CLIENTS, First_Name=ANN.first, Added="2025-01-01")]
    result = Shop(tmp_path).take(write(tmp_path / "c.csv", exports.FRESHA_CLIENTS, rows))
    assert (result.stored, result.rejected, codes(result)) == (0, 1, {"no_customer_id": 1})


def test_loylap(tmp_path: Path) -> None:
    rows = [
        cells(exports.LOYLAP, ID="9", Name=ANN.name, Email=ANN.email, Date_Birth="1990-01-02", Date_Add="2025-02-03")
    ]
    shop = Shop(tmp_path)
    result = shop.take(write(tmp_path / "c.csv", exports.LOYLAP, rows))
    assert (result.source, result.stored) == ("loylap-customers", 1)
    assert shop.rows("customers")[0]["birth_year"] == 1990


REFUSED = {
    "fresha commission": (exports.FRESHA_COMMISSION, "importing.refused.summary"),
    "fresha services": (exports.FRESHA_SERVICES, "importing.refused.catalogue"),
    "vagaro employees": (exports.VAGARO_EMPLOYEES, "importing.refused.summary"),
    "vagaro transactions": (exports.VAGARO_TRANSACTIONS, "importing.refused.combined"),
    "square transactions": (exports.SQUARE_TRANSACTIONS, "importing.refused.transactions"),
    "zenoti retention": ("Center name,Month,# of New Guests,# of Repeat Guests", "importing.refused.summary"),
    "totals by branch": ("Branch,Visits,Total", "importing.refused.generic_no_date"),
    "totals by day": ("Date,Branch,Total", "importing.refused.generic_summary"),
    "stock": ("Article,Shelf,Colour", "importing.refused.generic_nothing"),
    "roster": ("Date,Employee,Shift", "importing.refused.generic_no_amount"),
}
VALUES = {"Date": "2026-01-02", "Month": "Jan 2026", "Branch": "Central", "Total": "1000.00", "Visits": "10"}


@pytest.mark.parametrize("name", REFUSED)
def test_refused_with_an_explanation(tmp_path: Path, name: str) -> None:
    header, reason = REFUSED[name]
    columns = header.split(",")
    rows = [[VALUES.get(column, "12.50" if "ales" in column else "x") for column in columns]] * 3
    path = write(tmp_path / "file.csv", header, rows)
    shop = Shop(tmp_path)
    with pytest.raises(BadData) as caught:
        shop.take(path)
    assert caught.value.text.id == reason
    assert caught.value.hint is not None
    for language in LANGUAGES:
        assert "file.csv" in render(caught.value.text, language)
        assert render(caught.value.hint, language)
    assert shop.ledger.version().tables == {}
    with pytest.raises(BadData):
        recognise(path)


def test_a_customer_list_with_total_spent_is_customers_not_sales(tmp_path: Path) -> None:
    header = "Member No,Name,Phone,Join Date,Last Visit,Total Spent,Visits"
    rows = [[who.id, who.name, who.phone, "2025-01-02", "2026-01-02", "9000.00", "12"] for who in CAST]
    result = Shop(tmp_path).take(write(tmp_path / "members.csv", header, rows))
    assert (result.table, result.stored) == ("customers", 3)
    assert set(result.ignored_columns) == {"Last Visit", "Total Spent", "Visits"}
