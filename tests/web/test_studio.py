"""The studio: budgets tried and kept, locks with their price, stale pages, targets, plans beside each other."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from regulars import api
from regulars.base.text import Local, Money
from regulars.base.words import render, show
from regulars_web.company.models import Role, User
from regulars_web.shared.models import Entry
from regulars_web.strategy import studio

pytestmark = pytest.mark.django_db


def token(page: str) -> str:
    found = re.search(r'name="token" value="(\w+)"', page)
    assert found is not None
    return found[1]


def test_a_budget_is_tried_kept_and_taken_back_and_a_stale_page_changes_nothing(
    studied: Path, signed_in: Callable[..., Client], django_assert_max_num_queries: Any
) -> None:
    client = signed_in(Role.STRATEGIST)
    before = (studied / "business.toml").read_bytes()
    with django_assert_max_num_queries(8):
        page = client.get("/strategy/studio").content.decode()
    part = client.get("/strategy/studio/tried", {"budget": "900", "token": token(page)}).content.decode()
    assert "over 36 months" in part and 'name="budget" value="900"' in part
    assert (studied / "business.toml").read_bytes() == before, "trying saves nothing"
    for wrong in ("-1", "nan", "1e99", "all of it"):
        answer = client.get("/strategy/studio/tried", {"budget": wrong}).content.decode()
        assert "callout error" in answer, wrong

    asked = {"budget": "900", "token": token(page)}
    assert "Saved: the budget" in client.post("/strategy/studio/keep", asked, follow=True).content.decode()
    assert api.open_business(studied).settings.budget.amount == 900
    twice = client.post("/strategy/studio/keep", asked | {"budget": "50"}, follow=True).content.decode()
    assert "Nothing was saved: Strategist" in twice, "who changed it is named"
    assert api.open_business(studied).settings.budget.amount == 900
    undone = client.post("/strategy/studio/undo", {"token": token(twice)}, follow=True).content.decode()
    assert "Taken back: the budget" in undone and (studied / "business.toml").read_bytes() == before
    assert Entry.objects.filter(action="settings.changed").count() == 1
    assert Entry.objects.filter(action="settings.undone").count() == 1


def test_a_lock_shows_its_price_before_it_is_saved(studied: Path, signed_in: Callable[..., Client]) -> None:
    client = signed_in(Role.STRATEGIST)
    page = client.get("/strategy/studio").content.decode()
    plan = api.Workbench(api.open_business(studied)).plan()
    asked = {"what": plan.lines[-1].measures[0], "how": "never", "token": token(page)}
    part = client.post("/strategy/studio/lock/price", asked).content.decode()
    weighed = api.lock(api.open_business(studied), asked["what"], at_least=None, at_most=0.0, dry_run=True)
    assert weighed.moves and weighed.difference is not None
    assert show(Money.of(weighed.difference, "HKD"), "en", "round") in part
    assert all(str(move.name.in_language("en")) in part for move in weighed.moves if isinstance(move.name, Local))
    assert api.open_business(studied).settings.clauses == ()
    client.post("/strategy/studio/lock", asked | {"anyway": "1"})
    assert [c.kind for c in api.open_business(studied).settings.clauses] == ["must_not"]
    assert signed_in(Role.ANALYST).post("/strategy/studio/lock", asked).status_code == 403
    top = asked | {"what": plan.lines[0].measures[0], "token": ""}
    answer = client.post("/strategy/studio/lock/price", top)
    assert answer.status_code == 200
    said = unescape(answer.content.decode())
    assert 'name="what"' in said and "callout error" not in said, "what the rules ask for is in the nearest plan"
    crossed = asked | {"how": "range", "at_least": "9", "at_most": "3"}
    assert "callout error" in client.post("/strategy/studio/lock/price", crossed).content.decode()


def test_targets_and_plans_are_shown_and_changed(studied: Path, signed_in: Callable[..., Client]) -> None:
    client = signed_in(Role.DIRECTOR)
    page = client.get("/strategy/targets").content.decode()
    assert "If nothing is done" in page
    first = api.open_business(studied).settings.objectives[0]
    asked = {"objective": first.id, "target": "beyond", "owner": "<b>x</b>", "token": token(page)}
    assert "callout error" in client.post("/strategy/targets/set", asked, follow=True).content.decode()
    asked |= {"target": str(first.target), "owner": "Ho Siu Ming", "by": "2027-06-30"}
    client.post("/strategy/targets/set", asked)
    assert api.open_business(studied).settings.objectives[0].owner == "Ho Siu Ming"
    shown = client.get("/strategy/versions", {"a": "no-such", "b": "../x"}).content.decode()
    assert "One plan so far" in shown and "Instead of the plan" in shown
    assert client.get("/strategy/document/en.docx").getvalue()[:2] == b"PK"


def test_two_who_save_in_the_same_moment_do_not_overwrite_each_other(
    studied: Path, person: Callable[..., User], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = person(Role.STRATEGIST), person(Role.DIRECTOR)
    opened = api.settings_token(api.open_business(studied))
    act, meanwhile = api.set_amounts, {"budget": 700.0}

    def slow(*args: Any, **asked: Any) -> Any:
        # Between what the page looked at and what it changes, another one saves.
        if meanwhile:
            act(args[0], **{**asked, "budget": meanwhile.pop("budget"), "author": other.signature})
        return act(*args, **asked)

    monkeypatch.setattr(api, "set_amounts", slow)
    with pytest.raises(studio.Stale) as told:
        studio.keep(one, {"token": opened, "budget": "900"})
    assert other.signature in render(told.value.text, "en")
    assert api.open_business(studied).settings.budget.amount == 700
    monkeypatch.undo()
    with pytest.raises(studio.Stale):
        studio.undo(one, {"token": opened})
    assert api.open_business(studied).settings.budget.amount == 700, "what another one saved is not taken back unseen"
    assert not Entry.objects.filter(action__startswith="settings.").exists()
