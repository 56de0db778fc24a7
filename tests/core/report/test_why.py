"""The chapters that explain the plan: on the page and on paper, in both languages, with headings from the data."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from regulars.base.settings import Business
from regulars.base.words import render
from regulars.report.build import build_document
from regulars.report.document import Document, Figure, Section, Table
from regulars.report.render_html import to_html
from regulars.report.render_pdf import to_pdf
from regulars.strategy.plan import Plan
from support.planning import business_of, measures, objective, pack_of, plan_of, studied


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Business, Plan]:
    business = business_of(objectives=[objective("w", "wastage_90d", 0.05)])
    return business, plan_of(tmp_path_factory.mktemp("why"), business)


@pytest.fixture(scope="module")
def document(made: tuple[Business, Plan]) -> Document:
    business, plan = made
    return build_document(studied(), plan, business=business, pack=pack_of(measures()))


def section(document: Document, id: str) -> Section:
    return next(s for s in document.sections if s.id == id)


def table(found: Section) -> Table:
    return next(block for block in found.blocks if isinstance(block, Table))


def test_the_tornado_names_its_widest_source_in_the_heading(document: Document, made: tuple[Business, Plan]) -> None:
    u = made[1].uncertainty
    assert u is not None
    found = section(document, "uncertainty")
    share = (
        round(100 * u.swings[0].share)
        if u.swings[0].share >= 0.4
        else round(100 * (u.swings[0].share + u.swings[1].share))
    )
    assert f"{share}%" in render(found.heading, "en")
    (figure,) = found.blocks
    assert isinstance(figure, Figure)
    assert figure.chart["layer"]
    assert 1 <= len(figure.data.rows) <= 8


def test_every_line_is_explained_and_the_best_in_sentences(document: Document, made: tuple[Business, Plan]) -> None:
    found = table(section(document, "why"))
    assert len(found.rows) == min(40, len(made[1].lines))
    told = [text for text in found.beneath if text is not None]
    assert len(told) == min(8, len(made[1].lines))


def test_rules_are_priced_dearest_first(document: Document, made: tuple[Business, Plan]) -> None:
    assert len(table(section(document, "costs")).rows) == len(made[1].sensitivities)
    heading = render(section(document, "costs").heading, "en")
    assert heading.startswith("What costs most") or "No target" in heading


def test_hours_and_knowledge_have_their_chapters(document: Document) -> None:
    assert isinstance(section(document, "hours_frontier").blocks[0], Figure)
    assert table(section(document, "knowing")).rows
    cards = {card for s in document.sections if s.footer for card in s.footer.cards}
    assert {"tornado", "information", "break_even"} <= cards


@pytest.mark.parametrize("language", ["en", "zh-Hant"])
def test_they_are_set_on_the_page_and_on_paper(document: Document, language: str, tmp_path: Path) -> None:
    page = to_html(document, language)
    for id in ("uncertainty", "knowing", "why", "costs", "hours_frontier"):
        assert re.search(rf'<section id="{id}"', page)
    assert to_pdf(document, language).startswith(b"%PDF")
