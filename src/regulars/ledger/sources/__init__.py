"""The sources recognised by column signature. Each is a TOML file beside this module; nothing here is code."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from regulars.ledger.profile import Identifier, Reading


class Source(Reading):
    """One export of one system.

    ``must`` are headers that identify it (``A|B``: either); ``never`` are headers it does not have. ``columns`` maps
    fields to the headers they are found under, best first. ``dropped`` are known columns that are not kept, because no
    analysis needs them (PRIVACY.md P01); those of them that say who somebody is are named in ``identifiers``, too.
    ``refuse`` names the message why the file cannot be imported.
    """

    must: Annotated[tuple[str, ...], Field(min_length=1)]
    never: tuple[str, ...] = ()
    columns: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    dropped: tuple[str, ...] = ()
    identifiers: dict[Identifier, tuple[str, ...]] = Field(default_factory=dict)
    refuse: str | None = None
    weak_identity: bool = False


@cache
def all_sources() -> tuple[Source, ...]:
    """Every source, ordered by name."""
    found = [
        Source.model_validate(tomllib.loads(entry.read_text(encoding="utf-8")))
        for entry in (files("regulars.ledger") / "sources").iterdir()
        if entry.name.endswith(".toml") and not entry.name.startswith("_")
    ]
    return tuple(sorted(found, key=lambda source: source.name))


@cache
def identifier_words() -> dict[Identifier, tuple[str, ...]]:
    """Header aliases of columns that say who somebody is."""
    raw = tomllib.loads((files("regulars.ledger") / "sources" / "_identifiers.toml").read_text(encoding="utf-8"))
    return {kind: tuple(names) for kind, names in raw.items()}  # type: ignore[misc] # the file's keys are kinds


@cache
def generic_words() -> dict[str, dict[str, tuple[str, ...]]]:
    """Header aliases of the generic mapping: table -> field -> names, best first; English and Chinese, then others."""
    own, abroad = (
        tomllib.loads((files("regulars.ledger") / "sources" / name).read_text(encoding="utf-8"))
        for name in ("_generic.toml", "_abroad.toml")
    )
    return {
        table: {
            field: tuple(dict.fromkeys([*names, *abroad.get(table, {}).get(field, ())]))
            for field, names in fields.items()
        }
        for table, fields in own.items()
    }


class Near(BaseModel):
    """Words by which a header is near to a field of sales without naming it; see ``_near.toml``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    fillers: frozenset[str]
    turns: frozenset[str]
    people: frozenset[str]
    numbers: frozenset[str]
    spelled_number: frozenset[str]
    no_sale: tuple[str, ...]
    fields: dict[str, frozenset[str]]


@cache
def near_words() -> Near:
    """The words of ``_near.toml``."""
    text = (files("regulars.ledger") / "sources" / "_near.toml").read_text(encoding="utf-8")
    return Near.model_validate(tomllib.loads(text))
