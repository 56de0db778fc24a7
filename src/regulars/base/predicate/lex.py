"""Cutting a predicate's text into words, numbers, days, quoted texts and signs, each with its place."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from regulars.base.predicate.errors import BadPredicate
from regulars.base.text import say

type Kind = Literal["word", "number", "day", "quoted", "sign", "end"]

_PARTS = re.compile(
    r"""\s+
    | (?P<day>\d{4}-\d{2}-\d{2})(?![\w-])
    | (?P<number>[-+]?(?:\d+)(?:\.\d+)?(?:[eE][-+]?\d+)?|[-+]?\.\d+(?:[eE][-+]?\d+)?)(?P<percent>%?)
    | "(?P<quoted>(?:[^"\\]|\\.)*)"
    | (?P<sign><=|>=|!=|<>|[=<>(),≤≥≠（），])
    | (?P<word>[^\W\d][\w-]*)
    """,
    re.VERBOSE,
)
_SAME = {"<>": "!=", "≤": "<=", "≥": ">=", "≠": "!=", "（": "(", "）": ")", "，": ","}
LONGEST = 20_000


@dataclass(frozen=True, slots=True)
class Token:
    """One part of the text; ``at`` is its place, counted from 1."""

    kind: Kind
    text: str
    at: int


def tokens(text: str) -> tuple[Token, ...]:
    """All parts, with an end. Raises BadPredicate at a character that belongs nowhere."""
    if len(text) > LONGEST:
        raise BadPredicate(say("predicate.wrong.too_long", most=LONGEST), position=LONGEST)
    found: list[Token] = []
    place = 0
    while place < len(text):
        match = _PARTS.match(text, place)
        if match is None:
            raise BadPredicate(
                say("predicate.wrong.character", position=place + 1, found=text[place]),
                say("predicate.wrong.character_hint"),
                position=place + 1,
            )
        if match.lastgroup is not None:
            found.append(_token(match, place + 1))
        place = match.end()
    return (*found, Token("end", "", len(text) + 1))


def _token(match: re.Match[str], at: int) -> Token:
    if match["day"] is not None:
        return Token("day", match["day"], at)
    if match["number"] is not None:
        return Token("number", match["number"] + match["percent"], at)
    if match["quoted"] is not None:
        return Token("quoted", re.sub(r"\\(.)", r"\1", match["quoted"], flags=re.DOTALL), at)
    if match["sign"] is not None:
        return Token("sign", _SAME.get(match["sign"], match["sign"]), at)
    return Token("word", match["word"], at)
