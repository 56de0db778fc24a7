"""May this person be sent promotion, and how do we know: refusals first, then consents, then what the till said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Count, Max

from regulars import api
from regulars_web.company.businesses import business
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


#: States from the weakest: of several channels that are all needed, the weakest decides.
STATES = ("refused", "imported_no", "unknown", "imported", "agreed")
#: With these somebody may be approached: they agreed, or the till's own record says that they did.
YES = ("imported", "agreed")


def on_record(keys: Sequence[str], channels: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """What the ledger says of promotion to each customer on each of the channels."""
    shop = business()
    kept = api.kept_keys(shop, keys)
    told = api.permissions_of(shop, set(kept.values()))
    return {key: tuple(_told(told[kept[key]][channel]) for channel in channels) for key in keys}


def of_many(recorded: Mapping[str, tuple[str, ...]], channels: Sequence[str]) -> dict[str, str]:
    """The state that decides where all the channels are needed: what is on record, and what was refused and agreed here
    since. A refusal at any key of a customer stands above all."""
    shop = business()
    said = {"refused": Refusal.objects.filter(withdrawn_at=None), "agreed": Consent.objects.filter(until=None)}
    by = {
        word: set(rows.filter(channel__in=[*channels, Channel.ALL]).values_list("customer", "channel"))
        for word, rows in said.items()
    }
    kept = api.kept_keys(shop, {*recorded, *(customer for pairs in by.values() for customer, _ in pairs)})
    refused = {kept[customer] for customer, _ in by["refused"]}
    agreed = {(kept[customer], channel) for customer, channel in by["agreed"]}
    found = {}
    for key, states in recorded.items():
        now_is = ["agreed" if (kept[key], c) in agreed else s for c, s in zip(channels, states, strict=True)]
        found[key] = "refused" if kept[key] in refused else min(now_is, key=STATES.index)
    return found


def marker() -> tuple[int, ...]:
    """Changes whenever a refusal or a consent is recorded or ended: what rests on them is then asked anew."""
    rows = (Refusal.objects.filter(withdrawn_at=None), Consent.objects.filter(until=None))
    told = [found.aggregate(n=Count("id"), last=Max("id")) for found in rows]
    return tuple(int(one[name] or 0) for one in told for name in ("n", "last"))


def refusing() -> int:
    """How many customers want no promotion on some channel or any."""
    return Refusal.objects.filter(withdrawn_at=None).values("customer").distinct().count()


def _told(answer: bool | None) -> str:
    return "unknown" if answer is None else "imported" if answer else "imported_no"


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
