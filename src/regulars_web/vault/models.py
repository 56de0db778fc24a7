"""One row says who one customer is. Deleting it makes the customer's facts anonymous for good."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from regulars_web.shared.clock import now


class Identity(models.Model):
    """Who a customer is. ``customer`` is the pseudonym of the ledger; all else that tells who it is lies encrypted.

    ``phone_mark`` and ``email_mark`` are keyed digests: two customers of one number are found without reading it.
    """

    customer = models.CharField(max_length=20, unique=True)
    name = models.BinaryField(default=b"")
    member = models.BinaryField(default=b"")
    phone = models.BinaryField(default=b"")
    email = models.BinaryField(default=b"")
    phone_mark = models.CharField(max_length=32, blank=True, db_index=True)
    email_mark = models.CharField(max_length=32, blank=True, db_index=True)
    source = models.CharField(max_length=120, blank=True)
    added_at = models.DateTimeField(default=now)
    changed_at = models.DateTimeField(default=now)

    class Meta:
        ordering: ClassVar = ["customer"]

    def __str__(self) -> str:
        return f"customer {self.customer}"  # never a name: this ends up in logs


class Forgotten(models.Model):
    """A customer who was erased: what files say of them later is not taken in."""

    customer = models.CharField(max_length=20, unique=True)
    at = models.DateTimeField(default=now)

    class Meta:
        ordering: ClassVar = ["customer"]

    def __str__(self) -> str:
        return f"customer {self.customer}"


class Term(models.Model):
    """What a customer is found by: keyed digests of beginnings of the name (W), of the member number (M) and of the
    telephone number's end (T)."""

    # The constraint below is an index by identity. The one by term has all that a search of several common parts
    # compares, hundreds of thousands of rows: the table itself is not read.
    identity = models.ForeignKey(Identity, on_delete=models.CASCADE, related_name="terms", db_index=False)
    term = models.CharField(max_length=80)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["term", "identity"], name="term_found")]
        constraints: ClassVar = [models.UniqueConstraint(fields=["identity", "term"], name="term_once")]

    def __str__(self) -> str:
        return f"term of {self.identity_id}"
