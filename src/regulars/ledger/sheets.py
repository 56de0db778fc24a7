"""Reading workbooks (xlsx, xls): the largest sheet, as plain text rows; the others are counted.

A workbook is opened in a process of its own (:mod:`regulars.ledger.sheet_reader`) with a bound on its memory and time:
one cell far out makes the reader lay out a sheet of billions of cells, and no check of the file's size shows it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

from regulars.base.errors import BadData
from regulars.base.progress import Progress
from regulars.base.text import say

#: A workbook may unpack to this much, and to this many times its size, before it is taken for a bomb.
MOST_BYTES = 1 << 30
MOST_RATIO = 200
_SAFE_ANYWAY = 20 << 20
_STARTS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


def is_workbook(path: Path) -> bool:
    """Whether a file begins as workbooks do (and archives)."""
    with path.open("rb") as file:
        return file.read(4) in _STARTS


def sheet_to_csv(path: Path, *, work: Path, progress: Progress, most: int | None = None) -> tuple[Path, int]:
    """Write the largest sheet (of equals the first) as a UTF-8 CSV file in ``work``; how many others hold a table.

    The largest, because a cover or a legend often comes before the table.

    Raises:
        BadData: the workbook is damaged, locked, empty, no workbook at all, or unpacks to an unreasonable size.
    """
    _refuse_archives(path)
    target = work / "sheet.csv"
    told = _read(path, target, progress, most)
    if "others" not in told:
        raise _refused(str(told.get("wrong", "too_big")), path)
    return target, int(str(told["others"]))


def _refused(what: str, path: Path) -> BadData:
    texts = {
        "bomb": (say("importing.file.bomb", file=path.name), say("importing.file.bomb_hint")),
        "archive": (say("importing.file.archive", file=path.name), say("importing.file.archive_hint")),
        "locked": (say("importing.file.locked", file=path.name), say("importing.file.locked_hint")),
        "empty": (say("importing.file.empty", file=path.name), say("importing.file.empty_hint")),
        "too_big": (say("importing.file.too_big", file=path.name), say("importing.file.bomb_hint")),
    }
    damaged = (say("importing.file.damaged", file=path.name), say("importing.file.damaged_hint"))
    return BadData(*texts.get(what, damaged))


def _refuse_archives(path: Path) -> None:
    # What is written in the archive's list may be a lie; the bound on memory is what holds then.
    if not zipfile.is_zipfile(path):
        return
    try:
        with zipfile.ZipFile(path) as archive:
            listed = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise _refused("damaged", path) from error
    size = path.stat().st_size
    unpacked = sum(info.file_size for info in listed)
    overlapping = sum(info.compress_size for info in listed) > size
    if overlapping or unpacked > MOST_BYTES or (unpacked > _SAFE_ANYWAY and unpacked > MOST_RATIO * size):
        raise _refused("bomb", path)
    names = {info.filename for info in listed}
    if not names & {"[Content_Types].xml", "content.xml", "xl/workbook.xml", "xl/workbook.bin"}:
        raise _refused("archive", path)


def _read(path: Path, target: Path, progress: Progress, most: int | None) -> dict[str, object]:
    command = [sys.executable, "-m", "regulars.ledger.sheet_reader", str(path), str(target), str(most or 0)]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(entry for entry in sys.path if entry)}
    step = say("importing.step.reading", file=path.name)
    told: dict[str, object] = {}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment
    ) as child:
        assert child.stdout is not None
        try:
            for line in child.stdout:
                told = json.loads(line)
                if "done" in told:
                    progress(step, int(str(told["done"])), int(str(told["of"])))
        except BaseException:
            child.kill()
            raise
    return told
