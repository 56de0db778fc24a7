"""The process a workbook is opened in: ``python -m regulars.ledger.sheet_reader WORKBOOK TARGET MOST``.

Says on its output, one JSON object a line, how far it is; last how many other sheets hold a table, or what is wrong.
"""

from __future__ import annotations

import csv
import json
import sys
import zipfile
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from pathlib import Path

import python_calamine

#: Bytes of address space and seconds of processor time: room for a full sheet of a million rows, not for a bomb.
MEMORY, SECONDS = 4 << 30, 900
EVERY = 20_000


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


def read(path: str, target: Path, most: int) -> dict[str, object]:
    """Write the largest sheet (of equals the first); what came of it."""
    try:
        book = python_calamine.CalamineWorkbook.from_path(path)
        sheets = [book.get_sheet_by_name(name) for name in book.sheet_names]
        tables = [sheet for sheet in sheets if sheet.height >= 1 and sheet.width >= 2]
        if not tables:
            return {"wrong": "empty"}
        largest = max(tables, key=lambda sheet: sheet.height * sheet.width)
        _write(largest, target, most)
    except python_calamine.PasswordError:
        return {"wrong": "locked"}
    except (python_calamine.CalamineError, zipfile.BadZipFile, OSError):
        return {"wrong": "damaged"}
    return {"others": sum(sheet.height > 1 for sheet in tables if sheet is not largest)}


def _write(sheet: python_calamine.CalamineSheet, target: Path, most: int) -> None:
    with target.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        for done, row in enumerate(sheet.iter_rows(), 1):
            writer.writerow([cell_text(cell) for cell in row])
            if done % EVERY == 0:
                _say({"done": done, "of": sheet.height})
            if done == most:
                return


def _say(told: Mapping[str, object]) -> None:
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()


def _bounded() -> None:
    try:
        import resource
    except ModuleNotFoundError:  # Windows: only the checks before this process hold there
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))


if __name__ == "__main__":
    _bounded()
    _say(read(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])))
