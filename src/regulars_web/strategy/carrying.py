"""The plan in force put to work: drawn for people and measured afterwards, in the background, each with its line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from regulars import api
from regulars.base.errors import NotThere, Refused
from regulars.base.progress import Progress
from regulars.base.text import Text, say
from regulars_web.company.businesses import business
from regulars_web.company.models import User
from regulars_web.company.powers import may
from regulars_web.shared.audit import note
from regulars_web.shared.jobs import go, put_down
from regulars_web.shared.models import Job


@dataclass(frozen=True, slots=True, eq=False)
class Work:
    """The strategy in force and what of it is done: ``run`` names its assignment, None until it is put to work."""

    strategy: api.Strategy
    plan: Any  # the core's plan
    tasks: tuple[api.Task, ...]
    run: str | None
    drawn: api.Drawn | None
    customers: int
    held_out: int
    cycle: api.Cycle | None
    notes: tuple[Text, ...]


def at_work() -> Work | None:
    """The strategy in force and its assignment; None while nothing is in force. Looked at anew when either, a setting
    or the pack has changed. Raises what ``api.strategy_in_force`` does."""
    folder = Path(settings.FOLDER)
    files = (folder / "runs", *folder.glob("*.toml"), *folder.glob("*/*.toml"), *(folder / "strategies").rglob("*"))
    return _at_work(folder, tuple(sorted((str(f), f.stat().st_mtime_ns) for f in files if f.exists())))


@lru_cache(maxsize=2)
def _at_work(folder: Path, changed: object) -> Work | None:  # noqa: ARG001 - both are the key
    shop = business()
    strategy = api.strategy_in_force(shop)
    if strategy is None:
        return None
    plan, run = api.plan_in_force(shop), api.assignment_of(shop, strategy.plan)
    drawn = run.result if run is not None else None
    return Work(
        strategy,
        plan,
        api.tasks(shop, plan, drawn),
        run.id if run is not None else None,
        api.Drawn(run) if run is not None else None,
        sum(cell.customers for cell in plan.cells),
        drawn.held_out if drawn is not None else api.hold_out_of(shop, plan),
        api.Cycle.of(drawn) if drawn is not None else None,
        drawn.notes if drawn is not None else (),
    )


def put_to_work(by: User, plan: str) -> Job:
    """Ask for the draw of the plan in force, signed by who asked. Raises Refused: it is no more the one in force, or
    already at work."""
    work = at_work()
    if work is None or work.strategy.plan != plan:
        raise Refused(say("web.carry.other"), say("web.carry.other_hint"))
    if work.run is not None:
        raise Refused(say("web.carry.already"))
    with transaction.atomic():
        note(by, "plan.put_to_work", about=plan, version=work.strategy.version, signed=by.signature)
        job = put_down("assign", by, plan=plan)
    return go(job)


def measure(by: User) -> Job:
    """Ask for what came of the newest assignment. Raises NotThere before the first."""
    run = api.latest_assignment(business()).id
    with transaction.atomic():
        note(by, "cycle.measure_asked", about=run)
        job = put_down("measure", by, assignment=run)
    return go(job)


def assign_work(asked: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
    """The job: draw who gets what, once; by the time it is done another plan may be in force."""
    shop = business()
    strategy = api.strategy_in_force(shop)
    if strategy is None or strategy.plan != asked["plan"]:
        raise Refused(say("web.carry.other"), say("web.carry.other_hint"))
    run = api.assign(shop, api.latest_plan(shop, strategy.plan), progress=progress)
    found = run.result
    note(None, "plan.assigned", about=run.id, customers=found.customers, given=found.assigned, held_out=found.held_out)
    return {"run": run.id}


def measure_work(asked: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
    """The job: measure what an assignment did so far."""
    shop = business()
    run = api.measure(shop, api.latest_assignment(shop, asked["assignment"]), progress=progress)
    note(None, "cycle.measured", about=run.id, until=run.result.until, complete=run.result.complete)
    return {"run": run.id}


def assign_again(job: Job, by: User) -> Job:
    """Draw anew what did not come to its end; signed by who asks now. Raises Refused where they may not."""
    _may_draft(by)
    return put_to_work(by, job.asked["plan"])


def measure_again(_job: Job, by: User) -> Job:
    """Measure anew. Raises Refused where they may not."""
    _may_draft(by)
    return measure(by)


def _may_draft(by: User) -> None:
    if not may(by, "strategy:draft"):
        raise Refused(say("web.jobs.not_yours"), say("web.jobs.not_yours_hint"))


def who_began(run: str) -> Job | None:
    """The work that drew an assignment; None where that was done at the command line."""
    done = Job.objects.select_related("by").filter(kind="assign", state=Job.State.DONE)
    return next((job for job in done[:50] if job.result.get("run") == run), None)


def task_of(work: Work | None, id: str) -> api.Task:
    """A task of the plan at work. Raises NotThere."""
    found = next((task for task in work.tasks if task.id == id), None) if work is not None and work.drawn else None
    if found is None:
        raise NotThere(say("web.carry.no_task"), say("web.carry.no_task_hint"))
    return found
