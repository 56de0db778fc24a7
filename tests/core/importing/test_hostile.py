"""Files that want to hurt: every one ends in a typed error in both languages, and the ledger stays as it was."""

from __future__ import annotations

import datetime
import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regulars.base.errors import BadData, NotThere, RegularsError
from regulars.base.words import LANGUAGES, render
from regulars.ledger import encoding
from regulars.ledger.mapping import recognise
from support.exports import Shop, codes, write

HEADER = "Receipt,Date,Customer ID,Item,Amount"
ROWS = [["R1", "2026-03-01", "C1", "Cut", "10.00"]] * 40


def _workbook(path: Path) -> bytes:
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet()
    for at, row in enumerate([HEADER.split(","), *ROWS]):
        sheet.write_row(at, 0, row)
    book.close()
    return path.read_bytes()


def _parquet(path: Path) -> bytes:
    pq.write_table(pa.table(dict(zip(HEADER.split(","), map(list, zip(*ROWS, strict=True)), strict=True))), path)
    return path.read_bytes()


def _zip(path: Path, name: str, content: bytes) -> bytes:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return path.read_bytes()


HOSTILE: dict[str, Callable[[Path], bytes]] = {
    "empty.csv": lambda _: b"",
    "blank.csv": lambda _: b"\n\r\n  \n",
    "mark only.csv": lambda _: b"\xef\xbb\xbf",
    "header only.csv": lambda _: HEADER.encode() + b"\r\n",
    "one column.csv": lambda _: b"Date\n2026-01-01\n2026-01-02\n",
    "prose.csv": lambda _: b"Dear all,\nplease find the sales below.\n\nBest\n",
    "binary.csv": lambda _: bytes(range(256)) * 64,
    "random.csv": lambda _: b"\x93NUMPY" + os.urandom(5000),
    "nul bytes.csv": lambda _: (HEADER + "\nR1,2026-01-01,C\0,Cut,1\n").encode(),
    "late nul.csv": lambda _: (HEADER + "\n" + "R1,2026-01-01,C1,Cut,1\n" * 90000 + "R1,\0\n").encode(),
    "pdf.csv": lambda _: b"%PDF-1.7\n\x00\x01\x02\x03\x04" * 40,
    "page.xls": lambda _: b"<html><table><tr><td>Date</td></tr></table></html>",
    "cut.xlsx": lambda folder: _workbook(folder / "w.xlsx")[:2000],
    "not a workbook.xlsx": lambda _: b"PK\x03\x04" + b"junk" * 100,
    "other zip.xlsx": lambda folder: _zip(folder / "z", "readme.txt", b"not a workbook"),
    "bomb.xlsx": lambda folder: _zip(folder / "b.zip", "xl/worksheets/sheet1.xml", b"0" * (60 << 20)),
    "cut.parquet": lambda folder: _parquet(folder / "p.parquet")[:-40],
    "only magic.parquet": lambda _: b"PAR1",
    "holed.parquet": lambda folder: b"PAR1" + b"\xff" * 200 + _parquet(folder / "p.parquet")[204:],
    "old excel.xls": lambda _: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_ends_in_a_typed_error(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(HOSTILE[name](tmp_path))
    shop = Shop(tmp_path)
    with pytest.raises(BadData) as caught:
        shop.take(path)
    for language in LANGUAGES:
        assert name in render(caught.value.text, language)
        assert caught.value.hint is None or render(caught.value.hint, language)
    assert caught.value.exit_code == 3
    assert shop.ledger.version().tables == {}
    assert not shop.rejects.exists()


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(NotThere):
        Shop(tmp_path).take(tmp_path / "nowhere.csv")
    with pytest.raises(NotThere):
        recognise(tmp_path / "nowhere.csv")
    with pytest.raises(NotThere):
        recognise(tmp_path)


@pytest.mark.parametrize("start", ["", HEADER + "\n"])
def test_endless_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, start: str) -> None:
    monkeypatch.setattr(encoding, "CHUNK", 1 << 16)
    monkeypatch.setattr(encoding, "LONGEST_LINE", 1 << 18)
    path = tmp_path / "s.csv"
    path.write_text(start + '"' + "a,b" * 400_000)
    with pytest.raises(BadData) as caught:
        Shop(tmp_path).take(path)
    assert caught.value.text.id == "importing.file.long_line"


def test_quote_that_never_ends(tmp_path: Path) -> None:
    path = tmp_path / "s.csv"
    good = "\n".join(",".join(row) for row in ROWS)
    path.write_text(f'{HEADER}\n{good}\nR2,2026-03-01,C1,"5 inch ring,10\n{good}\n')
    shop = Shop(tmp_path)
    try:
        result = shop.take(path)
    except BadData:
        return
    assert result.stored + result.rejected + result.unchanged >= 1


def test_line_breaks_inside_quotes(tmp_path: Path) -> None:
    rows = [["R1", "2026-03-01", "C1", "Cut\nand colour", "10"], ["R2", "2026-03-02", "C1", "Wax", "x"]]
    shop = Shop(tmp_path)
    result = shop.take(write(tmp_path / "s.csv", HEADER, rows))
    assert (result.stored, codes(result)) == (1, {"bad_amount": 1})
    assert shop.rows()[0]["item"] == "Cut\nand colour"
    assert result.problems[0].row == 3


def test_names_that_would_break_sql(tmp_path: Path) -> None:
    header = ["Receipt'; DROP TABLE x; --", "Date", "Customer ID", 'Ra"nk', "Amount", "{curly}", "%s"]
    path = write(
        tmp_path / "it's [odd] 檔案.csv", header, [["R'1", "2026-03-01", "C'1", "O'Neil\"", "10", "{}", "%"]] * 2
    )
    shop = Shop(tmp_path)
    result = shop.take(path)
    assert result.stored == 2
    assert set(result.ignored_columns) == {header[0], header[3], "{curly}", "%s"}


def test_columns_named_twice_or_not_at_all(tmp_path: Path) -> None:
    path = write(tmp_path / "s.csv", "Date,Date,,Customer ID,Amount", [["2026-03-01", "x", "y", "C1", "10"]])
    result = Shop(tmp_path).take(path)
    assert (result.stored, result.ignored_columns) == (1, ("Date (2)", "column 3"))


def test_title_lines_above_the_header(tmp_path: Path) -> None:
    path = tmp_path / "s.csv"
    path.write_text(f"Sales report\n\nfrom 2026-03-01\n{HEADER}\nR1,2026-03-01,C1,Cut,10\nR2,soon,C1,Cut,10\n")
    result = Shop(tmp_path).take(path)
    assert (result.stored, codes(result)) == (1, {"bad_date": 1})
    assert result.problems[0].row == 6


def test_a_workbook_with_a_cover_and_months(tmp_path: Path) -> None:
    path = tmp_path / "months.xlsx"
    book = xlsxwriter.Workbook(str(path))
    cover = book.add_worksheet("Cover")
    cover.write_row(0, 0, ["Salon", "Central"])
    cover.write_row(2, 0, ["Printed", "2026"])
    for month in ("January", "February"):
        sheet = book.add_worksheet(month)
        for at, row in enumerate([HEADER.split(","), *ROWS[:5]]):
            sheet.write_row(at, 0, row)
    book.close()
    result = Shop(tmp_path).take(path)
    assert (result.stored, codes(result)) == (5, {"other_sheets": 2})


def test_workbooks(tmp_path: Path) -> None:
    path = tmp_path / "s.xlsx"
    book = xlsxwriter.Workbook(str(path), {"default_date_format": "dd/mm/yyyy"})
    book.add_worksheet("Notes").write(0, 0, "made on Monday")
    sheet = book.add_worksheet("Sales")
    sheet.write_row(0, 0, HEADER.split(","))
    sheet.write_number(1, 0, 1001)
    sheet.write_datetime(1, 1, datetime.datetime(2026, 3, 1))
    sheet.write_string(1, 2, "00012")
    sheet.write_string(1, 3, "剪髮")
    sheet.write_number(1, 4, 480.5)
    book.close()
    shop = Shop(tmp_path)
    result = shop.take(path)
    assert (result.source, result.stored, result.rejected) == ("generic", 1, 0)
    (line,) = shop.rows()
    assert (line["sale_id"], str(line["day"]), line["item"], str(line["net"])) == (
        "1001",
        "2026-03-01",
        "剪髮",
        "480.50",
    )


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=400), st.sampled_from([b"", HEADER.encode() + b"\n", b"PAR1", b"PK\x03\x04", b"\xff\xfe"]))
def test_noise_never_ends_in_a_stack_trace(tmp_path: Path, noise: bytes, start: bytes) -> None:
    path = tmp_path / "noise.csv"
    path.write_bytes(start + noise)
    try:
        recognise(path)
        Shop(tmp_path / "shop").take(path)
    except RegularsError as error:
        assert str(error)
