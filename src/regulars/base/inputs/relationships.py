"""``strategy/relationships.toml``: which kind of relation is offered to whom, for chapter 7."""

from __future__ import annotations

from typing import Literal

from pydantic import model_validator
from pydantic_core import PydanticCustomError

from regulars.base.inputs.common import Bilingual, InputFile, Model

type Relation = Literal["deal", "functional", "affiliation", "consultant", "partnership"]

RELATIONS: tuple[Relation, ...] = ("deal", "functional", "affiliation", "consultant", "partnership")


class Rule(Model):
    """A kind of relation: who gets it, what it promises, how its success is judged, what it must never become."""

    relation: Relation
    who: Bilingual
    promise: Bilingual
    judged_by: Bilingual
    never: Bilingual


class Relationships(InputFile):
    """One rule for each kind of relation: deal, functional, affiliation, consultant, partnership."""

    rules: tuple[Rule, ...] = ()

    @model_validator(mode="after")
    def _once(self) -> Relationships:
        if len({r.relation for r in self.rules}) < len(self.rules):
            raise PydanticCustomError("twice", "a kind of relation has two rules")
        return self
