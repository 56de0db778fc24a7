"""What happened (audit) and what is being worked on (jobs)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar, Never

from django.conf import settings
from django.db import models

from regulars_web.shared.clock import now
from regulars_web.shared.lock import chained


class Entry(models.Model):
    """One line of the audit log: who did what to what. Written once; each line carries the digest of the one before it,
    so that a line changed or taken out shows. Digests are keyed, so that who writes into the database alone cannot make
    the chain anew; lines of before that (``keyed`` is false) have a plain hash, and stand before all others."""

    at = models.DateTimeField(default=now, db_index=True)
    who = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    action = models.CharField(max_length=60, db_index=True)
    about = models.CharField(max_length=200, blank=True)
    detail = models.JSONField(default=dict)
    before = models.CharField(max_length=64)
    digest = models.CharField(max_length=64, unique=True)
    keyed = models.BooleanField(default=True)

    class Meta:
        ordering: ClassVar = ["id"]

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Only new lines are saved. Raises TypeError otherwise."""
        if not self._state.adding:
            raise TypeError("a line of the audit log is never changed")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> Never:
        """Lines stay. Raises TypeError."""
        raise TypeError("a line of the audit log is never taken out")

    def expected(self) -> str:
        """The digest these contents must have."""
        content = content_of(self.before, self.at, self.who_id, self.action, self.about, self.detail)
        return chained(content) if self.keyed else hashlib.sha256(content).hexdigest()


def content_of(before: str, at: datetime, who: int | None, action: str, about: str, detail: Mapping[str, Any]) -> bytes:
    """What a digest is of: the line before and this one's contents."""
    content = json.dumps([before, at.isoformat(), who, action, about, detail], sort_keys=True, ensure_ascii=False)
    return content.encode()


class Meant(models.Model):
    """A change outside of the database that somebody is about to make, and has not written into the log yet
    (``shared.meant``). ``told`` stands in its line, ``clue`` is what the change is looked for by."""

    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=now, db_index=True)
    action = models.CharField(max_length=60)
    about = models.CharField(max_length=200, blank=True)
    told = models.JSONField(default=dict)
    clue = models.JSONField(default=dict)


class Job(models.Model):
    """A piece of long work: waiting, claimed by one worker, and then done, failed or cancelled.

    ``beat`` is when the worker last said something; work whose worker fell silent is taken up again. Work may have to
    wait until ``not_before``.
    """

    class State(models.TextChoices):
        """Where it stands."""

        WAITING = "waiting"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"
        CANCELLED = "cancelled"

    kind = models.CharField(max_length=40)
    asked = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING, db_index=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=now, db_index=True)
    not_before = models.DateTimeField(null=True)
    begun_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    beat = models.DateTimeField(null=True)
    worker = models.CharField(max_length=80, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    step = models.JSONField(null=True)
    steps_done = models.PositiveIntegerField(default=0)
    steps = models.PositiveIntegerField(null=True)
    stop_asked = models.BooleanField(default=False)
    result = models.JSONField(default=dict)
    trouble = models.JSONField(null=True)

    class Meta:
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(state__in=["waiting", "running", "done", "failed", "cancelled"]), name="job_state"
            ),
            models.CheckConstraint(
                condition=~models.Q(state="running") | models.Q(begun_at__isnull=False), name="job_running_has_begun"
            ),
        ]

    @property
    def open(self) -> bool:
        """Whether it may still do something."""
        return self.state in (self.State.WAITING, self.State.RUNNING)

    @property
    def seconds(self) -> int:
        """How long it has been worked on."""
        return 0 if self.begun_at is None else max(int(((self.ended_at or now()) - self.begun_at).total_seconds()), 0)

    @property
    def minutes(self) -> int:
        """The same in whole minutes."""
        return self.seconds // 60

    @property
    def share(self) -> int | None:
        """Per cent done, where that is known."""
        return None if not self.steps else min(100, round(100 * self.steps_done / self.steps))


class Checked(models.Model):
    """How far the audit log was found whole; one row. Lines up to ``line`` follow from one another, and that one's
    digest was ``digest``; ``breach`` is the first that does not. ``whole_at`` is when all lines were last gone over."""

    line = models.BigIntegerField(default=0)
    digest = models.CharField(max_length=64, blank=True)
    breach = models.BigIntegerField(null=True)
    whole_at = models.DateTimeField(null=True)


class Beat(models.Model):
    """When a worker last said that it lives."""

    worker = models.CharField(max_length=80, primary_key=True)
    at = models.DateTimeField()


class Count(models.Model):
    """How often something was done until a moment, by whichever process (``shared.counts``)."""

    key = models.CharField(max_length=160, primary_key=True)
    used = models.PositiveIntegerField()
    until = models.DateTimeField(db_index=True)


class Remembered(models.Model):
    """What the sign-in library counts attempts with: Django's cache in the database, the same for every process."""

    cache_key = models.CharField(max_length=255, primary_key=True)
    value = models.TextField()
    expires = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "shared_remembered"
