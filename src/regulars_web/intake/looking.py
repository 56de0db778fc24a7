"""What waiting files are taken for: looked at once, kept beside the file, gone with it.

Rows of a file hold names and telephones, so nothing of them goes into the database.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from regulars import api
from regulars.base.errors import RegularsError
from regulars.base.text import Local, Text
from regulars_web.company.businesses import business
from regulars_web.intake.models import Batch, Correction
from regulars_web.shared.texts import as_json, text_of

#: Characters of a cell that a page shows.
LONGEST = 60


@dataclass(frozen=True)
class Seen:
    """One waiting file: what it was taken for, or why it cannot be used. ``reading`` is how it will be read."""

    number: int
    file: str
    form: str
    names: tuple[str, ...]
    sample: tuple[tuple[str, ...], ...]
    detected: api.Profile | None
    corrected: api.Profile | None
    version: int
    label: Local | None
    score: float
    signature: tuple[str, ...]
    problems: tuple[Text, ...]
    trouble: Text | None
    hint: Text | None
    suggestions: dict[str, dict[str, str]]
    identifiers: dict[str, str]

    @property
    def reading(self) -> api.Profile | None:
        """The correction, else what was detected; None where somebody has to say it first."""
        return self.corrected or self.detected

    @property
    def columns(self) -> list[tuple[str, list[str], str]]:
        """Every column with its first cells and what it is read as (empty: it is not read)."""
        reading = self.reading
        meanings = meanings_of(reading) if reading else {}
        return [
            (name, [row[at] for row in self.sample[:3] if at < len(row) and row[at]], meanings.get(name, ""))
            for at, name in enumerate(self.names)
        ]

    @property
    def who(self) -> list[str]:
        """Columns that say who a customer is."""
        return [name for name, _, meaning in self.columns if meaning.startswith("who_") or meaning in TELLING]


#: Fields of the ledger that key a customer by what somebody is called or reached at.
TELLING = ("field_email", "field_phone", "field_customer_name", "field_customer", "field_reference")


def meanings_of(profile: api.Profile) -> dict[str, str]:
    """What the columns of a profile are read as: ``field_date``, ``who_phone``."""
    told = {name: f"who_{kind}" for name, kind in profile.identifiers.items()}
    return told | {name: f"field_{field}" for name, field in profile.columns.items()}


def look_at(batch: Batch) -> list[Seen]:
    """Every file of a waiting batch. What was seen before is not looked for again."""
    known = {found.file: found for found in Correction.objects.filter(batch=batch)}
    return [_seen(batch, number, str(name), known.get(str(name))) for number, name in enumerate(batch.files)]


def look_at_one(batch: Batch, number: int) -> Seen | None:
    """One of its files; None where there is none of that number."""
    if not 0 <= number < len(batch.files):
        return None
    name = str(batch.files[number])
    return _seen(batch, number, name, Correction.objects.filter(batch=batch, file=name).first())


def look_anew(batch: Batch) -> None:
    """Forget what was seen: a mapping was saved that files may be read with from now on."""
    for kept in batch.folder.glob(".look-*.json"):
        kept.unlink()


def beginning_of(batch: Batch, number: int) -> Path:
    """What a preview reads of a file: of a workbook the copy of its first rows."""
    copy = batch.folder / f".beginning-{number}"
    return copy if copy.exists() else batch.folder / str(batch.files[number])


def _seen(batch: Batch, number: int, name: str, correction: Correction | None) -> Seen:
    kept = batch.folder / f".look-{number}.json"
    if not kept.exists():
        partial = kept.with_suffix(".part")
        partial.write_text(json.dumps(_looked(batch, number, name), ensure_ascii=False), encoding="utf-8")
        partial.replace(kept)
    told = json.loads(kept.read_text(encoding="utf-8"))
    mapping = correction.mapping if correction else None
    return Seen(
        number,
        name,
        told["form"],
        tuple(told["names"]),
        tuple(tuple(row) for row in told["sample"]),
        api.Profile.model_validate(told["detected"]) if told["detected"] else None,
        api.Profile.model_validate(mapping) if mapping else None,
        correction.version if correction else 0,
        Local(told["label"]) if told["label"] else None,
        told["score"],
        tuple(told["signature"]),
        tuple(text for kept_text in told["problems"] if (text := text_of(kept_text)) is not None),
        text_of(told["trouble"]),
        text_of(told["hint"]),
        told["suggestions"],
        told["identifiers"],
    )


_NOTHING: dict[str, Any] = {
    "form": "",
    "names": [],
    "sample": [],
    "detected": None,
    "label": None,
    "score": 0.0,
    "signature": [],
    "problems": [],
    "trouble": None,
    "hint": None,
    "suggestions": {},
    "identifiers": {},
}


def _looked(batch: Batch, number: int, name: str) -> dict[str, Any]:
    """A look as JSON. A file that is no table at all can be told, too, but not be mapped."""
    try:
        path, others = api.beginning(batch.folder / name, batch.folder / f".beginning-{number}")
        found = api.look(business(), path, other_sheets=others)
    except RegularsError as error:
        return _NOTHING | {"trouble": as_json(error.text), "hint": as_json(error.hint) if error.hint else None}
    seen = found.seen
    return _NOTHING | {
        "form": found.form,
        "names": list(found.names),
        "sample": [[_cell(cell) for cell in row] for row in found.sample],
        "detected": seen.reading.model_dump(mode="json", exclude_defaults=True) if seen else None,
        "label": dict(seen.reading.label) if seen else None,
        "score": seen.score if seen else 0.0,
        "signature": list(seen.signature) if seen else [],
        "problems": [as_json(problem.reason) for problem in seen.problems] if seen else [],
        "trouble": as_json(found.trouble) if found.trouble else None,
        "hint": as_json(found.hint) if found.hint else None,
        "suggestions": {table: dict(columns) for table, columns in found.suggestions.items()},
        "identifiers": dict(found.identifiers),
    }


def _cell(cell: str | None) -> str:
    said = (cell or "").strip()
    return said if len(said) <= LONGEST else said[: LONGEST - 1] + "…"
