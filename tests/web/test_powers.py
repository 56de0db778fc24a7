"""Who may open what: every address carries its power, and every role is let through or turned away by it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client, RequestFactory
from django.urls import resolve

from regulars_web.company.middleware import OPEN, OWN, power_of
from regulars_web.company.models import Role, User
from regulars_web.company.powers import POWERS, WHOLE, may, needs
from support.web import patterns

pytestmark = pytest.mark.django_db
#: Addresses of ours with something to put into their places.
FILLED = {
    "<int:id>": "1",
    "<str:place>": "0" * 32,
    "<int:number>": "0",
    "<str:id>": "overview",
    "<str:name>": "x.csv",
    "<str:token>": "none",
    "<str:import_id>": "0001-0",
    "<str:language>.<str:format>": "en.pdf",
}


def ours() -> list[tuple[str, Any]]:
    return [(route, p) for route, p in patterns() if p.callback.__module__.startswith("regulars_web")]


def by_token(pattern: Any) -> bool:
    """Whether a token opens it, not who is signed in (tests/web/test_rest_doors.py)."""
    return getattr(pattern.callback, "by_token", False)


def filled(route: str) -> str:
    for place, value in FILLED.items():
        route = route.replace(place, value)
    return route


def test_every_address_of_ours_says_who_may_open_it() -> None:
    unmarked = [r for r, p in ours() if not hasattr(p.callback, "power") and "health" not in r]
    assert unmarked == []
    assert len(ours()) > 25


def test_public_pages_are_few_and_known() -> None:
    public = {p.name for _, p in ours() if getattr(p.callback, "power", "") is None and not by_token(p)}
    assert public == {"welcome", "language", "entry", "api_schema"}
    assert all("api/v1/" in route for route, p in ours() if by_token(p))


def test_pages_of_the_sign_in_library_are_each_persons_own_but_for_the_way_in() -> None:
    for route, pattern in patterns():
        if pattern.callback.__module__.startswith("regulars_web"):
            continue
        request = RequestFactory().get(route)
        request.resolver_match = resolve("/" + route.lstrip("/")) if "<" not in route else None
        if request.resolver_match is not None and pattern.name not in OPEN:
            assert power_of(request, pattern.callback) == ("self" if pattern.name in OWN else ""), route


@pytest.mark.parametrize("role", list(Role))
def test_every_role_is_let_through_or_turned_away_by_the_table(
    role: Role, folder: Path, signed_in: Callable[..., Client]
) -> None:
    client = signed_in(role)
    user = User.objects.get()
    for route, pattern in ours():
        power = getattr(pattern.callback, "power", None)
        if power is None:
            continue
        answer = client.get(filled(route))
        if may(user, power):
            assert answer.status_code != 403, (role, route)
        else:
            assert answer.status_code == 403, (role, route)
        assert answer.status_code < 500, route


def test_nobody_unknown_sees_anything(folder: Path, person: Callable[..., User]) -> None:
    person()
    for route, pattern in ours():
        if getattr(pattern.callback, "power", None) is None:
            continue
        for method in ("get", "post"):
            answer = getattr(Client(), method)(filled(route))
            assert answer.status_code == 302 and answer["Location"].startswith("/account/login"), route


def test_who_is_confined_to_a_branch_does_not_see_the_whole(folder: Path, signed_in: Callable[..., Client]) -> None:
    client = signed_in(Role.MANAGER, branches=("TST",))
    user = User.objects.get()
    assert user.sees("TST") and not user.sees("CWB")
    for route, pattern in ours():
        power = getattr(pattern.callback, "power", None)
        if power in WHOLE:
            assert client.get(filled(route)).status_code == 403, route
    assert client.get("/").status_code == 200


def test_an_account_closed_is_out_at_once(folder: Path, signed_in: Callable[..., Client]) -> None:
    client = signed_in(Role.ANALYST)
    assert client.get("/").status_code == 200
    User.objects.update(is_active=False)
    assert client.get("/").status_code == 302


def test_a_power_nobody_knows_is_a_fault() -> None:
    with pytest.raises(KeyError):
        needs("everything")
    assert {"strategy:draft", "strategy:approve"} <= set(POWERS)


def test_language_leads_nowhere_else(folder: Path, db: None) -> None:
    for path in ("https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"):
        answer = Client().post("/house/language", {"language": "zh-Hant", "next": path})
        assert answer["Location"] == "/"
    assert Client().post("/house/language", {"language": "zh-Hant", "next": "/study/"})["Location"] == "/study/"
