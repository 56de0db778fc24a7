"""Turn a run into a document: the chapters in reading order, decision first."""

from __future__ import annotations

from regulars.analysis.diagnosis import Diagnosis
from regulars.analysis.screening import Screened
from regulars.base.settings import Business
from regulars.base.text import Local, say
from regulars.packs.schema import Pack
from regulars.report.chapters import (
    acquisition,
    ahead,
    branches,
    classes,
    clock,
    concentration,
    decision,
    forecast,
    frontier,
    hygiene,
    investments,
    leaving,
    limits,
    mandate,
    methods,
    movement,
    not_chosen,
    opportunity,
    overview,
    packages,
    profit,
    quality,
    renewal,
    retention,
    rhythm,
    schemes,
    screening,
    servicing,
    staying,
    teams,
    trust,
    wastage,
)
from regulars.report.chapters import plan as plan_chapter
from regulars.report.context import Context
from regulars.report.document import SCHEMA, Document, Section
from regulars.strategy.plan import Plan

CHAPTERS = (
    decision.chapter,
    overview.chapter,
    plan_chapter.chapter,
    not_chosen.chapter,
    limits.chapter,
    mandate.chapter,
    frontier.chapter,
    investments.chapter,
    ahead.chapter,
    movement.chapter,
    retention.chapter,
    staying.chapter,
    rhythm.chapter,
    clock.chapter,
    acquisition.chapter,
    wastage.chapter,
    leaving.chapter,
    classes.chapter,
    schemes.chapter,
    screening.chapter,
    concentration.chapter,
    profit.chapter,
    forecast.chapter,
    trust.chapter,
    packages.chapter,
    renewal.chapter,
    servicing.chapter,
    opportunity.chapter,
    branches.chapter,
    teams.chapter,
    quality.chapter,
    hygiene.chapter,
)


def build_document(
    diagnosis: Diagnosis,
    plan: Plan | None,
    *,
    business: Business,
    pack: Pack,
    screened: tuple[Screened, ...] = (),
) -> Document:
    """The report of a study, with the strategy where one was formulated; the same for every language and format."""
    c = Context(diagnosis, plan, business, pack, screened)
    found = [section for chapter in CHAPTERS if (section := chapter(c)) is not None]
    used = {card for section in found if section.footer for card in section.footer.cards}
    every_line = plan_chapter.lines(c)
    if every_line is not None:
        found.append(every_line)
    found.append(methods.chapter(c, used))
    asked = methods.queries(c)
    if asked is not None:
        found.append(asked)
    sections: tuple[Section, ...] = tuple(found)
    p = diagnosis.provenance
    notes = {"schema": SCHEMA, "study": diagnosis.schema, "settings": p.settings_digest}
    return Document(
        business=business.label(),
        kind=say("report.kind.strategy" if plan else "report.kind.study"),
        trade=Local({str(k): v for k, v in pack.name.items()}),
        mission=decision.mission(c),
        as_of=p.as_of,
        data_version=p.data_version,
        program_version=p.program_version,
        sections=sections,
        notes={**notes, "plan": plan.schema} if plan else notes,
    )
