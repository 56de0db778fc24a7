"""Rows kept aside: told one by one, put into a file only its owner reads, corrected and imported again."""

from __future__ import annotations

import csv
import stat
from decimal import Decimal
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from regulars.base.words import LANGUAGES, render
from regulars.ledger.profile import Profile
from regulars.ledger.rejects import neutral
from support.exports import Shop, codes, correct, read_rejects, write

HEADER = "Receipt,Date,Customer ID,Item,Amount"


def _good(n: int) -> list[str]:
    return [f"R{n}", f"{n % 28 + 1:02}/03/2026", f"C{n % 7}", "Cut", f"{100 + n}.00"]


def test_every_bad_row_is_told_with_row_column_and_reason(tmp_path: Path) -> None:
    rows = [
        _good(15),
        ["R2", "", "C1", "Cut", "10"],
        ["R3", "31/02/2026", "C1", "Cut", "10"],
        ["R4", "20/03/2026", "C1", "Cut", ""],
        ["R5", "20/03/2026", "C1", "Cut", "ten"],
        ["R6", "20/03/0026", "C1", "Cut", "10"],
        ["R7", "20/03/2026", "C1", "Cut", "10", "too", "many"],
        ["R8", "bad", "C1", "Cut", "worse"],
    ]
    result = Shop(tmp_path).take(write(tmp_path / "s.csv", HEADER, rows))
    assert (result.rows, result.stored, result.rejected) == (8, 1, 7)
    assert [(p.row, p.column, p.code) for p in result.problems] == [
        (3, "Date", "no_date"),
        (4, "Date", "bad_date"),
        (5, "Amount", "no_amount"),
        (6, "Amount", "bad_amount"),
        (7, "Date", "odd_date"),
        (8, None, "ragged_row"),
        (9, "Date", "bad_date"),
        (9, "Amount", "bad_amount"),
    ]
    assert all(p.severity == "rejected" and p.file == "s.csv" for p in result.problems)
    assert all(render(p.reason, language) for p in result.problems for language in LANGUAGES)


def test_rejects_file_holds_the_rows_and_the_reasons(tmp_path: Path) -> None:
    rows = [_good(20), ["R2", "soon", "C1", "Cut", "10"]]
    result = Shop(tmp_path).take(write(tmp_path / "s.csv", HEADER, rows))
    path = result.rejects_file
    assert path is not None
    assert path.parent == tmp_path / "rejected"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    (row,) = read_rejects(path)
    assert list(row)[:5] == HEADER.split(",")
    assert [row[name] for name in HEADER.split(",")] == rows[1]
    assert "cannot be read" in row["regulars_problem_en"]
    assert "無法讀取" in row["regulars_problem_zh"]
    assert row["regulars_row"] == "3"


def test_corrected_rejects_make_the_ledger_whole_and_nothing_doubles(tmp_path: Path) -> None:
    clean = [_good(n) for n in range(60)] + [["R0", "01/03/2026", "C0", "Wax", "5.00"]]
    broken = [[*row[:4], "oops"] if n in (0, 7, 30) else row for n, row in enumerate(clean)]
    whole, mended = Shop(tmp_path / "whole"), Shop(tmp_path / "mended")
    whole.take(write(tmp_path / "clean.csv", HEADER, clean))
    first = mended.take(write(tmp_path / "broken.csv", HEADER, broken))
    assert (first.stored, first.rejected) == (58, 3)
    assert first.rejects_file is not None
    rejected = read_rejects(first.rejects_file)
    values = {row[0]: row[4] for row in clean if row[3] == "Cut"}
    fixed = write(
        tmp_path / "fixed.csv",
        list(rejected[0]),
        [list((row | {"Amount": values[row["Receipt"]]}).values()) for row in rejected],
        encoding="utf-8-sig",
    )
    again = mended.take(fixed)
    assert (again.stored, again.rejected, again.ignored_columns) == (3, 0, ())
    assert mended.rows() == whole.rows()
    assert mended.take(fixed).unchanged == 3
    assert mended.take(tmp_path / "clean.csv").unchanged == 61


