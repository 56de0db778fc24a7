"""Tokens: what they may, how they are made, found and ended."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from copy import copy
from datetime import timedelta

from django.db import transaction

from regulars_web.company.models import User
from regulars_web.company.powers import WHOLE, may
from regulars_web.rest.models import Token
from regulars_web.shared.audit import note
from regulars_web.shared.clock import now

#: Scope -> the power its person must have.
SCOPES = {
    "business:read": "desk",
    "facts:write": "facts:push",
    "imports:read": "imports:read",
    "imports:write": "imports:write",
    "runs:read": "study:read",
    "runs:write": "study:run",
    "people:read": "customers:read",
    "identities:read": "identities:read",
    "plans:read": "strategy:read",
    "plans:write": "strategy:draft",
    "jobs:read": "jobs:read",
    "export:read": "export:take",
}
#: For how many days a token may be made.
DAYS = (30, 90, 365)
_START = "reg_"
#: How often the moment of last use is written down: reading must not become a write for every request.
_NOTED = timedelta(minutes=1)


def make(
    by: User, *, name: str, user: User, scopes: Sequence[str], branches: Sequence[str], days: int
) -> tuple[Token, str]:
    """A token and its secret, which is told this once. Raises KeyError for a scope that is not in the table."""
    known = sorted(scope for scope in set(scopes) if SCOPES[scope])
    secret = _START + secrets.token_urlsafe(32)
    with transaction.atomic():
        token = Token.objects.create(
            name=name,
            user=user,
            made_by=by,
            scopes=known,
            branches=list(branches),
            lead=secret[:10],
            digest=_digest(secret),
            expires_at=now() + timedelta(days=days),
        )
        about = f"{token.pk} {name}"
        note(by, "token.made", about=about, user=user.email, scopes=known, branches=list(branches), days=days)
    return token, secret


def revoke(by: User, token: Token) -> None:
    """End a token at once."""
    with transaction.atomic():
        if Token.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=now()):
            note(by, "token.revoked", about=f"{token.pk} {token.name}")


def find(secret: str) -> Token | None:
    """The token of a secret, if it still opens anything; its use is noted. What its person does by it is written down
    as done through it."""
    if not secret.startswith(_START) or len(secret) > 100:
        return None
    token = Token.objects.select_related("user", "made_by").filter(digest=_digest(secret)).first()
    if token is None or not token.alive:
        return None
    at = now()
    if token.used_at is None or at - token.used_at > _NOTED:
        Token.objects.filter(pk=token.pk).update(used_at=at)
    token.user.through = {"through": token.name, "through_by": token.made_by.signature}
    return token


def _digest(secret: str) -> str:
    # The secret has 256 bits of its own: a slow hash would add nothing.
    return hashlib.sha256(secret.encode()).hexdigest()


def acting(token: Token) -> User:
    """Who a token acts for, with no more branches than the token has: for doors that ask who is there."""
    person = copy(token.user)
    person.branches = list(token.within)
    return person


def allowed(token: Token, scope: str) -> bool:
    """Whether a token has a scope and its person, now, the power behind it; confined ones have none over the whole."""
    power = SCOPES[scope]
    if scope not in token.scopes or not may(token.user, power):
        return False
    return not (power in WHOLE and token.within)
