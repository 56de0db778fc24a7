"""The worker: claims work and watches over the process that does it."""

from __future__ import annotations

import logging
import os
import socket
import subprocess
import sys
import time
from datetime import timedelta

from django.db import DatabaseError, close_old_connections

from regulars_web.shared.clock import now
from regulars_web.shared.counts import sweep
from regulars_web.shared.jobs import MOST_ATTEMPTS, broken, claim, held, put_down_due
from regulars_web.shared.meant import settle
from regulars_web.shared.models import Beat, Job

IDLE, LOOK = 1.0, 0.5
#: How long work that was asked to stop may take over it before its process is ended.
PATIENCE = 5.0
#: Seconds between two signs of life while nothing waits.
BEAT = 5.0
#: Seconds until the database is tried again.
LATER = 5.0
_LOG = logging.getLogger("regulars.worker")


def work_on(*, once: bool = False, until: int | None = None) -> None:
    """Do what waits, one piece after the other, for ever (``once``: until nothing waits; ``until``: while that process
    lives)."""
    name = f"{socket.gethostname()}:{os.getpid()}"
    said = 0.0
    while until is None or os.getppid() == until:
        close_old_connections()
        try:
            if time.monotonic() - said > BEAT or not said:
                said = time.monotonic()
                say_alive(name)
                put_down_due()
                settle()
            job = claim(name)
            if job is not None:
                watch_over(job)
        except DatabaseError:  # a full disk, or a database that is started anew: the work waits as it was
            if once:
                raise
            _LOG.exception("the database does not take what the worker writes; tried again in %s seconds", LATER)
            time.sleep(LATER)
            continue
        if job is None and once:
            return
        if job is None:
            time.sleep(IDLE)


def say_alive(name: str) -> None:
    """Write down that this worker lives; those silent for a day are forgotten, and counts that are over."""
    Beat.objects.update_or_create(worker=name, defaults={"at": now()})
    Beat.objects.filter(at__lt=now() - timedelta(days=1)).delete()
    sweep()


def watch_over(job: Job) -> None:
    """Run a piece in a process of its own; say that it lives; end it where it was asked to stop and does not."""
    command = [sys.executable, "-m", "regulars_web.shared.one_job", str(job.pk), str(os.getpid())]
    process = subprocess.Popen(command)
    asked: float | None = None
    while process.poll() is None:
        time.sleep(LOOK)
        alive = held(job)
        alive.update(beat=now())
        Beat.objects.filter(worker=job.worker).update(at=now())
        if alive.filter(stop_asked=True).exists():
            asked = asked or time.monotonic()
            if time.monotonic() - asked > PATIENCE:
                process.terminate()
    if asked is not None:
        held(job).update(state=Job.State.CANCELLED, ended_at=now())
    elif process.returncode:
        if process.returncode < 0 and job.attempts < MOST_ATTEMPTS:
            held(job).update(state=Job.State.WAITING, worker="")  # killed from outside, nothing left half-way: again
            return
        broken(job)
