"""Plans: formulated in the background, written as documents."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from regulars import api
from regulars.base.errors import Refused
from regulars.base.progress import Progress
from regulars.base.text import say
from regulars.base.words import LANGUAGES
from regulars_web.company.businesses import business
from regulars_web.company.models import User
from regulars_web.company.powers import may
from regulars_web.shared.clock import now
from regulars_web.shared.jobs import put_down
from regulars_web.shared.meant import meant
from regulars_web.shared.models import Job


def work(asked: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
    """The job: formulate from the newest study, write down who drafted, draw the pages in both languages."""
    shop = business()
    run = api.formulate(shop, progress=progress)
    api.draft(shop, by=asked["drafter"], plan=run.id, at=now().isoformat(timespec="seconds"))
    for language in LANGUAGES:
        api.chapters(shop, language=language)
    return {"run": run.id}


def again(_job: Job, by: User) -> Job:
    """Formulate anew; who asks now is who drafts. Raises Refused where they may not."""
    if not may(by, "strategy:draft"):
        raise Refused(say("web.jobs.not_yours"), say("web.jobs.not_yours_hint"))
    return put_down("formulate", by, drafter=by.signature)


def judge(by: User, *, about: str, verdict: str, reason: str, plan: str) -> None:
    """Say what one thinks of the plan or of an alternative. Raises what ``api.judge`` does."""
    at = now().isoformat(timespec="seconds")
    clue = {"kind": "judged", "at": at, "plan": plan, "about": about}
    with meant(by, "plan.judged", about=f"{plan} {about}", clue=clue, verdict=verdict, reason=reason) as line:
        api.judge(business(), about=about, verdict=verdict, reason=reason, by=by.signature, plan=plan, at=at)  # type: ignore[arg-type]
        line.write()


def approve(by: User, *, reason: str, plan: str) -> int:
    """Make the plan the strategy in force; its version. Raises what ``api.approve`` does."""
    at = now().isoformat(timespec="seconds")
    clue = {"kind": "approved", "at": at, "plan": plan}
    with meant(by, "plan.approved", about=plan, clue=clue, reason=reason) as line:
        strategy = api.approve(business(), by=by.signature, reason=reason, plan=plan, at=at)
        line.write(version=strategy.version)
    return strategy.version


def reject(by: User, *, reason: str, plan: str) -> None:
    """Reject the plan. Raises what ``api.reject`` does."""
    at = now().isoformat(timespec="seconds")
    clue = {"kind": "rejected", "at": at, "plan": plan}
    with meant(by, "plan.rejected", about=plan, clue=clue, reason=reason) as line:
        api.reject(business(), by=by.signature, reason=reason, plan=plan, at=at)
        line.write()
