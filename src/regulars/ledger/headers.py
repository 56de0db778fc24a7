"""How near a header is to a field: the very words, or words in which a field's words are contained."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from regulars.ledger.profile import normal_header
from regulars.ledger.sources import Near, generic_words, near_words

_MONEY_SUFFIX = re.compile(r"\s*(hkd|hk\$|hk|usd|gbp|eur|港幣|港元|元|円|원|€|£|\$)$")
_HUMPS = re.compile(r"(?<=[a-z])(?=[A-Z])")
#: With the tax in it, a sum is still the sum.
_TAXED = re.compile(r"\b(incl?|including|inkl|com|con|avec|met)( of)? (tax|taxes|vat|gst|pst|mwst|ust|tva|iva|btw)\b")
#: How many words (letters where words are not parted) a header may have beside those of the field.
_WORDS, _LETTERS = 2, 4


def plain(header: str) -> str:
    """A header as it is compared here: as in :func:`~regulars.ledger.profile.normal_header`, without currency, humps
    parted, the accents of Latin letters and a tax that is in the sum left out."""
    bare = "".join(_base(letter) for letter in _HUMPS.sub(" ", header)).replace("ß", "ss")
    return _MONEY_SUFFIX.sub("", _TAXED.sub("", normal_header(bare)).strip()).strip()


def _base(letter: str) -> str:
    # Only Latin letters: taken apart, Korean and Japanese would become others.
    parts = unicodedata.normalize("NFD", letter)
    return parts[0] if parts[0].isascii() and parts[0].isalpha() else letter


@cache
def _words(table: str, field: str) -> tuple[tuple[str, ...], ...]:
    """The words of a field, best first, each as it may be spelled: with blanks and without."""
    return tuple((normal_header(w), plain(w), plain(w).replace(" ", "")) for w in generic_words()[table][field])


def rank(table: str, field: str, header: str) -> int | None:
    """Which of the field's words the header is, 0 the best; None where it is none of them."""
    spellings = {normal_header(header), plain(header), plain(header).replace(" ", "")}
    return next((at for at, known in enumerate(_words(table, field)) if spellings & set(known)), None)


def nearness(field: str, header: str) -> int | None:
    """How far a header of a sales file is from a field that it does not name outright, in words (letters where words
    are not parted); None where it is something else. ``Selling Price`` is near ``price``, ``Tax amount`` to nothing.
    """
    words = near_words()
    if field not in words.fields:
        return None
    told = plain(header)
    tokens = _tokens(told, words)
    if field == "customer" and tokens & words.people and tokens & words.numbers and not tokens & words.turns:
        return len(tokens) - 2
    found: list[int] = []
    for _, word, _ in _words("sales", field):
        if word.isascii():
            own = _tokens(word, words)
            left = tokens - own
            if own <= tokens and len(left) <= _WORDS and not (left & words.turns) - words.fields[field]:
                found.append(len(left))
        elif len(word) > 1 and (told.startswith(word) or told.endswith(word)) and len(told) - len(word) <= _LETTERS:
            found.append(len(told) - len(word))
    return min(found, default=None)


def _tokens(told: str, words: Near) -> set[str]:
    return {"number" if word in words.spelled_number else word for word in told.split()} - words.fillers
