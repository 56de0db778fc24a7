"""The chapter on scorecards: bars that part the selected from the others, points that add up, verdicts in words."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from regulars.analysis.screening import Screened, TermRow
from regulars.analysis.screening.screen import judge_groups
from regulars.base.text import Local, Param, say
from regulars.base.words import LANGUAGES, render
from regulars.report.build import build_document
from regulars.report.chapters.screening import binned
from regulars.report.document import Amount, Figure, Pill, Section, Table, Words
from regulars.report.render_html import to_html
from support import report as sample

NAME = Local({"en": "Whom to call first", "zh-Hant": "先聯絡哪些客戶"})


def screened() -> Screened:
    """A card that selects 480 of 1,200: one age group surely too seldom, branches alike."""
    terms = (
        TermRow("worth_much", Local({"en": "Worth much", "zh-Hant": "價值高"}), "value", 30, 600, 0, 15.0),
        TermRow("may_call", Local({"en": "May be contacted", "zh-Hant": "可以聯絡"}), "permission", 20, 900, 120, 15.0),
    )
    ages = judge_groups("age_band", [("under 30", 400, 80, 9000), ("30-44", 800, 400, 27000), ("60+", 12, 2, 200)])
    shops = judge_groups("branch", [("TST", 600, 240, 18000), ("CWB", 600, 240, 18000)])
    return Screened(
        schema="regulars.screening/1",
        card="care_first",
        version=2,
        digest="0f0f0f0f0f0f",
        name=NAME,
        purpose=Local({"en": "Order of calls.", "zh-Hant": "致電次序。"}),
        adverse=False,
        as_of=sample.AS_OF,
        base=1_300,
        eligible=1_200,
        selected=480,
        select_from=50,
        mean_score=30.0,
        scores=((0, 300), (20, 300), (30, 120), (50, 480)),
        terms=terms,
        bias=(ages, shops),
        flags=(say("study.screening.flag_branch"),),
    )


def section(*cards: Screened) -> Section | None:
    document = build_document(
        sample.diagnosis(), None, business=sample.business(), pack=sample.sample_pack(), screened=cards
    )
    return next((s for s in document.sections if s.id == "screening"), None)


def spoken(shown: Param) -> str:
    return render(say("report.say.plain", text=shown), "en")


def test_nothing_is_shown_where_no_card_was_run_or_it_is_for_nobody() -> None:
    assert section() is None
    assert section(replace(screened(), eligible=0, selected=0, scores=())) is None


def test_the_answer_stands_above_the_picture() -> None:
    found = section(screened())
    assert found is not None
    assert render(found.heading, "en").startswith("480 of 1,200 customers")
    figure = next(block for block in found.blocks if isinstance(block, Figure))
    assert "40% have 50 points or more" in render(figure.title, "en")
    bars = {spoken(row[0].value): row[1].value for row in figure.data.rows if isinstance(row[0], Amount)}  # type: ignore[union-attr, arg-type]
    assert sum(bars.values()) == 1_200 and bars["50 to 54"] == 480  # type: ignore[arg-type]


def test_verdicts_say_what_was_found_and_of_whom() -> None:
    found = section(screened())
    assert found is not None
    _, ages, shops = (block for block in found.blocks if isinstance(block, Table))
    assert "less than four fifths" in render(ages.caption, "en") and "by age" in render(ages.caption, "en")
    assert "every group" in render(shops.caption, "en")
    told = {}
    for row in ages.rows:
        name, pill = row[0], row[-1]
        assert isinstance(name, Words) and isinstance(pill, Pill)
        told[spoken(name.text)] = spoken(pill.text)
    assert told == {"under 30": "below", "30–44": "most selected", "60+": "too few"}


def test_both_languages_are_whole() -> None:
    document = build_document(
        sample.diagnosis(), None, business=sample.business(), pack=sample.sample_pack(), screened=(screened(),)
    )
    pages = {language: to_html(document, language) for language in LANGUAGES}
    assert all(NAME.in_language(language) in page for language, page in pages.items())
    chinese = pages["zh-Hant"]
    assert "30歲以下" in chinese and "入選最多" in chinese and "under 30" not in chinese


@given(
    st.dictionaries(st.integers(-800, 900), st.integers(1, 500), min_size=1, max_size=40),
    st.integers(-900, 900),
)
def test_no_bar_holds_both_selected_and_others(scores: dict[int, int], cut: int) -> None:
    width, edges, counts = binned(tuple(scores.items()), cut=cut)
    assert sum(counts) == sum(scores.values()) and len(edges) == len(counts) + 1
    assert cut in edges and len(counts) <= 14
    above = sum(n for edge, n in zip(edges, counts, strict=False) if edge >= cut)
    assert above == sum(n for points, n in scores.items() if points >= cut)
    assert all(b - a == width for a, b in pairwise(edges))
