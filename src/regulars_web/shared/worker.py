"""The worker: claims work and watches over the process that does it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from datetime import timedelta

from django.db import close_old_connections

from regulars_web.shared.clock import now
from regulars_web.shared.counts import sweep
from regulars_web.shared.jobs import MOST_ATTEMPTS, broken, claim, put_down_due
from regulars_web.shared.models import Beat, Job

IDLE, LOOK = 1.0, 0.5
#: How long work that was asked to stop may take over it before its process is ended.
PATIENCE = 5.0
#: Seconds between two signs of life while nothing waits.
BEAT = 5.0


def work_on(*, once: bool = False, until: int | None = None) -> None:
    """Do what waits, one piece after the other, for ever (``once``: until nothing waits; ``until``: while that process
    lives)."""
    name = f"{socket.gethostname()}:{os.getpid()}"
    said = 0.0
    while until is None or os.getppid() == until:
        close_old_connections()
        if time.monotonic() - said > BEAT or not said:
            said = time.monotonic()
            say_alive(name)
            put_down_due()
        job = claim(name)
        if job is not None:
            watch_over(job)
        elif once:
            return
        else:
            time.sleep(IDLE)


def say_alive(name: str) -> None:
    """Write down that this worker lives; those silent for a day are forgotten, and counts that are over."""
    Beat.objects.update_or_create(worker=name, defaults={"at": now()})
    Beat.objects.filter(at__lt=now() - timedelta(days=1)).delete()
    sweep()


def watch_over(job: Job) -> None:
    """Run a piece in a process of its own; say that it lives; end it where it was asked to stop and does not."""
    command = [sys.executable, "-m", "regulars_web.shared.one_job", str(job.pk)]
    process = subprocess.Popen(command)
    asked: float | None = None
    while process.poll() is None:
        time.sleep(LOOK)
        alive = Job.objects.filter(pk=job.pk, state=Job.State.RUNNING)
        alive.update(beat=now())
        Beat.objects.filter(worker=job.worker).update(at=now())
        if alive.filter(stop_asked=True).exists():
            asked = asked or time.monotonic()
            if time.monotonic() - asked > PATIENCE:
                process.terminate()
    if asked is not None:
        Job.objects.filter(pk=job.pk, state=Job.State.RUNNING).update(state=Job.State.CANCELLED, ended_at=now())
    elif process.returncode:
        if process.returncode < 0 and job.attempts < MOST_ATTEMPTS:
            left = Job.objects.filter(pk=job.pk, state=Job.State.RUNNING)
            left.update(state=Job.State.WAITING, worker="")  # killed from outside: nothing was left half-way, so again
            return
        broken(job)
