"""Reports: the newest study and plan as one document, in a language and a format."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from regulars.analysis.diagnosis import Diagnosis
from regulars.analysis.screening import Screened
from regulars.api.business import OpenBusiness
from regulars.api.formats import DOCUMENT_FORMATS, DocumentFormat, rendered, written
from regulars.api.runs import Run, finished_at, is_finished, latest_run, load_run
from regulars.api.work import latest_study
from regulars.report.build import build_document
from regulars.strategy.plan import Plan

type Format = DocumentFormat
FORMATS: tuple[Format, ...] = DOCUMENT_FORMATS


@dataclass(frozen=True)
class Written:
    """A report on disk."""

    path: Path
    language: str
    format: Format
    study_run: str
    plan_run: str | None


def write_report(
    business: OpenBusiness, *, language: str = "en", format: Format = "html", out: Path | None = None
) -> Written:
    """Write the report of the newest plan (of the newest study when there is no plan for it).

    Raises:
        NotThere: the business has not been studied.
        UnknownLanguage: the product does not speak ``language``.
    """
    plan = newest_plan(business)
    base: Run[Diagnosis] = (
        load_run(business.runs / plan.result.study_run, Diagnosis) if plan else latest_study(business)
    )
    document = build_document(
        base.result,
        plan.result if plan else None,
        business=business.settings,
        pack=business.pack,
        screened=screened_of(business, base),
    )
    path = out or business.reports / f"report-{language}.{format}"
    written(path, rendered(document, language=language, format=format))
    return Written(path, language, format, base.id, plan.id if plan else None)


def screened_of(business: OpenBusiness, study: Run[Diagnosis]) -> tuple[Screened, ...]:
    """The newest result of every scorecard that was run on a study, by name of the card."""
    newest: dict[str, Path] = {}
    for found in sorted(business.runs.glob(f"screening-*-{study.id.removeprefix('study-')}-*"), key=finished_at):
        if is_finished(found):
            newest[load_run(found, Screened).result.card] = found
    return tuple(load_run(newest[card], Screened).result for card in sorted(newest))


def latest_plan_of(business: OpenBusiness, study: str) -> Run[Plan] | None:
    """The newest plan, if it was made from that study."""
    found = latest_run(business.runs, "plan")
    plan = load_run(found, Plan) if found else None
    return plan if plan is not None and plan.result.study_run == study else None


def newest_plan(business: OpenBusiness) -> Run[Plan] | None:
    """The newest plan, if it was made from the newest study."""
    newest = latest_run(business.runs, "study")
    return latest_plan_of(business, newest.name) if newest is not None else None
