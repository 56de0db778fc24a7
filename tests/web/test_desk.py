"""Where a day begins, by role: whom to look after, what to decide, what broke, how far to target."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from regulars import api
from regulars_web.company.demo import people
from regulars_web.company.models import Role, User
from regulars_web.desk.demo import name_everybody
from regulars_web.desk.today import day_of
from regulars_web.privacy import gate
from regulars_web.shared import lock
from regulars_web.shared.clock import now, today
from regulars_web.shared.models import Entry, Job

pytestmark = pytest.mark.django_db


def late(studied: Path, branches: tuple[str, ...]) -> int:
    shop = api.open_business(studied)
    over = f"due_on before {today(shop.settings.zone)} and state in (newcomer, active)"
    return api.people_of(shop).count(f"state = overdue or ({over})", branches=branches).customers


def test_whoever_became_due_since_the_study_is_on_a_list(
    studied: Path, person: Callable[..., User], monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = api.people_of(api.open_business(studied))
    here = reader.as_of + timedelta(days=10)
    monkeypatch.setattr("regulars_web.desk.today.today", lambda zone: here)
    day = day_of(person())
    coming = "state in (newcomer, active)"
    past = f"due_on before {here} and {coming}"
    since = f"due_on between {reader.as_of + timedelta(days=1)} and {here - timedelta(days=1)} and {coming}"
    assert day is not None and reader.count(since).customers > 0
    assert day.late_all == reader.count("state = overdue").customers + reader.count(past).customers
    assert reader.count(f"({day.due_where}) and ({day.late_where})").customers == 0, "on one list each"


def test_staff_see_everybody_late_page_by_page_of_their_own_branch(
    studied: Path, signed_in: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("regulars_web.desk.today.A_PAGE", 10)
    branch = api.open_business(studied).settings.branches[0].id
    client, address, found, back = signed_in(Role.STAFF, branches=(branch,)), "/?all=late", list[str](), ""
    assert 'href="?all=late"' in client.get("/").content.decode()
    while address:
        page = client.get(address).content.decode()
        found += re.findall(r'href="/people/(\d+)"><b>', page)
        back = html.unescape("".join(re.findall(r'href="(\?all=late[^"]*)" rel="prev"', page)))
        following = re.findall(r'href="(\?all=late[^"]*)" rel="next"', page)
        address = f"/{html.unescape(following[0])}" if following else ""
    assert len(found) == len(set(found)) == late(studied, (branch,)) > 12
    assert back and client.get(f"/{back}").status_code == 200
    assert client.get("/?all=due").status_code == 200
    assert client.get("/?all=late&after=x")["Location"] == "/?all=late"
    assert client.get("/?all=everybody").status_code == 404
    assert signed_in(Role.ANALYST).get("/?all=late").status_code == 404, "whose day has no list of names"


@pytest.mark.parametrize("role", [Role.STAFF, Role.MANAGER])
def test_a_branch_sees_its_own_customers_and_no_others(
    role: Role, studied: Path, signed_in: Callable[..., Client]
) -> None:
    shop = api.open_business(studied)
    branch = shop.settings.branches[0].id
    client = signed_in(role, branches=(branch,))
    page = client.get("/").content.decode()
    own, all_of_them = late(studied, (branch,)), late(studied, ())
    assert 0 < own < all_of_them
    assert f"{own} are late by their own rhythm" in page and f"{all_of_them} are late" not in page
    assert "Your customers" in page and "Targets" not in page and "What the study says" not in page
    keys = re.findall(r'href="/people/(\d+)"', page)
    assert keys
    for key in keys:
        assert client.get(f"/people/{key}").status_code == 200, "one tap from the list to the customer"
    other = next(
        row.key
        for row in api.people_of(shop).page("state = overdue", size=200).rows
        if row.of["branch"] not in (branch, None)
    )
    assert other not in keys and client.get(f"/people/{other}").status_code == 404


def test_a_director_sees_what_to_decide_and_how_far_the_targets_are(
    studied: Path, signed_in: Callable[..., Client]
) -> None:
    page = signed_in().get("/").content.decode()
    assert "A plan is ready to be read" in page and 'href="/strategy/approval"' in page
    assert "How far to the targets" in page
    for target in api.target_states(api.open_business(studied)):
        assert target.name.in_language("en") in page
    assert "What the study says" in page and 'href="/methods/rhythm"' in page


def test_a_target_with_a_day_has_a_pace_in_words_and_as_a_picture(
    studied: Path, signed_in: Callable[..., Client]
) -> None:
    toml, shop = studied / "business.toml", api.open_business(studied)
    stay = next(t for t in api.target_states(shop) if t.kpi == "retention_rate")
    assert "it has no pace" in signed_in().get("/").content.decode()
    day = "2099-12-31"
    said = toml.read_text(encoding="utf-8").replace(f'id = "{stay.id}"\n', f'id = "{stay.id}"\nby = {day}\n')
    toml.write_text(said, encoding="utf-8")
    left = (date.fromisoformat(day) - today(shop.settings.zone)).days
    page = signed_in().get("/").content.decode()
    reached = stay.baseline >= stay.target
    assert ("Reached: at" in page) if reached else ("The way begins with the study of" in page)
    assert reached or (f"{left:,} days are left" in page and "On a straight line it should be at" in page)
    assert page.count('<svg class="pace') == 1
    chinese = signed_in(language="zh-Hant").get("/").content.decode()
    assert "已達標" in chinese or (f"尚餘{left:,}日" in chinese and "按均速今日應是" in chinese)


def test_what_broke_is_told_until_it_was_done_again(studied: Path, signed_in: Callable[..., Client]) -> None:
    client = signed_in(Role.ANALYST)
    Job.objects.create(
        kind="study",
        state="failed",
        ended_at=now(),
        trouble={"id": "web.jobs.broken", "params": {}},
    )
    assert "The work broke off" in client.get("/").content.decode()
    Job.objects.create(kind="study", state="done")
    assert "The work broke off" not in client.get("/").content.decode()


def test_a_privacy_officer_sees_what_was_handed_out(studied: Path, signed_in: Callable[..., Client]) -> None:
    client = signed_in(Role.PRIVACY)
    assert "Nothing about persons was handed out" in client.get("/").content.decode()
    signed_in().get("/house/log.csv")
    page = client.get("/").content.decode()
    assert "Audit log downloaded" in page and 'href="/house/log?action=audit.taken"' in page


def test_before_the_first_study_everybody_is_told_what_comes(folder: Path, signed_in: Callable[..., Client]) -> None:
    assert "There is no list yet" in signed_in(Role.STAFF).get("/").content.decode()
    assert "Bring in your customers" in signed_in(Role.STRATEGIST).get("/").content.decode()
    assert "Handed out, changed and forgotten" not in signed_in().get("/").content.decode()


def test_a_desk_is_light_and_asks_little(
    studied: Path, signed_in: Callable[..., Client], django_assert_max_num_queries: Callable[..., Any]
) -> None:
    for role in Role:
        client = signed_in(role)
        client.get("/")
        with django_assert_max_num_queries(16):
            answer = client.get("/")
        assert len(answer.content) < 60_000, role


def test_what_a_newcomer_is_sent_first_is_small(studied: Path, signed_in: Callable[..., Client]) -> None:
    client = signed_in()
    page = client.get("/")
    sent = len(page.content)
    for address in set(re.findall(r'(?:href|src)="(/static/[^"]+)"', page.content.decode())):
        answer = client.get(address)
        sent += len(b"".join(answer.streaming_content) if answer.streaming else answer.content)  # type: ignore[attr-defined]
    assert sent < 200_000, "fonts come after, as they are needed"


def test_a_demo_has_somebody_of_every_role_to_sign_in_as(folder: Path, db: None) -> None:
    first, second = people(), people()
    assert {account.role for account in first} == {role.value for role in Role}
    assert User.objects.count() == len(Role) and first[0].password != second[0].password
    client = Client()
    client.post("/account/login/", {"login": second[0].email, "password": second[0].password})
    assert client.get("/").status_code == 200


def test_customers_of_a_demo_have_names_that_nobody_bears(studied: Path, signed_in: Callable[..., Client]) -> None:
    reader = api.people_of(api.open_business(studied))
    assert name_everybody() == reader.count().customers and name_everybody() == 0, "once"
    assert gate.held() == reader.count().customers
    client = signed_in(Role.DIRECTOR)
    keys = re.findall(r'href="/people/(\d+)"><b>([^<]+)</b>', client.get("/").content.decode())
    assert keys and all(not name.startswith("#") for _, name in keys)


def test_a_day_goes_on_by_keys_when_no_more_names_are_shown(
    studied: Path, signed_in: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    name_everybody()
    monkeypatch.setattr(gate, "MOST_AN_HOUR", 30)
    client = signed_in(Role.MANAGER)
    home = client.get("/").content.decode()
    key, name = re.findall(r'href="/people/(\d+)"><b>([^<]+)</b>', home)[0]
    assert not name.startswith("#") and "Names of more than" not in home
    for address in ("/", "/people/", f"/people/{key}", "/people/duplicates/", "/people/search?q=chan"):
        answer = client.get(address)
        assert answer.status_code == 200, address
    for address in ("/", "/people/", f"/people/{key}"):
        page = client.get(address).content.decode()
        assert f"#{key[-6:]}" in page or address == "/people/", address
        assert "Names of more than 30 customers were shown to you" in page and "by their keys" in page, address
        assert name not in page, address
    assert re.search(r"#\d{6}</a>", client.get("/people/").content.decode()), "the list is there, by keys"
    assert "Names of more than" in client.get("/people/search?q=chan").content.decode()
    assert Entry.objects.filter(action="identities.limit").count() == 1
    chinese = signed_in(Role.STAFF, language="zh-Hant")
    chinese.get("/"), chinese.get("/")
    assert "本小時結束前不再顯示姓名" in chinese.get("/").content.decode()


def test_a_vault_that_cannot_be_opened_says_so_and_the_day_goes_on(
    studied: Path, signed_in: Callable[..., Client]
) -> None:
    name_everybody()
    client = signed_in(Role.STAFF)
    key = re.findall(r'href="/people/(\d+)"><b>', client.get("/").content.decode())[0]
    (studied / "vault-key").write_text("00" * 32, encoding="ascii")
    lock._key.cache_clear()
    page = client.get(f"/people/{key}").content.decode()
    lock._key.cache_clear()
    assert "Names cannot be read" in page and f"#{key[-6:]}" in page and "Rhythm" in page
