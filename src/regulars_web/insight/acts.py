"""From a finding to what may be done about it: one step on from every chapter."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from regulars_web.company.powers import may
from regulars_web.insight.reading import people_address


@dataclass(frozen=True)
class Act:
    """What may be done: its sentence, and where it is done."""

    id: str
    address: str


#: Chapter -> whom to look at, by predicate.
_PEOPLE = {
    "movement": "state = lapsed and value_12 > 0",
    "retention": "state = newcomer",
    "staying": "lifecycle = returned",
    "rhythm": "due_on between today and in 14 days",
    "wastage": "state = overdue",
    "leaving": "state = overdue and p_alive < 50%",
    "classes": "class = passing_stars",
    "schemes": "lifecycle = declining",
    "concentration": "tier = high and state = overdue",
    "profit": "tier = high",
    "forecast": "tier = high and state = overdue",
    "packages": "package_balance > 0",
    "renewal": "state = lapsed and tier = high",
    "servicing": "piece_due_on between today and in 30 days",
    "opportunity": "next_category is known and state = active",
    "branches": "state = overdue",
    "acquisition": "state = newcomer",
}
#: Chapter -> the chapter of the plan that answers it.
_PLAN = {
    "movement": "decision",
    "retention": "plan",
    "wastage": "plan",
    "leaving": "plan",
    "classes": "plan",
    "concentration": "plan",
    "acquisition": "not_chosen",
    "profit": "frontier",
    "forecast": "decision",
    "opportunity": "plan",
    "branches": "limits",
    "teams": "limits",
    "renewal": "plan",
    "servicing": "plan",
    "overview": "decision",
}
#: Chapter -> pages where what it misses can be mended.
_MEND = {"quality": "imports", "hygiene": "imports", "clock": "study"}


def acts(request: HttpRequest, chapter: str, *, planned: bool, newest: bool) -> list[Act]:
    """What the reader can do about a chapter's finding, with what they may do."""
    found = []
    people = people_address(request.user) if newest else None
    if people is not None and chapter in _PEOPLE:
        found.append(Act(f"people_{chapter}", people + quote(_PEOPLE[chapter])))
    if chapter in _PLAN and may(request.user, "strategy:read"):
        address = reverse("plan_chapter", args=[_PLAN[chapter]]) if planned else reverse("strategy")
        found.append(Act("plan" if planned else "no_plan", address))
    if chapter in _MEND:
        try:
            found.append(Act(f"mend_{chapter}", reverse(_MEND[chapter])))
        except NoReverseMatch:
            return found
    return found


#: Chapters whose people are told apart, for the tests that hold their words and predicates together.
PREDICATES = dict(_PEOPLE)
