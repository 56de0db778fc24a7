"""From plan to strategy on the pages: judged by one, approved by another, refused with every reason."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest
from django.test import Client

from regulars import api
from regulars.api.runs import write_document
from regulars.base.text import Money
from regulars.base.words import render, show
from regulars_web.company.models import Role
from regulars_web.shared.models import Entry

pytestmark = pytest.mark.django_db


def test_two_persons_make_a_strategy(studied: Path, signed_in: Callable[..., Client]) -> None:
    drafter, director = signed_in(Role.STRATEGIST), signed_in(Role.DIRECTOR)
    drafter.post("/strategy/new")
    status = api.status(api.open_business(studied))
    assert status.plan is not None and {"alternatives", "no_judgement"} <= {b.code for b in status.blocks}
    asked = {"plan": status.plan, "reason": "It brings less for the same money."}
    page = unescape(director.get("/strategy/approval").content.decode())
    assert "Drafted by Strategist <" in page and "0 rejected; 2 are needed" in page
    assert "Could approve: Director." in page and "It cannot be approved yet: 2 points are open" in page
    plan = api.latest_plan(api.open_business(studied), status.plan).result
    assert f"between {_money(plan.value_36.p10)} and {_money(plan.value_36.p90)}" in page
    assert all(render(row.name, "en") in page for row in status.alternatives)
    early = director.post("/strategy/approval/approve", asked, follow=True).content.decode()
    assert "callout error" in early and api.strategy_in_force(api.open_business(studied)) is None

    for row in status.alternatives[:2]:
        drafter.post("/strategy/approval/judge", asked | {"about": row.id, "verdict": "reject"})
    accepting = asked | {"about": "plan", "verdict": "accept"}
    said = drafter.post("/strategy/approval/judge", accepting, follow=True).content.decode()
    assert "It was written down" in said and said.count(">rejected</span>") == 2 and ">accepted</span>" in said
    assert 'class="go"' not in said, "a strategist is offered no approval"
    assert ' disabled aria-describedby="blocked"' not in director.get("/strategy/approval").content.decode()
    assert drafter.post("/strategy/approval/approve", asked).status_code == 403, "not in that role"
    left = {b.code for b in api.status(api.open_business(studied)).blocks}
    if left:
        pytest.fail(f"the demo's own plan cannot be approved: {left}")
    done = director.post("/strategy/approval/approve", asked, follow=True).content.decode()
    assert "Strategy 1 is in force" in done and "What is in force" in done and "What approval asks for" not in done
    assert "Put the plan to work" in done and "Why it is taken out of force" in done, "the next step and the way back"
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
    page = director.get("/strategy/approval").content.decode()
    assert "ask somebody you trust" in page and "/house/people/new?role=director" in page
    assert '<option value="director" selected>' in director.get("/house/people/new?role=director").content.decode()
    assert (
        "Everybody who may approve had a hand in this plan" in page and ' disabled aria-describedby="blocked"' in page
    )
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


def test_what_a_new_plan_changes_against_the_one_in_force_is_told(
    studied: Path, signed_in: Callable[..., Client]
) -> None:
    shop = api.open_business(studied)
    first = api.latest_plan(shop)
    for row in api.alternatives(shop)[:2]:
        api.judge(shop, about=row.id, reason="brings less", by="Chan")
    api.judge(shop, reason="good", by="Chan")
    api.approve(shop, by="Wong", reason="the best we can do")
    second = first.folder.with_name(f"{first.id}-next")
    second.mkdir()
    write_document(second, replace(first.result, lines=first.result.lines[1:], budget=first.result.budget + 100))
    found = api.approval(shop, by="wong ")
    assert found.replaces is not None and found.replaces.before.run == first.id
    assert {check.id for check in found.checks if not check.done} >= {"settings", "alternatives", "accepted"}
    page = unescape(signed_in(Role.DIRECTOR, language="zh-Hant").get("/strategy/approval").content.decode())
    assert "與第1版策略相比的改變" in page
    assert all(render(text, "zh-Hant") in page for text in found.replaces.sentences)
    assert found.drafted is None and "未有記錄草擬者" in page


def _money(amount: float) -> str:
    return show(Money.of(amount, "HKD"), "en", "round")
