"""Names, numbers and addresses put into the shape they are compared and looked for in."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

import phonenumbers
from email_validator import EmailNotValidError, validate_email

HOME = "HK"
#: So many digits at the end of a number find it.
TAIL = 4
MOST_TERMS = 12
LONGEST = 40
#: So many letters of a word find it; longer parts are looked for among what the most of these selects.
BEGINNINGS = (1, 3, 5)
_HONGKONG = re.compile(r"(?:(?:\+|00)?852)?([2-9]\d{7})")
HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+")
_WORD = re.compile(r"[^\W_]+")


def plain(text: str) -> str:
    """One spelling for what looks alike: compatibility forms, accents and cases folded, nothing invisible."""
    apart = unicodedata.normalize("NFKD", text).casefold()
    kept = (c for c in apart if not unicodedata.combining(c) and unicodedata.category(c) not in ("Cf", "Cc", "Cs"))
    return unicodedata.normalize("NFC", "".join(kept))


def name_shown(text: str) -> str:
    """A name as it is kept: without what cannot be seen, and without doubled spaces."""
    seen = "".join(c if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Zl", "Zp") else " " for c in text)
    return " ".join(seen.split())[:200]


def words(text: str) -> tuple[str, ...]:
    """The parts of a name: words of letters, and every run of Chinese characters from each of its characters on."""
    found: list[str] = []
    for word in _WORD.findall(plain(text)):
        rest = word
        for run in HAN.findall(word):
            rest = rest.replace(run, " ")
            found += [run[i : i + LONGEST] for i in range(len(run))]
        found += [part[:LONGEST] for part in rest.split()]
    return tuple(dict.fromkeys(found))[:MOST_TERMS]


def asked(text: str) -> tuple[str, ...]:
    """The parts of what somebody looks for: words, and runs of Chinese characters whole."""
    found: list[str] = []
    for word in _WORD.findall(plain(text)):
        found += HAN.findall(word)
        found += HAN.sub(" ", word).split()
    return tuple(dict.fromkeys(part[:LONGEST] for part in found))[:6]


def beginnings(text: str) -> tuple[str, ...]:
    """What a name is looked up by: of every word the first letters (:data:`BEGINNINGS`), of Chinese every character."""
    found: list[str] = []
    for word in words(text):
        lengths = (1,) if HAN.match(word) else BEGINNINGS
        found += [word[:n] for n in lengths if n <= len(word)]
    return tuple(dict.fromkeys(found))


def needed(part: str) -> tuple[str, ...]:
    """Beginnings that a name with this part must have, the one that tells most first."""
    if HAN.match(part):
        return tuple(dict.fromkeys(part[::-1]))  # the family name, which tells least, stands first
    return (part[: max(n for n in BEGINNINGS if n <= len(part))],)


def has(name: str, parts: Sequence[str]) -> bool:
    """Whether every part begins a word of a name, or stands within its Chinese characters."""
    held = words(name)
    return all(any(word.startswith(part) for word in held) for part in parts)


@lru_cache(maxsize=4_096)
def phone_of(text: str) -> str:
    """A number in E.164; an empty text where it is none."""
    bare = re.sub(r"[\s().\-–—]", "", unicodedata.normalize("NFKC", text))
    if whole := _HONGKONG.fullmatch(bare):
        return f"+852{whole[1]}"
    try:
        number = phonenumbers.parse(bare, HOME)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_possible_number(number):
        return ""
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def email_of(text: str) -> str:
    """An address in one spelling; an empty text where it is none. No name server is asked."""
    try:
        return validate_email(text.strip(), check_deliverability=False).normalized.casefold()
    except EmailNotValidError:
        return ""
