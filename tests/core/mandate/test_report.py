"""The chapter on objectives and consistency: every kind of row, in both languages, on the page and on paper."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from regulars.base.text import Local, say
from regulars.base.words import LANGUAGES
from regulars.report.build import build_document
from regulars.report.document import Document, Figure, Table
from regulars.report.render_html import to_html
from regulars.report.render_pdf import to_pdf
from regulars.strategy.plan_mandate import (
    AimRow,
    ClauseRow,
    CorporateRow,
    FactorRow,
    Finding,
    InterestRow,
    Link,
    Mandate,
    Serving,
)
from support import report as sample
from support.report_plan import sample_plan
from support.report_text import as_text

LEVELS = {"benefit": 2, "harm": 0, "pressure": 0, "fairness": 3, "vulnerable": 0, "opt_out": 3}


def named(english: str, chinese: str) -> Local:
    return Local({"en": english, "zh-Hant": chinese})


def aim(id: str, kpi: str, judged: str, **more: object) -> AimRow:
    row = AimRow(id, named(f"Aim {id}", f"目標{id}"), kpi, "keep", "Wong", None, (), 1, 1.0, "planned", None)
    return replace(row, judged=judged, **more)  # type: ignore[arg-type]


def mandate(measures: tuple[str, ...]) -> Mandate:
    states: tuple[Serving, ...] = ("serves", "against", "none")
    links = [
        Link(objective, measure, amount, unit, ("attrition",), states[(place + at) % 3])
        for at, (objective, unit, amount) in enumerate(
            [("a", "share", 0.004), ("b", "HKD", 1234.0), ("c", "customers", 3)]
        )
        for place, measure in enumerate(measures)
    ]
    clause = named("No price war", "不打減價戰")
    return Mandate(
        (CorporateRow("keep", named("Keep", "留住"), "retain", "Wong", date(2027, 12, 31), ("a", "b", "c")),),
        (
            aim("a", "retention_rate", "planned", by=date(2027, 6, 30)),
            aim("b", "gain_12", "planned", branches=("CWB",)),
            aim("c", "reactivated", "planned", owner=""),
            aim("d", "new_customers", "watched"),
            aim("e", "satisfied_share", "cannot", serves="", reason=say("strategy.aim.no_feedback")),
        ),
        tuple(links),
        (
            Finding("clause", "x", "blocks", say("mandate.finding.clause", clause=clause), say("mandate.clause.close")),
            Finding("orphan", "e", "warns", say("mandate.finding.no_objective"), say("mandate.finding.orphan_hint")),
        ),
        (
            ClauseRow("x", clause, "must_not", "spend", 500.0, 612.5, False, 900.0, say("mandate.clause.close")),
            ClauseRow("y", named("Some calls", "要有電話"), "must", "hours", 4.0, 4.2, True, 0.0, None),
        ),
        (
            InterestRow(measures[0], named("One", "一"), "business", LEVELS, 1, (), "Wong", named("Note", "備註")),
            InterestRow(measures[1], named("Two", "二"), "pack", {**LEVELS, "harm": 3}, 0, ("harm",), "", None),
            InterestRow(measures[2], named("Three", "三"), "none", {}, 0, (), "", None),
        ),
        (
            FactorRow(
                "r",
                named("Rent", "租金"),
                "market",
                "rises",
                "paper",
                date(2026, 9, 1),
                (measures[0],),
                ("a",),
                ("margin.share",),
            ),
        ),
    )


@pytest.fixture(scope="module")
def document() -> Document:
    measures = tuple(m.id for m in sample.sample_pack().measures)[:3]
    plan = replace(sample_plan(), mandate=mandate(measures))
    return build_document(sample.diagnosis(), plan, business=sample.business(), pack=sample.sample_pack())


def test_the_chapter_holds_every_part(document: Document) -> None:
    section = next(s for s in document.sections if s.id == "mandate")
    tables = [b for b in section.blocks if isinstance(b, Table)]
    assert [len(t.rows) for t in tables] == [2, 5, 2, 3, 1]
    (figure,) = [b for b in section.blocks if isinstance(b, Figure)]
    assert len(figure.data.rows) == 3 and len(figure.data.columns) == 4
    assert section.footer is not None and section.footer.cards == ("consistency", "approval")


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_reads_in_both_languages(document: Document, language: str) -> None:
    text = as_text(document, language)
    told = {
        "en": (
            "One thing has to be put right",
            "No price war",
            "HK$613",
            "4.2 h",
            "cannot be judged",
            "not tested",
            "0.40%",
        ),
        "zh-Hant": ("須先糾正一項不一致之處", "不打減價戰", "HK$613", "未能判斷", "未經測試", "0.40%", "租金"),
    }[language]
    assert [words for words in told if words not in text] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_is_set_on_the_page_and_on_paper(document: Document, language: str) -> None:
    assert 'id="mandate"' in to_html(document, language)
    section = tuple(s for s in document.sections if s.id in ("mandate", "methods"))
    assert to_pdf(replace(document, sections=section), language).startswith(b"%PDF")
