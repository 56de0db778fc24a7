"""The plan line by line: one measure in one group is bound, at its price, and nothing else is."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from pathlib import Path

import pytest
from django.template.loader import render_to_string
from django.test import Client

from regulars import api
from regulars.base.text import Money, say
from regulars.base.words import render, show
from regulars_web.company.models import Role
from regulars_web.shared.models import Entry, Meant
from regulars_web.strategy.studio import bench

pytestmark = pytest.mark.django_db


def test_one_line_is_ruled_out_with_its_price_first(studied: Path, signed_in: Callable[..., Client]) -> None:
    client = signed_in(Role.STRATEGIST)
    shop = api.open_business(studied)
    lines = api.plan_lines(api.Workbench(shop))
    plan = api.latest_plan(shop).result
    assert sum(one.cost for one in lines) == pytest.approx(sum(line.cost for line in plan.lines))
    line = next(one for one in lines if not one.beside)
    page = unescape(client.get("/strategy/lines").content.decode())
    assert page.count("<tr") == len(lines) + 1
    opened = f"/strategy/lines?open={line.measure}@{line.segment.id}"
    page = unescape(client.get(opened).content.decode())
    assert f"keep as it is: {line.customers} customers" in page
    asked = {"cell": line.segment.id, "what": line.measure, "how": "never", "token": _token(page)}

    part = client.post("/strategy/lines/price", asked).content.decode()
    assert 'action="/strategy/lines/lock"' in part
    assert api.open_business(studied).settings.clauses == (), "nothing is saved yet"

    asked["anyway"] = "1"  # a target is missed by more, and the page said so
    after = client.post("/strategy/lines/lock", asked, follow=True).content.decode()
    (clause,) = api.open_business(studied).settings.clauses
    assert (clause.kind, clause.rule.measures, clause.amount) == ("must_not", (line.measure,), 0)
    assert clause.rule.states == line.segment.among.states
    assert all(render(say(f"strategy.state.{one}"), "zh-Hant") in clause.text["zh-Hant"] for one in clause.rule.states)
    assert "One line is bound" in after and "at most 0" in after
    held = bench()
    difference = held.plan().value_36.mean - plan.value_36.mean
    assert show(Money.of(difference, "HKD"), "en", "round") in part, "what it costs was told before"
    assert not any(line.measure in one.measures and line.segment.id == one.cell for one in held.plan().lines)
    assert Entry.objects.filter(action="settings.changed").count() == 1
    stale = client.post("/strategy/lines/lock", asked | {"how": "free"}, follow=True).content.decode()
    assert "Nothing was saved" in stale


def test_what_cannot_be_bound_is_refused_in_words(studied: Path, signed_in: Callable[..., Client]) -> None:
    client = signed_in(Role.DIRECTOR)
    line = api.plan_lines(api.Workbench(api.open_business(studied)))[0]
    asked = {"cell": line.segment.id, "what": line.measure, "how": "range"}
    for wrong, said in (
        ({}, "Neither bound was given"),
        ({"at_least": "9", "at_most": "3"}, "contradict each other"),
        ({"at_most": "a few"}, "no number"),
        ({"cell": "Nowhere/active/high", "how": "never"}, "no such group"),
        ({"what": "no_such", "how": "never"}, "nothing called no_such"),
        ({"how": "free"}, "no lock on"),
    ):
        assert said in client.post("/strategy/lines/price", asked | wrong).content.decode(), wrong
    assert signed_in(Role.ANALYST).post("/strategy/lines/price", asked).status_code == 403
    assert "Bind" not in signed_in(Role.ANALYST).get("/strategy/lines").content.decode()
    assert "The plan has no such line" in client.get("/strategy/lines?measure=no_such").content.decode()


def _token(page: str) -> str:
    found = re.search(r'name="token" value="(\w+)"', page)
    assert found is not None
    return found[1]


def test_what_contradicts_other_bounds_is_told_with_the_nearest_plan(
    studied: Path, signed_in: Callable[..., Client]
) -> None:
    client = signed_in(Role.STRATEGIST)
    before = (studied / "business.toml").read_bytes()
    line = next(one for one in api.plan_lines(api.Workbench(api.open_business(studied))) if not one.beside)
    asked = {"cell": line.segment.id, "what": line.measure, "how": "range", "at_least": "5000"}
    part = unescape(client.post("/strategy/lines/price", asked).content.decode())
    assert "one cannot be kept" in part and "5,000 customers" in part
    kept, missed = (int(n.replace(",", "")) for n in re.findall(r"<div>(?:<b>)?([\d,]+) customers", part)[1:3])
    assert kept + missed == 5000 and kept <= line.segment.customers
    assert "The nearest plan:" in part and "Save it all the same" in part and "Nothing was saved" in part
    assert 'name="anyway" value="1"' in part
    asked["token"] = api.settings_token(api.open_business(studied))
    refused = client.post("/strategy/lines/lock", asked, follow=True).content.decode()
    assert "That contradicts other bounds: one cannot be kept" in refused and "See its price first" in refused
    assert (studied / "business.toml").read_bytes() == before and not Meant.objects.exists()
    client.post("/strategy/lines/lock", asked | {"anyway": "1"})
    assert [clause.kind for clause in api.open_business(studied).settings.clauses] == ["must"]


def test_missed_bounds_are_written_in_the_unit_they_count_in() -> None:
    text = say("strategy.rule.lock", what=say("mandate.lock.everybody"))
    shown = [
        api.Miss("target:stay", "target", text, "retention_rate", 0.9, 0.85, 0.05),
        api.Miss("lock:x", "rule", text, "money", 900.0, 400.0, 500.0, (text,), 500.0, 2.5, together=True),
        api.Miss("lock:y", "rule", text, "hours", 9.0, 1.0, 8.0),
    ]
    for language, said in (
        ("en", ("5.0 points", "HK$500", "one hour")),
        ("zh-Hant", ("5.0個百分點", "HK$500", "一小時")),
    ):
        part = render_to_string("strategy/misses.html", {"misses": shown, "currency": "HKD", "language": language})
        assert all(word in part for word in said), language
        assert render(say("web.bounds.all"), language) in part and render(say("web.bounds.nothing"), language) in part
