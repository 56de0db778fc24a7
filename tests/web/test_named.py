"""What a person reads is words in their own language: branches by name, no raw key, one word for one thing."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from pathlib import Path

import pytest
from django.test import Client

import regulars_web
from regulars import api
from regulars_web.company.models import Role, User
from regulars_web.rest.models import Endpoint
from regulars_web.shared.templatetags.words import spaced

pytestmark = pytest.mark.django_db
ZH = "zh-Hant"


def words(client: Client, address: str) -> str:
    """The words of a page, without what is code."""
    page = client.get(address, follow=True).content.decode()
    page = re.sub(r"<(script|style|head|textarea|code|pre|select)\b.*?</\1>", "", page, flags=re.S)
    return unescape(re.sub(r"<[^>]+>", " ", page))


def test_branches_are_called_by_their_names_in_the_readers_language(
    studied: Path, signed_in: Callable[..., Client]
) -> None:
    branch = api.open_business(studied).settings.branches[0]
    name = branch.label().in_language(ZH)
    assert name != branch.id
    manager = signed_in(Role.MANAGER, branches=(branch.id,), language=ZH)
    director = signed_in(language=ZH)
    kept = {"name": "尖", "where": f'state = overdue and not branch in ("{branch.id}")', "why": "x"}
    assert director.post("/people/segments/new", kept).status_code == 302
    told = [
        words(manager, "/"),
        words(director, "/house/people"),
        words(director, "/people/segments/"),
        words(director, f'/people/?where=branch+%3D+"{branch.id}"'),
    ]
    for page in told:
        assert name in page and branch.id not in page, page


def test_words_of_a_state_are_the_same_on_every_page(studied: Path, signed_in: Callable[..., Client]) -> None:
    shop = api.open_business(studied)
    key = api.people_of(shop).page("state = lapsed", size=1).rows[0].key
    branch = shop.settings.branches[0].id
    for language, word in (("en", "lapsed"), (ZH, "已流失")):
        manager = signed_in(Role.MANAGER, branches=(branch,), language=language)
        assert word in words(manager, "/").lower()
        director = signed_in(language=language)
        assert word in words(director, "/people/?where=state+%3D+lapsed") and word in words(director, f"/people/{key}")


def test_a_step_is_shown_to_whom_it_is_and_a_picture_is_told_of_where_one_is_drawn(
    studied: Path, signed_in: Callable[..., Client]
) -> None:
    shop = api.open_business(studied)
    api.undo_import(shop, api.check_business(shop).imports[-1].import_id)  # the ledger is newer than the study
    assert "newer sales" in words(signed_in(), "/")
    officer = words(signed_in(Role.PRIVACY), "/")
    assert "newer sales" not in officer and "How far to the targets" in officer
    drawn = '<svg class="pace' in signed_in().get("/").content.decode()
    assert ("In the picture" in officer) is drawn


def test_other_programs_are_spoken_of_in_words(folder: Path, signed_in: Callable[..., Client]) -> None:
    director = signed_in(language=ZH)
    director.post("/house/messages/new", {"url": "https://example.com/x", "events": ["study.done", "job.failed"]})
    made = Endpoint.objects.get()
    director.post(f"/house/messages/{made.pk}/ping")
    scopes = {"name": "收銀機", "user": User.objects.get().pk, "days": 90, "scopes": ["facts:write"]}
    assert director.post("/house/tokens/new", scopes).status_code == 200
    for address in ("/house/messages", f"/house/messages/{made.pk}"):
        page = words(director, address)
        assert "有工作失敗" in page and "study.done" not in page, address
    assert "測試訊息" in words(director, f"/house/messages/{made.pk}")
    assert "傳送銷售、預約、客戶" in words(director, "/house/tokens")


def test_nothing_is_hidden_on_a_phone_by_a_name_it_shares_with_a_picture() -> None:
    """What is ``wide`` has a narrow brother that a phone shows in its place: pictures alone have one."""
    for path in Path(regulars_web.__file__).parent.rglob("templates/**/*.html"):
        for tag in re.findall(r'<(\w+)[^>]*class="[^"]*\bwide\b', path.read_text(encoding="utf-8")):
            assert tag == "svg", path


def test_a_box_to_tick_stands_beside_its_words(folder: Path, signed_in: Callable[..., Client]) -> None:
    director = signed_in()
    page = director.get(f"/house/people/{User.objects.get().pk}").content.decode()
    assert re.search(r'<label class="tick"><input type="checkbox" name="active"[^>]*> May sign in</label>', page)


@pytest.mark.parametrize("language", ["en", ZH])
def test_no_page_of_the_study_names_a_file_of_the_folder(
    language: str, studied: Path, signed_in: Callable[..., Client]
) -> None:
    client = signed_in(language=language)
    chapters = api.chapters(api.open_business(studied), language=language).chapters
    assert any("business.toml" in chapter.html for chapter in chapters), "the core names it, for who has the folder"
    for address in (*(f"/study/{chapter.id}" for chapter in chapters), "/methods/profit", "/methods/kpis"):
        told = words(client, address)
        assert not re.search(r"business\.toml|\[costs\]|[a-z]+_minutes|staff_hour|, rules [0-9a-f]{12}", told), address


def test_a_telephone_number_is_written_in_groups() -> None:
    assert spaced("+85291234567") == "+852 9123 4567"
    assert spaced("+442079460000") == "+44 20 7946 0000"
    assert spaced("") == "" and spaced("ext. 4") == "ext. 4"