def test_without_sale_numbers_corrected_rows_find_their_place(tmp_path: Path) -> None:
    header = "Date,Customer ID,Amount"
    clean = [[f"{n + 1:02}/03/2026", f"C{n % 3}", f"{n}.50"] for n in range(25)]
    broken = [[row[0], row[1], "?"] if n == 4 else row for n, row in enumerate(clean)]
    shop = Shop(tmp_path)
    first = shop.take(write(tmp_path / "broken.csv", header, broken))
    assert first.rejects_file is not None
    assert shop.take(correct(first.rejects_file, {"Amount": "4.50"}, to=tmp_path / "fixed.csv")).stored == 1
    assert shop.take(write(tmp_path / "clean.csv", header, clean)).unchanged == 25


def test_a_few_corrected_rows_are_read_like_the_first_file(tmp_path: Path) -> None:
    # Alone, 03/04 could be the third of April; the first file showed that it is the fourth of March.
    rows = [["R1", "03/25/2026", "C1", "Cut", "10"], ["R2", "03/04/2026", "C1", "Cut", "x"]]
    shop = Shop(tmp_path)
    first = shop.take(write(tmp_path / "s.csv", HEADER, rows))
    assert first.rejects_file is not None
    again = shop.take(correct(first.rejects_file, {"Amount": "20"}, to=tmp_path / "fixed.csv"))
    assert codes(again) == {}
    assert [str(line["day"]) for line in shop.rows()] == ["2026-03-25", "2026-03-04"]


def test_a_file_without_header_comes_back_too(tmp_path: Path) -> None:
    path = tmp_path / "log.txt"
    lines = [f" {n:05d} {n:04d} 199701{n % 28 + 1:02d} 2 {n}.50" for n in range(1, 40)]
    path.write_text("\n".join([*lines, " 00099 0099 19971341 1 9.99"]) + "\n")
    shop = Shop(tmp_path)
    first = shop.take(path)
    assert (first.stored, codes(first)) == (39, {"bad_date": 1})
    assert first.problems[0].row == 40
    assert first.rejects_file is not None
    again = shop.take(correct(first.rejects_file, {"column 3": "19971231"}, to=tmp_path / "fixed.csv"))
    assert (again.stored, again.rejected) == (1, 0)


def test_bad_rows_that_stay_bad_stay_aside(tmp_path: Path) -> None:
    shop = Shop(tmp_path)
    first = shop.take(write(tmp_path / "s.csv", HEADER, [_good(20), ["R2", "soon", "C1", "Cut", "10"]]))
    assert first.rejects_file is not None
    again = shop.take(first.rejects_file)
    assert (again.stored, codes(again)) == (0, {"bad_date": 1})
    assert again.rejects_file is not None
    assert list(read_rejects(again.rejects_file)[0]).count("regulars_row") == 1


