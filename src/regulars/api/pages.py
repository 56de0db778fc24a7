"""The report in pieces, for a face that shows every chapter on a page of its own. Drawn once a run and kept."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import date

from regulars import __version__
from regulars.analysis.diagnosis import Diagnosis
from regulars.api.business import OpenBusiness
from regulars.api.reporting import latest_plan_of, screened_of
from regulars.api.runs import Run, digest_of
from regulars.api.work import latest_study
from regulars.report.build import build_document
from regulars.report.render_html import Fragment, to_fragments

CACHE = "pages"


@dataclass(frozen=True)
class Pages:
    """Chapters in reading order, those about the plan among them, and what they rest on."""

    study_run: str
    plan_run: str | None
    as_of: date
    data_version: int
    chapters: tuple[Fragment, ...]

    def chapter(self, id: str) -> Fragment | None:
        """The chapter of that id; None where the study has nothing on it."""
        return next((chapter for chapter in self.chapters if chapter.id == id), None)


def chapters(business: OpenBusiness, *, language: str, study_run: Run[Diagnosis] | None = None) -> Pages:
    """The chapters of a study (the newest when not given), with those of its newest plan where there is one.

    Raises:
        NotThere: the business has not been studied.
        UnknownLanguage: the product does not speak ``language``.
    """
    base = study_run or latest_study(business)
    plan = latest_plan_of(business, base.id)
    screened = screened_of(business, base)
    named = business.settings.model_dump(mode="json"), [found.digest for found in screened]
    key = digest_of(base.id, plan.id if plan else "", *named, __version__)
    path = business.folder / CACHE / f"{base.id}-{key}-{language}.json"
    made = base.result.provenance
    if path.is_file():
        shown = tuple(Fragment(**row) for row in json.loads(path.read_text(encoding="utf-8")))
    else:
        document = build_document(
            base.result,
            plan.result if plan else None,
            business=business.settings,
            pack=business.pack,
            screened=screened,
        )
        shown = to_fragments(document, language)
        path.parent.mkdir(exist_ok=True)
        for old in path.parent.glob(f"*-{language}.json"):
            old.unlink(missing_ok=True)
        partial = path.with_suffix(".part")
        partial.write_text(json.dumps([asdict(chapter) for chapter in shown], ensure_ascii=False), encoding="utf-8")
        partial.replace(path)
    return Pages(base.id, plan.id if plan else None, made.as_of, made.data_version, shown)
