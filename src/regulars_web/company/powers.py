"""Who may do what: one table, and the mark every view carries. The gatekeeper lets nobody through without it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from regulars_web.company.models import Role

_EVERYBODY = frozenset(Role)
_STUDY = frozenset({Role.DIRECTOR, Role.STRATEGIST, Role.MANAGER, Role.PRIVACY, Role.ANALYST})

#: Power -> the roles that have it. Figures of the whole business are not for those confined to some branches
#: (:data:`WHOLE`): a total less one's own branch tells the others'.
POWERS: dict[str, frozenset[Role]] = {
    "self": _EVERYBODY,
    "desk": _EVERYBODY,
    "study:read": _STUDY,
    "study:run": frozenset({Role.DIRECTOR, Role.STRATEGIST, Role.ANALYST}),
    "strategy:read": _STUDY,
    "strategy:draft": frozenset({Role.DIRECTOR, Role.STRATEGIST}),
    "strategy:approve": frozenset({Role.DIRECTOR}),
    # Lists of customers are confined to the reader's branches, so those confined may open them.
    "people:list": _STUDY,
    "people:keep": frozenset({Role.DIRECTOR, Role.STRATEGIST, Role.MANAGER, Role.ANALYST}),
    "people:export": frozenset({Role.DIRECTOR, Role.STRATEGIST, Role.MANAGER, Role.ANALYST}),
    # Who is to be contacted, at one's own branches: those who carry the plan out.
    "contacts:read": frozenset({Role.DIRECTOR, Role.STRATEGIST, Role.MANAGER, Role.STAFF}),
    "imports:read": frozenset({Role.DIRECTOR, Role.STRATEGIST, Role.MANAGER, Role.ANALYST, Role.PRIVACY}),
    "imports:write": frozenset({Role.DIRECTOR, Role.STRATEGIST, Role.ANALYST}),
    # PRIVACY P12: who works with customers sees who they are; who studies them sees pseudonyms.
    "customers:read": _EVERYBODY,
    "identities:read": frozenset({Role.DIRECTOR, Role.MANAGER, Role.STAFF, Role.PRIVACY}),
    "identities:erase": frozenset({Role.DIRECTOR, Role.PRIVACY}),
    # Who is one person decides what every list and study counts.
    "duplicates:decide": frozenset({Role.DIRECTOR, Role.MANAGER, Role.PRIVACY}),
    "notes:write": frozenset({Role.DIRECTOR, Role.MANAGER, Role.STAFF}),
    "permissions:write": frozenset({Role.DIRECTOR, Role.MANAGER, Role.STAFF, Role.PRIVACY}),
    "facts:push": frozenset({Role.DIRECTOR, Role.STRATEGIST, Role.ANALYST, Role.MANAGER}),
    "export:take": frozenset({Role.DIRECTOR}),
    "export:people": frozenset({Role.DIRECTOR}),  # with names: through the gate, written down
    "house:read": frozenset({Role.DIRECTOR, Role.PRIVACY}),
    "house:write": frozenset({Role.DIRECTOR}),
    "audit:read": frozenset({Role.DIRECTOR, Role.PRIVACY}),
    "jobs:read": _STUDY,
}
WHOLE = frozenset(power for power in POWERS if power.split(":")[0] in ("study", "strategy", "imports", "export"))


def may(user: Any, power: str) -> bool:
    """Whether a user has a power. Raises KeyError for a power that is not in the table."""
    roles = POWERS[power]
    if not user.is_authenticated or not user.is_active or Role(user.role) not in roles:
        return False
    return not (power in WHOLE and user.branches)


def may_stop(user: Any, job: Any) -> bool:
    """Whether a user may stop a piece of work: their own, or any where they run the house."""
    return job.by_id == user.pk or may(user, "house:write")


def needs[V: Callable[..., Any]](power: str) -> Callable[[V], V]:
    """Mark a view with the power it needs."""
    if power not in POWERS:
        raise KeyError(power)

    def mark(view: V) -> V:
        view.power = power  # type: ignore[attr-defined]
        return view

    return mark


def public[V: Callable[..., Any]](view: V) -> V:
    """Mark a view that anybody may open."""
    view.power = None  # type: ignore[attr-defined]
    return view
