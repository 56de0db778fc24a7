"""What a predicate is made of. Frozen, comparable, the same whichever way it was written.

Logic is three-valued: a comparison with something unknown is unknown, ``not unknown`` is unknown, and a predicate
*selects* only where it is true. Only ``is known`` and ``is unknown`` are never unknown themselves.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

type Operator = Literal["=", "!=", "<", "<=", ">", ">="]
type Unit = Literal["days", "weeks", "months", "years"]

OPERATORS: tuple[Operator, ...] = ("=", "!=", "<", "<=", ">", ">=")
UNITS: tuple[Unit, ...] = ("days", "weeks", "months", "years")


@dataclass(frozen=True, slots=True)
class Relative:
    """A day told from the study's day: ``count`` units before it (negative) or after it; 0 days is that day."""

    count: int
    unit: Unit = "days"

    def on(self, as_of: date) -> date:
        """The calendar day. Months keep the day of the month, or take the month's last. Clamped to years 1..9999."""
        try:
            if self.unit in ("days", "weeks"):
                return as_of + timedelta(days=self.count * (7 if self.unit == "weeks" else 1))
            months = self.count * (12 if self.unit == "years" else 1) + as_of.year * 12 + as_of.month - 1
            return _in_month(months // 12, months % 12 + 1, as_of.day)
        except (OverflowError, ValueError):
            return date.min if self.count < 0 else date.max


def _in_month(year: int, month: int, day: int) -> date:
    first_of_next = date(year + month // 12, month % 12 + 1, 1)
    return date(year, month, min(day, (first_of_next - timedelta(days=1)).day))


type Value = float | str | bool | date | Relative


@dataclass(frozen=True, slots=True)
class Compare:
    """``field operator value``."""

    field: str
    operator: Operator
    value: Value


@dataclass(frozen=True, slots=True)
class Among:
    """``field in (values)``; at least one value."""

    field: str
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Between:
    """``field between low and high``, both ends included."""

    field: str
    low: Value
    high: Value


@dataclass(frozen=True, slots=True)
class Known:
    """``field is known``."""

    field: str


@dataclass(frozen=True, slots=True)
class Not:
    """``not part``."""

    part: Predicate


@dataclass(frozen=True, slots=True)
class All:
    """Every part; none at all is everybody. Make it with :func:`all_of`."""

    parts: tuple[Predicate, ...]


@dataclass(frozen=True, slots=True)
class Some:
    """At least one part. Make it with :func:`some_of`."""

    parts: tuple[Predicate, ...]


type Leaf = Compare | Among | Between | Known
type Predicate = Leaf | Not | All | Some

EVERYBODY = All(())


def all_of(*parts: Predicate) -> Predicate:
    """``and``: groups within the group are opened, a single part stands alone."""
    opened = tuple(p for part in parts for p in (part.parts if isinstance(part, All) and part.parts else (part,)))
    return opened[0] if len(opened) == 1 else All(opened)


def some_of(*parts: Predicate) -> Predicate:
    """``or``: as :func:`all_of`. Raises ValueError without a part."""
    opened = tuple(p for part in parts for p in (part.parts if isinstance(part, Some) else (part,)))
    if not opened:
        raise ValueError("'or' needs at least one part")
    return opened[0] if len(opened) == 1 else Some(opened)


def named(predicate: Predicate, field: str, names: Mapping[str, str]) -> Predicate:
    """The same with the values of a field called by their names; what has no name keeps its value. To be told, not to
    be judged by."""
    match predicate:
        case Not(part):
            return Not(named(part, field, names))
        case All(parts):
            return All(tuple(named(part, field, names) for part in parts))
        case Some(parts):
            return Some(tuple(named(part, field, names) for part in parts))
        case Compare(of, operator, str() as value) if of == field:
            return Compare(of, operator, names.get(value, value))
        case Among(of, values) if of == field:
            return Among(of, tuple(names.get(v, v) if isinstance(v, str) else v for v in values))
    return predicate


def fields_of(predicate: Predicate) -> tuple[str, ...]:
    """Names of the fields it looks at, each once, in the order of the predicate."""
    return tuple(dict.fromkeys(_fields(predicate)))


def _fields(predicate: Predicate) -> Iterator[str]:
    match predicate:
        case Not(part):
            yield from _fields(part)
        case All(parts) | Some(parts):
            for part in parts:
                yield from _fields(part)
        case _:
            yield predicate.field
