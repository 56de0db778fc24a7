"""The engine's back end of the predicate language: one boolean expression, equal to judging every record alone."""

from __future__ import annotations

from datetime import date
from functools import reduce
from operator import and_, or_

import ibis

from regulars.base.predicate import (
    All,
    Among,
    Between,
    Catalogue,
    Compare,
    Field,
    Known,
    Not,
    Predicate,
    Some,
)
from regulars.base.predicate.judge import settled
from regulars.base.predicate.tree import Operator, Value


def compiled(predicate: Predicate, t: ibis.Table, *, catalogue: Catalogue, as_of: date) -> ibis.Value:
    """A boolean column of ``t``: true, false or null (unknown). Null is not selected by ``t.filter``."""
    match predicate:
        case Not(part):
            return ~compiled(part, t, catalogue=catalogue, as_of=as_of)
        case All(()):
            return ibis.literal(True)
        case All(parts) | Some(parts):
            join = and_ if isinstance(predicate, All) else or_
            return reduce(join, (compiled(part, t, catalogue=catalogue, as_of=as_of) for part in parts))
    column = column_of(t, catalogue[predicate.field])
    match predicate:
        case Known(_):
            return column.notnull()
        case Compare(_, operator, value):
            return _compare(column, operator, _literal(value, as_of))
        case Among(_, values):
            return column.isin([_literal(value, as_of) for value in values])
        case Between(_, low, high):
            return (column >= _literal(low, as_of)) & (column <= _literal(high, as_of))


def column_of(t: ibis.Table, field: Field) -> ibis.Value:
    """A field's column with its type; a number that is none (NaN) is unknown, as null is."""
    column = t[field.column]
    if field.type == "number":
        number = column.cast("float64")
        return ibis.ifelse(number.isnan(), ibis.null("float64"), number)
    return column.cast({"text": "string", "day": "date", "truth": "boolean"}[field.type])


def _literal(value: Value, as_of: date) -> ibis.Value:
    found = settled(value, as_of)
    return ibis.literal(float(found)) if isinstance(found, int | float) and not isinstance(found, bool) else _as(found)


def _as(value: str | bool | date | float) -> ibis.Value:
    return ibis.literal(value, type="date") if isinstance(value, date) else ibis.literal(value)


def _compare(column: ibis.Value, operator: Operator, value: ibis.Value) -> ibis.Value:
    match operator:
        case "=":
            return column == value
        case "!=":
            return column != value
        case "<":
            return column < value
        case "<=":
            return column <= value
        case ">":
            return column > value
        case ">=":
            return column >= value
