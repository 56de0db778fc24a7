"""A predicate as JSON, for programs and forms. What is read is checked as strictly as text is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, cast

from regulars.base.predicate.errors import BadPredicate
from regulars.base.predicate.fields import Catalogue, Field
from regulars.base.predicate.parse import DEEPEST
from regulars.base.predicate.tree import (
    EVERYBODY,
    OPERATORS,
    UNITS,
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
    all_of,
    some_of,
)
from regulars.base.text import Text, say


def to_json(predicate: Predicate) -> dict[str, Any]:
    """``{"all": [...]}``, ``{"any": [...]}``, ``{"not": ...}`` or a statement on a ``field``."""
    match predicate:
        case All(parts):
            return {"all": [to_json(part) for part in parts]}
        case Some(parts):
            return {"any": [to_json(part) for part in parts]}
        case Not(part):
            return {"not": to_json(part)}
        case Known(field):
            return {"field": field, "known": True}
        case Compare(field, operator, value):
            return {"field": field, "is": operator, "value": _out(value)}
        case Among(field, values):
            return {"field": field, "in": [_out(value) for value in values]}
        case Between(field, low, high):
            return {"field": field, "between": [_out(low), _out(high)]}


def _out(value: Value) -> Any:
    if isinstance(value, Relative):
        return {"count": value.count, "unit": value.unit}
    return {"day": value.isoformat()} if isinstance(value, date) else value


def from_json(document: object, catalogue: Catalogue, *, _deep: int = 0) -> Predicate:
    """The predicate of :func:`to_json`. Raises BadPredicate where it is none, or names what is not there."""
    if not isinstance(document, Mapping) or _deep > DEEPEST:
        raise _bad(say("predicate.wrong.json", found=str(document)[:60]))
    keys = set(document)
    for key, join in (("all", all_of), ("any", some_of)):
        if keys == {key} and isinstance(parts := document[key], list):
            inner = [from_json(part, catalogue, _deep=_deep + 1) for part in parts]
            if not inner and key == "all":
                return EVERYBODY
            if inner:
                return join(*inner)
    if keys == {"not"}:
        return Not(from_json(document["not"], catalogue, _deep=_deep + 1))
    name = document.get("field")
    if not isinstance(name, str):
        raise _bad(say("predicate.wrong.json", found=str(dict(document))[:60]))
    if name not in catalogue:
        near = catalogue.nearest(name)
        raise _bad(
            say("predicate.wrong.json_field", found=name),
            say("predicate.wrong.nearest", name=near) if near else None,
        )
    return _leaf(dict(document), keys - {"field"}, catalogue[name])


def _leaf(document: dict[str, Any], keys: set[str], field: Field) -> Predicate:
    if keys == {"known"} and document["known"] is True:
        return Known(field.name)
    if keys == {"is", "value"} and document["is"] in OPERATORS:
        operator = cast(Operator, document["is"])
        _fits(field.wrong_operator(operator))
        return Compare(field.name, operator, _in(document["value"], field))
    if keys == {"in"} and isinstance(document["in"], list) and document["in"]:
        return Among(field.name, tuple(_in(value, field) for value in document["in"]))
    if keys == {"between"} and isinstance(document["between"], list) and len(document["between"]) == 2:
        _fits(field.wrong_operator("<="))
        low, high = (_in(value, field) for value in document["between"])
        return Between(field.name, low, high)
    raise _bad(say("predicate.wrong.json", found=str(document)[:60]))


def _in(raw: Any, field: Field) -> Value:
    value: Any = raw
    if isinstance(raw, dict):
        value = _day_in(raw)
    elif isinstance(raw, int) and not isinstance(raw, bool):
        value = float(raw)
    if not isinstance(value, float | str | bool | date | Relative):
        raise _bad(say("predicate.wrong.json", found=str(raw)[:60]))
    _fits(field.wrong_value(value))
    return value


def _day_in(raw: dict[str, Any]) -> Value | None:
    count, unit = raw.get("count"), raw.get("unit")
    if set(raw) == {"count", "unit"} and isinstance(count, int) and not isinstance(count, bool) and unit in UNITS:
        return Relative(count, unit)
    try:
        return date.fromisoformat(raw["day"]) if set(raw) == {"day"} and isinstance(raw["day"], str) else None
    except ValueError:
        return None


def _fits(wrong: Text | None) -> None:
    if wrong is not None:
        raise _bad(wrong)


def _bad(text: Text, hint: Text | None = None) -> BadPredicate:
    return BadPredicate(text, hint)
