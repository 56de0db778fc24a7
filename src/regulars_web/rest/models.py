"""Tokens of other programs, what they pushed, answers kept for asking twice, messages sent out, and exports."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import ClassVar

from django.conf import settings
from django.db import models

from regulars_web.shared.clock import now
from regulars_web.shared.models import Job

PERSON = settings.AUTH_USER_MODEL


class Token(models.Model):
    """Another program's key. It acts for ``user`` and never may more than that person may now.

    Only the hash of the secret is kept; ``lead`` is its beginning, by which people tell tokens apart.
    """

    name = models.CharField(max_length=80)
    user = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    made_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    scopes = models.JSONField(default=list)
    branches = models.JSONField(default=list, blank=True)
    lead = models.CharField(max_length=12)
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField(default=now)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-id"]

    @property
    def alive(self) -> bool:
        """Whether it still opens anything."""
        return self.revoked_at is None and self.expires_at > now() and self.user.is_active

    @property
    def within(self) -> tuple[str, ...]:
        """The branches it is confined to: its own, and of those only what its person sees; empty: all of them."""
        mine, theirs = list(self.branches), list(self.user.branches)
        if not mine or not theirs:
            return tuple(mine or theirs)
        return tuple(b for b in mine if b in theirs) or ("",)  # nothing in common: no branch at all

    def sees(self, branch: str | None) -> bool:
        """Whether rows of a branch are within its reach."""
        return not self.within or branch in self.within


class Answer(models.Model):
    """What was answered under an idempotency key, kept a day so that asking again changes nothing."""

    class State(models.TextChoices):
        """Whether the answer is there."""

        WORKING = "working"
        DONE = "done"

    token = models.ForeignKey(Token, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)
    state = models.CharField(max_length=8, choices=State.choices, default=State.WORKING)
    status = models.PositiveSmallIntegerField(default=0)
    headers = models.JSONField(default=dict)
    body = models.TextField(blank=True)
    made_at = models.DateTimeField(default=now, db_index=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["token", "key"], name="answer_once")]


class Receipt(models.Model):
    """Rows a program pushed: accepted, waiting, then stored in the ledger in one commit with their neighbours.

    ``rows`` wait as they will be stored, without identifiers, and are let go of once they are stored. ``batch`` names
    the commit; its counts are those of the commit.
    """

    class State(models.TextChoices):
        """Where the rows are."""

        ACCEPTED = "accepted"
        STORED = "stored"
        FAILED = "failed"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    token = models.ForeignKey(Token, on_delete=models.PROTECT, related_name="+")
    table = models.CharField(max_length=20)
    system = models.CharField(max_length=40)
    sent = models.PositiveIntegerField()
    places = models.JSONField(default=list)
    rows = models.JSONField(default=list)
    accepted = models.PositiveIntegerField()
    problems = models.JSONField(default=list)
    state = models.CharField(max_length=8, choices=State.choices, default=State.ACCEPTED, db_index=True)
    batch = models.CharField(max_length=32, blank=True, db_index=True)
    commit = models.JSONField(null=True)
    trouble = models.JSONField(null=True)
    made_at = models.DateTimeField(default=now, db_index=True)
    stored_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["made_at", "id"]


class Endpoint(models.Model):
    """An address of another program that wants to hear of events. ``before`` is the secret that was in use until it was
    changed; messages carry both signatures until ``before_until``. Both lie locked under the folder's key."""

    url = models.URLField(max_length=500)
    events = models.JSONField(default=list)
    secret = models.BinaryField()
    before = models.BinaryField(default=b"")
    before_until = models.DateTimeField(null=True)
    by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=now)
    removed_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-id"]


class Delivery(models.Model):
    """One message to one endpoint: sent until it is taken, or given up."""

    class State(models.TextChoices):
        """Where it stands."""

        WAITING = "waiting"
        TAKEN = "taken"
        GIVEN_UP = "given_up"

    endpoint = models.ForeignKey(Endpoint, on_delete=models.CASCADE, related_name="deliveries")
    message = models.UUIDField(default=uuid.uuid4, db_index=True)
    event = models.CharField(max_length=40)
    body = models.JSONField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING, db_index=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(default=now)
    said = models.CharField(max_length=200, blank=True)
    made_at = models.DateTimeField(default=now)
    tried_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-id"]

    @property
    def answered(self) -> bool:
        """Whether the other side answered at all; ``said`` is then its status."""
        return self.said.isdecimal()


#: Where exports wait, in the business folder.
EXPORTS = "exports"


class Export(models.Model):
    """Everything the business owns in one file, kept a day."""

    by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    place = models.CharField(max_length=32, unique=True)
    people = models.BooleanField(default=False)
    job = models.OneToOneField(Job, null=True, on_delete=models.PROTECT, related_name="+")
    bytes = models.PositiveBigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    made_at = models.DateTimeField(default=now)
    expires_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-id"]

    @property
    def path(self) -> Path:
        """The file."""
        return Path(settings.FOLDER) / EXPORTS / f"{self.place}.zip"

    @property
    def ready(self) -> bool:
        """Whether it can be taken away."""
        return self.expires_at is not None and self.expires_at > now() and self.path.is_file()
