"""What a customer is called on a list: a short form of the key, which tells nobody who they are."""

from __future__ import annotations

_SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # no I, L, O, U: they are misread


def pseudonym(key: str) -> str:
    """Eight signs of the key, in two groups: enough to tell customers of one list apart."""
    number = int(key)
    signs = "".join(_SIGNS[(number >> shift) & 31] for shift in range(35, -1, -5))
    return f"{signs[:4]}-{signs[4:]}"
