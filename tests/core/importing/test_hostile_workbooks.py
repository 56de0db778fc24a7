"""Workbooks that want to hurt: bombs of every kind, locked ones, archives, tables of ten thousand columns."""

from __future__ import annotations

import struct
import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from regulars.base.errors import BadData
from regulars.ledger.mapping import recognise
from support.exports import Shop, write


def _sheet(path: Path, cells: str, **more: str) -> Path:
    """A workbook whose one sheet holds exactly these cells, written without any library's care."""
    book = xlsxwriter.Workbook(str(path))
    book.add_worksheet("S").write_row(0, 0, ["Date", "Customer", "Amount"])
    book.close()
    with zipfile.ZipFile(path) as made:
        parts = {name: made.read(name) for name in made.namelist()}
    head = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    parts["xl/worksheets/sheet1.xml"] = (head + cells + "</sheetData></worksheet>").encode()
    parts |= {name: text.encode() for name, text in more.items()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        for name, content in parts.items():
            out.writestr(name, content)
    return path


def _compound(streams: list[str]) -> bytes:
    """An OLE compound file with empty streams of these names: what Office makes of a workbook with a password."""

    def entry(name: str, kind: int, child: int = -1, next_: int = -1) -> bytes:
        text = name.encode("utf-16-le") + b"\0\0"
        links = struct.pack("<iii", -1, next_, child)
        rest = bytes(36) + struct.pack("<iQ", -2, 0)
        return text.ljust(64, b"\0") + struct.pack("<HBB", len(text), kind, 1) + links + rest

    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<IIIIIiIiI", 0, 1, 1, 0, 4096, -2, 0, -2, 0) + struct.pack("<i", 0) + b"\xff" * 432
    fat = struct.pack("<ii", -3, -2) + b"\xff" * 504
    entries = [entry("Root Entry", 5, child=1)]
    entries += [entry(name, 2, next_=at + 1 if at < len(streams) else -1) for at, name in enumerate(streams, 1)]
    return header + fat + b"".join(entries).ljust(512, b"\0")


def refused(path: Path) -> str:
    """The message with which a file is refused as a whole."""
    with pytest.raises(BadData) as caught:
        recognise(path)
    return caught.value.text.id


def test_one_cell_far_out_does_not_lay_out_billions(tmp_path: Path) -> None:
    far = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    assert refused(_sheet(tmp_path / "far.xlsx", far)) == "importing.file.too_big"


def test_a_bomb_that_lies_about_its_size(tmp_path: Path) -> None:
    path = _sheet(tmp_path / "lie.xlsx", "", **{"xl/sharedStrings.xml": "<sst>" + " " * (64 << 20) + "</sst>"})
    assert refused(path) == "importing.file.bomb"
    raw = path.read_bytes()
    small = raw.replace(struct.pack("<I", (64 << 20) + 11), struct.pack("<I", 4000))
    assert small != raw
    path.write_bytes(small)
    with pytest.raises(BadData):
        recognise(path)


def test_a_password_is_told(tmp_path: Path) -> None:
    path = tmp_path / "locked.xlsx"
    path.write_bytes(_compound(["EncryptedPackage", "EncryptionInfo"]))
    assert refused(path) == "importing.file.locked"


@pytest.mark.parametrize("inner", ["sales.csv", "more.zip"])
def test_an_archive_is_to_be_unpacked_first(tmp_path: Path, inner: str) -> None:
    path = tmp_path / "all.zip"
    with zipfile.ZipFile(path, "w") as out:
        out.writestr(inner, "Date,Customer,Amount\n2026-01-01,C1,5\n")
    assert refused(path) == "importing.file.archive"


def test_ten_thousand_columns_are_no_table_of_a_till(tmp_path: Path) -> None:
    header = [f"c{at}" for at in range(10_000)]
    assert refused(write(tmp_path / "wide.csv", header, [header])) == "importing.file.too_wide"
    same = ["Amount"] * 10_000
    assert refused(write(tmp_path / "same.csv", same, [same])) == "importing.file.too_wide"


def test_headers_given_twice_are_told_apart(tmp_path: Path) -> None:
    path = write(tmp_path / "t.csv", "Date,Customer ID,Amount,Amount,Date", [["2026-01-01", "C1", "5", "6", ""]])
    shop = Shop(tmp_path)
    result = shop.take(path)
    assert (result.stored, result.ignored_columns) == (1, ("Amount (4)", "Date (5)"))
    assert str(shop.rows()[0]["net"]) == "5.00"
