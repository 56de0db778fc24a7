"""Notes on a customer, and forgetting who somebody is."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from regulars import api
from regulars.privacy.hkid import mask_hkid
from regulars_web.company.businesses import business
from regulars_web.people.models import Note
from regulars_web.privacy import gate
from regulars_web.shared.audit import note
from regulars_web.shared.clock import now
from regulars_web.shared.turns import my_turn

LONGEST = 2_000


def write(by: Any, customer: str, text: str) -> Note | None:
    """Put a note down; the same one sent twice is put down once. None for an empty one. Identity card numbers are
    masked."""
    said = mask_hkid(" ".join(text.split(" ")).strip())[0][:LONGEST]
    if not said:
        return None
    with transaction.atomic():
        my_turn()
        latest = Note.objects.filter(customer=customer, by=by, removed_at=None).first()
        if latest is not None and latest.text == said:
            return latest
        made = Note.objects.create(customer=customer, text=said, by=by)
        note(by, "note.written", about=customer)
    return made


def remove(by: Any, customer: str, id: int, *, back: bool = False) -> None:
    """Take a note away, or put it back."""
    with transaction.atomic():
        keys = api.keys_of(business(), customer)
        changed = Note.objects.filter(pk=id, customer__in=keys, removed_at__isnull=not back).update(
            removed_at=None if back else now()
        )
        if changed:
            note(by, "note.put_back" if back else "note.removed", about=customer)


def removed(customer: str, id: str) -> int | None:
    """The id of a removed note that can be put back, where there is one."""
    if not id.isascii() or not id.isdigit() or len(id) > 15:
        return None
    found = Note.objects.filter(
        pk=int(id), customer__in=api.keys_of(business(), customer), removed_at__isnull=False
    ).first()
    return found.pk if found else None


def keys_of(customer: str) -> tuple[str, ...]:
    """All keys of the same customer."""
    return api.keys_of(business(), customer)


def forget(by: Any, customer: str) -> bool:
    """Erase who a customer is, under every key of theirs, and what was written about them. Facts stay, of nobody."""
    keys = api.keys_of(business(), customer)
    with transaction.atomic():
        Note.objects.filter(customer__in=keys).delete()
        erased = [gate.erase(by, key) for key in keys]
    return any(erased)
