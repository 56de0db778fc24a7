"""The second factor: whom the house asks it of, and who has one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from allauth.mfa.models import Authenticator
from django.core.cache import caches
from django.db import transaction
from django.http import HttpRequest

from regulars_web.company.models import HouseRules, Role, User
from regulars_web.shared.audit import note

#: Roles that may be asked for one: those who can take much away.
ASKABLE = (Role.DIRECTOR, Role.PRIVACY, Role.STRATEGIST, Role.ANALYST, Role.MANAGER, Role.STAFF)
#: Where a process keeps the rule, and for how many seconds: the others learn of a change by then.
_KEPT, _SECONDS = "second-factor-roles", 20
_SEEN = "second_factor"
cache = caches["process"]


def asked_roles() -> list[str]:
    """Roles that must have a second factor."""
    kept = cache.get(_KEPT)
    if kept is None:
        rules = HouseRules.objects.filter(pk=1).first()
        kept = rules.second_factor if rules is not None else []
        cache.set(_KEPT, kept, _SECONDS)
    return list(kept)


def ask_of(by: Any, roles: Sequence[str]) -> None:
    """Ask a second factor of these roles from now on; who lacks one is led to it at the next page."""
    with transaction.atomic():
        HouseRules.objects.update_or_create(pk=1, defaults={"second_factor": [Role(role).value for role in roles]})
        note(by, "house.second_factor", roles=list(roles))
    cache.delete(_KEPT)


def is_asked_of(user: User) -> bool:
    """Whether this person must have one."""
    return user.role in asked_roles()


def lacks(request: HttpRequest) -> bool:
    """Whether the reader must have one and has not. Who was seen with one is not looked up again in that session."""
    user: Any = request.user
    if not is_asked_of(user) or request.session.get(_SEEN) == user.pk:
        return False
    if not Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists():
        return True
    request.session[_SEEN] = user.pk
    return False


def let_go(by: Any, user: User) -> None:
    """Take away somebody's second factor (their phone is lost); their open sessions end."""
    with transaction.atomic():
        gone, _ = Authenticator.objects.filter(user=user).delete()
        user.epoch += 1
        user.save(update_fields=["epoch"])
        note(by, "person.second_factor_removed", about=user.email, parts=gone)
