"""Rows are found again where a spreadsheet shows them, and an open quotation mark swallows nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from regulars.ledger.importing import ImportResult
from support.exports import Shop

HEADER = "Receipt,Date,Customer ID,Item,Amount\n"


def _take(tmp_path: Path, text: str) -> tuple[Shop, ImportResult]:
    shop = Shop(tmp_path)
    path = tmp_path / "till.csv"
    path.write_bytes(text.encode())
    return shop, shop.take(path)


def _places(result: ImportResult) -> list[tuple[int | None, str]]:
    return [(p.row, p.code) for p in result.problems if p.row is not None]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_blank_lines_count_as_rows(tmp_path: Path, end: str) -> None:
    text = HEADER + "\n\nR1,2026-01-01,C1,Cut,50\n\nR2,2026-01-32,C1,Cut,50\n,,,,\nR3,2026-01-02,C1,Cut,x\n\n"
    _, result = _take(tmp_path, text.replace("\n", end))
    assert (result.rows, result.stored) == (3, 1)
    assert _places(result) == [(6, "bad_date"), (8, "bad_amount")]


def test_a_cell_over_lines_is_one_row(tmp_path: Path) -> None:
    text = HEADER + 'R1,2026-01-01,C1,"Cut\nand ""wash"",\n\ndry",50\nR2,2026-01-32,C1,Cut,50\n'
    shop, result = _take(tmp_path, text)
    assert _places(result) == [(3, "bad_date")]
    assert shop.rows()[0]["item"] == 'Cut\nand "wash",\n\ndry'


def test_an_open_quotation_mark_swallows_no_rows(tmp_path: Path) -> None:
    text = HEADER + (
        'R1,2026-01-01,C1,"6 inch plate,50\nR2,2026-01-02,C2,Cut,50\nR3,2026-01-03,C3,5" plate,50\n'
        'R4,2026-01-04,C4,"Cut, long",50\nR5,2026-01-05,C5,"Wash" basic,50\nR6,2026-01-06,C6,"end,50\n'
    )
    shop, result = _take(tmp_path, text)
    assert (result.rows, result.stored) == (6, 6)
    assert {line["item"] for line in shop.rows()} == {
        '"6 inch plate',
        "Cut",
        '5" plate',
        "Cut, long",
        '"Wash" basic',
        '"end',
    }


def test_an_open_quotation_mark_in_a_large_file(tmp_path: Path) -> None:
    rows = [f"R{n},2026-01-01,C{n},Cut,50\n" for n in range(60_000)]
    rows[30_000] = 'R30000,2026-01-01,C30000,"6 inch,50\n'
    _, result = _take(tmp_path, HEADER + "".join(rows))
    assert result.stored == len(rows)


def test_a_row_that_cannot_be_told_apart_is_rejected(tmp_path: Path) -> None:
    text = HEADER + 'R1,2026-01-01,C1,"6, inch,50\nR2,2026-01-02,C2,Cut,50\n'
    _, result = _take(tmp_path, text)
    assert result.stored == 1
    assert _places(result) == [(2, "ragged_row"), (2, "bad_amount")]
