"""The door: who makes the first account, second factors, lost passwords, sessions that end, too many attempts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.test import Client

from regulars_web.company.models import Role, User
from regulars_web.shared.models import Entry, Remembered

from .conftest import PASSWORD

pytestmark = pytest.mark.django_db
OWNER = {"name": "陳美儀", "email": "may@example.com", "password": "correct-horse-42", "language": "en"}


def now_code(secret: str) -> str:
    return str(format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time()))))


def test_the_first_account_of_a_server_others_can_reach_needs_its_code(folder: Path, settings: Any, db: None) -> None:
    settings.SETUP_CODE = "right-code"
    client = Client()
    assert "printed an address with a code" in client.get("/", follow=True).content.decode()
    assert "not the code" in client.get("/house/welcome?code=guess").content.decode()
    assert client.post("/house/welcome", OWNER).status_code == 403 and not User.objects.exists()
    assert 'value="right-code"' in client.get("/house/welcome?code=right-code").content.decode()
    assert client.post("/house/welcome", OWNER | {"code": "right-code"})["Location"] == "/"
    assert User.objects.get().role == Role.DIRECTOR


@pytest.mark.parametrize("elsewhere", [{"REMOTE_ADDR": "10.0.0.7"}, {"HTTP_X_FORWARDED_FOR": "10.0.0.7"}])
def test_without_a_code_only_this_machine_makes_it(elsewhere: dict[str, str], folder: Path, db: None) -> None:
    answer = Client(**elsewhere).post("/house/welcome", OWNER)  # type: ignore[arg-type]
    assert answer.status_code == 403 and not User.objects.exists()


def test_a_role_that_must_have_a_second_factor_sets_it_up_and_signs_in_with_it(
    folder: Path, person: Callable[..., User]
) -> None:
    director = person()
    client = Client()
    client.post("/account/login/", {"login": director.email, "password": PASSWORD})
    client.post("/house/people/second-factor", {"roles": ["director", "privacy"]})
    assert client.get("/")["Location"] == "/account/2fa/totp/activate/"
    asked = client.get("/account/2fa/totp/activate/")
    confirm = client.get(asked["Location"]).content.decode()
    assert "Is it you?" in confirm and "asks a second factor of your role" in confirm
    client.post("/account/reauthenticate/", {"password": PASSWORD})
    page = client.get("/account/2fa/totp/activate/").content.decode()
    secret = page.split("<code>")[1].split("<")[0]
    assert "That is not the code" in client.post("/account/2fa/totp/activate/", {"code": "000000"}).content.decode()
    client.post("/account/2fa/totp/activate/", {"code": now_code(secret)})
    assert client.get("/").status_code == 200
    assert "cannot be taken off" in client.post("/account/2fa/totp/deactivate/").content.decode()
    assert "recovery" in client.get("/account/2fa/recovery-codes/").content.decode().lower()
    other = Client()
    stage = other.post("/account/login/", {"login": director.email, "password": PASSWORD})
    assert stage["Location"].startswith("/account/2fa/authenticate") and other.get("/").status_code == 302
    assert "six digits" in other.get(stage["Location"]).content.decode()


def test_a_director_takes_a_lost_second_factor_away(folder: Path, signed_in: Callable[..., Client]) -> None:
    director, analyst = signed_in(), signed_in(Role.ANALYST)
    lost = User.objects.get(role=Role.ANALYST)
    TOTP.activate(lost, generate_totp_secret())
    assert "Take the second factor away" in director.get(f"/house/people/{lost.pk}").content.decode()
    director.post(f"/house/people/{lost.pk}/second-factor")
    assert not Authenticator.objects.exists()
    assert analyst.get("/").status_code == 302, "their open sessions end"
    assert Entry.objects.filter(action="person.second_factor_removed", about=lost.email).exists()


def test_a_lost_password_is_chosen_anew_and_open_sessions_end(folder: Path, signed_in: Callable[..., Client]) -> None:
    director, ling = signed_in(), signed_in(Role.STAFF)
    user = User.objects.get(role=Role.STAFF)
    links = [
        director.post(f"/house/people/{user.pk}/link").content.decode().split('class="code">http://testserver')[1]
        for _ in range(2)
    ]
    first, second = (link.split("<")[0] for link in links)
    Client().post(first, {"password": "correct-horse-42"})
    assert ling.get("/").status_code == 302
    assert Client().get(second).status_code == 410, "one of two links used: both are"
    assert director.get(f"/house/people/{user.pk}/link").status_code == 405


def test_out_everywhere_leaves_this_session_alone(folder: Path, person: Callable[..., User]) -> None:
    user = person()
    here, there = Client(), Client()
    for client in (here, there):
        client.post("/account/login/", {"login": user.email, "password": PASSWORD})
    here.post("/house/me/out-everywhere")
    assert here.get("/").status_code == 200 and there.get("/").status_code == 302


def test_what_was_typed_waits_for_who_was_signed_out(folder: Path, person: Callable[..., User]) -> None:
    user = person()
    client = Client()
    answer = client.post("/house/people/new", {"name": "<b>Ling</b>", "email": "ling@example.com", "password": "x"})
    assert answer["Location"] == "/account/login/?next=/house/again"
    assert "What you were about to send waits" in client.get(answer["Location"]).content.decode()
    assert "about to send" not in client.get("/account/login/?next=/").content.decode()
    client.post("/account/login/", {"login": user.email, "password": PASSWORD})
    page = client.get("/house/again").content.decode()
    assert 'action="/house/people/new"' in page and "&lt;b&gt;Ling&lt;/b&gt;" in page and 'name="password"' not in page
    assert client.get("/house/again")["Location"] == "/", "it is given out once"
    client = Client()
    client.post("/strategy/inputs/market", {"token": "abc", "text": "x" * 150_000})
    client.post("/account/login/", {"login": user.email, "password": PASSWORD})
    page = client.get("/house/again").content.decode()
    assert 'name="token" value="abc"' in page and "x" * 150_000 in page, "with the version it was made from"
    part = Client().get("/work/1", headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/work/1"})
    assert part.status_code == 204 and part["HX-Redirect"] == "/account/login/?next=/work/1"


def test_guessing_is_stopped_in_words_of_both_languages(folder: Path, person: Callable[..., User]) -> None:
    user = person()
    for language, words in (("en", "Too many attempts"), ("zh-Hant", "嘗試次數過多")):
        client = Client(headers={"Accept-Language": language})
        for _ in range(6):
            page = client.post("/account/login/", {"login": user.email, "password": "wrong"}).content.decode()
        assert words in page
    assert Remembered.objects.exists(), "counted where every process looks"
    assert Entry.objects.filter(action="account.sign_in_failed", about=user.email).count() == 5


def test_a_stale_form_is_told_and_pages_of_the_library_nobody_needs_are_shut(
    folder: Path, signed_in: Callable[..., Client]
) -> None:
    client = Client(enforce_csrf_checks=True)
    assert "open too long" in client.post("/house/language", {"language": "en"}).content.decode()
    for address in ("/account/signup/", "/account/email/", "/account/password/reset/"):
        assert signed_in().get(address).status_code == 403, address


@pytest.mark.parametrize("language", ["en", "zh-Hant"])
def test_pages_of_the_second_factor_speak_our_words(language: str, folder: Path, person: Callable[..., User]) -> None:
    user = person(language=language)
    client = Client()
    client.post("/account/login/", {"login": user.email, "password": PASSWORD})
    client.post("/account/reauthenticate/", {"password": PASSWORD})
    for address in ("/account/2fa/", "/account/2fa/totp/activate/", "/account/password/change/"):
        page = client.get(address).content.decode()
        assert page.count("<h1") == 1 and "Two-Factor" not in page, address
        assert ("雙重認證" in page or "密碼" in page) == (language == "zh-Hant"), address
