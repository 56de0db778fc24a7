"""A preview is the beginning of an import: the same rows, the same problems, and nothing stored."""

from __future__ import annotations

from pathlib import Path

import pytest
import xlsxwriter

from regulars.base.errors import BadData
from regulars.ledger.previewing import beginning, look, preview
from regulars.ledger.profile import Profile
from support.exports import PSEUDONYMS, SQUARE_ITEMS_21, Shop, business, cells, write

HEADER = "When,Who,What,Paid,Note"
ROWS = [["03/02/2026", "C1", "Cut", "1.234,50", ""], ["04/02/2026", "C2", "Colour", "-80,00", "x"]]
MAPPED = Profile(
    name="odd",
    date_order="DMY",
    decimal=",",
    columns={"When": "date", "Who": "customer", "What": "item", "Paid": "net"},
    defaults={"branch": "mk"},
)


def test_the_first_rows_as_they_would_be_stored(tmp_path: Path) -> None:
    path = write(tmp_path / "odd.csv", HEADER, [*ROWS, ["31/02/2026", "C3", "Cut", "5", ""]])
    seen = preview(path, MAPPED, business=business(), pseudonyms=PSEUDONYMS)
    assert (seen.read, seen.rejected, [p.code for p in seen.problems]) == (3, 1, ["bad_date"])
    shown = [dict(zip(seen.columns, row.values, strict=True)) for row in seen.rows]
    assert [(r["day"], r["item"], r["net"], r["branch"]) for r in shown[:2]] == [
        ("2026-02-03", "Cut", "1234.50", "mk"),
        ("2026-02-04", "Colour", "-80.00", "mk"),
    ]
    assert [row.row for row in seen.rows] == [2, 3, 4] and seen.rows[2].aside
    shop = Shop(tmp_path)
    stored = shop.take(path, profile=MAPPED)
    assert stored.stored == 2
    assert {str(line["net"]) for line in shop.rows()} == {"1234.50", "-80.00"}


def test_signs_marks_and_status_words_are_conventions_of_the_source(tmp_path: Path) -> None:
    path = write(tmp_path / "odd.csv", HEADER, [["03/02/2026", "C1", "Cut", "-100", ""]])
    turned = MAPPED.model_copy(update={"reversed_sign": True})
    (row,) = preview(path, turned, business=business(), pseudonyms=PSEUDONYMS).rows
    assert "100.00" in row.values and "-100.00" not in row.values
    diary = write(tmp_path / "d.csv", "Start,Client,State", [["2026-02-03 10:00", "C1", "Gone"]])
    words = Profile(
        name="d",
        table="bookings",
        columns={"Start": "date", "Client": "customer", "State": "status"},
        status_words={"gone": "no_show"},
    )
    seen = preview(diary, words, business=business(), pseudonyms=PSEUDONYMS)
    assert "no_show" in seen.rows[0].values and seen.problems == ()


def test_what_nothing_recognises_is_shown_with_suggestions(tmp_path: Path) -> None:
    seen = look(write(tmp_path / "odd.csv", "When,Ref,What,Mobile", [["03/02/2026", "C1", "Cut", "9123 4567"]] * 3))
    assert seen.seen is None and seen.trouble is not None
    assert seen.suggestions["sales"]["When"] == "date"
    assert seen.identifiers == {"Mobile": "phone"}
    assert seen.sample[0][0] == "03/02/2026"


def test_a_known_source_tells_its_signature(tmp_path: Path) -> None:
    row = cells(SQUARE_ITEMS_21, Date="2026-07-02", Item="Cut", Qty="1", Net_Sales="$4.00")
    seen = look(write(tmp_path / "i.csv", SQUARE_ITEMS_21, [row])).seen
    assert seen is not None and seen.source == "square-items"
    assert {"Date", "Qty", "Price Point Name", "Gross Sales"} <= set(seen.signature)


def test_a_long_file_and_a_workbook_are_looked_at_by_their_beginning(tmp_path: Path) -> None:
    path = write(tmp_path / "long.csv", HEADER, ROWS * 20_000)
    seen = preview(path, MAPPED, business=business(), pseudonyms=PSEUDONYMS)
    assert (seen.read, seen.rejected) == (300, 0), "a row cut off by the looking is no problem of the file"
    book = xlsxwriter.Workbook(str(tmp_path / "b.xlsx"))
    for name, rows in (("Sales", [HEADER.split(","), *ROWS * 400]), ("Other", [["a", "b"], ["1", "2"]])):
        sheet = book.add_worksheet(name)
        for at, cells_ in enumerate(rows):
            sheet.write_row(at, 0, cells_)
    book.close()
    first, others = beginning(tmp_path / "b.xlsx", tmp_path / "b.beginning")
    assert others == 1 and first.stat().st_size < 20_000
    assert preview(first, MAPPED, business=business(), pseudonyms=PSEUDONYMS).read == 300
    assert beginning(path, tmp_path / "x") == (path, 0)


def test_a_mapping_that_does_not_fit_says_so(tmp_path: Path) -> None:
    path = write(tmp_path / "odd.csv", "Day,Paid", [["2026-01-01", "5"]])
    with pytest.raises(BadData) as caught:
        preview(path, MAPPED, business=business(), pseudonyms=PSEUDONYMS)
    assert caught.value.text.params["column"] in MAPPED.columns


def test_what_is_wrong_with_a_file_is_said_by_its_own_name(tmp_path: Path) -> None:
    path = tmp_path / "till 十月.csv"
    path.write_bytes(b"When,Who,Paid\n03/02/2026,\x00C1,5\n")
    with pytest.raises(BadData) as told:
        look(path)
    assert told.value.text.params["file"] == path.name
