"""What staff write about a customer."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from regulars_web.shared.clock import now


class Note(models.Model):
    """A remark on a customer, kept by pseudonym. Taken away it stays in the table, so that it can be put back."""

    customer = models.CharField(max_length=20, db_index=True)
    text = models.CharField(max_length=2_000)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=now)
    removed_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-at", "-id"]
