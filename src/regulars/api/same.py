"""Customers that are one person: merged for all that is counted, and taken apart again exactly."""

from __future__ import annotations

import secrets
from collections.abc import Iterable

from regulars.api.business import OpenBusiness
from regulars.base.errors import BadSettings, NotThere
from regulars.base.text import say

__all__ = ["kept_keys", "keys_of", "merge", "unmerge"]


def merge(business: OpenBusiness, key: str, *, into: str) -> tuple[str, str]:
    """From now on ``key`` counts as ``into``, here and in every later study; the key that moved and the one that stands
    for both (where either was merged before, they are those that stood for them). Facts are not changed.

    Raises:
        BadSettings: they are the same customer already.
        NotThere: a key is none.
        Busy: an import holds the business.
    """
    one, other = _number(key), _number(into)
    with business.ledger.lock():
        same = business.ledger.same_people()
        moved, stays = same.kept(one), same.kept(other)
        if moved == stays:
            raise BadSettings(say("api.same.already"), say("api.same.already_hint"))
        business.ledger.state_same({moved: stays}, statement_id=f"same-{secrets.token_hex(6)}")
    return str(moved), str(stays)


def unmerge(business: OpenBusiness, key: str) -> None:
    """``key`` is a customer of their own again, with those merged into it earlier.

    Raises:
        BadSettings: it counts as nobody else.
        NotThere: the key is none.
        Busy: an import holds the business.
    """
    one = _number(key)
    with business.ledger.lock():
        if business.ledger.same_people().stated.get(one, one) == one:
            raise BadSettings(say("api.same.alone"), say("api.same.already_hint"))
        business.ledger.state_same({one: one}, statement_id=f"apart-{secrets.token_hex(6)}")


def kept_keys(business: OpenBusiness, keys: Iterable[str]) -> dict[str, str]:
    """Each key with the one that stands for it; itself where it is its own."""
    same = business.ledger.same_people()
    return {key: str(same.kept(int(key))) if _is_key(key) else key for key in keys}


def keys_of(business: OpenBusiness, key: str) -> tuple[str, ...]:
    """All keys of the same customer, the one that stands for them first."""
    return tuple(str(one) for one in business.ledger.same_people().all_of(_number(key)))


def _is_key(key: str) -> bool:
    return key.isascii() and key.isdigit() and len(key) < 20 and int(key) < 2**63


def _number(key: str) -> int:
    if not _is_key(key):
        raise NotThere(say("api.people.nobody", key=key[:30]), say("api.people.nobody_hint"))
    return int(key)
