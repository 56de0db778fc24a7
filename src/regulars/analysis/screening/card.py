"""A scorecard as a business writes it: ``scorecards/<id>.toml``. Points for statements in the predicate language."""

from __future__ import annotations

import hashlib
import json
import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from regulars.analysis.catalogue import CATALOGUE
from regulars.base.errors import BadSettings
from regulars.base.predicate import BadPredicate, Predicate, fields_of, parse
from regulars.base.predicate.lex import tokens
from regulars.base.settings import Names
from regulars.base.text import Text, say

type Attribute = Literal["value", "fit", "risk", "permission"]

#: Words no statement of a card may use, and the message that says which rule bars them.
BARRED: dict[str, str] = {
    **dict.fromkeys(("birth_year", "birthday", "birth", "age", "age_band"), "study.screening.barred_age"),
    **dict.fromkeys(("sex", "gender", "pregnant", "pregnancy"), "study.screening.barred_sex"),
    **dict.fromkeys(
        ("race", "nationality", "ethnicity", "origin", "colour", "language", "religion"), "study.screening.barred_race"
    ),
    **dict.fromkeys(("disability", "disabled", "health", "illness"), "study.screening.barred_disability"),
    **dict.fromkeys(
        ("family_status", "family", "marital_status", "married", "children"), "study.screening.barred_family"
    ),
    **dict.fromkeys(("district", "address", "postcode", "home"), "study.screening.barred_district"),
}


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Term(_Model):
    """Points for customers of whom ``when`` is true; none where it is false or unknown. Whole points add up exactly."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    attribute: Attribute
    points: Annotated[int, Field(ge=-1000, le=1000)]
    when: Annotated[str, Field(min_length=1)]
    name: Names


class Card(_Model):
    """One scorecard. Those of ``who`` with at least ``select_from`` points are selected.

    ``adverse`` says whether anybody may be treated worse for few points; then ``basis`` must name the lawful ground.
    """

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    version: Annotated[int, Field(ge=1)] = 1
    name: Names
    purpose: Names
    adverse: bool
    basis: str = ""
    who: str = "everybody"
    select_from: int
    terms: Annotated[tuple[Term, ...], Field(min_length=1, max_length=60)]

    @property
    def digest(self) -> str:
        """Twelve hex digits of everything the card says."""
        text = json.dumps(self.model_dump(mode="json"), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()[:12]

    @property
    def statements(self) -> tuple[str, ...]:
        """Every predicate of the card."""
        return (self.who, *(term.when for term in self.terms))

    def flags(self) -> tuple[Text, ...]:
        """What a reader must know before using the card."""
        named = {name for statement in self.statements for name in fields_of(parse(statement, CATALOGUE))}
        flags = []
        if self.adverse:
            flags.append(say("study.screening.flag_adverse", basis=self.basis))
        if any(term.points < 0 for term in self.terms):
            flags.append(say("study.screening.flag_minus"))
        if "branch" in named:
            flags.append(say("study.screening.flag_branch"))
        return tuple(flags)


def read_card(path: Path) -> Card:
    """Read and check a card.

    Raises:
        BadSettings: it is no card, names a barred attribute, or has adverse use without a basis.
        BadPredicate: a statement cannot be understood.
    """
    return parse_card(path.read_bytes(), file=str(path))


def parse_card(content: bytes, *, file: str) -> Card:
    """As :func:`read_card`; ``file`` is what messages call it."""
    try:
        card = Card.model_validate(tomllib.loads(content.decode("utf-8-sig")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadSettings(say("study.screening.no_card", file=file, detail=str(error))) from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "(top)"
        raise BadSettings(say("study.screening.no_card", file=file, detail=f"{where}: {first['msg']}")) from error
    if len({term.id for term in card.terms}) < len(card.terms):
        raise BadSettings(say("study.screening.twice", file=file))
    for statement in card.statements:
        _allowed(statement)
    if card.adverse and not card.basis.strip():
        raise BadSettings(say("study.screening.no_basis", file=file), say("study.screening.no_basis_hint"))
    return card


def _allowed(statement: str) -> Predicate:
    """The statement's predicate, once nothing barred is named in it."""
    parts = tokens(statement)
    for i, token in enumerate(parts):
        before = [part.text.lower() for part in parts[max(i - 2, 0) : i]]
        # A name stands where a statement begins; the same word as a value ("need = Colour") is no attribute.
        begins = not before or before[-1] in ("and", "or", "not") or (before[-1] == "(" and before[0] != "in")
        if begins and token.kind == "word" and token.text.lower() in BARRED:
            raise BadPredicate(
                say("study.screening.barred", name=token.text, rule=say(BARRED[token.text.lower()])),
                say("study.screening.barred_hint"),
                position=token.at,
            )
    return parse(statement, CATALOGUE)


def starter() -> str:
    """A card to begin with."""
    return (files("regulars.analysis.screening") / "starter.toml").read_text(encoding="utf-8")
