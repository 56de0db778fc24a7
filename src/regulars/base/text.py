"""A sentence as data: a message id with typed parameters, put into words only when it is shown.

The core never holds English or Chinese prose in a result. It holds a :class:`Text`, which
:mod:`regulars.base.words` renders in the reader's language with that language's numbers, dates and money.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Annotated, Any, Literal

from pydantic import Field


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in a currency (ISO 4217 code)."""

    amount: Decimal
    currency: str
    kind: Literal["money"] = "money"

    @classmethod
    def of(cls, amount: float | int | Decimal, currency: str) -> Money:
        """An amount rounded to cents; floats are estimates and carry no more than that."""
        return cls(Decimal(str(amount)).quantize(Decimal("0.01"), ROUND_HALF_UP), currency)


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a whole, 0..1, shown in per cent."""

    value: float
    kind: Literal["share"] = "share"


@dataclass(frozen=True, slots=True)
class Number:
    """A plain number with a stated count of decimals."""

    value: float
    decimals: int = 0
    kind: Literal["number"] = "number"


@dataclass(frozen=True, slots=True)
class Day:
    """A calendar day, shown the way the reader's language prints dates."""

    on: date
    kind: Literal["day"] = "day"


@dataclass(frozen=True, slots=True)
class Month:
    """A calendar month (any day in it)."""

    on: date
    kind: Literal["month"] = "month"


@dataclass(frozen=True, slots=True)
class Local:
    """A name given in several languages, e.g. by a pack or by ``business.toml``."""

    names: Mapping[str, str]
    kind: Literal["local"] = "local"

    def in_language(self, language: str) -> str:
        """The name in ``language``, else in English, else in any language it has."""
        return self.names.get(language) or self.names.get("en") or next(iter(self.names.values()), "")


@dataclass(frozen=True, slots=True)
class Listing:
    """Several items shown as a list in a sentence ("A, B and C" / 「A、B及C」)."""

    items: tuple[Param, ...]
    kind: Literal["listing"] = "listing"


@dataclass(frozen=True, slots=True)
class Text:
    """A message: ``id`` names a sentence in the word lists, ``params`` fill its named places."""

    id: str
    params: Mapping[str, Param] = field(default_factory=dict)
    kind: Literal["text"] = "text"


type Shown = Annotated[Money | Share | Number | Day | Month | Local | Listing | Text, Field(discriminator="kind")]
type Param = str | int | Shown


def say(id: str, /, **params: Any) -> Text:
    """Make a :class:`Text`. Plain ``date`` and ``float`` are wrapped; everything else must be a Param."""
    wrapped: dict[str, Any] = {}
    for name, value in params.items():
        if isinstance(value, date):
            wrapped[name] = Day(value)
        elif isinstance(value, float):
            wrapped[name] = Number(value, 1)
        else:
            wrapped[name] = value
    return Text(id, wrapped)
