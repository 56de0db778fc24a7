"""The files of ``strategy/`` and how they are read: strictly, with file and key named where something is wrong."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from regulars.base.errors import BadSettings
from regulars.base.inputs.common import InputFile
from regulars.base.inputs.communication import Communication
from regulars.base.inputs.market import Market
from regulars.base.inputs.organisation import Organisation
from regulars.base.inputs.relationships import Relationships
from regulars.base.inputs.service import Service
from regulars.base.inputs.systems import Systems
from regulars.base.inputs.workflows import Workflows
from regulars.base.text import Listing, Text, say

#: The folder inside a business folder (and inside a pack, for its starters).
FOLDER = "strategy"
#: File name without ``.toml`` -> what it may say.
FILES: dict[str, type[InputFile]] = {
    "market": Market,
    "service": Service,
    "relationships": Relationships,
    "workflows": Workflows,
    "communication": Communication,
    "organisation": Organisation,
    "systems": Systems,
}
#: pydantic's error type -> our sentence (the rest is quoted as pydantic says it).
_REASONS = {
    "missing": "missing",
    "extra_forbidden": "unknown_key",
    "literal_error": "not_one_of",
    "string_too_short": "empty",
    "to_fill": "to_fill",
    "too_short": "empty",
    "twice": "twice",
    "greater_than": "beyond",
    "greater_than_equal": "beyond",
    "less_than_equal": "beyond",
    "date_from_datetime_parsing": "no_day",
    "date_type": "no_day",
}


@dataclass(frozen=True, slots=True)
class Inputs:
    """What has been stated: file name (without ``.toml``) -> its content. A file that is not there is not in it."""

    files: Mapping[str, InputFile] = field(default_factory=dict)

    def of[M: InputFile](self, kind: type[M]) -> M | None:
        """The content of one file, or None where the business has not written it."""
        return next((found for found in self.files.values() if isinstance(found, kind)), None)


def name_of(kind: type[InputFile]) -> str:
    """The file a model is read from, as people find it: ``strategy/market.toml``."""
    return next(f"{FOLDER}/{name}.toml" for name, model in FILES.items() if model is kind)


def read_inputs(business: Path) -> Inputs:
    """Read every file of ``business``/strategy. No such folder, or an empty one, states nothing.

    Raises:
        BadSettings: a file that no chapter reads, no TOML, or a key that is unknown, missing or not understood; the
            message names file and key.
    """
    found: dict[str, InputFile] = {}
    for path in sorted((business / FOLDER).glob("*.toml")):
        if path.stem not in FILES:
            known = Listing(tuple(f"{name}.toml" for name in FILES))
            raise BadSettings(say("inputs.fault.file", file=_shown(path)), say("inputs.fault.file_hint", files=known))
        found[path.stem] = parse_input(path.read_bytes(), kind=FILES[path.stem], file=_shown(path))
    return Inputs(found)


def parse_input[M: InputFile](content: bytes, *, kind: type[M], file: str) -> M:
    """One file's content as its model; ``file`` is what messages call it. Raises BadSettings as :func:`read_inputs`."""
    try:
        raw = tomllib.loads(content.decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadSettings(say("inputs.fault.no_toml", file=file, detail=str(error))) from error
    try:
        return kind.model_validate(raw)
    except ValidationError as error:
        found = error.errors()
        key, reason = _place(found[0]["loc"]), _reason(found[0], kind)
        hint = say("inputs.fault.key_hint", n=len(found), count=len(found))
        raise BadSettings(say("inputs.fault.key", file=file, key=key, reason=reason), hint) from error


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong in what is to be stated: where (as pydantic places it) and why."""

    place: tuple[int | str, ...]
    reason: Text


def faults_of(raw: Mapping[str, object], kind: type[InputFile]) -> tuple[Fault, ...]:
    """Everything that keeps values from being read as a file's model; nothing where they can be."""
    try:
        kind.model_validate(raw)
    except ValidationError as error:
        return tuple(Fault(found["loc"], _reason(found, kind)) for found in error.errors())
    return ()


def _shown(path: Path) -> str:
    return f"{FOLDER}/{path.name}"


def _place(loc: Sequence[int | str]) -> str:
    """``("traits", 2, "text")`` as ``traits[3].text``: people count from one."""
    said = ""
    for part in loc:
        if isinstance(part, int):
            said += f"[{part + 1}]"
        elif part != "[key]":
            said += f".{part}" if said else str(part)
    return said or "(top)"


def _reason(error: ErrorDetails, kind: type[InputFile]) -> Text:
    name = _REASONS.get(error["type"])
    if name is None:
        return say("inputs.reason.other", detail=error["msg"].removeprefix("Value error, "))
    if name == "unknown_key" and len(error["loc"]) == 1:
        near = difflib.get_close_matches(str(error["loc"][0]), list(kind.model_fields), n=1)
        if near:
            return say("inputs.reason.misspelt", near=near[0])
    found = {key: str(value) for key, value in error.get("ctx", {}).items()}
    if name == "beyond":
        sign = "≥" if "ge" in found else "≤" if "le" in found else ">"
        return say("inputs.reason.beyond", limit=sign + next(found[key] for key in ("ge", "le", "gt") if key in found))
    expected = found.get("expected", "")
    return say(f"inputs.reason.{name}", expected=expected)
