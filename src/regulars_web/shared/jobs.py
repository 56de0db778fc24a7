"""Long work in the background: put down by a page, claimed from the database by one worker, watched while it runs.

A kind of work is registered by the app that knows it. Every piece runs in a process of its own: it can be stopped at
any moment, and what it took of memory goes with it. The core undoes what is broken off, so work may be begun again.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q, QuerySet

from regulars.base.errors import RegularsError
from regulars.base.progress import Progress
from regulars.base.text import Text
from regulars_web.shared.audit import note
from regulars_web.shared.clock import now
from regulars_web.shared.errors import disk_is_full
from regulars_web.shared.events import announce
from regulars_web.shared.models import Job
from regulars_web.shared.texts import as_json
from regulars_web.shared.turns import my_turn

#: A worker that says nothing for so long is taken for dead.
SILENT = timedelta(seconds=60)
MOST_ATTEMPTS = 3
#: Seconds between two words of progress: a row an eye can follow, not a write for every block of a file.
EVERY = 0.25

type Work = Callable[[Mapping[str, Any], Progress], dict[str, Any]]
type After = Callable[[Mapping[str, Any]], None]
type Again = Callable[[Job, Any], Job]


@dataclass(frozen=True)
class Kind:
    """A kind of work: what it does, and the address its result is seen at (``{name}`` filled from the result).

    ``power`` is what one must have to ask for it; nothing: nobody asks for it by hand.
    ``again`` asks for the same work anew where more than the job itself must know of it.
    ``quiet`` work is the house's own, asked for by nobody: it is not listed, and is written down by what it does alone.
    ``every``: it is also done by itself, so often. ``after`` clears away what the work needed, once it is written down
    as done: until then it may have to be done again.
    """

    work: Work
    leads_to: str
    power: str = ""
    again: Again | None = None
    quiet: bool = False
    every: timedelta | None = None
    after: After | None = None


KINDS: dict[str, Kind] = {}


def register(
    name: str,
    work: Work,
    *,
    leads_to: str,
    power: str = "",
    again: Again | None = None,
    quiet: bool = False,
    every: timedelta | None = None,
    after: After | None = None,
) -> None:
    """Make a kind of work known; called when the app is ready."""
    KINDS[name] = Kind(work, leads_to, power, again, quiet, every, after)


def quiet_kinds() -> list[str]:
    """Kinds of work that are not listed."""
    return [name for name, kind in KINDS.items() if kind.quiet]


def seen_by(who: Any) -> QuerySet[Job]:
    """The work a reader may look at: those confined to some branches only what they asked for themselves, for what
    others asked for speaks of other branches."""
    listed = Job.objects.select_related("by")
    return listed.filter(by_id=who.pk) if who.branches else listed


def put_down_due() -> None:
    """Ask for the work that is done by itself, where it was not asked for in its time."""
    for name, kind in KINDS.items():
        if kind.every is not None and not Job.objects.filter(kind=name, made_at__gt=now() - kind.every).exists():
            put_down(name, None)


class Stopped(Exception):
    """The work was asked to stop."""


def put_down(kind: str, by: Any, **asked: Any) -> Job:
    """Ask for work. The same work already waiting or running is not asked for twice: that piece is given back."""
    with transaction.atomic():
        my_turn()
        same = Job.objects.filter(kind=kind, asked=asked, state__in=[Job.State.WAITING, Job.State.RUNNING]).first()
        if same is not None:
            return same
        job = Job.objects.create(kind=kind, asked=asked, by=by)
        note(by, "job.asked", about=f"{kind} {job.pk}")
        return job


def begin(kind: str, by: Any, **asked: Any) -> Job:
    """Ask for work, and where the server has no worker (inline mode) do it here at once."""
    return go(put_down(kind, by, **asked))


def go(job: Job) -> Job:
    """Where the server has no worker (inline mode), do what waits here at once."""
    if settings.INLINE and job.state == Job.State.WAITING:
        taken = claim("inline")
        if taken is not None:
            run(taken)
        job.refresh_from_db()
    return job


def claim(worker: str) -> Job | None:
    """Take the oldest piece that waits (or whose worker fell silent) for ``worker``; None where there is none."""
    with transaction.atomic():
        lost = Job.objects.filter(state=Job.State.RUNNING, beat__lt=now() - SILENT)
        for given_up in lost.filter(attempts__gte=MOST_ATTEMPTS):
            _end(given_up, Job.State.FAILED, trouble={"id": "web.jobs.lost", "params": {}})
        lost.filter(stop_asked=True).update(state=Job.State.CANCELLED, ended_at=now())
        lost.update(state=Job.State.WAITING, worker="")
        due = Q(not_before=None) | Q(not_before__lte=now())
        waiting = Job.objects.filter(due, state=Job.State.WAITING).order_by("id")
        if connection.features.has_select_for_update_skip_locked:
            waiting = waiting.select_for_update(skip_locked=True)
        job = waiting.first()
        if job is None:
            return None
        job.state, job.worker, job.attempts = Job.State.RUNNING, worker, job.attempts + 1
        job.begun_at = job.beat = now()
        job.save()
        return job


def run(job: Job) -> None:
    """Do the work of a claimed piece to its end, here."""
    kind = KINDS.get(job.kind)
    if kind is None:
        _end(job, Job.State.FAILED, trouble={"id": "web.jobs.unknown", "params": {"kind": job.kind}})
        return
    try:
        result = kind.work(job.asked, _watching(job))
    except Stopped:
        _end(job, Job.State.CANCELLED)
    except RegularsError as error:
        _end(
            job,
            Job.State.FAILED,
            trouble=as_json(error.text),
            result={"hint": as_json(error.hint)} if error.hint else {},
        )
    except Exception as error:
        broken(job, full=disk_is_full(error))
        raise
    else:
        _end(job, Job.State.DONE, result=result)
        if kind.after is not None:
            kind.after(job.asked)


def _watching(job: Job) -> Progress:
    said, last = 0.0, ""

    def watch(step: Text, done: int, total: int | None) -> None:
        nonlocal said, last
        # A new step is always told: it may take long and say nothing on the way.
        if time.monotonic() - said < EVERY and done != total and _named(step) == last:
            return
        said, last = time.monotonic(), _named(step)
        told = {"beat": now(), "step": as_json(step), "steps_done": max(done, 0), "steps": total}
        if not held(job).filter(stop_asked=False).update(**told):
            raise Stopped

    return watch


def held(job: Job) -> QuerySet[Job]:
    """The piece, as long as whoever claimed it still has it: a worker that fell silent may find it taken up again."""
    return Job.objects.filter(pk=job.pk, state=Job.State.RUNNING, attempts=job.attempts)


def _named(step: Text) -> str:
    return "/".join([step.id, *(_named(part) for part in step.params.values() if isinstance(part, Text))])


def _end(job: Job, state: str, **more: Any) -> None:
    with transaction.atomic():
        ended = held(job).update(state=state, ended_at=now(), **more)
        if ended:
            if job.kind not in quiet_kinds() or state == Job.State.FAILED:
                note(job.by, f"job.{state}", about=f"{job.kind} {job.pk}")
            announce("job", state, job=job.pk, kind=job.kind)


def broken(job: Job, *, full: bool = False) -> None:
    """The work failed by a fault, or for want of room on the disk."""
    _end(job, Job.State.FAILED, trouble={"id": "web.jobs.full" if full else "web.jobs.broken", "params": {}})


def stop(job: Job, by: Any) -> None:
    """Ask a piece to stop; one that only waits is cancelled at once."""
    with transaction.atomic():
        note(by, "job.stop_asked", about=f"{job.kind} {job.pk}")
        waiting = Job.objects.filter(pk=job.pk, state=Job.State.WAITING)
        if not waiting.update(state=Job.State.CANCELLED, stop_asked=True, ended_at=now()):
            Job.objects.filter(pk=job.pk, state=Job.State.RUNNING).update(stop_asked=True)


def again(job: Job, by: Any) -> Job:
    """Ask for the same work anew."""
    kind = KINDS.get(job.kind)
    return kind.again(job, by) if kind is not None and kind.again is not None else put_down(job.kind, by, **job.asked)
