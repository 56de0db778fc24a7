"""May this person be sent promotion, and how do we know: refusals first, then consents, then what the till said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from regulars_web.privacy.models import Channel, Consent, Refusal
from regulars_web.shared.audit import note
from regulars_web.shared.clock import now
from regulars_web.shared.turns import my_turn

CHANNELS = (Channel.EMAIL, Channel.SMS, Channel.WHATSAPP, Channel.PHONE, Channel.POST)


@dataclass(frozen=True, slots=True)
class Permission:
    """Of one channel. ``state``: refused, agreed, imported (the till's own record says yes), imported_no or unknown.
    Only what was agreed under a notice counts when something is sent; nothing is taken for a yes."""

    channel: str
    state: str
    since: datetime | None = None
    how: str = ""


def at_a_glance(keys: Sequence[str], imported: Mapping[str, bool | None]) -> list[Permission]:
    """Every channel of one customer, who may have several keys. ``imported``: what the ledger says, by channel."""
    refusals = list(Refusal.objects.filter(customer__in=keys, withdrawn_at=None))
    consents = list(Consent.objects.filter(customer__in=keys, until=None))
    return [_of(channel, refusals, consents, imported.get(channel)) for channel in CHANNELS]


def _of(channel: str, refusals: list[Refusal], consents: list[Consent], told: bool | None) -> Permission:
    for refusal in refusals:
        if refusal.channel in (channel, Channel.ALL):
            return Permission(channel, "refused", refusal.since, refusal.how)
    for consent in consents:
        if consent.channel == channel:
            return Permission(channel, "agreed", consent.since, consent.how)
    if told is not None:
        return Permission(channel, "imported" if told else "imported_no")
    return Permission(channel, "unknown")


def refuse(by: Any, customer: str, *, channel: str, how: str) -> None:
    """Record that somebody wants no promotion. Asked twice, it stands once. Raises ValueError for no such channel."""
    with transaction.atomic():
        my_turn()
        _, made = Refusal.objects.get_or_create(
            customer=customer,
            channel=Channel(channel),
            withdrawn_at=None,
            defaults={"how": how[:200], "by": by},
        )
        if made:
            note(by, "permission.refused", about=customer, channel=channel)


def withdraw(by: Any, keys: Sequence[str], *, channel: str) -> None:
    """Take a refusal of one customer back that was recorded by mistake; the row stays as evidence."""
    with transaction.atomic():
        open_ones = Refusal.objects.filter(customer__in=keys, channel=Channel(channel), withdrawn_at=None)
        if open_ones.update(withdrawn_at=now()):
            note(by, "permission.refusal_withdrawn", about=keys[0], channel=channel)
