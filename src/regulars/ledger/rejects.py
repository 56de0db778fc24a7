"""The rejects file: rows kept aside, as they were, with what is wrong beside them, ready to be corrected.

It is the one place outside the source where raw content lies, so only its owner may read it (mode 0600). The added
columns let a corrected file find its way: how the first file was read and which line of its sale a row is.
"""

from __future__ import annotations

import csv
import os
import re
from pathlib import Path

from regulars.base.text import say
from regulars.base.words import render
from regulars.ledger.checks import BITS
from regulars.ledger.mapping import LINE_COLUMN, OURS, READING_COLUMN
from regulars.ledger.readers import FORMULA
from regulars.ledger.staging import Stage

_NUMBER = re.compile(r"^[-+]?\s*(HK|US|NT)?[$€£¥]?\s*[-+]?[\d,]*\.?\d+%?$")
_BATCH = 10_000


def neutral(cell: str) -> str:
    """A cell no spreadsheet takes for a formula; numbers stay what they are."""
    if re.match(f"[{FORMULA}\t\r\n]", cell) and not _NUMBER.match(cell):
        return "'" + cell
    return cell


def write_rejects(stage: Stage, folder: Path, *, name: str) -> Path | None:
    """Write the rows with findings; None when there are none."""
    engine, raw = stage.engine, stage.raw
    if not stage.one("SELECT count(*) FROM lines WHERE found <> 0"):
        return None
    kept = [at for at, column in enumerate(raw.names) if not column.startswith(OURS)]
    cells = ", ".join(f"CAST(c{at} AS VARCHAR)" for at in kept)
    scan = raw.serial if stage.one_thread else raw.scan
    # A line numbered within its day has no number yet while its day is unknown.
    unnumbered = "false"
    if stage.found.table == "sales" and not stage.numbers_unique:
        unnumbered = r"lines.day IS NULL AND regexp_matches(lines.line_id, '^\d+$')"
    engine.execute(
        "CREATE TEMP TABLE aside AS SELECT lines.row, lines.found, CASE WHEN staged.sale_id IS NOT NULL "
        f"AND NOT ({unnumbered}) THEN lines.line_id END AS line "
        "FROM lines JOIN staged USING (row) WHERE lines.found <> 0"
    )
    found = engine.execute(
        f"SELECT aside.row, aside.found, aside.line, {cells} FROM ({scan}) AS file JOIN aside USING (row) ORDER BY 1"
    )
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}-rejected.csv"
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.fchmod(handle, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8-sig", newline="") as out:
        writer = csv.writer(out)
        writer.writerow([*(neutral(raw.names[at]) for at in kept), *_our_headers(stage)])
        while batch := found.fetchmany(_BATCH):
            for row, mask, line, *values in batch:
                said = [_said(mask, language) for language in ("en", "zh-Hant")]
                writer.writerow([*(neutral(v or "") for v in values), row, line or "", *said])
    return path


def _our_headers(stage: Stage) -> list[str]:
    orders = [form.order for name, form in stage.forms.items() if name in ("date", "joined") and form.slashed]
    # Built-in sources are meant too: the header alone would tell, but not how its dates were found to be written.
    reading = stage.reading.model_copy(
        update={
            "date_order": orders[0] if orders else stage.reading.date_order,
            "header": None,
            "encoding": None,
            "delimiter": None,
        }
    )
    carried = READING_COLUMN + reading.model_dump_json(exclude_defaults=True)
    return ["regulars_row", LINE_COLUMN, "regulars_problem_en", "regulars_problem_zh", carried]


def _said(mask: int, language: str) -> str:
    gap = " " if language == "en" else ""
    return gap.join(render(say(f"problem.{code}", n=1), language) for code, bit in BITS.items() if mask & bit)
