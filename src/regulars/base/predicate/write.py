"""A predicate written out: in its own language (which reads back as the same), and in words for people."""

from __future__ import annotations

import re
from datetime import date

from regulars.base.predicate.fields import Catalogue, Field
from regulars.base.predicate.parse import KEYWORDS
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
from regulars.base.text import Day, Listing, Money, Number, Param, Share, Text, say

_NAMES: dict[Operator, str] = {"=": "eq", "!=": "ne", "<": "lt", "<=": "le", ">": "gt", ">=": "ge"}
_PLAIN = re.compile(r"[^\W\d][\w-]*\Z")


def write(predicate: Predicate) -> str:
    """The predicate as text: ``parse(write(p)) == p``."""
    match predicate:
        case All(()):
            return "everybody"
        case All(parts):
            return " and ".join(_inner(part, Some) for part in parts)
        case Some(parts):
            return " or ".join(_inner(part, None) for part in parts)
        case Not(Known(field)):
            return f"{field} is unknown"
        case Not(part):
            return f"not {_inner(part, All, Some)}"
        case Known(field):
            return f"{field} is known"
        case Compare(field, operator, value):
            return f"{field} {operator} {_value(value)}"
        case Among(field, values):
            return f"{field} in ({', '.join(_value(value) for value in values)})"
        case Between(field, low, high):
            return f"{field} between {_value(low)} and {_value(high)}"


def _inner(part: Predicate, *in_brackets: type[All] | type[Some] | None) -> str:
    bracketed = tuple(kind for kind in in_brackets if kind is not None)
    grouped = bool(bracketed) and isinstance(part, bracketed) and part != All(())
    return f"({write(part)})" if grouped else write(part)


def _value(value: Value) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Relative):
        return "today" if value == Relative(0) else _relative(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str):
        if _PLAIN.match(value) and value.lower() not in KEYWORDS:
            return value
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return repr(float(value)).removesuffix(".0")


def _relative(value: Relative) -> str:
    return f"in {value.count} {value.unit}" if value.count >= 0 else f"{-value.count} {value.unit} ago"


def in_words(predicate: Predicate, *, catalogue: Catalogue, currency: str) -> Text:
    """The predicate as a sentence, in whatever language it is shown."""
    match predicate:
        case All(()):
            return say("predicate.say.everybody")
        case All(parts) | Some(parts):
            join = "predicate.say.and" if isinstance(predicate, All) else "predicate.say.or"
            said = [_grouped(part, catalogue, currency) for part in parts]
            first = said[0]
            for second in said[1:]:
                first = say(join, first=first, second=second)
            return first
        case Not(Known(field)):
            return say("predicate.say.unknown", field=catalogue[field].words)
        case Not(part):
            return say("predicate.say.not", part=in_words(part, catalogue=catalogue, currency=currency))
        case Known(field):
            return say("predicate.say.known", field=catalogue[field].words)
        case _:
            return _leaf(predicate, catalogue[predicate.field], currency)


def _grouped(part: Predicate, catalogue: Catalogue, currency: str) -> Text:
    said = in_words(part, catalogue=catalogue, currency=currency)
    return say("predicate.say.group", part=said) if isinstance(part, All | Some) and part.parts else said


def _leaf(leaf: Compare | Among | Between, field: Field, currency: str) -> Text:
    match leaf:
        case Compare(_, operator, bool() as value):
            return say(f"predicate.say.{'yes' if value is (operator == '=') else 'no'}", field=field.words)
        case Compare(_, operator, value):
            kind = f"{_NAMES[operator]}_day" if field.type == "day" else _NAMES[operator]
            return say(f"predicate.say.{kind}", field=field.words, value=shown(value, field, currency))
        case Among(_, values):
            listed = Listing(tuple(shown(value, field, currency) for value in values))
            return say("predicate.say.in", field=field.words, values=listed)
        case Between(_, low, high):
            low_said, high_said = (shown(end, field, currency) for end in (low, high))
            return say("predicate.say.between", field=field.words, low=low_said, high=high_said)


def shown(value: Value, field: Field, currency: str) -> Param:
    """One value as people write it."""
    if isinstance(value, Relative):
        when = "today" if value.count == 0 else f"{'in' if value.count > 0 else 'ago'}_{value.unit}"
        return say(f"predicate.when.{when}", n=abs(value.count))
    if isinstance(value, bool):
        return say(f"predicate.truth.{'yes' if value else 'no'}")
    if isinstance(value, date):
        return Day(value)
    if isinstance(value, str):
        return say(f"predicate.value.{value}") if field.values else value
    if field.unit == "money":
        return Money.of(value, currency)
    if field.unit == "share":
        return Share(value)
    number = Number(value, 0 if value == int(value) else 2)
    return say("predicate.unit.days", n=number) if field.unit == "days" else number
