"""Reading a predicate. ``and`` binds closer than ``or``, ``not`` closest; brackets group.

::

    state = overdue and value_36 > 2000 and not branch in (Central, "Mong Kok")
    last_day before 2026-05-01 or due_on between today and in 14 days
    may_email and birth is unknown
"""

from __future__ import annotations

from datetime import date
from typing import cast, get_args

from regulars.base.predicate.errors import BadPredicate
from regulars.base.predicate.fields import Catalogue, Field
from regulars.base.predicate.lex import Token, tokens
from regulars.base.predicate.tree import (
    EVERYBODY,
    OPERATORS,
    UNITS,
    Among,
    Between,
    Compare,
    Known,
    Not,
    Operator,
    Predicate,
    Relative,
    Unit,
    Value,
    all_of,
    some_of,
)
from regulars.base.text import Text, say

KEYWORDS = ("and", "or", "not", "in", "between", "is", "known", "unknown", "before", "after", "on", "everybody")
_TRUTH = {"yes": True, "true": True, "no": False, "false": False}
_BY_WORD: dict[str, Operator] = {"before": "<", "after": ">", "on": "="}
DEEPEST = 60


def parse(text: str, catalogue: Catalogue) -> Predicate:
    """The predicate that ``text`` states over the fields of ``catalogue``.

    Raises:
        BadPredicate: with the place, what was wanted there, what was found, and the nearest field name.
    """
    reading = _Reading(tokens(text), catalogue)
    found = reading.either(0)
    if reading.now.kind != "end":
        reading.wanted(say("predicate.want.more"))
    return found


