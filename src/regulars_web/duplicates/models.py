"""Pairs of customers that may be one person, and what was decided of each."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from regulars_web.shared.clock import now


class Pair(models.Model):
    """Two customers by pseudonym, the smaller key first. ``moved`` counts as ``stays`` while the pair is merged."""

    class State(models.TextChoices):
        """What was decided."""

        OPEN = "open"
        MERGED = "merged"
        DIFFERENT = "different"

    one = models.CharField(max_length=20)
    other = models.CharField(max_length=20)
    reasons = models.JSONField(default=list)
    weight = models.PositiveSmallIntegerField(default=0)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    found_at = models.DateTimeField(default=now)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    moved = models.CharField(max_length=20, blank=True)
    stays = models.CharField(max_length=20, blank=True)

    class Meta:
        ordering: ClassVar = ["-weight", "id"]
        indexes: ClassVar = [models.Index(fields=["state", "-weight", "id"], name="pair_queue")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["one", "other"], name="pair_once"),
            models.CheckConstraint(condition=models.Q(state__in=["open", "merged", "different"]), name="pair_state"),
            models.CheckConstraint(
                condition=~models.Q(state="merged") | ~models.Q(moved=""), name="pair_merged_says_which"
            ),
        ]

    @property
    def keys(self) -> tuple[str, str]:
        """Both customers."""
        return self.one, self.other
