"""Small typography that words need on a page and not elsewhere."""

from __future__ import annotations

import re

#: A hyphen that means minus: before a sum or figure, and not inside a word or a range of numbers.
_MINUS = re.compile(r"(?<![A-Za-z0-9.-])-(?=(?:[A-Z]{0,3}[$£€¥]|[A-Z]{3} ?)?\d)")


def typeset(words: str) -> str:
    """Words with true minus signs: a hyphen before a sum may be left alone at the end of a line."""
    return _MINUS.sub("\N{MINUS SIGN}", words)
