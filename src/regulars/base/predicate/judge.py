"""Judging one record. The other back end compiles the same predicate for the engine; both agree on every record."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

from regulars.base.predicate.fields import Catalogue, Field
from regulars.base.predicate.tree import (
    All,
    Among,
    Between,
    Compare,
    Known,
    Not,
    Operator,
    Predicate,
    Relative,
    Some,
    Value,
)


def holds(predicate: Predicate, record: Mapping[str, object], *, catalogue: Catalogue, as_of: date) -> bool:
    """Whether the record is selected: the predicate is true of it (unknown is not true)."""
    return judge(predicate, record, catalogue=catalogue, as_of=as_of) is True


def judge(predicate: Predicate, record: Mapping[str, object], *, catalogue: Catalogue, as_of: date) -> bool | None:
    """True, false, or None for unknown (three-valued logic of Kleene, as SQL has it).

    ``record`` maps columns to values; a missing column, None and a number that is none (NaN) are all unknown.
    """
    match predicate:
        case Not(part):
            inner = judge(part, record, catalogue=catalogue, as_of=as_of)
            return None if inner is None else not inner
        case All(parts) | Some(parts):
            told = [judge(part, record, catalogue=catalogue, as_of=as_of) for part in parts]
            settles = isinstance(predicate, Some)
            if settles in told:
                return settles
            return None if None in told else not settles
    found = _found(record, catalogue[predicate.field])
    if isinstance(predicate, Known):
        return found is not None
    return None if found is None else _told(predicate, found, as_of)


def _told(leaf: Compare | Among | Between, found: object, as_of: date) -> bool:
    match leaf:
        case Compare(_, operator, value):
            return _compare(found, operator, settled(value, as_of))
        case Among(_, values):
            return any(_compare(found, "=", settled(value, as_of)) for value in values)
        case Between(_, low, high):
            return _compare(found, ">=", settled(low, as_of)) and _compare(found, "<=", settled(high, as_of))


def settled(value: Value, as_of: date) -> float | str | bool | date:
    """A value with a relative day made a calendar day."""
    return value.on(as_of) if isinstance(value, Relative) else value


def _found(record: Mapping[str, object], field: Field) -> object:
    raw = record.get(field.column)
    if raw is None or (field.type == "number" and _is_none(raw)):
        return None
    if isinstance(raw, datetime):
        return raw.date()
    return float(raw) if isinstance(raw, int | float | Decimal) and not isinstance(raw, bool) else raw


def _is_none(raw: object) -> bool:
    return isinstance(raw, int | float | Decimal) and math.isnan(raw)


def _compare(found: object, operator: Operator, value: object) -> bool:
    if operator in ("=", "!="):
        return (found == value) is (operator == "=")
    a, b = (_ordered(found), _ordered(value))
    match operator:
        case "<":
            return a < b
        case "<=":
            return a <= b
        case ">":
            return a > b
        case _:
            return a >= b


def _ordered(value: object) -> float:
    """Numbers as they are, days by their number."""
    if isinstance(value, date):
        return float(value.toordinal())
    assert isinstance(value, int | float)  # fields of other types refuse an order when they are read
    return float(value)
