"""The chapter on services due: what stands in its heading, and what is said where little is known."""

from __future__ import annotations

from dataclasses import replace

from regulars.base.words import LANGUAGES, render
from regulars.report.chapters.servicing import chapter
from regulars.report.context import Context
from regulars.report.document import Callout, Figure, KeyFigures, Section, Table
from support import report as sample
from support.report_groups import servicing


def told(**changes: object) -> Section:
    found = replace(servicing(), **changes)  # type: ignore[arg-type]
    diagnosis = replace(sample.diagnosis(), servicing=found)
    section = chapter(Context(diagnosis, None, sample.business(), sample.sample_pack()))
    assert section is not None
    return section


def callouts(section: Section) -> list[str]:
    return [render(b.text, "en") for b in section.blocks if isinstance(b, Callout) and b.text is not None]


def test_the_heading_gives_the_usual_time_and_never_only_where_it_is_known() -> None:
    assert render(told().heading, "en").endswith("after 2.0 years; 31 in 100 never come")
    assert render(told(whether_never=False).heading, "en").endswith("how many never come is not yet known")


def test_the_test_on_the_past_says_whether_the_range_held() -> None:
    trial = servicing().trial
    assert trial is not None
    assert callouts(told())[-1].endswith("102 came. The range held.")
    assert callouts(told(trial=replace(trial, came=83)))[-1].endswith("83 came. The range did not hold.")
    early = replace(trial, came=83, whether_never=False)
    assert callouts(told(trial=early))[-1].endswith("never come from those that come late.")
    assert callouts(told(trial=None))[-1].endswith("have not been put to the test.")


def test_too_few_services_leave_the_verdict_and_what_owners_brought() -> None:
    section = told(fit=None, trial=None)
    assert not any(isinstance(block, Figure | KeyFigures) for block in section.blocks)
    assert [type(block) for block in section.blocks] == [Callout, Table]
    assert "too few" in render(section.heading, "en")


def test_nothing_overdue_carries_no_chance() -> None:
    fit = servicing().fit
    assert fit is not None
    keys = told(fit=replace(fit, overdue=0)).blocks[0]
    assert isinstance(keys, KeyFigures) and keys.items[2].note is None
    assert all(render(told().heading, language) for language in LANGUAGES)
