"""What records beside the sales (bookings, spend, complaints) share on their way into the ledger.

Each is one row with a number of its own, or one made of what it says, so that a corrected row replaces the first.
"""

from __future__ import annotations

from pathlib import Path

from regulars.ledger.checks import BITS
from regulars.ledger.engine import HOUSE
from regulars.ledger.readers import literal
from regulars.ledger.schema import Table
from regulars.ledger.staging import Stage, keep

#: Findings about the day of a record, over the columns ``ragged``, ``undated`` and ``day``.
DATED: dict[str, str] = {
    "ragged_row": "ragged",
    "no_date": "undated",
    "bad_date": "NOT undated AND day IS NULL",
    "odd_date": "day NOT BETWEEN DATE '1970-01-01' AND DATE '2199-12-31'",
}


def texts(stage: Stage, names: tuple[str, ...]) -> str:
    """The text fields of a record as columns; null where the file does not have them."""
    return ", ".join(f"f_{name} AS {name}" if stage.has(name) else f"NULL::VARCHAR AS {name}" for name in names)


def record_facts(stage: Stage, table: Table, *, read: str, known: str, columns: str) -> Path:
    """The accepted records as rows of ``table`` (without the house columns) in a Parquet file.

    ``read`` gives row, found, the number, and all that ``columns`` and ``known`` (what a row without a number is known
    by) use. Of two rows of one number in a file the first is stored.
    """
    id = table.key[-1]
    made = f"'c' || substr(md5({known}), 1, 16)"
    again = f"found = 0 AND row_number() OVER (PARTITION BY {id}, found = 0 ORDER BY row) > 1"
    keep(
        stage,
        "lines",
        f"SELECT * EXCLUDE (found), CASE WHEN {again} THEN {BITS['duplicate_line']} ELSE found END AS found FROM ("
        f"SELECT row, found, {literal(stage.reading.system)} AS system, NULL::VARCHAR AS sale_id, "
        f"NULL::VARCHAR AS line_id, coalesce({id}, {made}) AS {id}, {columns} FROM ({read}))",
    )
    kept = ", ".join(c.name for c in table.columns if c.name not in HOUSE)
    return keep(stage, "facts", f"SELECT {kept} FROM lines WHERE found = 0")
