"""Studies: asked for by a page, made in the background, shown chapter by chapter."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from regulars import api
from regulars.base.progress import Progress
from regulars.base.words import LANGUAGES
from regulars_web.company.businesses import business


def work(asked: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
    """The job: study the business and draw the pages in both languages."""
    shop = business()
    day = date.fromisoformat(asked["as_of"]) if asked.get("as_of") else None
    run = api.study(shop, as_of=day, progress=progress)
    api.people_of(
        shop, run.id
    )  # makes its customers ready for looking up, so that nobody waits for it at the first list
    for language in LANGUAGES:
        api.chapters(shop, language=language, study_run=run)
    return {"run": run.id}
