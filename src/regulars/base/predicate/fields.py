"""The fields a predicate may name: a declared list with type, unit and words; nothing else can be asked."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from typing import Literal

from regulars.base.predicate.tree import Operator, Relative, Value
from regulars.base.text import Listing, Text, say

type FieldType = Literal["number", "text", "day", "truth"]
type FieldUnit = Literal["money", "share", "days", "visits", "plain"]


@dataclass(frozen=True, slots=True)
class Field:
    """One field. ``values`` lists what a text may be (empty = anything); ``column`` is where it is kept.

    Its name in words is the message ``predicate.field.<name>``.
    """

    name: str
    type: FieldType
    unit: FieldUnit = "plain"
    values: tuple[str, ...] = ()
    stored_as: str = ""

    @property
    def column(self) -> str:
        """The column of the record or table."""
        return self.stored_as or self.name

    @property
    def words(self) -> Text:
        """What people call it."""
        return say(f"predicate.field.{self.name}")

    def wrong_operator(self, operator: Operator) -> Text | None:
        """Why an operator cannot be used on the field; None where it can."""
        if operator in ("=", "!=") or self.type in ("number", "day"):
            return None
        return say("predicate.wrong.operator", field=self.name, operator=operator)

    def wrong_value(self, value: Value) -> Text | None:
        """Why a value cannot be compared with the field; None where it can."""
        fits = {
            "number": isinstance(value, int | float) and not isinstance(value, bool),
            "text": isinstance(value, str),
            "day": isinstance(value, date | Relative),
            "truth": isinstance(value, bool),
        }[self.type]
        if not fits or (isinstance(value, float) and not math.isfinite(value)):
            return say(f"predicate.wrong.not_{self.type}", field=self.name)
        if self.values and value not in self.values:
            return say("predicate.wrong.not_listed", field=self.name, values=Listing(self.values))
        return None


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Fields by name."""

    fields: Mapping[str, Field]

    @classmethod
    def of(cls, fields: Iterable[Field]) -> Catalogue:
        """A catalogue of these fields."""
        return cls({field.name: field for field in fields})

    def within(self, columns: Iterable[str]) -> Catalogue:
        """The fields whose columns are there."""
        there = set(columns)
        return Catalogue.of(field for field in self.fields.values() if field.column in there)

    def __getitem__(self, name: str) -> Field:
        return self.fields[name]

    def __contains__(self, name: object) -> bool:
        return name in self.fields

    def nearest(self, name: str) -> str | None:
        """The field whose name looks most like ``name``."""
        found = get_close_matches(name.lower(), list(self.fields), n=1, cutoff=0.5)
        return found[0] if found else None
