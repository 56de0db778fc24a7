"""Unknown systems: columns guessed by name and content, in English and Chinese, with and without a header."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from regulars.base.errors import BadData
from regulars.base.settings import Branch
from regulars.ledger.mapping import recognise
from regulars.ledger.sources import generic_words
from support.exports import PSEUDONYMS, Shop, business, codes, write

DATA = Path(__file__).parents[2] / "data"
CHINESE = ["單號", "日期", "時間", "客戶編號", "分店", "員工", "項目", "類別", "數量", "原價", "折扣", "金額"]
ENGLISH = "Receipt No,Date,Time,Client ID,Branch,Staff,Item,Category,Qty,Gross,Discount,Net"
ROW = ["R1", "31/12/2025", "14:05", "C001", "旺角", "阿明", "深層護理", "面部", "1", "1,200.00", "200.00", "1,000.00"]


def test_cdnow_master(tmp_path: Path) -> None:
    shop = Shop(tmp_path, business(pack="retail", currency="USD"))
    result = shop.take(DATA / "CDNOW_master.txt")
    assert (result.source, result.rows, result.stored, result.rejected) == ("generic", 69659, 69659, 0)
    lines = shop.rows()
    assert len({line["customer"] for line in lines}) == 23570
    assert sum(line["net"] for line in lines) == Decimal("2500315.63")
    assert sum(line["quantity"] for line in lines) == 167881
    assert (min(line["day"] for line in lines), max(line["day"] for line in lines)) == (
        date(1997, 1, 1),
        date(1998, 6, 30),
    )
    assert shop.take(DATA / "CDNOW_master.txt").unchanged == 69659


def test_cdnow_sample_has_no_header(tmp_path: Path) -> None:
    shop = Shop(tmp_path, business(pack="retail", currency="USD"))
    result = shop.take(DATA / "CDNOW_sample.txt")
    assert (result.rows, result.stored, result.ignored_columns) == (6919, 6919, ("column 2",))
    lines = shop.rows()
    assert len({line["customer"] for line in lines}) == 2357
    master_number = PSEUDONYMS.key("own", "00004")
    assert [line["net"] for line in lines if line["customer"] == master_number and line["day"] == date(1997, 1, 1)] == [
        Decimal("29.33")
    ]


def test_online_retail(tmp_path: Path) -> None:
    shop = Shop(tmp_path, business(pack="retail", currency="GBP", zone="Europe/London"))
    result = shop.take(DATA / "online_retail.parquet")
    assert (result.rows, result.stored, result.rejected) == (541909, 541909, 0)
    with shop.ledger.read() as reader:
        sales = reader.table("sales")
        facts = reader.arrow(
            sales.aggregate(
                people=sales.customer.nunique(),
                known=sales.customer.count(),
                net=sales.net.sum(),
                refunds=(sales.kind == "refund").sum(),
            )
        ).to_pylist()[0]
    # 4,372 customers and 406,829 lines with one; the cents differ from the published 9,747,747.934 by rounding lines.
    assert (facts["people"], facts["known"]) == (4372, 406829)
    assert abs(facts["net"] - Decimal("9747747.93")) < Decimal("0.02")
    assert facts["refunds"] == 9288 + 2  # cancellations, and two adjustments of bad debt


@pytest.mark.parametrize(
    ("header", "rows"),
    [
        ("household_id,store_id,basket_id,product_id,quantity,sales_value,retail_disc,transaction_timestamp",
         ("7,309,b1,940996,1,3.86,0.43,2017-01-28 19:06:53", "8,309,b2,847901,2,5.00,0,2017-01-29 10:00:00")),
        ("Id,Date,Price", ("7,2005-01-02,3.86", "8,2005-01-03,5.00", "7,2005-02-09,1.10")),
        ("cust,date,sales", ("7,1997-01-01,3.86", "8,1997-01-12,5.00")),
        ("id,chain,date,purchasequantity,purchaseamount",
         ("7,205,2012-03-02,1,3.86", "8,205,2012-03-03,1,5.00", "7,15,2012-03-09,1,1.10")),
    ],
    ids=["grocery panel", "bare number", "short", "shoppers"],
)  # fmt: skip
def test_headers_of_published_panels(tmp_path: Path, header: str, rows: tuple[str, ...]) -> None:
    shop = Shop(tmp_path, business(pack="retail"))
    result = shop.take(write(tmp_path / "panel.csv", header, [row.split(",") for row in rows]))
    assert (result.source, result.table, result.stored) == ("generic", "sales", len(rows))
    lines = shop.rows()
    assert {line["customer"] for line in lines} == {PSEUDONYMS.key("own", "7"), PSEUDONYMS.key("own", "8")}
    assert sorted(line["net"] for line in lines)[-2:] == [Decimal("3.86"), Decimal("5.00")]


def test_a_bare_number_that_never_comes_again_is_nobody(tmp_path: Path) -> None:
    file = write(tmp_path / "sums.csv", "Id,Date,Price", [["1", "2005-01-02", "3.86"], ["2", "2005-01-03", "5.00"]])
    with pytest.raises(BadData) as caught:
        Shop(tmp_path).take(file)
    assert caught.value.text.id == "importing.refused.generic_summary"


def test_chinese_headers(tmp_path: Path) -> None:
    shop = Shop(tmp_path, business(branches=[Branch(id="mk", name={"zh-Hant": "旺角"})]))
    result = shop.take(write(tmp_path / "銷售.csv", CHINESE, [ROW]))
    assert (result.source, result.table, result.ignored_columns) == ("generic", "sales", ())
    (line,) = shop.rows()
    assert line["customer"] == PSEUDONYMS.key("own", "C001")
    assert line["sold_at"] == datetime(2025, 12, 31, 6, 5, tzinfo=UTC)
    assert (line["day"], line["branch"], line["item"]) == (date(2025, 12, 31), "mk", "深層護理")
    assert (line["gross"], line["discount"], line["net"]) == (Decimal(1200), Decimal(200), Decimal(1000))
    assert line["staff"] == PSEUDONYMS.staff("阿明")


def test_english_and_chinese_say_the_same(tmp_path: Path) -> None:
    one, other = Shop(tmp_path / "a"), Shop(tmp_path / "b")
    one.take(write(tmp_path / "a.csv", ENGLISH, [ROW]))
    other.take(write(tmp_path / "b.csv", CHINESE, [ROW]))
    assert one.rows() == other.rows()


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "big5hkscs", "gb18030"])
def test_delimiters_and_encodings(tmp_path: Path, delimiter: str, encoding: str) -> None:
    path = write(tmp_path / "sales.csv", CHINESE, [ROW] * 3, delimiter=delimiter, encoding=encoding)
    shop = Shop(tmp_path)
    assert shop.take(path).stored == 3
    assert {(line["item"], line["branch"], line["net"]) for line in shop.rows()} == {
        ("深層護理", "旺角", Decimal(1000))
    }


def test_hong_kong_characters_in_big5(tmp_path: Path) -> None:
    rows = [[*ROW[:6], "啲嘢 嚟㗎", *ROW[7:]]]
    shop = Shop(tmp_path)
    shop.take(write(tmp_path / "sales.csv", CHINESE, rows, encoding="big5hkscs"))
    assert shop.rows()[0]["item"] == "啲嘢 嚟㗎"


def test_latin_letters_outside_utf8(tmp_path: Path) -> None:
    rows = [[*ROW[:4], "Café", "", "Manucure Élise", "", *ROW[8:]]]
    shop = Shop(tmp_path)
    shop.take(write(tmp_path / "sales.csv", ENGLISH, rows, encoding="cp1252"))
    assert (shop.rows()[0]["item"], shop.rows()[0]["branch"]) == ("Manucure Élise", "Café")


def test_sales_and_clients_meet(tmp_path: Path) -> None:
    shop = Shop(tmp_path)
    shop.take(write(tmp_path / "sales.csv", ENGLISH, [ROW]))
    clients = write(
        tmp_path / "clients.csv",
        "客戶編號,姓名,電話,入會日期,出生日期,接受電郵推廣,地區,來源",
        [["C001", "陳虛構", "9111 2233", "2024-02-03", "1988-01-02", "是", "旺角", "朋友：李小明"]],
    )
    result = shop.take(clients)
    assert (result.table, result.stored) == ("customers", 1)
    (person,) = shop.rows("customers")
    assert person["customer"] == shop.rows()[0]["customer"] == PSEUDONYMS.key("own", "C001")
    assert (person["joined_on"], person["birth_year"], person["may_email"]) == (date(2024, 2, 3), 1988, True)
    assert (person["district"], person["source"]) == ("旺角", "朋友")  # who the friend was is not kept


def test_bookings(tmp_path: Path) -> None:
    header = "Booking ID,Client ID,Appointment date,Service,Duration,Status,Staff"
    states = ["Completed", "No show", "Cancelled", "Late cancelled", "Confirmed", "未到", "Weird"]
    rows = [[f"B{n}", "C1", f"2026-03-0{n} 10:00", "Facial", "60", s, "Amy"] for n, s in enumerate(states, 1)]
    shop = Shop(tmp_path)
    result = shop.take(write(tmp_path / "bookings.csv", header, rows))
    assert (result.table, result.stored, codes(result)) == ("bookings", 7, {"bad_status": 1})
    found = shop.rows("bookings", order=("booking_id",))
    assert [row["status"] for row in found] == [
        *("completed", "no_show", "cancelled", "late_cancelled", "booked", "no_show", "booked"),
    ]
    assert (found[0]["minutes"], found[0]["day"]) == (60, date(2026, 3, 1))
    assert found[0]["starts_at"] == datetime(2026, 3, 1, 2, 0, tzinfo=UTC)


SPEND = "day,until,source,branch,amount"


def test_spend(tmp_path: Path) -> None:
    rows = [
        ["2026-01-01", "2026-01-31", "Instagram", "", "3,000.00"],
        ["2026-01-01", "2026-01-31", "Google 搜尋", "", "HK$1200"],
        ["2026-02-30", "2026-02-28", "Instagram", "", "10"],
        ["2026-02-01", "2026-01-28", "Instagram", "", "10"],
        ["2026-03-01", "", "Instagram", "", "dear"],
        ["2026-04-01", "", "Friend: somebody", "", "-50"],
    ]
    shop = Shop(tmp_path)
    path = write(tmp_path / "spend.csv", SPEND, rows)
    result = shop.take(path)
    assert (result.table, result.stored, result.rejected) == ("spend", 3, 3)
    wrong = {p.code: (p.file, p.row, p.column) for p in result.problems}
    assert wrong == {
        "bad_date": ("spend.csv", 4, "day"),
        "bad_until": ("spend.csv", 5, "until"),
        "bad_amount": ("spend.csv", 6, "amount"),
    }
    found = {row["source"]: row for row in shop.rows("spend", order=("spend_id",))}
    assert set(found) == {"Instagram", "Google 搜尋", "Friend"}  # who the friend was is not kept
    assert (found["Instagram"]["amount"], found["Instagram"]["until"]) == (Decimal("3000.00"), date(2026, 1, 31))
    assert (found["Friend"]["until"], found["Friend"]["currency"]) == (None, "HKD")
    assert (again := shop.take(path)).unchanged == 3 and again.changed == 0


def test_spend_corrected_replaces_the_first(tmp_path: Path) -> None:
    shop = Shop(tmp_path)
    for amount in ("100", "120"):
        shop.take(write(tmp_path / "s.csv", SPEND, [["2026-01-01", "2026-01-31", "Instagram", "", amount]]))
    assert [row["amount"] for row in shop.rows("spend", order=("spend_id",))] == [Decimal("120.00")]
    shop.ledger.undo(shop.ledger.imports()[-1].import_id)
    assert [row["amount"] for row in shop.rows("spend", order=("spend_id",))] == [Decimal("100.00")]
    twice = [["2026-01-01", "2026-01-31", "Google", "", amount] for amount in ("5", "6")]
    assert codes(shop.take(write(tmp_path / "t.csv", SPEND, twice))) == {"duplicate_line": 1}


COMPLAINTS = "received,customer id,branch,staff,complaint type,severity,resolved,outcome,compensation"


def test_complaints(tmp_path: Path) -> None:
    rows = [
        ["2026-01-05", "C1", "TST", "Ann Fictitious", "burn", "high", "2026-01-20", "redone", "1,200.00"],
        ["2026-01-06", "C2", "TST", "", "rude; call 6123 4567", "", "", "", ""],
        ["2026-01-07", "", "TST", "", "noise", "", "", "", ""],
        ["2026-02-30", "C3", "", "", "late", "", "", "", ""],
        ["2026-02-02", "C3", "", "", "late", "", "2026-02-01", "", ""],
        ["2026-02-03", "C3", "", "", "late", "", "soon", "", ""],
        ["2026-02-04", "C3", "", "", "late", "", "", "", "much"],
        ["2026-01-06", "C2", "TST", "", "rude; call 6123 4567", "low", "", "", ""],
    ]
    shop = Shop(tmp_path)
    path = write(tmp_path / "complaints.csv", COMPLAINTS, rows)
    result = shop.take(path)
    assert (result.table, result.stored, result.rejected) == ("complaints", 3, 5)
    wrong = {(p.code, p.row, p.column) for p in result.problems if p.severity == "rejected"}
    assert wrong == {
        ("bad_date", 5, "received"),
        ("bad_resolved", 6, "resolved"),
        ("bad_resolved", 7, "resolved"),
        ("bad_amount", 8, "compensation"),
        ("duplicate_line", 9, None),
    }
    first, second, third = shop.rows("complaints", order=("day",))
    assert (first["customer"], first["resolved"]) == (PSEUDONYMS.key("own", "C1"), date(2026, 1, 20))
    assert (first["compensation"], first["currency"], first["outcome"]) == (Decimal("1200.00"), "HKD", "redone")
    assert first["staff"].startswith("st-") and "Ann" not in str(first)
    assert "6123" not in second["kind"] and second["resolved"] is None and second["compensation"] is None
    assert third["customer"] is None  # somebody nobody knows still complained
    assert (again := shop.take(path)).unchanged == 3 and again.changed == 0


FEEDBACK = "rated on,customer id,branch,stylist,question,rating,out of,comment"


def test_feedback(tmp_path: Path) -> None:
    rows = [
        ["2026-01-05", "C1", "TST", "Ann Fictitious", "Cut", "4.5", "5", "Ann was lovely"],
        ["2026-01-06", "", "TST", "", "Cut", "2", "5", "call me at 6123 4567"],
        ["2026-01-06", "", "TST", "", "Cut", "2", "5", ""],
        ["2026-01-07", "C2", "TST", "", "Cut", "6", "5", ""],
        ["2026-01-08", "C2", "TST", "", "Cut", "", "5", ""],
        ["2026-02-30", "C2", "TST", "", "Cut", "3", "5", ""],
        ["2026-01-05", "C1", "TST", "Ann Fictitious", "Cut", "1", "5", ""],
    ]
    shop = Shop(tmp_path)
    path = write(tmp_path / "ratings.csv", FEEDBACK, rows)
    result = shop.take(path)
    assert (result.table, result.stored, result.rejected) == ("feedback", 3, 4)
    wrong = {(p.code, p.row, p.column) for p in result.problems if p.severity == "rejected"}
    assert wrong == {
        ("bad_score", 5, "rating"),
        ("bad_score", 6, "rating"),
        ("bad_date", 7, "rated on"),
        ("duplicate_line", 8, None),
    }
    first, *nobody = shop.rows("feedback", order=("day",))
    assert (first["customer"], first["score"], first["best"]) == (
        PSEUDONYMS.key("own", "C1"),
        Decimal("4.5"),
        Decimal(5),
    )
    assert first["staff"].startswith("st-") and "Ann" not in str(first) and "6123" not in str(nobody)
    assert [row["customer"] for row in nobody] == [None, None]  # two who gave no name are two
    assert (again := shop.take(path)).unchanged == 3 and again.changed == 0


def test_ratings_in_chinese_and_what_is_no_feedback(tmp_path: Path) -> None:
    path = write(
        tmp_path / "f.csv", "評分日期,客戶編號,分店,題目,評分,滿分", [["2026-01-05", "C1", "中環", "剪髮", "4", "5"]]
    )
    assert recognise(path).table == "feedback"
    sold = write(
        tmp_path / "s.csv", "date,customer id,item,amount,rating", [["2026-01-05", "C1", "Cut", "380.00", "5"]]
    )
    assert recognise(sold).table == "sales"


def test_a_complaint_settled_since_replaces_the_open_one(tmp_path: Path) -> None:
    shop = Shop(tmp_path)
    for settled in ("", "2026-01-20"):
        row = ["2026-01-05", "C1", "", "", "burn", "", settled, "", ""]
        shop.take(write(tmp_path / "c.csv", COMPLAINTS, [row]))
    assert [row["resolved"] for row in shop.rows("complaints", order=("day",))] == [date(2026, 1, 20)]
    shop.ledger.undo(shop.ledger.imports()[-1].import_id)
    assert [row["resolved"] for row in shop.rows("complaints", order=("day",))] == [None]


def test_complaints_in_chinese_and_what_is_none(tmp_path: Path) -> None:
    path = write(
        tmp_path / "c.csv", "投訴日期,客戶編號,分店,投訴類別,解決日期", [["2026-01-05", "C1", "中環", "態度", ""]]
    )
    assert recognise(path).table == "complaints"
    sold = write(
        tmp_path / "s.csv", "date,customer id,item,category,amount", [["2026-01-05", "C1", "Cut", "Hair", "9.00"]]
    )
    assert recognise(sold).table == "sales"


def test_takings_by_source_are_no_spend(tmp_path: Path) -> None:
    path = write(tmp_path / "s.csv", "date,source,amount", [["2026-01-01", "Instagram", "100"]])
    with pytest.raises(BadData):
        recognise(path)
    assert recognise(write(tmp_path / "t.csv", "date,channel,ad spend", [["2026-01-01", "IG", "100"]])).table == "spend"


def test_a_column_of_names_is_a_weak_identity(tmp_path: Path) -> None:
    path = write(tmp_path / "s.csv", "Date,Customer,Amount", [["2026-01-02", "Ann Fictitious", "10.00"]])
    shop = Shop(tmp_path)
    assert codes(shop.take(path)) == {"weak_identity": 1}
    assert shop.rows()[0]["customer"] == PSEUDONYMS.key("own", "name:ann fictitious")


def test_walk_ins_are_nobody(tmp_path: Path) -> None:
    rows = [["2026-01-02", who, "10.00"] for who in ("C1", "", "散客", "Walk-in", "NULL")]
    shop = Shop(tmp_path)
    shop.take(write(tmp_path / "s.csv", "Date,Customer No,Amount", rows))
    assert sorted(line["customer"] is None for line in shop.rows()) == [False, True, True, True, True]


def test_typed_parquet(tmp_path: Path) -> None:
    table = pa.table(
        {
            "Order ID": pa.array([1, 2], pa.int64()),
            "Date": pa.array([date(2026, 1, 2), date(2026, 1, 3)], pa.date32()),
            "Customer ID": pa.array([7.0, None], pa.float64()),
            "Net": pa.array([Decimal("10.50"), Decimal("-3.00")], pa.decimal128(9, 2)),
        }
    )
    pq.write_table(table, tmp_path / "sales.parquet")
    shop = Shop(tmp_path)
    assert shop.take(tmp_path / "sales.parquet").stored == 2
    first, second = shop.rows()
    assert (first["sale_id"], first["customer"], first["day"]) == ("1", PSEUDONYMS.key("own", "7"), date(2026, 1, 2))
    assert (second["customer"], second["kind"], second["net"]) == (None, "refund", Decimal("-3.00"))


def test_parquet_instants_become_local_days(tmp_path: Path) -> None:
    when = datetime(2026, 1, 2, 17, 0, tzinfo=UTC)
    table = pa.table(
        {"Date": pa.array([when], pa.timestamp("us", tz="UTC")), "Customer ID": ["a1"], "Amount": [1.0]},
    )
    pq.write_table(table, tmp_path / "sales.parquet")
    shop = Shop(tmp_path)
    shop.take(tmp_path / "sales.parquet")
    assert (shop.rows()[0]["day"], shop.rows()[0]["sold_at"]) == (date(2026, 1, 3), when)


def test_every_alias_is_recognised_alone() -> None:
    for table, fields in generic_words().items():
        for field, names in fields.items():
            assert len(set(names)) == len(names), f"{table}.{field} lists a name twice"


def test_preview_tells_roles_and_score(tmp_path: Path) -> None:
    found = recognise(write(tmp_path / "s.csv", [*CHINESE, "星座"], [[*ROW, "雙魚"]]))
    assert found.roles["金額"] == "net"
    assert found.ignored == ("星座",)
    assert 0 < found.score <= 1
    assert found.sample[0][0] == "R1"
