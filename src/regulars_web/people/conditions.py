"""One condition of a filter as a form has it, and as the predicate language has it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from regulars.base.predicate import Among, Between, Compare, Field, Known, Not, Predicate, Relative
from regulars.base.predicate.tree import Operator, Value

#: What may be said of a field of each type, in the order it is offered.
OFFERED: dict[str, tuple[str, ...]] = {
    "text": ("among", "not_among", "known", "unknown"),
    "number": ("at_least", "at_most", "above", "below", "equals", "between", "known", "unknown"),
    "day": ("within", "longer_ago", "ahead", "before", "after", "between", "known", "unknown"),
    "truth": ("yes", "no", "known", "unknown"),
}
#: How many values each takes: none, one, two, or any number of listed ones.
_TAKES = {"among": 9, "not_among": 9, "between": 2, "known": 0, "unknown": 0, "yes": 0, "no": 0}
_NUMBERS: dict[str, Operator] = {"at_least": ">=", "at_most": "<=", "above": ">", "below": "<", "equals": "="}
_DAYS: dict[str, Operator] = {"before": "<", "after": ">"}


@dataclass(frozen=True, slots=True)
class Condition:
    """What somebody chose so far: a field, what is said of it, and the values as they were typed."""

    field: str
    says: str
    values: tuple[str, ...] = ()

    @property
    def takes(self) -> int:
        """How many values it takes."""
        return _TAKES.get(self.says, 1)


def fresh(field: Field) -> Condition:
    """A condition on a field, before anything is said of it."""
    return Condition(field.name, OFFERED[field.type][0])


def predicate_of(condition: Condition, field: Field) -> Predicate | None:
    """The condition as a predicate; None while it is not filled in."""
    name, says = field.name, condition.says
    if says in ("known", "unknown"):
        return Known(name) if says == "known" else Not(Known(name))
    if says in ("yes", "no"):
        return Compare(name, "=", says == "yes")
    if says in ("among", "not_among"):
        return _listed(name, condition.values, none_of=says == "not_among")
    typed = [v for v in condition.values if v.strip()]
    if len(typed) < condition.takes:
        return None
    return _day(name, says, typed) if field.type == "day" else _number(name, says, typed, field)


def _listed(name: str, values: tuple[str, ...], *, none_of: bool) -> Predicate | None:
    if len(values) < 2:  # "is" reads better than "is one of" a single one
        return Compare(name, "!=" if none_of else "=", values[0]) if values else None
    return Not(Among(name, values)) if none_of else Among(name, values)


def _number(name: str, says: str, typed: Sequence[str], field: Field) -> Predicate | None:
    values = [_amount(text, share=field.unit == "share") for text in typed]
    if any(value is None for value in values):
        return None
    known: list[Value] = [value for value in values if value is not None]
    return Between(name, known[0], known[1]) if says == "between" else Compare(name, _NUMBERS[says], known[0])


def _amount(text: str, *, share: bool) -> float | None:
    """A number as people type it; shares are typed in per cent."""
    try:
        value = float(text.replace(",", "").replace("%", "").strip())
    except ValueError:
        return None
    if not math.isfinite(value) or abs(value) > 1e15:
        return None
    return round(value / 100, 12) if share else value


def _day(name: str, says: str, typed: Sequence[str]) -> Predicate | None:
    if says in ("within", "longer_ago", "ahead"):
        days = int(typed[0]) if typed[0].isascii() and typed[0].isdigit() and len(typed[0]) < 6 else None
        if days is None:
            return None
        if says == "ahead":
            return Between(name, Relative(0), Relative(days))
        return Compare(name, "<" if says == "longer_ago" else ">=", Relative(-days))
    try:
        first, *rest = (date.fromisoformat(text) for text in typed)
    except ValueError:
        return None
    return Between(name, first, rest[0]) if says == "between" else Compare(name, _DAYS[says], first)


def condition_of(predicate: Predicate, field: Callable[[str], Field]) -> Condition | None:
    """The condition that says the same; None where clicking cannot say it."""
    match predicate:
        case Known(name):
            return Condition(name, "known")
        case Not(Known(name)):
            return Condition(name, "unknown")
        case Not(Among(name, values)):
            return Condition(name, "not_among", tuple(map(str, values))) if field(name).type == "text" else None
        case Among(name, values):
            return Condition(name, "among", tuple(map(str, values))) if field(name).type == "text" else None
        case Compare(name, "=" | "!=" as operator, bool() as value):
            return Condition(name, "yes" if value is (operator == "=") else "no")
        case Compare(name, "=" | "!=" as operator, str() as value):
            return Condition(name, "among" if operator == "=" else "not_among", (value,))
        case Between(name, Relative(0), Relative(count, "days")) if count >= 0:
            return Condition(name, "ahead", (str(count),))
        case Between(name, low, high):
            ends = (_typed(low, field(name)), _typed(high, field(name)))
            return None if None in ends else Condition(name, "between", tuple(e for e in ends if e is not None))
        case Compare(name, operator, value):
            return _compared(name, operator, value, field(name))
    return None


def _compared(name: str, operator: Operator, value: Value, field: Field) -> Condition | None:
    if isinstance(value, Relative):
        says = {"<": "longer_ago", ">=": "within"}.get(operator)
        return (
            Condition(name, says, (str(-value.count),)) if says and value.unit == "days" and value.count <= 0 else None
        )
    typed = _typed(value, field)
    says = next((s for s, o in (_DAYS if field.type == "day" else _NUMBERS).items() if o == operator), None)
    return Condition(name, says, (typed,)) if says and typed is not None else None


def _typed(value: Value, field: Field) -> str | None:
    """A value as somebody would type it, so that reading it gives the same value."""
    if isinstance(value, Relative):
        return None
    if isinstance(value, date):
        return value.isoformat()
    number = float(value)
    text = f"{number * 100:.10g}" if field.unit == "share" else f"{number:.15g}"
    return text if _amount(text, share=field.unit == "share") == number else None
