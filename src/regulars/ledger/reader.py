"""The only door of analysis and strategy to an engine: the ledger at one data version, as Ibis tables."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

import ibis
import pyarrow as pa

from regulars.ledger.versions import DataVersion


class Reader(Protocol):
    """Reads one data version on some engine.

    Every engine gives the same rows for the same expression, but for the last bits of sums of floating-point numbers
    (``tests/engines`` holds them to that). What must not cross to Python, one row per customer, stays in the engine:
    ``arrow`` is for small tables and unique statistics.
    """

    version: DataVersion
    #: The engine and its version, as a study's provenance names it.
    engine: str

    def has(self, name: str) -> bool:
        """Whether the table holds any rows at this version."""

    def table(self, name: str) -> ibis.Table:
        """A table of the ledger, or one made by ``keep`` or ``take_in``; an empty one where nothing was imported."""

    def keep(self, expr: ibis.Table, name: str) -> ibis.Table:
        """Compute a table once and keep it until it is dropped or the reader closes."""

    def drop(self, name: str) -> None:
        """Let go of a table made by ``keep`` or ``take_in``: what is kept and used no more crowds out what is used."""

    def arrow(self, expr: ibis.Table) -> pa.Table:
        """Compute a table into memory."""

    def take_in(self, table: pa.Table, name: str) -> ibis.Table:
        """Bring a table from memory to the engine, to be joined there."""

    def open_parquet(self, path: Path) -> ibis.Table:
        """A Parquet file as a table."""

    def write_parquet(self, expr: ibis.Table, path: Path) -> None:
        """Compute a table into a Parquet file, which appears whole or not at all."""

    def fingerprint(self, expr: ibis.Table) -> str:
        """Changes when any row of a table does, in whatever order they lie; the same on this engine's version only."""

    def sql(self, expr: ibis.Table) -> str:
        """The expression as the engine's SQL, laid out for reading."""
