"""The first start, and those who work here."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from regulars import api
from regulars_web.company.businesses import founded
from regulars_web.company.models import Role, User
from regulars_web.serve import empty
from regulars_web.shared import lock
from regulars_web.shared.audit import first_breach, note
from regulars_web.shared.models import Entry
from regulars_web.shared.secret import secret

pytestmark = pytest.mark.django_db
OWNER = {"name": "陳美儀", "email": "May@Example.com", "password": "correct-horse-42", "language": "zh-Hant"}


def test_the_first_visit_makes_the_owner_and_no_visit_after_it(folder: Path) -> None:
    client = Client()
    assert client.get("/")["Location"] == "/house/welcome"
    assert "Harbour Hair" in client.get("/house/welcome").content.decode()
    assert client.post("/house/welcome", OWNER)["Location"] == "/"
    owner = User.objects.get()
    assert (owner.role, owner.email, owner.language) == (Role.DIRECTOR, "may@example.com", "zh-Hant")
    home = client.get("/").content.decode()
    assert 'lang="zh-Hant-HK"' in home and "匯入客戶的過往紀錄" in home
    assert Client().post("/house/welcome", OWNER | {"email": "other@example.com"})["Location"] == "/"
    assert User.objects.count() == 1
    assert Entry.objects.filter(action="person.made").count() == 1


def test_a_server_on_an_empty_folder_makes_the_business_at_the_first_visit(tmp_path: Path, settings: Any) -> None:
    place = tmp_path / "shop"
    assert empty(place)
    place.mkdir()
    settings.FOLDER = place
    secret(place / "web-secret", founding=True)
    note(None, "audit.keyed")  # as the server itself does before there is a business
    client = Client()
    assert client.get("/")["Location"] == "/house/welcome"
    assert "What is your business?" in client.get("/house/welcome").content.decode()
    told = OWNER | {"shop": "好髮型", "trade": "hair", "currency": "HKD"}
    assert client.post("/house/welcome", told | {"trade": ""}).status_code == 200 and not founded()
    assert client.post("/house/welcome", told)["Location"] == "/"
    made = api.open_business(place)
    assert (made.pack.id, made.settings.label().in_language("zh-Hant")) == ("hair", "好髮型")
    assert {objective.owner for objective in made.settings.objectives} == {OWNER["name"]}
    assert "髮型屋" in client.get("/").content.decode()
    assert not empty(place)
    lock._key.cache_clear()  # another process reads the key in the folder, and finds the log whole
    assert first_breach() is None


def test_a_wrong_trade_is_put_right_while_nothing_of_the_settings_would_be_lost(
    tmp_path: Path, settings: Any, signed_in: Callable[..., Client]
) -> None:
    settings.FOLDER = tmp_path / "shop"
    api.create_business(settings.FOLDER, pack="hair", name="Shop", currency="GBP", owner="May")
    director = signed_in()
    assert "Hair salons" in director.get("/").content.decode()
    assert director.post("/house/trade", {"trade": "retail"})["Location"] == "/"
    made = api.open_business(settings.FOLDER)
    assert (made.pack.id, made.settings.currency, made.settings.objectives[0].owner) == ("retail", "GBP", "May")
    assert Entry.objects.filter(action="house.trade").count() == 1
    api.set_budget(made, 100)
    answer = director.post("/house/trade", {"trade": "watch"})
    assert answer.status_code == 409 and "would be lost" in answer.content.decode()
    assert api.open_business(settings.FOLDER).pack.id == "retail"
    assert signed_in(Role.STRATEGIST).post("/house/trade", {"trade": "watch"}).status_code == 403


@pytest.mark.parametrize("password", ["short", "password12", "1234567890"])
def test_a_weak_password_is_refused_in_words(password: str, folder: Path) -> None:
    answer = Client().post("/house/welcome", OWNER | {"password": password})
    assert answer.status_code == 200 and not User.objects.exists()
    assert 'class="wrong"' in answer.content.decode()


def test_somebody_new_chooses_a_password_behind_a_link_that_works_once(
    folder: Path, signed_in: Callable[..., Client]
) -> None:
    director = signed_in()
    page = director.post(
        "/house/people/new", {"name": "Ling", "email": "ling@example.com", "role": "staff", "language": "en"}
    ).content.decode()
    link = page.split('<p class="code">http://testserver')[1].split("<")[0]
    ling = Client()
    assert "Choose your password" in ling.get(link).content.decode()
    assert 'class="wrong"' in ling.post(link, {"password": "short"}).content.decode()
    assert ling.post(link, {"password": "correct-horse-42"})["Location"] == "/account/login/"
    assert ling.get(link).status_code == 410 and ling.post(link, {"password": "other-horse-42"}).status_code == 410
    answer = ling.post("/account/login/", {"login": "ling@example.com", "password": "correct-horse-42"})
    assert answer.status_code == 302 and ling.get("/").status_code == 200
    assert Entry.objects.filter(action="account.signed_in").count() == 1
    twice = director.post(
        "/house/people/new", {"name": "L", "email": "LING@example.com", "role": "staff", "language": "en"}
    )
    assert "account with this address already" in twice.content.decode()


def test_the_last_director_stays(folder: Path, signed_in: Callable[..., Client]) -> None:
    director = signed_in()
    id = User.objects.get().pk
    for change in ({"role": "staff", "active": "on"}, {"role": "director"}):
        answer = director.post(f"/house/people/{id}", change)
        assert "Somebody must stay a director" in answer.content.decode()
    assert User.objects.get().role == Role.DIRECTOR and User.objects.get().is_active


def test_a_page_left_open_does_not_open_an_account_that_was_closed(
    folder: Path, signed_in: Callable[..., Client], person: Callable[..., User]
) -> None:
    one, other, leaver = signed_in(), signed_in(), person(Role.ANALYST)
    address = f"/house/people/{leaver.pk}"
    found = re.search(r'name="seen" value="([^"]*)"', one.get(address).content.decode())
    assert found is not None
    other.post(address, {"role": "analyst", "seen": found[1]})
    for asked in ({"role": "strategist", "active": "on", "seen": found[1]},) * 2:
        page = one.post(address, asked).content.decode()
        assert "Somebody else changed Analyst" in page and "checked" not in page.partition('name="active"')[2][:80]
    leaver.refresh_from_db()
    assert (leaver.role, leaver.is_active) == (Role.ANALYST, False)
    again = re.search(r'name="seen" value="([^"]*)"', page)
    assert again is not None
    one.post(address, {"role": "strategist", "active": "on", "seen": again[1]})
    leaver.refresh_from_db()
    assert (leaver.role, leaver.is_active) == (Role.STRATEGIST, True), "who has seen it may"


def test_nobody_signs_up_by_themselves(folder: Path, person: Callable[..., User]) -> None:
    person()
    Client().post("/account/signup/", {"email": "x@example.com", "password1": "correct-horse-42"})
    assert User.objects.count() == 1


def test_language_is_kept_with_the_person(folder: Path, signed_in: Callable[..., Client]) -> None:
    client = signed_in()
    client.post("/house/language", {"language": "zh-Hant", "next": "/house/me"})
    assert "我的設定" in client.get("/house/me").content.decode()
    assert User.objects.get().language == "zh-Hant"
