"""Who the customers are goes to a receiver and nowhere else, under the very keys of the facts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from regulars.ledger.identifying import IDENTIFIERS, Identified
from regulars.ledger.importing import import_file
from support.exports import (
    CAST,
    FRESHA_CLIENTS,
    PSEUDONYMS,
    SHOPIFY_ORDERS,
    SQUARE_CUSTOMERS,
    SQUARE_ITEMS_35,
    Shop,
    business,
    cells,
    write,
)

ANN, BEN, CHAN = CAST


def received(tmp_path: Path, path: Path, **more: Any) -> dict[str, dict[str, str | None]]:
    """What a receiver is handed of one file: customer key -> what is told."""
    told: list[Identified] = []
    shop = Shop(tmp_path / "shop")
    result = import_file(
        shop.ledger,
        path,
        business=business(),
        pseudonyms=PSEUDONYMS,
        import_id="0001-a",
        rejects=tmp_path / "rejected",
        receive=told.append,
        **more,
    )
    assert all(one.table.schema == IDENTIFIERS and one.import_id == "0001-a" for one in told)
    rows = [row for one in told for row in one.table.to_pylist()]
    assert result.identified == len(rows)
    return {row.pop("customer"): row for row in rows}


def key(namespace: str, identifier: str) -> str:
    return str(PSEUDONYMS.key(namespace, identifier))


def test_both_square_files_tell_the_same_people(tmp_path: Path) -> None:
    people = [
        cells(
            SQUARE_CUSTOMERS,
            Square_Customer_ID=p.id,
            First_Name=p.first,
            Last_Name=p.last,
            Email_Address=p.email,
            Phone_Number=p.phone,
            Creation_Source="Directory",
        )
        for p in CAST
    ]
    told = received(tmp_path, write(tmp_path / "customers.csv", SQUARE_CUSTOMERS, people))
    assert told[key("square", ANN.id)] == {
        "name": ANN.name,
        "phone": ANN.phone,
        "email": ANN.email,
        "member": ANN.id,
    }
    assert told[key("square", CHAN.id)]["name"] == CHAN.last + CHAN.first, "Chinese: family name first, no blank"
    item = cells(
        SQUARE_ITEMS_35,
        Date="2026-07-02",
        Item="Cut",
        Qty="1",
        Net_Sales="$480.00",
        Transaction_ID="TX1",
        Customer_ID=ANN.id,
        Customer_Name=ANN.name,
    )
    nameless = [cell if cell != ANN.name else "" for cell in item]
    told = received(tmp_path / "items", write(tmp_path / "items.csv", SQUARE_ITEMS_35, [nameless, item]))
    assert told == {key("square", ANN.id): {"name": ANN.name, "phone": None, "email": None, "member": ANN.id}}


def test_rows_set_aside_and_walk_ins_tell_nothing(tmp_path: Path) -> None:
    header = "Date,Customer ID,Customer Name,Mobile,Amount"
    rows = [
        ["2026-01-02", "C1", "Fictitious, Ann", "9111 2233", "10"],
        ["2026-13-40", "C2", "Bad Row", "9222 3344", "10"],
        ["2026-01-03", "Walk-in", "Guest", "", "10"],
    ]
    told = received(tmp_path, write(tmp_path / "s.csv", header, rows))
    assert set(told) == {key("own", "C1")}
    assert told[key("own", "C1")]["name"] == "Fictitious, Ann"


def test_of_two_telephones_the_first_filled_one_counts(tmp_path: Path) -> None:
    row = cells(FRESHA_CLIENTS, Client_ID="F1", Full_Name="An Other", Telephone="2345 6789", Added="2026-01-01")
    told = received(tmp_path, write(tmp_path / "c.csv", FRESHA_CLIENTS, [row]))
    assert told[key("fresha", "F1")]["phone"] == "2345 6789"


def test_what_stands_once_an_order_is_told_of_its_customer(tmp_path: Path) -> None:
    first = cells(
        SHOPIFY_ORDERS,
        Name="#1",
        Email=BEN.email,
        Financial_Status="paid",
        Created_at="2026-03-12 09:14:02 +0000",
        Lineitem_quantity="1",
        Lineitem_name="Mask",
        Lineitem_price="80",
        Billing_Name=BEN.name,
    )
    rest = cells(SHOPIFY_ORDERS, Name="#1", Lineitem_quantity="2", Lineitem_name="Oil", Lineitem_price="20")
    told = received(tmp_path, write(tmp_path / "o.csv", SHOPIFY_ORDERS, [first, rest]))
    (only,) = told.values()
    assert (only["name"], only["email"], only["member"]) == (BEN.name, BEN.email, None)


@pytest.mark.parametrize(("card", "kept"), [("A123456(3)", None), ("A123456(7)", "A123456(7)")])
def test_identity_cards_are_kept_nowhere(tmp_path: Path, card: str, kept: str | None) -> None:
    header = "Date,Customer ID,Customer Name,Amount"
    told = received(tmp_path, write(tmp_path / "s.csv", header, [["2026-01-02", card, f"Ann {card}", "10"]]))
    (only,) = told.values()
    assert only["member"] == kept
    assert (card in (only["name"] or "")) is (kept is not None)


def test_without_a_receiver_nothing_is_read_and_a_failing_one_stops_the_import(tmp_path: Path) -> None:
    path = write(tmp_path / "s.csv", "Date,Customer ID,Customer Name,Amount", [["2026-01-02", "C1", "Ann", "10"]])
    shop = Shop(tmp_path)
    result = shop.take(path)
    assert result.identifier_columns == ("Customer ID", "Customer Name") and result.identified == 0

    def full(_: Identified) -> None:
        raise OSError("the vault is full")

    with pytest.raises(OSError, match="full"):
        import_file(
            Shop(tmp_path / "other").ledger,
            path,
            business=business(),
            pseudonyms=PSEUDONYMS,
            import_id="1",
            rejects=tmp_path / "r",
            receive=full,
        )
    assert Shop(tmp_path / "other").ledger.imports() == ()
