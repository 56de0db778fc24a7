"""Any table file: the same columns whatever the form, in the order of the file."""

from __future__ import annotations

import csv
import gzip
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter

from regulars.base.errors import BadData, NotThere
from regulars.ledger.table_file import open_table

ROWS = [
    ["name", "arm", "bought", "spend", "since", "tier", "code"],
    ["Chan, Tai Man", "1", "yes", "1,200.50", "2024-01-05", "gold", "7"],
    ["Lee", "0", "no", "", "2024-02-29", "", "8"],
    ["黃", "1", "no", "-3", "2023-12-31", "gold", "9"],
    ["O'Neil", "0", "yes", "NA", "2024-01-05", "silver", "10"],
]


def text(delimiter: str) -> str:
    quoted = [[f'"{c}"' if delimiter in c else c for c in row] for row in ROWS]
    return "\n".join(delimiter.join(row) for row in quoted) + "\n"


def write(folder: Path, form: str) -> Path:
    path = folder / f"file.{form}"
    if form in ("csv", "tsv", "csv.gz"):
        said = text("\t" if form == "tsv" else ",").encode()
        path.write_bytes(gzip.compress(said) if form == "csv.gz" else said)
    elif form == "xlsx":
        with xlsxwriter.Workbook(str(path)) as book:
            sheet = book.add_worksheet()
            for r, row in enumerate(ROWS):
                sheet.write_row(r, 0, row)
    else:
        columns: dict[str, list[object]] = {n: [row[at] or None for row in ROWS[1:]] for at, n in enumerate(ROWS[0])}
        columns["arm"] = [1.0, 0.0, 1.0, 0.0]
        columns["bought"] = [True, False, False, True]
        columns["spend"] = [1200.5, None, -3.0, None]
        pq.write_table(pa.table(columns), path)
    return path


@pytest.mark.parametrize("form", ["csv", "tsv", "csv.gz", "xlsx", "parquet"])
def test_the_same_table_in_every_form(tmp_path: Path, form: str) -> None:
    with open_table(write(tmp_path, form)) as table:
        assert table.names == tuple(ROWS[0]) and table.rows == 4
        codes, values, others = table.labels("arm", most=5)
        assert values == ("0", "1") and others == 0 and codes.tolist() == [1, 0, 1, 0]
        assert table.numbers("bought").tolist() == [1.0, 0.0, 0.0, 1.0]
        assert np.array_equal(table.numbers("spend"), [1200.5, np.nan, -3.0, np.nan], equal_nan=True)
        days = table.numbers("since")
        assert (days - days[2]).tolist() == [5.0, 60.0, 0.0, 5.0]
        codes, values, _ = table.labels("tier", most=5)
        assert values == ("gold", "silver") and codes.tolist() == [0, -1, 0, 1]
        assert table.labels("name", most=2)[2] == 2
        kinds = {name: table.column(name).kind for name in table.names}
        expected = {"arm": "number", "bought": "boolean", "spend": "number", "since": "date", "tier": "text"}
        assert {name: kinds[name] for name in expected} == expected
        assert table.column("code").unique and not table.column("arm").unique
        assert table.row_numbers().tolist() == [2, 3, 4, 5]


def test_cells_come_in_the_order_of_the_file(tmp_path: Path) -> None:
    n = 200_000  # several row groups, read by several threads
    rng = np.random.default_rng(0)
    arm, y = rng.integers(0, 3, n), rng.integers(0, 2, n)
    path = tmp_path / "many.csv"
    with path.open("w", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["arm", "y", "v"])
        names, said = ["none", "mail", "call"], ["No", "Yes"]
        writer.writerows((names[a], said[b], i) for i, (a, b) in enumerate(zip(arm, y, strict=True)))
    with open_table(path) as table:
        codes, values, _ = table.labels("arm", most=5)
        assert [values[c] for c in codes[:50]] == [names[a] for a in arm[:50]]
        assert np.array_equal(np.array([names.index(v) for v in values])[codes], arm)
        assert np.array_equal(table.numbers("y"), y)
        assert np.array_equal(table.numbers("v"), np.arange(n))


def test_a_stray_word_does_not_make_text_of_numbers(tmp_path: Path) -> None:
    path = tmp_path / "stray.csv"
    path.write_text("a,b\n" + "\n".join(f"{i},{i % 7}" for i in range(3000)) + "\nbroken,3\n")
    with open_table(path) as table:
        found = table.column("a")
        assert (found.kind, found.unread, found.missing) == ("number", 1, 1)


def test_decimal_commas_are_read(tmp_path: Path) -> None:
    (tmp_path / "comma.csv").write_text("arm;spend\n1;1.234,50\n0;0,5\n1;12\n")
    with open_table(tmp_path / "comma.csv") as table:
        assert table.column("spend").kind == "comma" and table.numbers("spend").tolist() == [1234.5, 0.5, 12.0]


def test_columns_of_one_name_are_told_apart(tmp_path: Path) -> None:
    (tmp_path / "twice.csv").write_text("a,a\n1,2\n3,4\n")
    with open_table(tmp_path / "twice.csv") as table:
        assert len(set(table.names)) == 2 and table.numbers(table.names[1]).tolist() == [2.0, 4.0]


def test_files_that_are_none(tmp_path: Path) -> None:
    (tmp_path / "empty.csv").write_text("")
    (tmp_path / "header.csv").write_text("a,b\n")
    (tmp_path / "cut.csv.gz").write_bytes(gzip.compress(text(",").encode() * 50)[:-20])
    (tmp_path / "bomb.csv.gz").write_bytes(gzip.compress(b"a,b\n" + b"0,0\n" * 30_000_000, 9))
    for name in ("empty.csv", "header.csv", "cut.csv.gz", "bomb.csv.gz"):
        with pytest.raises(BadData), open_table(tmp_path / name):
            pass
    with pytest.raises(NotThere), open_table(tmp_path / "nowhere.csv"):
        pass


@pytest.mark.parametrize(
    "days", [("05/01/2024", "29/02/2024"), ("2024年1月5日", "2024年2月29日"), ("01/05/24", "02/29/24")]
)
def test_dates_are_read_as_they_are_written(tmp_path: Path, days: tuple[str, str]) -> None:
    (tmp_path / "days.csv").write_text(f"a,since\n1,{days[0]}\n2,{days[1]}\n3,\n", encoding="utf-8")
    with open_table(tmp_path / "days.csv") as table:
        assert table.column("since").kind == "date"
        found = table.numbers("since")
        assert found[1] - found[0] == 55.0 and np.isnan(found[2])
