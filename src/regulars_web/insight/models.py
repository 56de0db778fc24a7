"""Studies that were made: what the list of them shows, without opening each."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from regulars_web.shared.clock import now


class Study(models.Model):
    """One study of the core. ``run`` is its folder; ``figures`` are its headline figures as the core told them; ``by``
    and ``seconds`` are unknown for one that was made at the command line."""

    run = models.CharField(max_length=120, unique=True)
    as_of = models.DateField()
    data_version = models.PositiveIntegerField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=now)
    seconds = models.FloatField(null=True)
    figures = models.JSONField(default=dict)
    #: What came of doing it again: when, whether it was equal, and what differed.
    reproduced = models.JSONField(null=True)
    archived_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-made_at", "-id"]
