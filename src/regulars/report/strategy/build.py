"""Turn a study, a plan and what people stated into the strategy document: chapters 0 to 16 and the annexes."""

from __future__ import annotations

from collections.abc import Callable

from regulars.base.text import Day, Local, Param, Text, say
from regulars.report.chapters import decision as decision_page
from regulars.report.chapters import methods
from regulars.report.document import Cover, Document, Section
from regulars.report.strategy import (
    annex,
    ch00_decision,
    ch01_mandate,
    ch02_market,
    ch03_data,
    ch04_review,
    ch05_customers,
    ch06_service,
    ch07_options,
    ch08_strategy,
    ch09_workflows,
    ch10_communication,
    ch11_organisation,
    ch12_systems,
    ch13_privacy,
    ch14_measurement,
    ch15_returns,
    ch16_last_cycle,
)
from regulars.report.strategy.book import Book

SCHEMA = "regulars.document/1"

type Chapter = Callable[[Book], Section]

#: Chapters 0 to 16 and annex A, in the order of reading.
CHAPTERS: tuple[Chapter, ...] = (
    ch00_decision.chapter,
    ch01_mandate.chapter,
    ch02_market.chapter,
    ch03_data.chapter,
    ch04_review.chapter,
    ch05_customers.chapter,
    ch06_service.chapter,
    ch07_options.chapter,
    ch08_strategy.chapter,
    ch09_workflows.chapter,
    ch10_communication.chapter,
    ch11_organisation.chapter,
    ch12_systems.chapter,
    ch13_privacy.chapter,
    ch14_measurement.chapter,
    ch15_returns.chapter,
    ch16_last_cycle.chapter,
    annex.chapter,
)


def build_strategy(c: Book) -> Document:
    """The document, independent of language and format."""
    chapters = tuple(chapter(c) for chapter in CHAPTERS)
    used = {card for s in chapters if s.footer for card in s.footer.cards}
    p = c.diagnosis.provenance
    return Document(
        business=c.business.label(),
        kind=say("book.kind"),
        trade=Local({str(k): v for k, v in c.pack.name.items()}),
        mission=decision_page.mission(c),
        as_of=p.as_of,
        data_version=p.data_version,
        program_version=p.program_version,
        sections=(*chapters, _methods(c, used)),
        notes={
            "schema": SCHEMA,
            "study": c.diagnosis.schema,
            "plan": c.made.schema,
            "plan-run": c.plan_run,
            "study-run": c.made.study_run,
            "settings": p.settings_digest,
        },
        cover=_cover(c),
    )


def _methods(c: Book, used: set[str]) -> Section:
    """Annex B: how every figure was made."""
    cards, asked = methods.chapter(c, used), methods.queries(c)
    blocks = (*cards.blocks, *(asked.blocks if asked is not None else ()))
    return c.chapter("B", "methods", cards.heading, blocks, lead=say("book.methods.lead"))


def _cover(c: Book) -> Cover:
    p, plan = c.diagnosis.provenance, c.made
    facts: tuple[tuple[Text, Param], ...] = (
        (say("book.cover.day"), Day(p.as_of)),
        (say("book.cover.cycle"), say("book.cover.months", n=plan.cycle_months)),
        (say("book.cover.data"), say("book.cover.version", version=p.data_version)),
        (say("book.cover.plan"), c.plan_run),
    )
    a = c.approval
    status = say("book.cover.draft")
    if a.by:
        status = say("book.cover.approved", version=a.version, by=a.by, day=a.at)
    return Cover(say("book.cover.subtitle"), status, facts)
