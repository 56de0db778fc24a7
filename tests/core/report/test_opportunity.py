"""The chapter on opportunities: what it says of order, of what goes together, and of what nothing tells."""

from __future__ import annotations

from dataclasses import replace

import pytest

from regulars.analysis.results.opportunity import Opportunity
from regulars.base.text import Text
from regulars.base.words import LANGUAGES, render
from regulars.report.chapters.opportunity import chapter
from regulars.report.context import Context
from regulars.report.document import Paragraph, Section, Table
from support import report as sample
from support.report_groups import opportunity

FOUND = opportunity()


def told(found: Opportunity) -> Section:
    diagnosis = replace(sample.diagnosis(), opportunity=found)
    section = chapter(Context(diagnosis, None, sample.business(), sample.sample_pack()))
    assert section is not None
    return section


def said(section: Section) -> str:
    texts: list[Text] = [section.heading, *(b.text for b in section.blocks if isinstance(b, Paragraph))]
    texts += [b.note for b in section.blocks if isinstance(b, Table) and b.note]
    return " ".join(render(text, "en") for text in texts)


def test_where_ranges_overlap_no_opportunity_is_first() -> None:
    assert "The most to be expected in a year: Cut again" in said(told(FOUND))
    level = tuple(replace(chance, surely_above=0) for chance in FOUND.chances)
    assert "Of 3 opportunities 3 share the first place" in said(told(replace(FOUND, chances=level)))


@pytest.mark.parametrize("known", [0.0, 0.4, 1.0])
def test_where_margins_come_from_is_said(known: float) -> None:
    text = said(told(replace(FOUND, cost_known=known)))
    assert ("60%" in text, "40%" in text) == (known < 1, known == 0.4)


def test_what_nothing_tells_is_said() -> None:
    bare = Opportunity(rules=FOUND.rules, tested=FOUND.tested, origins=FOUND.origins)
    assert "foretold by what they took last" in said(told(bare))
    text = said(told(replace(bare, told=0.12)))
    assert "12% of the lines tell a time of day" in text and "too few newcomers name who brought them" in text
    assert "no branch was open" in said(told(replace(bare, told=1.0)))


def test_what_goes_together_is_no_cause_and_its_past_is_told() -> None:
    together = FOUND.together
    assert together is not None
    assert "that one leads to the other is not said" in said(told(FOUND))
    none = replace(together, rows=(), back=None, years=1)
    text = said(told(replace(FOUND, together=none)))
    assert "none stands out from chance" in text and "not three years yet" in text


def test_the_past_of_referrals_is_not_made_better_than_it_is() -> None:
    found = FOUND.referral
    assert found is not None
    assert "does so again" in said(told(FOUND))
    for top, range_, words in (((112, 6), (0.03, 0.1), "does not tell"), ((112, 0), (0.0, 0.03), "is no sign here")):
        text = said(told(replace(FOUND, referral=replace(found, top=top, top_range=range_))))
        assert words in text and "likeliest tenth are" not in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_losses_have_their_place_on_the_scale(language: str) -> None:
    margin = replace(FOUND.chances[0].margin, mean=-9_000.0, p10=-20_000.0, p90=1_000.0)
    chances = (*FOUND.chances, replace(FOUND.chances[1], margin=margin, surely_above=2))
    (figure,) = (
        b for b in told(replace(FOUND, chances=chances)).blocks if getattr(b, "id", "") == "opportunity_ranked"
    )
    (span,) = (layer for layer in figure.chart["layer"] if layer["mark"].get("type") == "rule")  # type: ignore[union-attr]
    low, _ = span["encoding"]["x"]["scale"]["domain"]
    assert low <= -20_000
