"""Plans: formulated in the background, written as documents."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from regulars import api
from regulars.base.progress import Progress
from regulars.base.words import LANGUAGES
from regulars_web.company.businesses import business
from regulars_web.company.models import User
from regulars_web.shared.audit import note
from regulars_web.shared.clock import now
from regulars_web.shared.events import announce


def work(asked: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
    """The job: formulate from the newest study, write down who drafted, draw the pages in both languages."""
    shop = business()
    run = api.formulate(shop, progress=progress)
    api.draft(shop, by=asked["drafter"], plan=run.id, at=now().isoformat(timespec="seconds"))
    for language in LANGUAGES:
        api.chapters(shop, language=language)
    return {"run": run.id}


def judge(by: User, *, about: str, verdict: str, reason: str, plan: str) -> None:
    """Say what one thinks of the plan or of an alternative. Raises what ``api.judge`` does."""
    at = now().isoformat(timespec="seconds")
    api.judge(business(), about=about, verdict=verdict, reason=reason, by=by.signature, plan=plan, at=at)  # type: ignore[arg-type]
    note(by, "plan.judged", about=f"{plan} {about}", verdict=verdict, reason=reason)


def approve(by: User, *, reason: str, plan: str) -> int:
    """Make the plan the strategy in force; its version. Raises what ``api.approve`` does."""
    at = now().isoformat(timespec="seconds")
    strategy = api.approve(business(), by=by.signature, reason=reason, plan=plan, at=at)
    with transaction.atomic():
        note(by, "plan.approved", about=plan, version=strategy.version, reason=reason)
        announce("strategy", "approved", plan=strategy.plan, version=strategy.version)
    return strategy.version


def reject(by: User, *, reason: str, plan: str) -> None:
    """Reject the plan. Raises what ``api.reject`` does."""
    api.reject(business(), by=by.signature, reason=reason, plan=plan, at=now().isoformat(timespec="seconds"))
    with transaction.atomic():
        note(by, "plan.rejected", about=plan, reason=reason)
        announce("strategy", "rejected", plan=plan)
