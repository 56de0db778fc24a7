"""Studies: asked for by a page, made in the background, kept with who asked and how long it took, done again."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

from django.db import transaction

from regulars import api
from regulars.base.errors import BadData
from regulars.base.progress import Progress
from regulars.base.words import LANGUAGES
from regulars_web.company.businesses import business
from regulars_web.insight.models import Study
from regulars_web.shared.audit import note
from regulars_web.shared.clock import now, today


def work(asked: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
    """The job: study the business, put it on the list, and draw the pages in both languages."""
    shop = business()
    day = date.fromisoformat(asked["as_of"]) if asked.get("as_of") else None
    begun = time.monotonic()
    run = api.study(shop, as_of=day, today=today(shop.settings.zone), progress=progress)
    api.people_of(shop, run.id)  # made ready for looking up: nobody waits for it at the first list
    took = None if run.reused else time.monotonic() - begun
    record(api.headline(shop, run), by=asked.get("asker"), seconds=took)
    for language in LANGUAGES:
        api.chapters(shop, language=language, study_run=run)
    return {"run": run.id}


def record(found: api.Headline, *, by: int | None = None, seconds: float | None = None) -> Study:
    """Put a study on the list; one that is there already stays as it is."""
    made, _ = Study.objects.get_or_create(
        run=found.run,
        defaults={
            "as_of": found.as_of,
            "data_version": found.data_version,
            "by_id": by,
            "seconds": seconds,
            "figures": {"currency": found.currency, "rows": [asdict(figure) for figure in found.figures]},
        },
    )
    return made


def bring_up_to_date() -> int:
    """Put studies on the list that were made at the command line; how many cannot be read any more."""
    shop = business()
    there = api.study_ids(shop)
    known = set(Study.objects.filter(run__in=there).values_list("run", flat=True))
    unreadable = 0
    for run in reversed(there):
        if run in known:
            continue
        try:
            record(api.headline(shop, run))
        except BadData:
            unreadable += 1
    return unreadable


def put_aside(by: Any, study: Study, *, aside: bool) -> None:
    """Take a study off the list, or put it back. Its folder stays; nothing is lost."""
    with transaction.atomic():
        study.archived_at = now() if aside else None
        study.save(update_fields=["archived_at"])
        note(by, "insight.archived" if aside else "insight.unarchived", about=study.run)


def do_again(asked: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
    """The job: do a study again on its own data, and keep what came of it."""
    found = api.reproduce(business(), asked["run"], progress=progress)
    told = {
        "at": now().isoformat(),
        "equal": found.equal,
        "differs": list(found.differs),
        "settings_changed": found.settings_changed,
        "program_changed": found.program_changed,
    }
    with transaction.atomic():
        Study.objects.filter(run=found.run).update(reproduced=told)
        note(None, "insight.reproduced", about=found.run, equal=found.equal, differs=list(found.differs))
    return told
