"""From a pack's folder to a Pack: TOML files, the evidence library, and faults named by file and key.

A pack is a folder with ``pack.toml`` (words, windows, benchmarks, objectives), ``measures.toml`` and, if it has
evidence of its own, ``evidence.toml``; ``interest.toml`` holds the starter customer-interest tests of its measures. An
effect that says ``evidence = "…"`` takes every key it does not state itself from the evidence library, so that one
published figure is written down once for all trades.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from regulars.base.errors import BadSettings, NotThere
from regulars.base.problem import Problem
from regulars.base.text import Text, say
from regulars.packs.schema import Pack

DATA = Path(__file__).parent / "data"
MAIN, MEASURES, EVIDENCE = "pack.toml", "measures.toml", "evidence.toml"
INTEREST = "interest.toml"

#: pydantic's error type -> our sentence (the rest is quoted as pydantic says it).
_REASONS = {
    "missing": "missing",
    "extra_forbidden": "unknown_key",
    "literal_error": "not_one_of",
    "greater_than": "too_small",
    "greater_than_equal": "too_small",
    "less_than": "too_large",
    "less_than_equal": "too_large",
    "float_type": "no_number",
    "float_parsing": "no_number",
    "int_type": "no_number",
    "int_parsing": "no_number",
    "int_from_float": "no_number",
    "string_type": "no_text",
    "string_too_short": "too_short",
    "too_short": "too_short",
    "string_pattern_mismatch": "pattern",
    "take_up_missing": "take_up_missing",
    "windows_order": "windows_order",
    "measure_twice": "measure_twice",
    "conflict_unknown": "conflict_unknown",
}


@dataclass(frozen=True, slots=True)
class Read:
    """What a folder holds: the pack if it can be understood, and what is wrong if not."""

    folder: Path
    pack: Pack | None
    problems: tuple[Problem, ...]


def fault(folder: Path, file: str, key: str, code: str, **params: str | float) -> Problem:
    """A rejected key of a pack file; ``code`` is also the sentence ``packs.reason.<code>``."""
    return Problem(str(folder / file), None, key, f"pack_{code}", say(f"packs.reason.{code}", **params))


def file_of(key: str) -> str:
    """The file a dotted key is written in."""
    return {"measures": MEASURES, "interest": INTEREST}.get(key.split(".", 1)[0], MAIN)


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise NotThere(say("packs.load.no_file", file=str(path)), say("packs.load.no_file_hint")) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadSettings(say("packs.load.no_toml", file=str(path), detail=str(error))) from error


def library(folder: Path) -> dict[str, dict[str, Any]]:
    """The evidence a pack may quote: the shipped library, and over it the pack's own file."""
    found: dict[str, dict[str, Any]] = _toml(DATA / EVIDENCE)
    own = folder / EVIDENCE
    return found | _toml(own) if own.is_file() else found


def _label(position: int, measure: object) -> str:
    name = measure.get("id") if isinstance(measure, Mapping) else None
    return name if isinstance(name, str) else str(position + 1)


def _key(loc: Sequence[int | str], measures: Sequence[object]) -> str:
    """``("measures", 3, "cost")`` as ``measures.due_reminder.cost``: people look for ids, not for positions."""
    parts = [str(part) for part in loc]
    if len(loc) > 1 and loc[0] == "measures" and isinstance(loc[1], int) and loc[1] < len(measures):
        parts[1] = _label(loc[1], measures[loc[1]])
    return ".".join(parts)


def _reason(error: ErrorDetails) -> Text:
    name = _REASONS.get(error["type"])
    if name is None:
        return say("packs.reason.other", detail=error["msg"])
    limits = {key: str(value) for key, value in error.get("ctx", {}).items()}
    limit = next((limits[k] for k in ("gt", "ge", "lt", "le", "min_length", "pattern", "expected") if k in limits), "")
    return say(f"packs.reason.{name}", limit=limit, states=limits.get("states", ""), ids=limits.get("ids", ""))


def _with_evidence(
    folder: Path, measures: Sequence[object], shelf: Mapping[str, dict[str, Any]]
) -> tuple[list[object], list[Problem]]:
    """Fill effects from the library. Shapes that make no sense are left for the schema to name."""
    filled: list[object] = []
    problems: list[Problem] = []
    for position, measure in enumerate(measures):
        if not isinstance(measure, dict) or not isinstance(measure.get("effects"), list):
            filled.append(measure)
            continue
        effects: list[object] = []
        for number, effect in enumerate(measure["effects"]):
            quoted = str(effect["evidence"]) if isinstance(effect, dict) and "evidence" in effect else ""
            if quoted and quoted not in shelf:
                key = f"measures.{_label(position, measure)}.effects.{number}.evidence"
                problems.append(fault(folder, MEASURES, key, "evidence_unknown", found=quoted))
            effects.append(shelf[quoted] | effect if quoted in shelf and isinstance(effect, dict) else effect)
        filled.append(measure | {"effects": effects})
    return filled, problems


def _interest(folder: Path) -> dict[str, Any]:
    """The pack's customer-interest tests: ``interest.toml`` holds ``[[interest]]`` and nothing else; may be missing."""
    own = folder / INTEREST
    if not own.is_file():
        return {}
    found = _toml(own)
    return {"interest": found.pop("interest", ()), **{f"interest.{key}": value for key, value in found.items()}}


def _symmetric(pack: Pack) -> Pack:
    """A conflict holds both ways, whichever side states it."""
    pairs = {(m.id, other) for m in pack.measures for other in m.conflicts}
    both = pairs | {(b, a) for a, b in pairs}
    measures = tuple(
        m.model_copy(update={"conflicts": tuple(o.id for o in pack.measures if (m.id, o.id) in both)})
        for m in pack.measures
    )
    return pack.model_copy(update={"measures": measures})


def read_pack(folder: Path) -> Read:
    """Read a pack's folder; what cannot be understood is a list of problems.

    Raises:
        NotThere: the folder lacks ``pack.toml`` or ``measures.toml``.
        BadSettings: a file is no TOML.
    """
    raw = _toml(folder / MAIN)
    listed = _toml(folder / MEASURES)
    problems = [fault(folder, MEASURES, key, "wrong_file") for key in listed if key != "measures"]
    if "measures" in raw:
        problems.append(fault(folder, MAIN, "measures", "wrong_file"))
    measures = listed.get("measures", [])
    if not isinstance(measures, list):
        return Read(folder, None, (*problems, fault(folder, MEASURES, "measures", "no_list")))
    measures, unknown = _with_evidence(folder, measures, library(folder))
    problems += unknown
    if problems:
        return Read(folder, None, tuple(problems))
    try:
        whole = raw | {"measures": measures} | _interest(folder)
        return Read(folder, _symmetric(Pack.model_validate(whole)), ())
    except ValidationError as error:
        found = [
            Problem(str(folder / file_of(key)), None, key, f"pack_{_REASONS.get(e['type'], 'other')}", _reason(e))
            for e in error.errors()
            for key in [_key(e["loc"], measures) or "measures"]
        ]
        return Read(folder, None, tuple(found))
