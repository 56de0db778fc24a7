"""Reports: the newest study and plan as one document, in a language and a format."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from regulars.analysis.diagnosis import Diagnosis
from regulars.api.business import OpenBusiness
from regulars.api.formats import DOCUMENT_FORMATS, DocumentFormat, rendered, written
from regulars.api.runs import Run, latest_run, load_run
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
    plan = latest_plan(business)
    base: Run[Diagnosis] = (
        load_run(business.runs / plan.result.study_run, Diagnosis) if plan else latest_study(business)
    )
    document = build_document(
        base.result, plan.result if plan else None, business=business.settings, pack=business.pack
    )
    path = out or business.reports / f"report-{language}.{format}"
    written(path, rendered(document, language=language, format=format))
    return Written(path, language, format, base.id, plan.id if plan else None)


def latest_plan(business: OpenBusiness) -> Run[Plan] | None:
    """The newest plan, if it was made from the newest study."""
    found = latest_run(business.runs, "plan")
    if found is None:
        return None
    plan = load_run(found, Plan)
    newest = latest_run(business.runs, "study")
    return plan if newest is not None and plan.result.study_run == newest.name else None
