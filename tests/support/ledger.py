"""Rows for ledger tests: short to write, complete enough for the store."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa

from regulars.ledger.engine import HOUSE
from regulars.ledger.schema import SALES, TABLES
from regulars.ledger.store import Ledger

_LINE: Mapping[str, Any] = {
    "system": "own",
    "line_id": "1",
    "customer": 7,
    "day": date(2024, 5, 1),
    "sold_at": datetime(2024, 5, 1, 3, 30, tzinfo=UTC),
    "branch": "central",
    "kind": "service",
    "quantity": 1.0,
    "net": Decimal("100.00"),
    "currency": "HKD",
}


def line(sale_id: str, **values: Any) -> dict[str, Any]:
    """One sale line; anything not said is ordinary."""
    return {**_LINE, "sale_id": sale_id, **values}


def rows(lines: Iterable[Mapping[str, Any]], *, table: str = "sales") -> pa.Table:
    """Lines as the Arrow table that ``Ledger.write`` takes; columns not said are null."""
    columns = [column for column in TABLES[table].columns if column.name not in HOUSE]
    listed = list(lines)
    schema = pa.schema([pa.field(column.name, column.type) for column in columns])
    return pa.Table.from_pylist([{c.name: one.get(c.name) for c in columns} for one in listed], schema=schema)


def sales(ledger: Ledger, **at: Any) -> dict[str, dict[str, Any]]:
    """All sale lines of a ledger by sale id (tests that use it have one line a sale)."""
    with ledger.read(**at) as reader:
        held = reader.arrow(reader.table(SALES.name)).to_pylist()
    found = {str(one["sale_id"]): one for one in held}
    assert len(found) == len(held), "a sale id is there twice"
    return found


def nets(ledger: Ledger, **at: Any) -> dict[str, int]:
    """Sale id -> net in whole dollars: the plain picture most tests compare."""
    return {sale_id: int(one["net"]) for sale_id, one in sales(ledger, **at).items()}
