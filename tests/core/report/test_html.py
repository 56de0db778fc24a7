"""The HTML file: self-contained, well-formed, accessible, safe against what stands in the data."""

from __future__ import annotations

import re
from functools import cache
from html.parser import HTMLParser

import pytest

from regulars.base.settings import Business
from regulars.base.words import LANGUAGES, UnknownLanguage
from regulars.report.build import build_document
from regulars.report.fonts import FACES, FOLDER, shares
from regulars.report.render_html import to_html
from support import report as sample
from support.report_plan import sample_plan

VOID = {"meta", "br", "col", "hr", "img", "input", "link", "path", "rect", "line"}


class Outline(HTMLParser):
    """Collects tags and checks that they nest."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag

    def each(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.tags if name == tag]


@cache
def page(language: str) -> str:
    document = build_document(sample.diagnosis(), sample_plan(), business=sample.business(), pack=sample.sample_pack())
    return to_html(document, language)


@cache
def outline(language: str) -> Outline:
    found = Outline()
    found.feed(page(language))
    assert found.open == []
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_comes_from_outside(language: str) -> None:
    html = page(language)
    assert not re.search(r"""(?:src|href|srcset|action)\s*=\s*["']?(?![#"']|data:)""", html.split("<body>")[1])
    assert not re.search(r"url\((?!data:|#|'?data:)", html)
    assert "@import" not in html and not outline(language).each("script") and not outline(language).each("link")
    assert "default-src 'none'" in html


@pytest.mark.parametrize("language", LANGUAGES)
def test_ids_are_unique_and_every_link_lands(language: str) -> None:
    tags = outline(language).tags
    ids = [attrs["id"] for _, attrs in tags if attrs.get("id")]
    links = [str(a["href"])[1:] for a in outline(language).each("a")]
    assert len(ids) == len(set(ids))
    assert set(links) <= set(ids) and len(links) > 40


@pytest.mark.parametrize(("language", "lang"), [("en", "en-HK"), ("zh-Hant", "zh-Hant-HK")])
def test_the_page_says_its_language_and_has_one_first_heading(language: str, lang: str) -> None:
    assert outline(language).each("html")[0]["lang"] == lang
    assert len(outline(language).each("h1")) == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_picture_has_words_and_its_numbers(language: str) -> None:
    pictures = [a for a in outline(language).each("svg") if a.get("role") == "img"]
    figures = len(outline(language).each("figure"))
    assert figures == 18 and len(pictures) == 2 * figures  # one drawn for a desk, one for a phone
    assert all(len(str(a["aria-label"])) > 20 for a in pictures)
    assert len(outline(language).each("details")) >= figures


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_table_has_a_caption_and_headed_columns(language: str) -> None:
    tables = outline(language).each("table")
    assert len(outline(language).each("caption")) == len(tables) > 15
    assert all(a.get("scope") in ("col", "row") for a in outline(language).each("th"))


def test_names_from_the_data_cannot_become_markup() -> None:
    nasty = '<img src=x onerror="alert(1)">&"'
    business = sample.business().model_copy(update={"name": {"en": nasty, "zh-Hant": nasty}})
    assert isinstance(business, Business)
    document = build_document(sample.diagnosis(), None, business=business, pack=sample.sample_pack())
    html = to_html(document, "en")
    assert "<img" not in html and "&lt;img src=x" in html


def test_an_unknown_language_is_refused() -> None:
    document = build_document(sample.diagnosis(), None, business=sample.business(), pack=sample.sample_pack())
    with pytest.raises(UnknownLanguage):
        to_html(document, "fr")


@pytest.mark.parametrize("family", FACES)
def test_fonts_are_shipped_with_their_licence_and_stay_small(family: str) -> None:
    assert (FOLDER / FACES[family][1]).stat().st_size < 9_000_000
    assert {p.name for p in FOLDER.glob("OFL-*.txt")} == {"OFL-Inter.txt", "OFL-NotoCJK.txt", "OFL-SourceSerif4.txt"}
    assert sum(p.stat().st_size for p in FOLDER.glob("*.?tf")) < 16_500_000


def test_every_character_of_the_page_is_in_an_embedded_font() -> None:
    words = {c for c in re.sub(r"<[^>]*>", "", page("zh-Hant").split("<body>")[1]) if c > " "}
    for role in ("sans", "strong", "serif"):
        carried = set("".join(shares({role: words}).values()))
        assert words <= carried, role


def test_a_subset_goes_to_the_first_font_that_has_the_character() -> None:
    told = shares({"serif": set("Ab熟")})
    assert {family: text.strip() for family, text in told.items()} == {
        "Regulars Serif": "Ab",
        "Regulars Serif HK": "熟",
    }
