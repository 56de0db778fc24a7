"""The way of a plan to a strategy: drafted, checked, judged, approved by somebody else, and what that puts in force."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from regulars import api
from regulars.base.settings import Business
from regulars_web.company.businesses import business
from regulars_web.company.models import User
from regulars_web.company.powers import may, needs

#: Kinds of alternatives in the order in which they are shown; those of the last kinds are folded away.
SORTS = ("rival", "plan", "without", "budget")


@needs("strategy:read")
@require_GET
def approval(request: HttpRequest) -> HttpResponse:
    """Where the newest plan stands, who does what next, what was weighed beside it, what approving puts in force."""
    user = request.user
    assert isinstance(user, User)
    shop = business()
    found = api.approval(shop, by=user.signature if may(user, "strategy:approve") else "")
    said = {judgement.about: judgement for judgement in found.status.judgements}
    shown = {
        "found": found,
        "status": found.status,
        "plan": found.plan,
        "force": found.status.in_force is not None and found.status.in_force.plan == found.status.plan,
        "steps": _steps(found),
        "blocked": sum(not check.done for check in found.checks),
        "accepted": said.get("plan"),
        "drafted_at": _moment(found.drafted.at) if found.drafted is not None else None,
        "approved_at": _moment(found.status.in_force.approved_at) if found.status.in_force else None,
        "others": [one.name for one in _approvers() if one.signature not in found.hands],
        "currency": shop.settings.currency,
        "token": api.settings_token(shop),
        "ownerless": _ownerless(shop.settings, found),
        "ruled": {id for clause in shop.settings.clauses for id in clause.rule.measures},
        "changed": any(check.id == "settings" and not check.done for check in found.checks),
        **_weighed(found, said),
    }
    return render(request, "strategy/approval.html", shown)


def _ownerless(settings: Business, found: api.Approving) -> bool:
    """Whether the plan lacks somebody who answers for a target, and the settings still do."""
    answered = {corporate.id for corporate in settings.corporate if corporate.owner}
    lacks = any(block.code == "no_owner" for check in found.checks for block in check.blocks)
    return lacks and any(not o.owner and o.serves not in answered for o in settings.objectives)


def _steps(found: api.Approving) -> list[dict[str, Any]]:
    """The checks in order; the first that is not met is the next to be done."""
    following = next((check.id for check in found.checks if not check.done), None)
    return [{"check": check, "next": check.id == following} for check in found.checks]


def _weighed(found: api.Approving, said: dict[str, Any]) -> dict[str, Any]:
    """The alternatives: simple rules and whatever was judged in sight, the others folded away."""
    order = sorted(found.status.alternatives, key=lambda row: (SORTS.index(row.sort), -row.value_36))
    front = [row for row in order if row.sort == "rival" or row.id in said]
    top = max([row.value_36 for row in order] + [found.plan.value_36.mean if found.plan else 0.0], default=0.0)
    shown = {"front": front, "more": [row for row in order if row not in front]}
    rows = {place: [{"row": row, "said": said.get(row.id)} for row in some] for place, some in shown.items()}
    return {**rows, "top": max(top, 1.0)}


def _approvers() -> list[User]:
    """Everybody who could approve a plan they had no hand in."""
    return [user for user in User.objects.filter(is_active=True).order_by("name") if may(user, "strategy:approve")]


def _moment(at: str) -> datetime | None:
    """When an entry of the journal was written; None where it does not say so."""
    try:
        return datetime.fromisoformat(at)
    except ValueError:
        return None
