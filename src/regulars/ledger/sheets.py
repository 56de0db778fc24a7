"""Reading workbooks (xlsx, xls): the largest sheet, as plain text rows; the others are counted."""

from __future__ import annotations

import csv
import zipfile
from datetime import date, datetime, time, timedelta
from pathlib import Path

import python_calamine

from regulars.base.errors import BadData
from regulars.base.progress import Progress
from regulars.base.text import say

#: A workbook may unpack to this much, and to this many times its size, before it is taken for a bomb.
MOST_BYTES = 1 << 30
MOST_RATIO = 200
_SAFE_ANYWAY = 20 << 20


def sheet_to_csv(path: Path, *, work: Path, progress: Progress, most: int | None = None) -> tuple[Path, int]:
    """Write the largest sheet (of equals the first) as a UTF-8 CSV file in ``work``; how many others hold a table.

    The largest, because a cover or a legend often comes before the table.

    Raises:
        BadData: the workbook is damaged, locked, empty or unpacks to an unreasonable size.
    """
    _refuse_bomb(path)
    target = work / "sheet.csv"
    try:
        book = python_calamine.CalamineWorkbook.from_path(str(path))
        sheets = [book.get_sheet_by_name(name) for name in book.sheet_names]
        tables = [sheet for sheet in sheets if sheet.height >= 1 and sheet.width >= 2]
        if tables:
            largest = max(tables, key=lambda sheet: sheet.height * sheet.width)
            _write(largest, target, path.name, progress, most)
            return target, sum(sheet.height > 1 for sheet in tables if sheet is not largest)
    except (python_calamine.CalamineError, zipfile.BadZipFile, OSError) as error:
        raise BadData(say("importing.file.damaged", file=path.name), say("importing.file.damaged_hint")) from error
    raise BadData(say("importing.file.empty", file=path.name), say("importing.file.empty_hint"))


def _refuse_bomb(path: Path) -> None:
    if not zipfile.is_zipfile(path):
        return
    with zipfile.ZipFile(path) as archive:
        unpacked = sum(info.file_size for info in archive.infolist())
    if unpacked > MOST_BYTES or (unpacked > _SAFE_ANYWAY and unpacked > MOST_RATIO * path.stat().st_size):
        raise BadData(say("importing.file.bomb", file=path.name), say("importing.file.bomb_hint"))


def _write(sheet: python_calamine.CalamineSheet, target: Path, file: str, progress: Progress, most: int | None) -> None:
    step = say("importing.step.reading", file=file)
    with target.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        for done, row in enumerate(sheet.iter_rows(), 1):
            writer.writerow([cell_text(cell) for cell in row])
            if done % 20_000 == 0:
                progress(step, done, sheet.height)
            if done == most:
                return


def cell_text(cell: object) -> str:
    """A cell as a person would type it: whole numbers without decimals, dates as YYYY-MM-DD."""
    match cell:
        case bool():
            return "yes" if cell else "no"
        case float() if cell.is_integer() and abs(cell) < 1e15:
            return str(int(cell))
        case datetime():
            return cell.date().isoformat() if cell.time() == time() else cell.isoformat(sep=" ", timespec="seconds")
        case date() | time():
            return cell.isoformat()
        case timedelta():
            return str(cell)
        case None:
            return ""
    return str(cell)
