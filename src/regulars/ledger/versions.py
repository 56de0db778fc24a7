"""What the ledger says about itself: versions, writes, imports and their undoing.

The log of imports is read out of the Delta history of each table (every commit carries what it did as custom
metadata), so that there is no second record that could disagree with the facts.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

#: The key of our entry in the ``commitInfo`` of a Delta commit.
METADATA_KEY = "regulars"


@dataclass(frozen=True, slots=True)
class DataVersion:
    """The Delta version of every table that exists; with it any figure can be read again."""

    tables: dict[str, int]

    @property
    def number(self) -> int:
        """One growing number for people: it rises with every commit to any table."""
        return sum(version + 1 for version in self.tables.values())


@dataclass(frozen=True, slots=True)
class Written:
    """What one write did. ``stored`` are rows with a new key; ``repeated`` are rows of the input left out because a
    later row of the same input has the same key (the last one wins)."""

    stored: int
    changed: int
    unchanged: int
    repeated: int = 0


@dataclass(frozen=True, slots=True)
class ImportRecord:
    """One import as the Delta history tells it. ``confirms`` are earlier imports some of whose rows it held unchanged.

    An import that brought nothing new makes no commit and therefore no record.
    """

    import_id: str
    table: str
    version: int
    at: datetime
    written: Written
    note: Mapping[str, str | int] = field(default_factory=dict)
    confirms: tuple[str, ...] = ()
    undone_in: int | None = None

    @property
    def undone(self) -> bool:
        """Whether the import was taken back."""
        return self.undone_in is not None

    @property
    def only_added(self) -> bool:
        """Whether it replaced no row that was there before."""
        return self.written.changed == 0


@dataclass(frozen=True, slots=True)
class Undone:
    """An import taken back: rows of the table before less rows after (negative if it brings rows back)."""

    table: str
    removed: int
    version: DataVersion


def import_entry(import_id: str, written: Written, note: Mapping[str, str | int], confirms: Iterable[str]) -> str:
    """The commit metadata of an import."""
    return json.dumps(
        {
            "act": "import",
            "import_id": import_id,
            "stored": written.stored,
            "changed": written.changed,
            "unchanged": written.unchanged,
            "repeated": written.repeated,
            "confirms": sorted(confirms),
            "note": dict(note),
        },
        ensure_ascii=False,
    )


def undo_entry(record: ImportRecord) -> str:
    """The commit metadata of an undo."""
    return json.dumps({"act": "undo", "import_id": record.import_id, "of_version": record.version})


def _import_record(table: str, commit: Mapping[str, Any], entry: Mapping[str, Any]) -> ImportRecord:
    return ImportRecord(
        import_id=entry["import_id"],
        table=table,
        version=commit["version"],
        at=datetime.fromtimestamp(commit["timestamp"] / 1000, UTC),
        written=Written(entry["stored"], entry["changed"], entry["unchanged"], entry["repeated"]),
        note=entry["note"],
        confirms=tuple(entry["confirms"]),
    )


def import_records(table: str, history: Iterable[Mapping[str, Any]]) -> tuple[ImportRecord, ...]:
    """The imports of one table, oldest first, from its Delta history (in any order)."""
    records: dict[int, ImportRecord] = {}
    for commit in sorted(history, key=lambda commit: int(commit["version"])):
        if METADATA_KEY not in commit:
            continue  # the creation of the table, or another tool's commit
        entry = json.loads(commit[METADATA_KEY])
        if entry["act"] == "import":
            records[commit["version"]] = _import_record(table, commit, entry)
        else:
            of_version = entry["of_version"]
            records[of_version] = replace(records[of_version], undone_in=commit["version"])
    return tuple(records.values())
