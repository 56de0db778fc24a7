"""What people decided and what earlier cycles did: shown as recorded, never in anybody's name by the program."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from regulars.base.estimate import Estimate
from regulars.base.text import Day, Local, say
from regulars.base.words import LANGUAGES, render, show
from regulars.report.document import Callout, Missing, Points, Section, Table
from regulars.report.strategy.book import Book
from regulars.report.strategy.build import build_strategy
from regulars.report.strategy.past import Approval, Earlier, Judged
from regulars.strategy.plan_measured import LearnedEffect, Measured, Measurement, Promises
from regulars.strategy.plan_rules import FairRow, Relaxation, RuleRow
from support.book import book, parts
from support.report import both
from support.report_plan import sample_plan
from support.report_text import cell


def chapter(number: str, c: Book) -> Section:
    whole = build_strategy(c)
    return next(s for s in whole.sections if s.number == number)


def table_text(section: Section) -> str:
    tables = [b for b in section.blocks if isinstance(b, Table)]
    return "\n".join(" | ".join(cell(x, "en") for x in row) for t in tables for row in t.rows)


JUDGED = (
    Judged(
        both("Reminder to everybody", "向所有人發提示"), "reject", "Tires our guests", "Ben Ho", Day(date(2026, 11, 22))
    ),
    Judged(both("This plan", "本計劃"), "accept", "Fits the season", "Ben Ho", Day(date(2026, 11, 22))),
)


def test_a_draft_says_what_stands_against_it() -> None:
    c = book(approval=Approval(judged=JUDGED, waits_for=say("mandate.wait.judge")))
    section = chapter("0", c)
    said = table_text(section)
    assert "Tires our guests" in said and "[rejected bad]" in said and "22 Nov 2026" in said
    last = section.blocks[-1]
    assert isinstance(last, Table) and last.note is not None
    assert render(say("mandate.wait.judge"), "en") in render(last.note, "en")
    cover = build_strategy(c).cover
    assert cover is not None and "draft" in render(cover.status, "en")


def test_an_approved_plan_names_who_when_and_why() -> None:
    approval = Approval("Ann Lee", Day(date(2026, 11, 25)), "Best use of hours", 3, JUDGED, say("mandate.wait.nothing"))
    c = book(approval=approval)
    said = table_text(chapter("0", c))
    for part in ("Ann Lee", "25 Nov 2026", "Best use of hours", "version 3"):
        assert part in said
    cover = build_strategy(c).cover
    assert cover is not None
    assert "Ann Lee" in render(cover.status, "en") and "Ann Lee" in render(cover.status, "zh-Hant")
    assert "Approved by Ann Lee, 25 Nov 2026" in table_text(chapter("13", c))
    last = chapter("0", c).blocks[-1]
    assert isinstance(last, Table) and last.note is None


def measured(verdict: str, name: str) -> Measured:
    unit = both("Regulars", "熟客")
    return Measured((name,), Local({"en": name, "zh-Hant": name}), "active", unit, 90, 10, (), (), verdict, unit, None)


def measurement() -> Measurement:
    said = say("trial.measure.kept_word", inside=8, n=10, least=6, most=10)
    effect = Estimate(-0.1, -0.2, -0.1, 0.0, "log", "learning", 3)
    name = Local({"en": "Reminder", "zh-Hant": "提示"})
    learned = (LearnedEffect("reminder", name, 0, "attrition", effect, effect, 0.4, 1, both("Learned.", "學到。")),)
    return Measurement(
        "regulars.measure/1",
        "assign-2026-08-21-x",
        "plan-2026-08-21-x",
        date(2026, 8, 21),
        date(2026, 11, 20),
        91,
        True,
        217,
        "HKD",
        (),
        measured("better", "whole"),
        (measured("better", "Reminder"), measured("worse", "Call"), measured("unclear", "Card")),
        learned,
        (),
        Promises(10, 8, 6, 10, None, None, said),
        {},
        (both("Read with care.", "請小心閱讀。"),),
    )


def test_without_an_earlier_cycle_it_is_said_and_forecasts_are_tried_instead() -> None:
    section = chapter("16", book())
    assert "no earlier cycle" in render(section.heading, "en")
    missing = next(b for b in section.blocks if isinstance(b, Missing))
    assert len(missing.items) == 2


def test_an_earlier_plan_that_was_not_measured_is_told_as_such() -> None:
    section = chapter("16", book(earlier=(Earlier("plan-2026-08-21-x", sample_plan()),)))
    assert "not been measured against a control group yet" in render(section.heading, "en")
    assert "not yet measured" in table_text(section) and "plan-2026-08-21-x" in table_text(section)
    assert len(next(b for b in section.blocks if isinstance(b, Missing)).items) == 1


def test_a_measured_cycle_is_told_with_verdicts_promises_and_lessons() -> None:
    c = book(earlier=(Earlier("plan-2026-08-21-x", sample_plan(), measurement()),))
    section = chapter("16", c)
    assert "3 comparisons with control groups: 1 better, 1 worse" in render(section.heading, "en")
    said = table_text(section)
    assert all(x in said for x in ("[better good]", "[worse bad]", "[cannot be told plain]", "90 given it, 10 without"))
    assert any(
        isinstance(b, Points) and b.title is not None and b.title.id == "book.last_cycle.learned"
        for b in section.blocks
    )
    assert not [b for b in section.blocks if isinstance(b, Missing)]
    review = chapter("4", c)
    assert review.lead is not None and "20 Nov 2026" in render(review.lead, "en")
    assert "[worse bad]" in table_text(review)
    assert len(next(b for b in review.blocks if isinstance(b, Missing)).items) == 1


def test_all_of_it_can_be_said_in_both_languages() -> None:
    c = book(
        earlier=(Earlier("plan-2026-08-21-x", sample_plan(), measurement()),),
        approval=Approval("Ann Lee", Day(date(2026, 11, 25)), "Best use of hours", 3, JUDGED),
    )
    whole = build_strategy(c)
    assert all(
        render(x, language) for language in LANGUAGES for x in parts(whole) if hasattr(x, "id") and hasattr(x, "params")
    )


def test_rules_are_told_with_their_price_and_what_gave_way() -> None:
    label = both("At most 3 measures", "最多3項措施")
    plan = replace(
        sample_plan(),
        rules=(
            RuleRow("a", "most", label, None, 3.0, "count", 3.0, 41_234.0, True),
            RuleRow("b", "most", both("Nobody twice", "不重複"), None, 1.0, "count", 0.0, 0.0, False),
        ),
        relaxations=(
            Relaxation("a", 3.0, 4.0, "count", None, None, (), False, both("Kept only in part.", "只能部分遵守。")),
        ),
        fairness=(FairRow("age_band", "active", "30-39", 410.0, 0.52, 0.08),),
    )
    section = chapter("1", book(plan))
    said = table_text(section)
    assert "At most 3 measures | [binds accent] | HK$41,200" in said and "[costs nothing plain] | -" in said
    assert any(
        isinstance(b, Callout) and b.tone == "bad" and "Kept only" in show(b.text or "", "en") for b in section.blocks
    )
    assert "30–39 | 410 | 0.52 | 0.08" in table_text(chapter("13", book(plan)))