@pytest.mark.parametrize(
    ("cell", "kept"),
    [
        ("=1+1", "'=1+1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("+852 9111 2233", "'+852 9111 2233"),
        ("-5 off", "'-5 off"),
        ("\t=1", "'\t=1"),
        ("\n=1", "'\n=1"),
        ("\uff1d1+1", "'\uff1d1+1"),
        ("-45.00", "-45.00"),
        ("-$45.00", "-$45.00"),
        ("+7", "+7"),
        ("plain", "plain"),
        ("", ""),
    ],
)
def test_spreadsheets_find_no_formula(cell: str, kept: str) -> None:
    assert neutral(cell) == kept


@given(st.text(max_size=20))
def test_no_cell_begins_like_a_formula_unless_it_is_a_number(cell: str) -> None:
    shown = neutral(cell)
    if shown[:1] in ("=", "@", "\t", "\r"):
        raise AssertionError(shown)
    if shown[:1] in ("+", "-"):
        assert any(c.isdigit() for c in shown)
        assert not any(c.isalpha() and c not in "HKUSNT" for c in shown)


def test_formulas_come_back_as_they_were(tmp_path: Path) -> None:
    shop = Shop(tmp_path)
    first = shop.take(write(tmp_path / "s.csv", HEADER, [_good(20), ["R2", "20/03/2026", "C1", "=HYPERLINK(1)", "x"]]))
    assert first.rejects_file is not None
    assert read_rejects(first.rejects_file)[0]["Item"] == "'=HYPERLINK(1)"
    shop.take(correct(first.rejects_file, {"Amount": "7.00"}, to=tmp_path / "fixed.csv"))
    assert shop.rows()[0]["item"] == "=HYPERLINK(1)"


@pytest.mark.parametrize("end", ["csv", "xlsx"])
def test_headings_are_no_formulas_and_come_back_as_they_were(tmp_path: Path, end: str) -> None:
    names = {"Item": '=HYPERLINK("http://x.hk?"&A2)', "Amount": "-Amount", "Receipt": "\uff1dReceipt"}
    header = [names.get(name, name) for name in HEADER.split(",")]
    columns = {"Date": "date", "Customer ID": "customer", names["Item"]: "item", names["Amount"]: "net"}
    columns[names["Receipt"]] = "sale_id"
    shop = Shop(tmp_path)
    bad = ["R2", "20/03/2026", "C1", "+Wax", "x"]
    profile = Profile(name="till", columns=columns)
    first = shop.take(write(tmp_path / "s.csv", header, [_good(20), bad]), profile=profile)
    assert first.rejects_file is not None
    (row,) = read_rejects(first.rejects_file)
    assert [name[0] for name in row if name[1:] in names.values()] == ["'"] * 3
    assert not [cell for cell in (*row, *row.values()) if (cell or "")[:1] in ("=", "+", "-", "@", "\uff1d")]
    fixed = correct(first.rejects_file, {"'-Amount": "7.00"}, to=tmp_path / "fixed.csv")
    if end == "xlsx":
        fixed = as_workbook(fixed, tmp_path / "fixed.xlsx")
    again = shop.take(fixed)
    assert (again.stored, again.rejected, again.ignored_columns) == (1, 0, ())
    assert {row["item"] for row in shop.rows()} == {"Cut", "+Wax"}


def as_workbook(path: Path, target: Path) -> Path:
    """A CSV file saved as a workbook, all cells as texts."""
    book = xlsxwriter.Workbook(str(target), {"strings_to_formulas": False})
    sheet = book.add_worksheet()
    with path.open(encoding="utf-8-sig", newline="") as file:
        for at, cells in enumerate(csv.reader(file)):
            sheet.write_row(at, 0, cells)
    book.close()
    return target


def test_many_problems_are_listed_up_to_a_thousand_and_counted_beyond(tmp_path: Path) -> None:
    rows = [["R", "soon", "C1", "Cut", "1" if n % 2 else "x"] for n in range(3000)] + [_good(20)]
    result = Shop(tmp_path).take(write(tmp_path / "s.csv", HEADER, rows))
    assert result.rejected == 3000
    assert codes(result) == {"bad_date": 3000, "bad_amount": 1500}
    assert len([p for p in result.problems if p.row is not None]) == 1000
    assert len(result.problems) == 1002


def test_reasons_never_repeat_a_cell(tmp_path: Path) -> None:
    rows = [["R1", "Ann Fictitious", "C1", "Cut", "ann@mail.example"], _good(20)]
    result = Shop(tmp_path).take(write(tmp_path / "s.csv", HEADER, rows))
    said = "".join(render(p.reason, language) + str(p.column) for p in result.problems for language in LANGUAGES)
    assert "Ann" not in said
    assert "mail.example" not in said


def test_lines_of_one_sale_keep_their_numbers(tmp_path: Path) -> None:
    rows = [["R1", "20/03/2026", "C1", item, amount] for item, amount in (("A", "1"), ("B", "?"), ("C", "3"))]
    shop = Shop(tmp_path)
    first = shop.take(write(tmp_path / "s.csv", HEADER, rows))
    assert [line["line_id"] for line in shop.rows()] == ["20260320-1", "20260320-3"]
    assert first.rejects_file is not None
    shop.take(correct(first.rejects_file, {"Amount": "2"}, to=tmp_path / "fixed.csv"))
    assert [(line["line_id"], line["net"]) for line in shop.rows()] == [
        ("20260320-1", Decimal(1)),
        ("20260320-2", Decimal(2)),
        ("20260320-3", Decimal(3)),
    ]
