"""One row says who one customer is. Deleting it makes the customer's facts anonymous for good."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from regulars_web.shared.clock import now


class Identity(models.Model):
    """Who a customer is. ``customer`` is the pseudonym of the ledger; telephone and e-mail lie here encrypted.

    ``phone_mark`` and ``email_mark`` are keyed digests: two customers of one number are found without reading it.
    """

    customer = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=200, blank=True)
    member = models.CharField(max_length=80, blank=True)
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
    """What a customer is found by: a part of a name, a member number, or the mark of a number's end.

    Nine in ten of all rows are these. They are found by the index ``term_of`` (migration 0003), which has all that a
    search asks for: with several common parts of a name hundreds of thousands of rows are compared.
    """

    identity = models.ForeignKey(Identity, on_delete=models.CASCADE, related_name="terms", db_index=False)
    term = models.CharField(max_length=80)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["identity", "term"], name="term_once")]

    def __str__(self) -> str:
        return f"term of {self.identity_id}"
