"""Shopify: orders over several rows, discounts and refunds of whole orders, people met by e-mail."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from support.exports import (
    CAST,
    PSEUDONYMS,
    SHOPIFY_CUSTOMERS,
    SHOPIFY_CUSTOMERS_OLD,
    SHOPIFY_ORDERS,
    Shop,
    business,
    cells,
    codes,
    correct,
    write,
)

ANN, BEN, CHAN = CAST


def _order(name: str = "#1001", **more: str) -> list[str]:
    usual = {
        "Email": ANN.email,
        "Financial_Status": "paid",
        "Paid_at": "2026-03-12 09:14:30 +0000",
        "Currency": "HKD",
        "Subtotal": "270.00",
        "Shipping": "30.00",
        "Total": "300.00",
        "Discount_Code": "SPRING",
        "Discount_Amount": "30.00",
        "Created_at": "2026-03-12 17:30:02 +0000",
        "Lineitem_quantity": "2",
        "Lineitem_name": "Oolong",
        "Lineitem_price": "100.00",
        "Billing_Name": ANN.name,
        "Shipping_Address1": "1 Nowhere Street",
        "Vendor": "Leaf House",
        "Phone": ANN.phone,
        "Refunded_Amount": "0.00",
    }
    return cells(SHOPIFY_ORDERS, Name=name, **(usual | more))


def _further(name: str = "#1001", item: str = "Cup", price: str = "100.00", **more: str) -> list[str]:
    line = {"Lineitem_quantity": "1", "Lineitem_name": item, "Lineitem_price": price, "Vendor": "Kiln"}
    return cells(SHOPIFY_ORDERS, Name=name, **(line | more))


def _shop(folder: Path) -> Shop:
    return Shop(folder, business(pack="retail"))


def test_continuation_rows_belong_to_their_order(tmp_path: Path) -> None:
    shop = _shop(tmp_path)
    result = shop.take(write(tmp_path / "orders.csv", SHOPIFY_ORDERS, [_order(), _further()], encoding="utf-8-sig"))
    assert (result.source, result.stored, result.rejected, codes(result)) == ("shopify-orders", 2, 0, {})
    first, second = shop.rows()
    key = PSEUDONYMS.key("shopify", f"email:{ANN.email}")
    assert [first["customer"], second["customer"]] == [key, key]
    # 17:30 in Greenwich is past midnight in Hong Kong: the local business day is the next one.
    assert first["day"] == second["day"] == date(2026, 3, 13)
    assert first["sold_at"] == datetime(2026, 3, 12, 17, 30, 2, tzinfo=UTC)
    assert (first["net"], second["net"]) == (Decimal("180.00"), Decimal("90.00"))
    assert (first["discount"], second["discount"]) == (Decimal("20.00"), Decimal("10.00"))
    assert (first["supplier"], second["supplier"], second["promotion"]) == ("Leaf House", "Kiln", "SPRING")
    assert first["currency"] == "HKD"


def test_rows_that_repeat_the_order_change_nothing(tmp_path: Path) -> None:
    blank, repeated = _shop(tmp_path / "a"), _shop(tmp_path / "b")
    again = _order(Lineitem_quantity="1", Lineitem_name="Cup", Vendor="Kiln")
    (tmp_path / "x").mkdir()
    blank.take(write(tmp_path / "x" / "1.csv", SHOPIFY_ORDERS, [_order(), _further()]))
    repeated.take(write(tmp_path / "x" / "2.csv", SHOPIFY_ORDERS, [_order(), again]))
    assert blank.rows() == repeated.rows()


@pytest.mark.parametrize("off", ["0.01", "0.02", "10.00", "33.33", "99.99", "100.00"])
def test_discount_is_shared_to_the_cent(tmp_path: Path, off: str) -> None:
    prices = ["33.33", "33.33", "33.34"]
    subtotal = str(Decimal(100) - Decimal(off))
    first = _order(Lineitem_quantity="1", Lineitem_price=prices[0], Subtotal=subtotal, Discount_Amount=off)
    shop = _shop(tmp_path)
    shop.take(write(tmp_path / "orders.csv", SHOPIFY_ORDERS, [first, *(_further(price=p) for p in prices[1:])]))
    lines = shop.rows()
    assert sum(line["net"] for line in lines) == Decimal(subtotal)
    assert sum(line["discount"] for line in lines) == Decimal(off)
    assert all(line["net"] >= 0 for line in lines)


def test_free_delivery_is_no_discount_on_goods(tmp_path: Path) -> None:
    shop = _shop(tmp_path)
    order = _order(Subtotal="200.00", Discount_Amount="30.00", Discount_Code="FREESHIP")
    shop.take(write(tmp_path / "orders.csv", SHOPIFY_ORDERS, [order]))
    assert shop.rows()[0]["net"] == Decimal("200.00")


@pytest.mark.parametrize(("refunded", "net"), [("50.00", "-50.00"), ("300.00", "-270.00")])
def test_refund_is_a_line_and_never_more_than_the_goods(tmp_path: Path, refunded: str, net: str) -> None:
    shop = _shop(tmp_path)
    order = _order(Refunded_Amount=refunded, Financial_Status="partially_refunded")
    shop.take(write(tmp_path / "orders.csv", SHOPIFY_ORDERS, [order, _further()]))
    refund = shop.rows()[-1]
    assert (refund["line_id"], refund["kind"], refund["net"], refund["item"]) == (
        "refund",
        "refund",
        Decimal(net),
        None,
    )
    assert shop.take(tmp_path / "orders.csv").unchanged == 3


def test_void_orders_are_counted_but_not_sold(tmp_path: Path) -> None:
    shop = _shop(tmp_path)
    rows = [_order(), _further(), _order("#1002", Financial_Status="voided")]
    result = shop.take(write(tmp_path / "orders.csv", SHOPIFY_ORDERS, rows))
    assert (result.rows, result.stored, codes(result)) == (3, 2, {"not_a_sale": 1})


def test_an_order_is_kept_aside_as_a_whole_and_comes_back_whole(tmp_path: Path) -> None:
    shop = _shop(tmp_path)
    rows = [_order(), _further(price="a lot"), _order("#1002")]
    result = shop.take(write(tmp_path / "orders.csv", SHOPIFY_ORDERS, rows))
    assert (result.stored, result.rejected) == (1, 2)
    assert codes(result) == {"bad_amount": 1, "rest_of_sale": 1}
    assert result.rejects_file is not None
    fixed = correct(result.rejects_file, {"Lineitem price": "100.00"}, to=tmp_path / "fixed.csv")
    again = shop.take(fixed)
    assert (again.source, again.stored, again.rejected) == ("shopify-orders", 2, 0)
    clean = _shop(tmp_path / "clean")
    clean.take(write(tmp_path / "clean.csv", SHOPIFY_ORDERS, [_order(), _further(), _order("#1002")]))
    assert shop.rows() == clean.rows()


def test_foreign_currency_is_kept_aside(tmp_path: Path) -> None:
    shop = _shop(tmp_path)
    rows = [_order(), _order("#1002", Currency="EUR")]
    result = shop.take(write(tmp_path / "orders.csv", SHOPIFY_ORDERS, rows))
    assert (result.stored, codes(result)) == (1, {"foreign_currency": 1})
    (problem,) = result.problems
    assert (problem.row, problem.column, problem.severity) == (3, "Currency", "rejected")


@pytest.mark.parametrize("header", [SHOPIFY_CUSTOMERS, SHOPIFY_CUSTOMERS_OLD, "Customer ID," + SHOPIFY_CUSTOMERS_OLD])
def test_customers_of_both_versions_meet_their_orders(tmp_path: Path, header: str) -> None:
    number = {"Customer_ID": "'8123"} if header.startswith("Customer ID") else {}
    city = "Default_Address_City" if "Default" in header else "City"
    rows = [
        cells(
            header,
            First_Name=who.first,
            Last_Name=who.last,
            Email=who.email.upper(),
            Accepts_Email_Marketing=email,
            Accepts_SMS_Marketing=sms,
            Phone="'" + who.phone,
            Total_Spent="99.00",
            Note="A123456(3)",
            **{city: "Hong Kong"},
            **number,
        )
        for who, email, sms in zip(CAST, ("yes", "no", ""), ("no", "", "yes"), strict=True)
    ]
    shop = _shop(tmp_path)
    result = shop.take(write(tmp_path / "customers.csv", header, rows))
    assert (result.source, result.stored) == ("shopify-customers", 3)
    shop.take(write(tmp_path / "orders.csv", SHOPIFY_ORDERS, [_order()]))
    by_key = {row["customer"]: row for row in shop.rows("customers")}
    ann = by_key[shop.rows()[0]["customer"]]
    assert (ann["may_email"], ann["may_sms"], ann["district"]) == (True, False, "Hong Kong")
    assert [row["may_email"] for row in by_key.values()].count(None) == 1
    assert all(row["may_whatsapp"] is None for row in by_key.values())


def test_people_without_e_mail_meet_by_telephone(tmp_path: Path) -> None:
    shop = _shop(tmp_path)
    person = cells(SHOPIFY_CUSTOMERS, First_Name=BEN.first, Phone="'+85262223344", Accepts_SMS_Marketing="yes")
    shop.take(write(tmp_path / "customers.csv", SHOPIFY_CUSTOMERS, [person]))
    shop.take(write(tmp_path / "orders.csv", SHOPIFY_ORDERS, [_order(Email="", Phone=BEN.phone)]))
    assert shop.rows()[0]["customer"] == shop.rows("customers")[0]["customer"]
