"""Reports of unusual businesses: nothing planned, nothing known, one branch, nobody, very long names."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest

from regulars.analysis.diagnosis import Diagnosis
from regulars.base.estimate import Estimate
from regulars.base.text import Local
from regulars.base.words import LANGUAGES, show
from regulars.report.build import build_document
from regulars.report.document import Document
from regulars.report.render_html import to_html
from regulars.report.render_pdf import to_pdf
from regulars.report.spoken import spoken
from regulars.strategy.plan import Plan
from support import report as sample
from support.report_plan import sample_plan
from support.report_text import as_text

type Case = Callable[[], tuple[Diagnosis, Plan | None]]
NOTHING = Estimate(float("nan"), float("nan"), float("nan"), float("nan"), "HKD", "mbg_nbd", 0)


def made(diagnosis: Diagnosis, plan: Plan | None) -> Document:
    return build_document(diagnosis, plan, business=sample.business(), pack=sample.sample_pack())


def unplanned() -> tuple[Diagnosis, Plan | None]:
    return sample.diagnosis(), None


def empty_plan() -> tuple[Diagnosis, Plan | None]:
    nothing = sample.money(0, 0, 0)
    plan = replace(sample_plan(), lines=(), cost=0.0, hours=0.0, customers=0, held_out=0, value_12=nothing)
    return sample.diagnosis(), replace(
        plan, value_36=nothing, targets=(), prices=(), rivals=(), frontier=(), not_chosen=(), notes=(), cells=()
    )


def free_plan() -> tuple[Diagnosis, Plan | None]:
    lines = tuple(replace(line, cost=0.0, reasons=(), evidence=(), channels=()) for line in sample_plan().lines)
    return sample.diagnosis(), replace(sample_plan(), lines=lines, cost=0.0, budget=0.0, mission=None)


def unknown_future() -> tuple[Diagnosis, Plan | None]:
    d = sample.diagnosis()
    value = replace(d.value, visits_12=NOTHING, revenue_12=NOTHING, revenue_36=NOTHING, alive=NOTHING)
    states = tuple(replace(row, value_12=NOTHING) for row in d.wastage.states)
    wastage = replace(d.wastage, states=states, overdue_value_at_risk=NOTHING, expected_lost_next_90=NOTHING)
    classes = replace(d.classes, rows=tuple(replace(row, value_36=NOTHING) for row in d.classes.rows))
    cohorts = replace(d.cohorts, months=(), sizes=(), share=(), newcomers_returned=None, benchmark=None)
    return replace(
        d, value=value, wastage=wastage, classes=classes, cohorts=cohorts, backtest=None, value_models=()
    ), None


def nobody() -> tuple[Diagnosis, Plan | None]:
    d = unknown_future()[0]
    base = replace(d.base, customers=0, visits=0, revenue_12=0.0, sale_lines=0)
    rhythm = replace(d.rhythm, repeaters=0, bins=(), due_next_30_days=0, overdue=0)
    states = tuple(replace(row, customers=0) for row in d.wastage.states)
    rows = tuple(replace(row, customers=0) for row in d.classes.rows)
    return replace(
        d,
        base=base,
        movement=replace(d.movement, months=()),
        rhythm=rhythm,
        concentration=replace(d.concentration, points=(), one_visit_customers=0),
        wastage=replace(d.wastage, states=states),
        classes=replace(d.classes, rows=rows),
        branches=(),
        packages=None,
        quality=(),
        locked=(),
        queries={},
    ), None


def one_branch() -> tuple[Diagnosis, Plan | None]:
    d = sample.diagnosis()
    return replace(d, branches=d.branches[:1], packages=None), sample_plan()


def long_names() -> tuple[Diagnosis, Plan | None]:
    long = Local({"en": "Supercalifragilistic " * 9, "zh-Hant": "非常長的名字" * 20})
    plan = sample_plan()
    lines = tuple(replace(line, measure_name=long) for line in plan.lines)
    return sample.diagnosis(), replace(plan, lines=lines, mission=long)


CASES: tuple[Case, ...] = (unplanned, empty_plan, free_plan, unknown_future, nobody, one_branch, long_names)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("case", CASES)
def test_the_report_can_be_read(case: Case, language: str) -> None:
    document = made(*case())
    text = as_text(document, language)
    assert not re.search(r"\b(nan|NaN|inf|None(?! of)|Text\()", text)
    assert document.sections[0].id in ("decision", "overview")


@pytest.mark.slow
@pytest.mark.parametrize("case", [empty_plan, nobody, long_names])
def test_it_can_be_set(case: Case) -> None:
    document = made(*case())
    assert to_html(document, "zh-Hant").endswith("</html>\n")
    assert to_pdf(document, "zh-Hant").startswith(b"%PDF-")


def ids(document: Document) -> list[str]:
    return [section.id for section in document.sections]


def test_a_study_alone_has_an_overview_and_no_plan() -> None:
    found = ids(made(*unplanned()))
    assert found[0] == "overview" and not {"decision", "plan", "limits", "frontier", "lines"} & set(found)


def test_one_branch_is_not_compared_with_itself() -> None:
    assert "branches" not in ids(made(*one_branch()))


def test_an_empty_plan_says_so_and_a_free_one_asks_for_hours() -> None:
    empty, free = (made(*case()).sections[0].heading for case in (empty_plan, free_plan))
    assert show(empty, "en").startswith("Under the present limits no measure pays")
    assert show(free, "en").startswith("Give 120 staff hours to 5 measures")


def test_what_is_not_known_is_said_in_words() -> None:
    document = made(*unknown_future())
    assert "暫未知道" in show(document.sections[0].heading, "zh-Hant")
    assert "not yet known" in to_html(document, "en")


def test_every_section_with_figures_says_what_they_rest_on() -> None:
    for section in made(sample.diagnosis(), sample_plan()).sections:
        if section.id not in ("methods", "queries"):
            assert section.footer is not None and section.footer.cards, section.id
            assert section.footer.data_version == 218


def test_every_card_pointed_to_is_printed_once() -> None:
    document = made(sample.diagnosis(), sample_plan())
    wanted = {f"card-{id}" for s in document.sections if s.footer for id in s.footer.cards}
    cards = next(s for s in document.sections if s.id == "methods").blocks[0]
    assert [c.id for c in cards.items] == list(dict.fromkeys(c.id for c in cards.items))  # type: ignore[union-attr]
    assert {c.id for c in cards.items} == wanted  # type: ignore[union-attr]


def test_numbers_are_words_before_they_reach_the_template() -> None:
    plain = spoken(made(sample.diagnosis(), None), "en")
    assert plain["data_version"] == "218" and plain["document_kind"] == "Study of the customer base"
