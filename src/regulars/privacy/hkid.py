"""Finding Hong Kong identity card numbers in text and masking them (PRIVACY.md P02).

A number is one or two letters, six digits and a check digit (0-9 or A), often in brackets. Check digit: weights 9 to
1 over two prefix characters (a missing first one counts 36), letters A=10 .. Z=35; the weighted sum is divisible by
11 (Immigration Department's published layout). Anything else that looks like it is left alone.
"""

from __future__ import annotations

import re

MASK = "[HKID]"
#: What DuckDB (RE2) is asked first, so that only suspicious texts are looked at one by one.
PREFILTER = r"[A-Za-z]{1,2}[ -]?\d{6}[ -]?[(（]?[0-9Aa][)）]?"
_NUMBER = re.compile(
    r"(?<![A-Za-z0-9])([A-Za-z]{1,2})[ -]?(\d{6})[ -]?(?:[(（]\s?([0-9Aa])\s?[)）]|([0-9Aa])(?![A-Za-z0-9]))"
)


def check_digit(prefix: str, digits: str) -> str:
    """The check digit of a number: one or two letters and six digits."""
    letters = prefix.upper().rjust(2)
    values = [36 if letter == " " else ord(letter) - 55 for letter in letters] + [int(d) for d in digits]
    rest = -sum(value * weight for value, weight in zip(values, range(9, 1, -1), strict=True)) % 11
    return "A" if rest == 10 else str(rest)


def mask_hkid(text: str) -> tuple[str, int]:
    """The text with every identity card number masked, and how many there were."""
    found = 0

    def masked(match: re.Match[str]) -> str:
        nonlocal found
        prefix, digits, bracketed, bare = match.groups()
        if check_digit(prefix, digits) != (bracketed or bare).upper():
            return match.group()
        found += 1
        return MASK

    return _NUMBER.sub(masked, text), found
