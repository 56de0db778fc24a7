"""Targets and corporate objectives set and taken out on the page: priced first, by whom may, nothing when stale."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from pathlib import Path

import pytest
from django.test import Client

from regulars import api
from regulars_web.company.models import Role
from regulars_web.shared.models import Entry

pytestmark = pytest.mark.django_db
PAGE = "/strategy/targets"


def token(page: str) -> str:
    found = re.search(r'name="token" value="(\w+)"', page)
    assert found is not None
    return found[1]


def ids(folder: Path) -> list[str]:
    return [o.id for o in api.open_business(folder).settings.objectives]


def test_a_target_is_priced_added_removed_and_taken_back(studied: Path, signed_in: Callable[..., Client]) -> None:
    client = signed_in(Role.STRATEGIST)
    path = studied / "business.toml"
    before, there = path.read_bytes(), ids(studied)
    page = client.get(PAGE).content.decode()
    for k in api.Workbench(api.open_business(studied)).kpis():
        assert f'name="kpi" value="{k.kpi}"' in page
        if k.unit == "share" and k.baseline is not None:
            assert f'<td class="n">{k.baseline:.1%}</td>' in page, k.kpi
    asked = {"kpi": "reactivated", "target": "3", "owner": "Ho", "serves": "retain", "by": "2027-06-30"}
    asked["token"] = token(page)
    part = client.post(f"{PAGE}/add_target/price", asked).content.decode()
    assert "Aim at “Lapsed customers back within 90 days”?" in part and 'name="by" value="2027-06-30"' in part
    assert "not aimed at" in part and path.read_bytes() == before, "looking saves nothing"

    page = client.post(f"{PAGE}/add_target/save", asked, follow=True).content.decode()
    assert "Added: Lapsed customers back within 90 days." in page
    new = api.open_business(studied).settings.objectives[-1]
    assert (new.kpi, new.target, new.owner, new.serves) == ("reactivated", 3, "Ho", "retain")
    again = client.post(f"{PAGE}/add_target/save", asked, follow=True).content.decode()
    assert "Nothing was saved: Strategist" in again and ids(studied) == [*there, "reactivated"], (
        "sent twice, saved once"
    )

    gone = {"objective": "reactivated", "token": token(page)}
    part = client.post(f"{PAGE}/remove_target/price", gone).content.decode()
    assert "Remove the target “Lapsed customers back within 90 days”?" in part and len(ids(studied)) == len(there) + 1
    page = client.post(f"{PAGE}/remove_target/save", gone, follow=True).content.decode()
    assert "Removed: Lapsed" in page and ids(studied) == there
    undo = {"token": token(page), "back": "targets"}
    page = client.post("/strategy/studio/undo", undo, follow=True).content.decode()
    assert "Taken back: the target “Lapsed customers back within 90 days”" in page and ids(studied) == [
        *there,
        "reactivated",
    ]
    lines = [(e.about, e.detail["act"]) for e in Entry.objects.filter(action="settings.changed").order_by("id")]
    assert lines == [("objectives.reactivated", "add_target"), ("objectives.reactivated", "remove_target")]


def test_corporate_objectives_come_and_go_and_what_cannot_be_is_refused(
    studied: Path, signed_in: Callable[..., Client]
) -> None:
    client = signed_in(Role.DIRECTOR, language="zh-Hant")
    before = (studied / "business.toml").read_bytes()
    now = {"token": token(client.get(PAGE).content.decode())}
    wrong = [
        ("add_target", {"kpi": "fame", "target": "3"}),
        ("add_target", {"kpi": "gain_12", "target": "lots"}),
        ("add_target", {"kpi": "gain_12", "target": "3", "by": "soon"}),
        ("add_target", {"kpi": "gain_12", "target": "3", "priority": "first"}),
        ("add_target", {"kpi": "gain_12", "target": "3", "serves": "nobody"}),
        ("remove_target", {"objective": "nobody"}),
        ("remove_corporate", {"id": "retain"}),
        ("add_corporate", {}),
    ]
    for act, asked in wrong:
        part = client.post(f"{PAGE}/{act}/price", asked | now).content.decode()
        assert "callout error" in part and "沒有任何改動" in part, (act, asked)
        page = client.post(f"{PAGE}/{act}/save", asked | now, follow=True).content.decode()
        assert "callout error" in page, (act, asked)
    assert client.post(f"{PAGE}/burn/price", now).status_code == 404
    assert client.post(f"{PAGE}/burn/save", now).status_code == 404
    for role in (Role.ANALYST, Role.STAFF):
        other = signed_in(role)
        assert other.post(f"{PAGE}/add_corporate/price", {"kind": "image"} | now).status_code == 403
        assert other.post(f"{PAGE}/remove_target/save", {"objective": ids(studied)[0]} | now).status_code == 403
    shown = signed_in(Role.ANALYST).get(PAGE).content.decode()
    assert "add_target" not in shown and "remove_target" not in shown
    assert (studied / "business.toml").read_bytes() == before and not Entry.objects.filter(action="settings.changed")

    name = "<b>好口碑</b>"
    asked = {"kind": "image", "name": name, "owner": "何小明"} | now
    part = client.post(f"{PAGE}/add_corporate/price", asked).content.decode()
    assert name not in part and f"設定企業目標「{name}」？" in unescape(part)
    page = client.post(f"{PAGE}/add_corporate/save", asked, follow=True).content.decode()
    assert name not in page and "尚未有目標服務此企業目標" in page
    assert api.open_business(studied).settings.corporate[-1].owner == "何小明"
    page = client.post(
        f"{PAGE}/remove_corporate/save", {"id": "image", "token": token(page)}, follow=True
    ).content.decode()
    assert "callout success" in page and len(api.open_business(studied).settings.corporate) == 2


def test_the_studio_shows_which_measure_serves_which_target(studied: Path, signed_in: Callable[..., Client]) -> None:
    grid = api.Workbench(api.open_business(studied)).grid()
    assert grid.heads and grid.rows
    for language, words in (("en", ("serves", "no link")), ("zh-Hant", ("服務", "無關"))):
        page = unescape(signed_in(Role.ANALYST, language=language).get("/strategy/studio").content.decode())
        part = page[page.index('id="grid-h"') :].split("</section>")[0]
        rows = [re.findall(r"<t[hd].*?</t[hd]>", row) for row in part.split("<tbody>")[1].split("</tr>")[:-1]]
        assert [len(row) for row in rows] == [len(grid.heads) + 2] * len(grid.rows)
        for row, cells in zip(grid.rows, rows, strict=True):
            assert row.name.in_language(language) in cells[0]
            for square, cell in zip(row.squares, cells[1:], strict=False):
                assert (words[0] in cell, words[1] in cell) == (square.state == "serves", square.state == "none")


def test_somebody_answers_for_all_targets_at_once_that_nobody_answers_for(
    studied: Path, signed_in: Callable[..., Client]
) -> None:
    path = studied / "business.toml"
    path.write_text(re.sub(r"\nowner = .*", "", path.read_text(encoding="utf-8")), encoding="utf-8")
    client = signed_in(Role.STRATEGIST)
    page = unescape(client.get(PAGE).content.decode())
    assert "Nobody answers for “" in page and "Who answers for the targets" in page
    assert "regulars target" not in page and "business.toml" not in page, "no command is asked of who reads a page"
    asked = {"owner": "Ho Ka Yan", "token": token(page)}
    page = client.post(f"{PAGE}/owner", asked, follow=True).content.decode()
    assert "Ho Ka Yan answers for them now" in page and "Who answers for the targets" not in page
    assert {o.owner for o in api.open_business(studied).settings.objectives} == {"Ho Ka Yan"}
    again = client.post(f"{PAGE}/owner", asked | {"token": token(page)}, follow=True).content.decode()
    assert "Nothing was to be changed" in again
    assert Entry.objects.filter(action="settings.changed").count() == 1
