"""Pages about other programs: a token's secret is shown once, the description loads nothing and hides nothing."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client

from regulars_web.company.models import Role, User
from regulars_web.rest.models import Token
from regulars_web.rest.operations import described
from regulars_web.shared.models import Entry

pytestmark = pytest.mark.django_db


def test_a_token_is_made_shown_once_used_and_ended(folder: Path, signed_in: Callable[..., Client]) -> None:
    client = signed_in()
    user = User.objects.get()
    assert "No program has a token yet" in client.get("/house/tokens").content.decode()
    form = {"name": "Till <b>", "user": user.pk, "scopes": ["business:read"], "days": 90}
    page = client.post("/house/tokens/new", form)
    found = re.search(r"reg_[\w-]{43}", page.content.decode())
    assert found is not None and page["Cache-Control"] == "no-store"
    secret = found[0]
    stored = str(list(Token.objects.values()))
    listed = client.get("/house/tokens").content.decode()
    assert secret not in stored and secret not in listed and "Till &lt;b&gt;" in listed and "<b>" not in listed
    headers = {"Authorization": f"Bearer {secret}"}
    assert Client().get("/api/v1/business", headers=headers).json()["name"] == {"en": "Harbour Hair"}
    assert Client().get("/api/v1/jobs", headers=headers).status_code == 403
    client.post(f"/house/tokens/{Token.objects.get().pk}/revoke")
    client.post(f"/house/tokens/{Token.objects.get().pk}/revoke")
    assert Client().get("/api/v1/business", headers=headers).status_code == 401
    assert list(Entry.objects.filter(action__startswith="token.").values_list("action", flat=True)) == [
        "token.made",
        "token.revoked",
    ]
    assert secret not in str(list(Entry.objects.values()))


def test_a_token_needs_what_it_needs(folder: Path, signed_in: Callable[..., Client]) -> None:
    client = signed_in()
    for form in (
        {"name": "x", "user": 999, "scopes": ["business:read"], "days": 90},
        {"name": "x", "user": User.objects.get().pk, "scopes": ["everything"], "days": 90},
        {"name": "x", "user": User.objects.get().pk, "days": 90},
        {"name": "x", "user": User.objects.get().pk, "scopes": ["business:read"], "days": 9999},
    ):
        assert client.post("/house/tokens/new", form).status_code == 200
    assert not Token.objects.exists()
    assert signed_in(Role.STRATEGIST).get("/house/tokens").status_code == 403


@pytest.mark.parametrize("language", ["en", "zh-Hant"])
def test_pages_hold_together(folder: Path, signed_in: Callable[..., Client], language: str) -> None:
    client = signed_in(Role.DIRECTOR, language=language)
    for address in ("tokens", "tokens/new", "messages", "messages/new", "export"):
        page = client.get(f"/house/{address}")
        assert page.status_code == 200 and "UnknownMessage" not in page.content.decode(), address


def test_the_description_is_whole_and_loads_nothing(folder: Path, signed_in: Callable[..., Client]) -> None:
    page = signed_in(Role.STAFF).get("/api/v1/docs").content.decode()
    for path in described()["paths"]:
        assert path in page
    assert not re.search(r"(?:src|href|action)=[\"'](?:https?:)?//", page)
    schema = Client().get("/api/v1/openapi.json").json()
    assert schema["openapi"] == "3.1.0" and schema == described()
