"""Places in an ordered list: what a page says of where it begins and ends, and what lies beyond such a place.

A cursor holds the order, the value sorted by and the key of one row, so that pages neither skip nor repeat anybody,
whatever comes or goes between two looks. It is no secret: it tells nothing that the row it was made from does not.
"""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from regulars.base.errors import BadSettings
from regulars.base.text import say

type Value = str | float | int | bool | date | None


@dataclass(frozen=True, slots=True)
class Sort:
    """The order of a list: a column or field, largest (latest) first with a minus before it. Unknown comes last."""

    column: str
    descending: bool

    @classmethod
    def of(cls, text: str) -> Sort:
        """``"value_12"`` or ``"-value_12"``."""
        return cls(text.removeprefix("-"), text.startswith("-"))

    def __str__(self) -> str:
        return f"{'-' if self.descending else ''}{self.column}"


def in_order(order: Sort, by: str, key: str, *, back: bool) -> str:
    """What a list is ordered by, in SQL: equal values by key, unknown ones last; read from its end with ``back``."""
    down = order.descending is not back
    return f"{by} {'DESC' if down else 'ASC'} NULLS {'FIRST' if back else 'LAST'}, {key} {'DESC' if back else 'ASC'}"


def beyond(cursor: str, order: Sort, by: str, key: str, *, back: bool, a_day: bool) -> tuple[str, list[Any]]:
    """The condition, in SQL with its values, of rows after a cursor; before it with ``back``.

    Raises:
        BadSettings: it is no cursor of this order.
    """
    value, at = _read(cursor, str(order))
    if a_day and isinstance(value, str):
        value = _a_day(value)
    keyed = f"{key} {'<' if back else '>'} ?"
    if value is None:
        return (f"{by} IS NOT NULL OR {keyed}" if back else f"{by} IS NULL AND {keyed}"), [at]
    sign = "<" if order.descending is not back else ">"
    unknown = "" if back else f" OR {by} IS NULL"
    return f"{by} {sign} ? OR ({by} = ? AND {keyed}){unknown}", [value, value, at]


def cursor_of(sort: str, value: Any, key: int) -> str:
    """The cursor of one row."""
    plain = value.isoformat() if isinstance(value, date) else float(value) if isinstance(value, Decimal) else value
    packed = json.dumps([sort, plain, key], separators=(",", ":"), ensure_ascii=False)
    return base64.urlsafe_b64encode(packed.encode()).decode().rstrip("=")


def _read(cursor: str, sort: str) -> tuple[Value, int]:
    """What a cursor says. Raises BadSettings where it is none, or one of another order."""
    try:
        said = json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
    except (binascii.Error, ValueError):
        said = None
    match said:
        case [str() as order, None | bool() | int() | float() | str() as value, int() as key] if order == sort:
            return value, key
    raise BadSettings(say("api.people.no_cursor"), say("api.people.no_cursor_hint"))


def _a_day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise BadSettings(say("api.people.no_cursor"), say("api.people.no_cursor_hint")) from error
