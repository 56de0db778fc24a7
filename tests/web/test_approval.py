"""From plan to strategy on the pages: judged by one, approved by another, refused with every reason."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client

from regulars import api
from regulars_web.company.models import Role
from regulars_web.shared.models import Entry

pytestmark = pytest.mark.django_db


def test_two_persons_make_a_strategy(studied: Path, signed_in: Callable[..., Client]) -> None:
    drafter, director = signed_in(Role.STRATEGIST), signed_in(Role.DIRECTOR)
    drafter.post("/strategy/new")
    status = api.status(api.open_business(studied))
    assert status.plan is not None and {"alternatives", "no_judgement"} <= {b.code for b in status.blocks}
    asked = {"plan": status.plan, "reason": "It brings less for the same money."}
    early = director.post("/strategy/approval/approve", asked, follow=True).content.decode()
    assert "callout error" in early and api.strategy_in_force(api.open_business(studied)) is None

    for row in status.alternatives[:2]:
        drafter.post("/strategy/approval/judge", asked | {"about": row.id, "verdict": "reject"})
    page = drafter.post("/strategy/approval/judge", asked | {"about": "plan", "verdict": "accept"}, follow=True)
    assert "It was written down" in page.content.decode()
    assert drafter.post("/strategy/approval/approve", asked).status_code == 403, "not in that role"
    left = {b.code for b in api.status(api.open_business(studied)).blocks}
    if left:
        pytest.fail(f"the demo's own plan cannot be approved: {left}")
    done = director.post("/strategy/approval/approve", asked, follow=True).content.decode()
    assert "Strategy 1 is in force" in done
    force = api.strategy_in_force(api.open_business(studied))
    assert force is not None and force.approved_by.startswith("Director <") and force.plan == status.plan
    assert Entry.objects.filter(action="plan.approved").count() == 1


def test_who_drafted_does_not_approve_whatever_their_role(studied: Path, signed_in: Callable[..., Client]) -> None:
    director = signed_in(Role.DIRECTOR)
    director.post("/strategy/new")
    status = api.status(api.open_business(studied))
    asked = {"plan": str(status.plan), "reason": "It brings less for the same money."}
    for row in status.alternatives[:2]:
        director.post("/strategy/approval/judge", asked | {"about": row.id, "verdict": "reject"})
    director.post("/strategy/approval/judge", asked | {"about": "plan", "verdict": "accept"})
    refused = director.post("/strategy/approval/approve", asked, follow=True).content.decode()
    assert "callout error" in refused and api.strategy_in_force(api.open_business(studied)) is None


def test_empty_reasons_and_strange_plans_are_refused_in_words(studied: Path, signed_in: Callable[..., Client]) -> None:
    director = signed_in(Role.DIRECTOR)
    for asked in (
        {"plan": "", "reason": ""},
        {"plan": "../x", "reason": "because"},
        {"plan": "plan-none", "reason": "so"},
    ):
        page = director.post("/strategy/approval/judge", asked | {"about": "plan", "verdict": "accept"}, follow=True)
        assert page.status_code == 200 and "callout error" in page.content.decode(), asked
