"""Chapters drawn once and kept: drawn anew where their words change."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from regulars import api
from regulars.api import pages
from regulars.base.text import say
from regulars.base.words import word_list
from regulars.report import html_blocks
from regulars.report.charts.schemes import Square, heat
from regulars.report.document import Column, Figure, Table
from regulars.report.drawing import lines
from regulars.report.speaker import Speaker


@pytest.fixture(autouse=True)
def forgets() -> Iterator[None]:
    pages.drawn_with.cache_clear()
    yield
    pages.drawn_with.cache_clear()


def test_a_page_is_drawn_anew_when_a_word_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    business = api.create_business(tmp_path / "salon", pack="hair", name="Harbour Hair")

    def kept(language: str) -> Path:
        pages.drawn_with.cache_clear()
        return pages._drawn_at(business, "study-2026-10-31-v1-00000000", None, language)

    before = kept("en"), kept("zh-Hant")
    assert before == (kept("en"), kept("zh-Hant"))
    monkeypatch.setitem(word_list("en"), "report.kind.study", "Another name for it")
    assert kept("en") != before[0] and kept("zh-Hant") == before[1], "each language has its own words"


def test_long_names_are_broken_into_lines_that_stand_on_one_foot() -> None:
    assert lines("Keep the clients we have", 0) == "Keep the clients we have"
    assert lines("Others", 14) == ["", "", "Others"]
    assert lines("更換錶鏡 Crystal replacement", 14) == ["更換錶鏡", "Crystal", "replacement"]
    assert lines("由客戶關係賺取更多", 14) == ["", "由客戶關係", "賺取更多"], "about as long as each other"
    assert lines("Water resistance test and certificate", 14)[-1].endswith("…"), (
        "what does not fit is seen to be left out"
    )


def test_a_picture_too_wide_for_a_phone_is_moved_sideways_and_never_shrunk() -> None:
    title = say("report.schemes.need")
    squares = [Square(0, column, 0.5, "50%") for column in range(9)]
    chart = heat(["Facial"], [f"Category {n}" for n in range(9)], squares, (title, title), long=True)
    figure = Figure("grid", title, chart, title, Table(title, (Column(title),), ()), None)
    assert 'class="narrow sideways"' in html_blocks.block(Speaker("en"), figure)
