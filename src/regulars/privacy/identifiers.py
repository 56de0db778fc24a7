"""How identifiers are written before they become pseudonyms, so that two spellings of one person meet.

A system's own customer number is taken as it stands; anything else carries its kind as a prefix. The same rules exist
as SQL in ``ledger.fields``; a test holds the two together.
"""

from __future__ import annotations

import re
from typing import Literal

type Kind = Literal["customer", "reference", "email", "phone", "customer_name"]
KINDS: tuple[Kind, ...] = ("customer", "reference", "email", "phone", "customer_name")
#: Words that stand in customer columns for 'nobody we know'.
WALK_INS = frozenset(
    (
        *("walk-in", "walkin", "walk in", "walk-in customer", "guest", "cash customer", "anonymous", "unknown"),
        *("no customer", "散客", "過客", "非會員", "訪客", "無", "沒有"),
    )
)


def normal_identifier(kind: Kind, text: str) -> str | None:
    """The identifier as it is keyed, or None when it names nobody."""
    text = re.sub(r'^="(.*)"$', r"\1", text.strip(" \t\r\n\u00a0\u3000")).lstrip("'").strip()
    if not text or text.lower() in WALK_INS:
        return None
    match kind:
        case "customer":
            return text
        case "reference":
            return f"reference:{text}"
        case "email":
            return f"email:{text.lower()}" if "@" in text else None
        case "phone":
            digits = re.sub(r"[^0-9]", "", text)
            digits = digits.removeprefix("00") if len(digits) > 8 else digits
            return f"phone:{'852' + digits if len(digits) == 8 else digits}" if len(digits) >= 6 else None
        case "customer_name":
            return f"name:{re.sub(r'\s+', ' ', text).lower()}"
