"""Customers that are one person: stated by people, applied wherever the ledger is read, taken back at any time.

The facts keep the keys they came with. A small table says of a key which other one it counts as; a statement taken back
makes the key its own again. Statements are versioned like all facts, so an earlier data version reads as it read then.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from regulars.ledger.schema import Table

#: The view of the statements in force, beside the tables: ``customer`` counts as ``kept``.
VIEW = "same_people_in_force"


@dataclass(frozen=True)
class SamePeople:
    """What was stated: each key with the one it counts as; one taken back counts as itself."""

    stated: Mapping[int, int]

    @classmethod
    def of(cls, files: Iterable[Path]) -> SamePeople:
        """As the files of the table say."""
        found: dict[int, int] = {}
        for file in files:
            table = pq.read_table(file, columns=["customer", "kept"])
            found |= dict(zip(table["customer"].to_pylist(), table["kept"].to_pylist(), strict=True))
        return cls(found)

    def kept(self, customer: int) -> int:
        """The key that stands for a customer in the end: merged into one that was merged itself, it is the last."""
        while (next_one := self.stated.get(customer, customer)) != customer:
            customer = next_one
        return customer

    @cached_property
    def in_force(self) -> dict[int, int]:
        """Keys that count as another, each with the last of its chain."""
        return {customer: last for customer in self.stated if (last := self.kept(customer)) != customer}

    def all_of(self, customer: int) -> tuple[int, ...]:
        """All keys that are the same person as ``customer``, the one that stands for them first."""
        last = self.kept(customer)
        return (last, *sorted(other for other, counts_as in self.in_force.items() if counts_as == last))

    @property
    def arrow(self) -> pa.Table:
        """Those in force as a table."""
        held = self.in_force
        return pa.table({"customer": pa.array(held.keys(), pa.int64()), "kept": pa.array(held.values(), pa.int64())})


def statement(pairs: Mapping[int, int]) -> pa.Table:
    """Rows of the table ``same_people``."""
    return pa.table({"customer": pa.array(pairs.keys(), pa.int64()), "kept": pa.array(pairs.values(), pa.int64())})


def as_one(table: Table, rows: str) -> str:
    """The rows (a relation in SQL) with every customer under the key that stands for them.

    Plain SQL of all engines. Where a customer list then names one customer of one system twice, the row of the key that
    stands counts, what it leaves open is filled from the others, and a permission refused in any of them is refused.
    """
    columns = [column.name for column in table.columns]
    if "customer" not in columns:
        return f"SELECT {', '.join(columns)} FROM {rows} AS t"
    new = {"customer": "coalesce(s.kept, t.customer)"}
    joins = f"LEFT JOIN {VIEW} AS s ON t.customer = s.customer"
    if "referrer" in columns:
        new["referrer"] = "coalesce(r.kept, t.referrer)"
        joins += f" LEFT JOIN {VIEW} AS r ON t.referrer = r.customer"
    listed = ", ".join(f"{new.get(name, f't.{name}')} AS {name}" for name in columns)
    if "customer" not in table.key:
        return f"SELECT {listed} FROM {rows} AS t {joins}"
    moved = f"SELECT {listed}, s.kept IS NULL AS stands FROM {rows} AS t {joins}"
    one = ", ".join(name if name in table.key else f"{_together(name)} AS {name}" for name in columns)
    return f"SELECT {one} FROM ({moved}) AS m GROUP BY {', '.join(table.key)}"


def _together(name: str) -> str:
    if name.startswith("may_"):
        return f"bool_and({name})"
    return f"coalesce(max(CASE WHEN stands THEN {name} END), max({name}))"
