"""The strategy document as data: all chapters in order, sources everywhere, both languages, honest where facts lack."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from regulars.base.inputs.files import FILES
from regulars.base.text import Listing, Local, Text
from regulars.base.words import LANGUAGES, render, show, word_list
from regulars.report.document import (
    Callout,
    Document,
    Entries,
    Figure,
    KeyFigures,
    Missing,
    Points,
    Section,
    Table,
    Words,
)
from regulars.report.strategy.build import CHAPTERS, build_strategy
from support import book as sample
from support.book import MARKET, book, document, parts, stated, told
from support.report_plan import sample_plan

NUMBERS = [*(str(n) for n in range(17)), "A", "B"]


def chapter(number: str, of: Document) -> Section:
    return next(s for s in of.sections if s.number == number)


def text_of(part: object, language: str = "en") -> str:
    return " ".join(render(x, language) for x in parts(part) if isinstance(x, Text))


def test_chapters_stand_in_order_and_each_once() -> None:
    assert [s.number for s in document().sections] == NUMBERS
    assert len({s.id for s in document().sections}) == len(NUMBERS) == len(CHAPTERS) + 1
    figures = [b.id for s in document().sections for b in s.blocks if isinstance(b, Figure)]
    anchors = [*figures, *(s.id for s in document().sections)]
    assert len(set(figures)) >= 8 and len(set(anchors)) == len({*figures, *(s.id for s in document().sections)})


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_chapter_says_which_question_it_answers(language: str) -> None:
    for section in document().sections:
        assert section.answers is not None
        assert render(section.answers, language).endswith("?" if language == "en" else "？"), section.number


@pytest.mark.parametrize("made", [document, told], ids=["unstated", "stated"])
def test_every_figure_says_what_it_rests_on(made: object) -> None:
    whole: Document = made()  # type: ignore[operator]
    version = str(whole.data_version)
    for section in whole.sections[:-1]:
        for b in section.blocks:
            if isinstance(b, Figure | Table | KeyFigures | Points | Entries):
                assert b.source is not None, (section.number, b)
                said = render(b.source, "en")
                dated = "21 Nov 2026" in said and f"version {version}" in said
                assert dated or ".toml" in said or "never puts a name" in said, said


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_can_be_said(language: str) -> None:
    for whole in (document(), told()):
        assert all(render(x, language) for x in parts(whole) if isinstance(x, Text))


def test_no_english_sentence_is_left_in_the_chinese() -> None:
    given = {text for x in parts(sample.book()) if isinstance(x, Local) for text in x.names.values()}
    own = {e.source for line in sample_plan().lines for e in line.evidence}
    own.add(sample.book().diagnosis.cohorts.benchmark_source)
    for x in parts(document()):
        if not isinstance(x, Text) or x.id.startswith("report.say."):
            continue
        said = re.sub(r"`[^`]*`|docs/\S+", "", word_list("zh-Hant")[x.id])
        assert not re.search(r"[A-Za-z]{2,}(?: [A-Za-z]{2,}){2,}", re.sub(r"\{[^}]*\}", "", said)), x.id
        for value in x.params.values():
            if isinstance(value, str) and value not in own | given:
                assert not re.search(r"[A-Za-z]{3,}(?: [A-Za-z]{3,}){2,}", value), (x.id, value)


@pytest.mark.parametrize("number", ["2", "6", "9", "10", "11", "12"])
def test_a_chapter_nobody_stated_says_so_and_how_to_state_it(number: str) -> None:
    section = chapter(number, document())
    missing = [b for b in section.blocks if isinstance(b, Missing)]
    assert section.id in FILES
    assert len(missing) == 1 and f"strategy/{section.id}.toml" in render(missing[0].how, "en")
    assert "Not stated" in render(section.heading, "en")


def test_the_market_is_told_as_stated() -> None:
    section = chapter("2", told())
    said = text_of(section)
    assert "2.5 of 5" in render(section.heading, "en")
    assert section.lead is not None and "rivals' prices" in render(section.lead, "en")
    assert "one claim" in said.lower() and "over a year old" in said and "15 Jan 2019" in said
    assert "stated by Lily Chan, director, 1 Nov 2026" in said
    assert not [b for b in section.blocks if isinstance(b, Missing)]


def test_an_unsigned_file_counts_as_a_starter() -> None:
    unsigned = MARKET.replace('[stated]\nby = "Lily Chan, director"\non = 2026-11-01\n', "")
    said = text_of(chapter("2", build_strategy(book(inputs=stated(market=unsigned)))))
    assert "nobody in the business has confirmed" in said and "Nobody in the business stands behind" in said


def test_missing_parts_of_a_file_are_named() -> None:
    section = chapter("2", build_strategy(book(inputs=stated(market="[stated]\nby = 'L'\non = 2026-01-01\n"))))
    missing = next(b for b in section.blocks if isinstance(b, Missing))
    assert len(missing.items) == 4


def test_the_decision_leaves_the_approver_blank() -> None:
    last = chapter("0", document()).blocks[-1]
    assert isinstance(last, Table) and len(last.rows) == 4
    assert all(isinstance(blank, Words) and not show(blank.text, "en").strip() for _, blank in last.rows)


def test_nothing_planned_is_a_document_too() -> None:
    empty = replace(sample_plan(), lines=(), rivals=(), frontier=(), prices=(), targets=(), cells=(), notes=())
    whole = build_strategy(book(replace(empty, customers=0, held_out=0, cost=0.0)))
    assert [s.number for s in whole.sections] == NUMBERS
    assert all(render(x, language) for language in LANGUAGES for x in parts(whole) if isinstance(x, Text))
    assert "No objective" in render(chapter("1", whole).heading, "en")


def test_an_objective_nothing_serves_is_shown() -> None:
    plan = sample_plan()
    lines = tuple(replace(line, objectives=("fewer_silent_losses",)) for line in plan.lines)
    idle = (*lines[:-1], replace(lines[-1], objectives=(), measures=("unheard_of",)))
    blocks = chapter("1", build_strategy(book(replace(plan, lines=idle)))).blocks
    callouts = {b.title.id: b for b in blocks if isinstance(b, Callout)}
    served = {"fewer_silent_losses"}
    orphans = [t.name for t in plan.targets if t.objective not in served]
    assert "book.mandate.idle_title" in callouts
    if orphans:
        text = callouts["book.mandate.orphan_title"].text
        assert text is not None and text.params["names"] == Listing(tuple(orphans))
