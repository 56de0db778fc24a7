"""What customers have agreed to and refused. Rows are added and ended, never rewritten: they are the evidence."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from regulars_web.shared.clock import now


class Channel(models.TextChoices):
    """Ways to reach a person; ``ALL`` only for refusals."""

    EMAIL = "email"
    SMS = "sms"
    WHATSAPP = "whatsapp"
    PHONE = "phone"
    POST = "post"
    ALL = "all"


class Consent(models.Model):
    """A person agreed to promotion of one kind on one channel, after a notice that is named (PRIVACY D01, D03)."""

    customer = models.CharField(max_length=20, db_index=True)
    channel = models.CharField(max_length=10, choices=Channel.choices)
    marketing = models.CharField(max_length=80)
    notice = models.CharField(max_length=80)
    how = models.CharField(max_length=200)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    since = models.DateTimeField(default=now)
    until = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-since", "-id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(channel__in=["email", "sms", "whatsapp", "phone", "post"]), name="consent_channel"
            ),
            models.CheckConstraint(condition=~models.Q(notice="") & ~models.Q(how=""), name="consent_has_evidence"),
        ]


class Refusal(models.Model):
    """A person wants no promotion: above every consent, in all branches, at once (PRIVACY D06)."""

    customer = models.CharField(max_length=20, db_index=True)
    channel = models.CharField(max_length=10, choices=Channel.choices, default=Channel.ALL)
    how = models.CharField(max_length=200)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    since = models.DateTimeField(default=now)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-since", "-id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(channel__in=["email", "sms", "whatsapp", "phone", "post", "all"]),
                name="refusal_channel",
            ),
        ]
