"""Plans: formulated in the background, written as documents."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from regulars import api
from regulars.base.progress import Progress
from regulars.base.words import LANGUAGES
from regulars_web.company.businesses import business


def work(_asked: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
    """The job: formulate from the newest study and draw the pages in both languages."""
    shop = business()
    run = api.formulate(shop, progress=progress)
    for language in LANGUAGES:
        api.chapters(shop, language=language)
    return {"run": run.id}
