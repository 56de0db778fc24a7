"""The pages themselves: both languages whole, nothing from elsewhere, figures with what they rest on."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client

from regulars import api
from regulars.base.words import LANGUAGES
from regulars_web.company.models import Role, User
from regulars_web.insight.views import STRATEGY
from regulars_web.shared import health
from regulars_web.shared.models import Entry
from regulars_web.shared.worker import say_alive

pytestmark = pytest.mark.django_db
PLAIN = (
    *("/", "/imports/", "/imports/new", "/work/", "/strategy/approval", "/study/all"),
    *("/study/queries", "/study/queries/lost", "/methods/", "/methods/wastage"),
    *("/house/people", "/house/people/new", "/house/log", "/house/me"),
)


def chapters(folder: Path) -> list[str]:
    found = api.chapters(api.open_business(folder), language="en").chapters
    return [f"/strategy/{c.id}" if c.id in STRATEGY else f"/study/{c.id}" for c in found]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_is_whole_in_both_languages(language: str, studied: Path, signed_in: Callable[..., Client]) -> None:
    client = signed_in(language=language)
    pages = [*PLAIN, *chapters(studied)]
    assert len(pages) > 30
    for address in pages:
        answer = client.get(address)
        assert answer.status_code == 200, address
        page = answer.content.decode()
        assert page.count("<h1") == 1, address
        assert re.search(r"<title>\s*\S.+ · Regulars</title>", page), address
        assert f'<html lang="{"zh-Hant-HK" if language == "zh-Hant" else "en-HK"}"' in page
        assert not re.search(r"(?:src|href|action)=[\"'](?:https?:)?//", page), address
        assert not re.search(r"<script(?![^>]*\bsrc=)", page) and " onclick=" not in page, address
        assert "UnknownMessage" not in page and "{{" not in page and "{%" not in page, address
        if language == "zh-Hant":
            # The core's chapters name their sources as published; tables name files as they came.
            page = re.sub(r'<div class="drawn">.*|<th scope="row".*?</th>', "", page, flags=re.S)
            words = re.sub(r"<[^>]+>|&\w+;", " ", re.sub(r"<(script|style|pre|code).*?</\1>", "", page, flags=re.S))
            assert not re.search(r"\b(the|and|with|customers|which)\b", words), address
    assert "frame-ancestors 'none'" in client.get("/")["Content-Security-Policy"]


def test_chapters_say_what_they_rest_on_and_link_to_cards_and_queries(
    studied: Path, signed_in: Callable[..., Client]
) -> None:
    client = signed_in()
    page = client.get("/study/wastage").content.decode()
    assert "As of 31 Oct 2026, data version" in page
    assert "Who is silently leaving, and what does it cost?" in page
    cards = set(re.findall(r'href="(/methods/[^"]+)"', page))
    queries = set(re.findall(r'href="(/study/queries/[^"]+)"', page))
    assert len(cards) >= 3 and {"/study/queries/lost", "/study/queries/standings"} <= queries
    for link in cards:
        card = client.get(link).content.decode()
        assert "Formula" in card and "When it fails" in card, link
    assert "SELECT" in client.get("/study/queries/lost").content.decode()
    for strange in ("/study/queries/nobody", "/study/queries/..%2Frun", "/methods/nothing"):
        assert client.get(strange).status_code == 404, strange
    assert "behind:" not in page and "card:" not in page


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_method_card_is_a_page_in_both_languages(
    language: str, folder: Path, signed_in: Callable[..., Client]
) -> None:
    client = signed_in(language=language)
    listed = set(re.findall(r'href="/methods/(\w+)"', client.get("/methods/").content.decode()))
    assert listed == set(api.cards()) and len(listed) > 45
    for id in ("wastage", "rhythm", "pareto_nbd"):
        page = client.get(f"/methods/{id}").content.decode()
        assert page.count("<dt>") == 5 and page.count("<h1") == 1


def test_the_next_step_is_always_told(folder: Path, signed_in: Callable[..., Client]) -> None:
    client = signed_in()
    assert "Bring in your customers" in client.get("/").content.decode()
    assert "Nothing has been studied yet" in client.get("/study/").content.decode()
    assert "must be studied first" in client.get("/strategy/").content.decode()
    answer = client.post("/study/new", follow=True)
    assert "no sales" in answer.content.decode() or "holds no" in answer.content.decode()
    assert client.post("/study/new", {"as_of": "yesterday"}, follow=True).status_code == 200


def test_the_customer_base_opens_at_the_study_and_the_plan_at_the_decision(
    studied: Path, signed_in: Callable[..., Client]
) -> None:
    client = signed_in()
    assert client.get("/study/")["Location"] == "/study/movement"
    assert client.get("/study/mandate")["Location"] == "/strategy/mandate"
    assert client.get("/strategy/")["Location"] == "/strategy/decision"


def test_a_plan_is_read_and_taken_away(studied: Path, signed_in: Callable[..., Client]) -> None:
    client = signed_in(Role.STRATEGIST)
    assert "A plan is ready" in client.get("/").content.decode()
    assert client.get("/strategy/")["Location"] == "/strategy/decision"
    assert client.get("/study/")["Location"] == "/study/movement", "what the plan rests on comes before the plan"
    why = client.get("/study/why")
    assert why["Location"] == "/strategy/why", "a chapter of the plan stands with the plan"
    page = client.get("/strategy/why").content.decode()
    assert "What keeps each measure in the plan" in page and 'rel="prev"' in page
    answer = client.get("/strategy/document/zh-Hant.pdf")
    assert answer.getvalue().startswith(b"%PDF")
    assert Entry.objects.get(action="document.taken").about == "strategy-zh-Hant.pdf"
    for wrong in ("fr.pdf", "en.exe", "..%2Fen.pdf"):
        assert client.get(f"/strategy/document/{wrong}").status_code == 404


def test_pages_are_few_queries(
    studied: Path, signed_in: Callable[..., Client], django_assert_max_num_queries: Callable[..., object]
) -> None:
    client = signed_in()
    client.get("/")
    for address in ("/study/movement", "/strategy/decision", "/imports/", "/house/people", "/work/"):
        with django_assert_max_num_queries(9):  # type: ignore[attr-defined]
            client.get(address)


def test_errors_have_pages(folder: Path, signed_in: Callable[..., Client]) -> None:
    client = signed_in(Role.STAFF)
    assert "not for your role" in client.get("/study/").content.decode()
    assert "no such page" in client.get("/nowhere").content.decode()
    User.objects.update(language="zh-Hant")
    assert "沒有此頁" in client.get("/nowhere").content.decode()


def test_health_is_told_to_anybody(folder: Path) -> None:
    assert Client().get("/health/live").json() == {"live": True}
    assert Client().get("/health/ready").json() == {"ready": True, "database": True, "tables": True, "worker": True}


def test_a_server_whose_worker_is_silent_or_whose_tables_are_old_is_not_ready(
    folder: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.INLINE = False
    silent = Client().get("/health/ready")
    assert silent.status_code == 503 and silent.json()["worker"] is False
    say_alive("host:1")
    assert Client().get("/health/ready").status_code == 200
    monkeypatch.setitem(health._FOUND, "tables", False)
    MigrationRecorder(connection).record_unapplied("company", "0003_sent")
    old = Client().get("/health/ready")
    assert old.status_code == 503 and old.json()["tables"] is False


def test_what_no_database_takes_is_told(folder: Path, signed_in: Callable[..., Client]) -> None:
    client = signed_in()
    said = [client.get(path) for path in ("/house/log?q=a%00b", "/people/%00", "/house/log.csv?action=%00")]
    form = "application/x-www-form-urlencoded"
    said += [client.post("/people/1/notes", body, content_type=form) for body in (b"text=a%00b", b"text=a\0b")]
    for answer in said:
        assert answer.status_code == 400 and "cannot be kept" in answer.content.decode()
    assert client.get("/house/log?q=100%2500").status_code == 200
