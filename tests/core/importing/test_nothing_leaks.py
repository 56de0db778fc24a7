"""Nobody's name, telephone or e-mail is anywhere in the ledger, in a problem, in an error or in the import's note."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from regulars.base.errors import BadData
from regulars.base.progress import unwatched
from regulars.base.text import Text
from regulars.base.words import LANGUAGES, render
from regulars.privacy.pseudonym import Pseudonyms
from support import exports
from support.exports import CAST, PSEUDONYMS, SECRET, Shop, business, cells, codes, write

CARD = "A123456(3)"


def _identifiers() -> list[str]:
    said: list[str] = [CARD, "123456", "Nowhere Street", "Stylist Sam", "Somebody Else"]
    for who in CAST:
        said += [who.first, who.last, who.name, who.email, who.phone, who.phone[-4:], who.id]
        said += [who.phone.replace(" ", ""), who.email.lower(), who.email.split("@")[0]]
    return said


def _everything(shop: Shop) -> bytes:
    """Every byte of the ledger folder, and every value of its Parquet files (which may be compressed)."""
    parts: list[bytes] = []
    for path in sorted(shop.ledger.folder.rglob("*")):
        if path.is_file():
            parts += [str(path).encode(), path.read_bytes()]
            if path.suffix == ".parquet":
                parts.append(str(pq.read_table(path).to_pylist()).encode())
    return b"\n".join(parts)


def _items(folder: Path) -> Path:
    rows = [
        cells(
            exports.SQUARE_ITEMS_35,
            Date="2026-07-02",
            Time="10:00:00",
            Time_Zone="Hong Kong",
            Item=f"Cut for {CARD}",
            Qty="1",
            Gross_Sales="$10.00",
            Net_Sales=net,
            Transaction_ID=f"T{n}",
            Event_Type="Payment",
            Notes=f"call {who.name} on {who.phone}",
            Details=who.email,
            Customer_ID=who.id,
            Customer_Name=who.name,
            Employee="Stylist Sam",
            Category=f"ask {who.email}",
            PAN_Suffix=who.phone[-4:],
        )
        for n, who in enumerate(CAST)
        for net in ("$10.00", "ten dollars")
    ]
    return write(folder / "items.csv", exports.SQUARE_ITEMS_35, rows)


def _files(folder: Path) -> list[Path]:
    clients = [
        cells(
            exports.FRESHA_CLIENTS,
            Client_ID=who.id,
            First_Name=who.first,
            Last_Name=who.last,
            Full_Name=who.name,
            Mobile_Number=who.phone,
            Email=who.email,
            Address="Nowhere Street",
            Area="Central",
            Added="2025-01-01",
            Note=CARD,
            Referral_Source="Friend: Somebody Else",
        )
        for who in CAST
    ]
    orders = [
        cells(
            exports.SHOPIFY_ORDERS,
            Name=f"#{n}",
            Email=who.email,
            Financial_Status="paid",
            Currency="HKD",
            Created_at="2026-03-12 09:14:02 +0000",
            Lineitem_quantity="1",
            Lineitem_name="Tea",
            Lineitem_price="10.00",
            Billing_Name=who.name,
            Shipping_Address1="Nowhere Street",
            Phone=who.phone,
            Note_Attributes=who.name,
        )
        for n, who in enumerate(CAST)
    ]
    woo = [
        cells(exports.WOO_ORDERS, Date="2026-02-03", Order__=str(n), Customer=who.name, Net_Sales="1.00")
        for n, who in enumerate(CAST)
    ]
    own = [
        ["2026-01-02", who.id, who.name, who.phone, who.email, "Cut", "x" if who is CAST[0] else "10"] for who in CAST
    ]
    return [
        _items(folder),
        write(folder / "clients.csv", exports.FRESHA_CLIENTS, clients),
        write(folder / "orders.csv", exports.SHOPIFY_ORDERS, orders),
        write(folder / "woo.csv", exports.WOO_ORDERS, woo),
        write(folder / "own.csv", "日期,客戶編號,姓名,電話,電郵,項目,金額", own),
        write(folder / "again.csv", "Date,Mobile,Amount", [["2026-01-02", who.phone, "5"] for who in CAST]),
    ]


def test_no_identifier_reaches_the_ledger(tmp_path: Path) -> None:
    shop = Shop(tmp_path, business(pack="retail"))
    steps: list[Text] = []
    said: list[str] = []
    for path in _files(tmp_path):
        result = shop.take(path, progress=lambda step, done, total: steps.append(step))
        assert result.stored > 0
        said += [str(p) + render(p.reason, language) for p in result.problems for language in LANGUAGES]
    said += [render(step, "en") for step in steps]
    stored = _everything(shop)
    notes = str(shop.ledger.imports())
    for identifier in _identifiers():
        assert identifier.encode() not in stored, identifier
        assert identifier not in notes
        assert not any(identifier in sentence for sentence in said)
    assert SECRET not in stored
    # What must be there, so that the search is known to see something: the keys, masked texts, staff keys.
    for kept in (
        str(PSEUDONYMS.key("fresha", CAST[0].id)),
        "[HKID]",
        "[contact]",
        PSEUDONYMS.staff("Stylist Sam"),
        "Tea",
    ):
        assert kept.encode() in stored


def test_masked_texts_are_told(tmp_path: Path) -> None:
    shop = Shop(tmp_path)
    result = shop.take(_items(tmp_path))
    assert codes(result) == {"bad_amount": 3, "hkid_masked": 6, "contact_masked": 6}
    assert {line["item"] for line in shop.rows()} == {"Cut for [HKID]"}
    assert {line["category"] for line in shop.rows()} == {"ask [contact]"}


def test_unknown_columns_store_no_value_and_are_told(tmp_path: Path) -> None:
    path = write(
        tmp_path / "s.csv", "Date,Client ID,Amount,Income,Education", [["2026-01-02", "C1", "5", "rich", "PhD"]]
    )
    shop = Shop(tmp_path)
    assert shop.take(path).ignored_columns == ("Income", "Education")
    stored = _everything(shop)
    assert b"rich" not in stored
    assert b"PhD" not in stored


def test_rejects_are_the_only_place_and_work_files_are_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    work = tmp_path / "tmp"
    work.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(work))
    shop = Shop(tmp_path / "shop")
    for path in _files(tmp_path):
        shop.take(path)
    assert list(work.iterdir()) == []
    with pytest.raises(BadData):
        shop.take(write(tmp_path / "empty.csv", "Date,Client ID,Amount", []), progress=unwatched)
    assert list(work.iterdir()) == []


class _Colliding(Pseudonyms):
    """Keys so short that people collide, which 63 bits do not do in practice."""

    def sql_key(self, namespace: str, column_sql: str) -> str:
        return f"({super().sql_key(namespace, column_sql)} % 7)"


def test_colliding_keys_are_found_and_nobody_becomes_somebody_else(tmp_path: Path) -> None:
    rows = [["2026-01-02", f"C{n}", "5"] for n in range(20)]
    shop = Shop(tmp_path)
    result = shop.take(write(tmp_path / "s.csv", "Date,Client ID,Amount", rows), pseudonyms=_Colliding(SECRET))
    assert result.stored + result.rejected == 20
    assert codes(result)["key_collision"] == result.rejected > 10
    keys = [line["customer"] for line in shop.rows()]
    assert len(set(keys)) == len(keys)


def test_numbers_of_sales_that_are_peoples_own_become_keys(tmp_path: Path) -> None:
    rows = [
        [number, "2026-03-01", f"C{at}", "Cut, tel 9123 4567", "10.00"]
        for at, number in enumerate([CARD, "B7654321", "mary@example.com", "20260301-1"])
    ]
    shop = Shop(tmp_path)
    result = shop.take(write(tmp_path / "till.csv", "Receipt,Date,Customer ID,Item,Amount", rows))
    assert result.stored == 4
    held = _everything(shop)
    assert b"123456" not in held
    assert b"mary@" not in held
    assert b"9123 4567" not in held
    assert b"20260301-1" in held
    assert b"B7654321" in held  # its check digit is wrong: a number like any other
    assert codes(result) == {"hkid_masked": 1, "contact_masked": 5}


def test_a_series_of_numbers_is_no_series_of_identity_cards(tmp_path: Path) -> None:
    rows = [[f"A{number}", "2026-03-01", "C1", "Cut", "10.00"] for number in range(1234500, 1234600)]
    shop = Shop(tmp_path)
    result = shop.take(write(tmp_path / "till.csv", "Receipt,Date,Customer ID,Item,Amount", rows))
    assert not result.problems
    assert len({line["sale_id"] for line in shop.rows()}) == 100
