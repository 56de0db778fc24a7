"""The last cycle under review: promises beside what came, what was learned, the next plan; before it, the way there."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest
from django.test import Client

from regulars import api
from regulars.api.runs import write_document
from regulars_web.company.models import Role
from regulars_web.strategy.review_picture import EDGE, panels, signed
from support.reviews import drawn, measured_cycle

pytestmark = pytest.mark.django_db


def test_before_the_first_measured_cycle_the_page_says_how_to_come_to_one(
    studied: Path, signed_in: Callable[..., Client]
) -> None:
    client = signed_in(Role.STRATEGIST)
    page = client.get("/strategy/review").content.decode()
    assert "No cycle has been measured yet" in page
    assert page.count('class="done"') == 1, "there is a plan"
    assert re.search(r'<li class="now"><div><strong>Approve it', page)
    drawn(studied)
    page = client.get("/strategy/review").content.decode()
    assert page.count('class="done"') == 2 and "Bring in the sales" in page and "<code>regulars" not in page
    assert client.get("/strategy/review?cycle=../x").status_code == 404
    assert signed_in(Role.STAFF).get("/strategy/review").status_code == 403


def test_a_review_shows_promises_lessons_and_what_the_next_plan_makes_of_them(
    studied: Path, signed_in: Callable[..., Client]
) -> None:
    found = measured_cycle(studied)
    client = signed_in(Role.DIRECTOR)
    page = unescape(client.get("/strategy/review").content.decode())
    assert "1 of 2 promises held" in page
    assert "Promised +11% to +35%" in page and "Came +20% (+11% to +30%)" in page
    assert "Promised +3.0 to +7.0" in page and "Came −10.0 (−13.0 to −7.0)" in page
    assert page.index("came otherwise") > page.index(">held<"), "visits have a panel of their own, before the shares"
    assert "HK$6,000" in page and "between HK$2,000 and HK$10,000" in page, "200 customers, 30 each"
    assert "62%" in page and "grade C" in page and "Groups too small to be told: 1" in page
    assert "No plan was made since" in page and "every effect a plan rests on has a wider range" in page
    assert "style=" not in page.split("<main")[1]
    chinese = signed_in(Role.DIRECTOR, language="zh-Hant").get(f"/strategy/review?cycle={_only(studied)}")
    assert "2項承諾中有1項兌現" in chinese.content.decode()
    assert found.promises.n == 2
    assert "/strategy/review" in client.get("/").content.decode(), "the desk leads there"


def test_the_next_plan_stands_beside_the_one_measured(studied: Path, signed_in: Callable[..., Client]) -> None:
    measured_cycle(studied)
    plan = api.latest_plan(api.open_business(studied))
    later = plan.folder.with_name(f"{plan.id}-next")
    later.mkdir()
    write_document(later, replace(plan.result, lines=plan.result.lines[1:]))
    page = signed_in(Role.STRATEGIST).get("/strategy/review").content.decode()
    assert "was made after this measurement" in page and "/strategy/versions?a=plan-" in page
    assert "What enters, leaves and changes" in page


def test_the_picture_places_promises_along_one_axis(studied: Path) -> None:
    measured_cycle(studied)
    visits, points = panels(api.review(api.open_business(studied)).promises)
    assert (visits.kind, points.kind) == ("visits", "points")
    assert all(EDGE <= float(place.rstrip("%")) <= 100 - EDGE for panel in (visits, points) for place, _ in panel.marks)
    row = points.rows[0]
    begins, wide = (float(end.rstrip("%")) for end in row.bar)
    assert float(row.dot.rstrip("%")) < float(points.zero.rstrip("%")) < begins < begins + wide
    assert (signed(-0.001, "visits"), signed(0.123, "visits"), signed(-0.021, "points")) == ("0%", "+12%", "−2.1")
    assert signed(20.34, "visits") == "+2,034%"
    assert (visits.rows[0].standing, points.rows[0].standing) == ("held", "otherwise")


def test_a_promise_that_few_customers_tell_of_is_neither_shown_nor_contradicted(
    studied: Path, signed_in: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    measured_cycle(studied)
    found = api.review(api.open_business(studied))
    vague = replace(found.promises[0], came=0.4, low=-0.9, high=20.3, inside=True)
    missed = next(promise for promise in found.promises if not promise.inside)
    (panel,) = panels((vague,))
    assert panel.rows[0].standing == "open" and panel.rows[0].open == (False, True)
    labels = [float(label.strip("+%").replace("−", "-").replace(",", "")) for _, label in panel.marks]
    assert max(labels) <= 200, "the axis stays with what was promised and came"
    monkeypatch.setattr(api, "review", lambda *_: replace(found, promises=(vague, missed)))
    page = signed_in(Role.DIRECTOR).get("/strategy/review").content.decode()
    assert "Promises seen to have held: 0 of 2; neither shown nor contradicted: 1" in page
    assert "▸" in page and "neither shown nor contradicted</span>" in page


def _only(folder: Path) -> str:
    (run,) = api.reviews(api.open_business(folder))
    return run