class _Reading:
    """Recursive descent over the tokens."""

    def __init__(self, parts: tuple[Token, ...], catalogue: Catalogue) -> None:
        self.parts = parts
        self.place = 0
        self.catalogue = catalogue

    @property
    def now(self) -> Token:
        return self.parts[self.place]

    def take(self) -> Token:
        token = self.now
        self.place = min(self.place + 1, len(self.parts) - 1)
        return token

    def said(self, *words: str) -> str | None:
        """Take the next token if it is one of these words or signs."""
        token = self.now
        if token.kind in ("word", "sign") and token.text.lower() in words:
            return self.take().text.lower()
        return None

    def wanted(self, what: Text, token: Token | None = None) -> None:
        """Stop with what was wanted at a token (the present one)."""
        token = token or self.now
        shown = plain_end() if token.kind == "end" else say("predicate.wrong.shown", text=token.text)
        text = say("predicate.wrong.wanted", position=token.at, wanted=what, found=shown)
        raise BadPredicate(text, say("predicate.wrong.wanted_hint"), position=token.at)

    def either(self, deep: int) -> Predicate:
        if deep > DEEPEST:
            raise BadPredicate(say("predicate.wrong.too_deep", most=DEEPEST), position=self.now.at)
        parts = [self.both(deep)]
        while self.said("or"):
            parts.append(self.both(deep))
        return some_of(*parts)

    def both(self, deep: int) -> Predicate:
        parts = [self.negated(deep)]
        while self.said("and"):
            parts.append(self.negated(deep))
        return all_of(*parts)

    def negated(self, deep: int) -> Predicate:
        if self.said("not"):
            if deep > DEEPEST:
                raise BadPredicate(say("predicate.wrong.too_deep", most=DEEPEST), position=self.now.at)
            return Not(self.negated(deep + 1))
        if self.said("("):
            inner = self.either(deep + 1)
            if not self.said(")"):
                self.wanted(say("predicate.want.bracket"))
            return inner
        return EVERYBODY if self.said("everybody") else self.about(self.field())

    def field(self) -> Field:
        token = self.now
        if token.kind != "word" or token.text.lower() in KEYWORDS:
            self.wanted(say("predicate.want.field"))
        name = token.text.lower()
        if name not in self.catalogue:
            near = self.catalogue.nearest(name)
            raise BadPredicate(
                say("predicate.wrong.no_field", position=token.at, found=token.text),
                say("predicate.wrong.nearest", name=near) if near else say("predicate.wrong.no_field_hint"),
                position=token.at,
            )
        self.take()
        return self.catalogue[name]

    def about(self, field: Field) -> Predicate:
        """What is said of a field."""
        if self.said("is"):
            negative = self.said("not") is not None
            word = self.said("known", "unknown")
            if word is None:
                self.wanted(say("predicate.want.known"))
            return Known(field.name) if (word == "known") is not negative else Not(Known(field.name))
        token = self.now
        if token.kind == "word" and token.text.lower() == "not" and self.after() in ("in", "between"):
            self.take()
            return Not(self.range(field))
        if token.kind == "word" and token.text.lower() in ("in", "between"):
            return self.range(field)
        operator = self.said(*OPERATORS) or _BY_WORD.get(self.said(*_BY_WORD) or "")
        if operator is None:
            if field.type == "truth":
                return Compare(field.name, "=", True)
            self.wanted(say("predicate.want.operator", field=field.name))
        asked = cast(Operator, operator)
        self.fits(field.wrong_operator(asked), token)
        return Compare(field.name, asked, self.value(field))

    def after(self) -> str:
        """The word after the present one."""
        return self.parts[min(self.place + 1, len(self.parts) - 1)].text.lower()

    def range(self, field: Field) -> Predicate:
        token = self.now
        if self.said("between"):
            self.fits(field.wrong_operator("<="), token)
            low = self.value(field)
            if not self.said("and"):
                self.wanted(say("predicate.want.and"))
            return Between(field.name, low, self.value(field))
        self.said("in")
        if not self.said("("):
            self.wanted(say("predicate.want.open"))
        values = [self.value(field)]
        while self.said(","):
            values.append(self.value(field))
        if not self.said(")"):
            self.wanted(say("predicate.want.comma"))
        return Among(field.name, tuple(values))

    def fits(self, wrong: Text | None, token: Token) -> None:
        if wrong is not None:
            text = say("predicate.wrong.at", position=token.at, what=wrong)
            raise BadPredicate(text, say("predicate.wrong.wanted_hint"), position=token.at)

    def value(self, field: Field) -> Value:
        """A value of the field's type."""
        token = self.now
        value = self._day() if field.type == "day" else self._plain(field)
        if value is None:
            self.wanted(say(f"predicate.want.{field.type}", field=field.name), token)
        else:
            self.fits(field.wrong_value(value), token)
        return cast(Value, value)

    def _plain(self, field: Field) -> Value | None:
        token = self.now
        if field.type == "number" and token.kind == "number":
            self.take()
            number = float(token.text.removesuffix("%"))
            return number / 100 if token.text.endswith("%") else number
        word = token.text.lower()
        if field.type == "truth" and token.kind == "word" and word in _TRUTH:
            self.take()
            return _TRUTH[word]
        if field.type == "text" and (token.kind == "quoted" or (token.kind == "word" and word not in KEYWORDS)):
            return self.take().text
        # A code such as 555 or 2024-01-01 is a text where the field is one.
        return self.take().text if field.type == "text" and token.kind in ("number", "day") else None

    def _day(self) -> Value | None:
        token = self.now
        if token.kind == "day":
            try:
                found = date.fromisoformat(token.text)
            except ValueError:
                return None
            self.take()
            return found
        if self.said("today"):
            return Relative(0)
        ahead = self.said("in") is not None
        count = self.now
        if count.kind != "number" or not count.text.isdigit() or len(count.text) > 6:
            return None
        self.take()
        unit = self.said(*UNITS, *(u.removesuffix("s") for u in UNITS))
        if unit is None or not (ahead or self.said("ago")):
            self.wanted(say("predicate.want.ago"))
        named = cast(Unit, f"{(unit or '').removesuffix('s')}s")
        assert named in get_args(Unit.__value__)
        return Relative(int(count.text) * (1 if ahead else -1), named)


def plain_end() -> Text:
    """The end of the text, in words."""
    return say("predicate.wrong.end")
