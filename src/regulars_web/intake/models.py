"""Files brought in, before and after they become facts."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

from django.conf import settings
from django.db import models

from regulars_web.company.powers import may
from regulars_web.shared.clock import now
from regulars_web.shared.models import Job

#: Where files wait, in the business folder.
WAITING = "uploads"


class Batch(models.Model):
    """Files put down together. ``files`` are their names, in the order they came; ``job`` reads them in."""

    made_at = models.DateTimeField(default=now, db_index=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    place = models.CharField(max_length=32, unique=True)
    files = models.JSONField(default=list)
    job = models.OneToOneField(Job, null=True, on_delete=models.PROTECT, related_name="batch")
    dropped_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-id"]

    @property
    def folder(self) -> Path:
        """Where its files are."""
        return Path(settings.FOLDER) / WAITING / self.place

    @property
    def paths(self) -> list[Path]:
        """Its files."""
        return [self.folder / str(name) for name in self.files]

    def shows_rows_to(self, who: Any) -> bool:
        """Whether a reader may see what stands in its files: names and numbers do. Who brought them knows them."""
        return bool(self.by_id == who.pk or may(who, "identities:read"))

    @property
    def undecided(self) -> bool:
        """Whether it can still be corrected, read or let go: nobody has asked for it yet, or the reading broke off."""
        broken = self.job is not None and self.job.state in (Job.State.FAILED, Job.State.CANCELLED)
        return self.dropped_at is None and (self.job is None or broken)


class Correction(models.Model):
    """How one file of a batch is read where somebody knows better than what was detected.

    ``mapping`` is a profile of the core's, None where what was detected holds again. ``version`` grows with every
    change: who changes an older one than there is was overtaken by somebody.
    """

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="corrections")
    file = models.CharField(max_length=255)
    mapping = models.JSONField(null=True)
    version = models.PositiveIntegerField(default=1)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=now)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["batch", "file"], name="one_correction_a_file")]
