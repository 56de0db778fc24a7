"""The one door to identifiers. Whoever wants a name asks here, says what for, and is held to role and branches.

Reads are counted by person and hour, over all processes that serve: every so many a line goes into the audit log, and
beyond a limit nothing more is shown until the hour is over. Roles without ``identities:read`` are given pseudonyms in
the place of names.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pyarrow as pa
from django.db import transaction

from regulars import api
from regulars.base.errors import NotThere, NotUsable
from regulars.base.text import say
from regulars_web.company.businesses import business
from regulars_web.company.powers import may
from regulars_web.shared.audit import note
from regulars_web.shared.clock import now
from regulars_web.shared.counts import count
from regulars_web.shared.lock import opened
from regulars_web.vault import admitting, finding
from regulars_web.vault.admitting import Admitted
from regulars_web.vault.models import Forgotten, Identity
from regulars_web.vault.twins import Twins, twins

__all__ = [
    *("Admitted", "Person", "Shown", "Twins", "admissible", "admit", "erase", "everybody", "find", "forgotten"),
    *("held", "met", "names", "one", "shown", "suspected", "welcome_back", "within"),
]

#: Identities shown to one person within an hour, after which the door is shut; and how often the log is told.
MOST_AN_HOUR = 5_000
TOLD_EVERY = 200
#: So many of all branches are looked through for somebody confined to some of them.
AMONG = 2_400


@dataclass(frozen=True, slots=True)
class Person:
    """Who a customer is, as far as its reader may know. ``named`` is false where only the pseudonym is shown."""

    key: str
    name: str
    named: bool = False
    phone: str = ""
    email: str = ""
    member: str = ""

    @property
    def shown(self) -> str:
        """The name, or a short form of the pseudonym."""
        return self.name or f"#{self.key[-6:]}"


@dataclass(frozen=True, slots=True)
class Shown:
    """Who customers are, for a page that is of use without their names too; ``withheld`` says why they are absent."""

    people: Mapping[str, Person]
    withheld: NotUsable | None = None


def admit(by: Any, table: pa.Table, *, source: str) -> Admitted:
    """Put identifiers of an import into the vault, with the line that says so; columns customer, name, phone, email,
    member. The same again changes nothing."""
    with transaction.atomic():
        result = admitting.admit(table, source=source)
        note(by, "identities.admitted", about=source, new=result.new, changed=result.changed, unusable=result.unusable)
    return result


def names(who: Any, keys: Iterable[str], *, purpose: str, contacts: bool = False) -> dict[str, Person]:
    """Who these customers are, for a purpose. Keys outside the reader's branches, and everybody where the reader's role
    sees no names, come back as pseudonyms. Raises NotUsable beyond the hour's limit."""
    asked = list(dict.fromkeys(keys))
    people = {key: Person(key, "") for key in asked}
    if not may(who, "identities:read"):
        return people
    allowed = within(who, asked)
    found = Identity.objects.filter(customer__in=allowed)
    for identity in found:
        people[identity.customer] = _person(identity, contacts=contacts)
    _counted(who, len(allowed), purpose)
    return people


def shown(who: Any, keys: Iterable[str], *, purpose: str, contacts: bool = False) -> Shown:
    """As :func:`names`, but where nothing may be shown any more (or the vault cannot be opened) it is pseudonyms and
    the reason: a day's work goes on without names."""
    asked = list(keys)
    try:
        return Shown(names(who, asked, purpose=purpose, contacts=contacts))
    except NotUsable as reason:
        return Shown({key: Person(key, "") for key in asked}, reason)


def one(who: Any, key: str, *, purpose: str) -> Person:
    """Who one customer is, with telephone and address."""
    if not may(who, "identities:read") or not within(who, [key]):
        return Person(key, "")
    _counted(who, 1, purpose)
    identity = Identity.objects.filter(customer=key).first()
    return _person(identity, contacts=True) if identity else Person(key, "")


def find(who: Any, text: str, *, limit: int = 12) -> list[Person]:
    """Customers within the reader's branches by part of a name, the end of a number, member number or address."""
    if not may(who, "identities:read") or len(text.strip()) < 1:
        return []
    # Those confined to branches are given what is left of a longer list: a common name is common in other branches too.
    found = finding.find(text[:120], limit=limit if not who.branches else AMONG)
    allowed = within(who, [identity.customer for identity in found])
    shown = [_person(identity, contacts=False) for identity in found if identity.customer in allowed][:limit]
    _counted(who, len(shown), "search")
    return shown


def suspected() -> Iterator[Twins]:
    """Customers who may be one person, by their keys alone: for the work in the background, which names nobody."""
    return twins()


def everybody(who: Any, *, purpose: str) -> Iterator[Person]:
    """All identities, for who owns the business and takes everything away; written down before the first is told.

    Raises:
        NotUsable: not for this person.
    """
    if not may(who, "export:people"):
        raise NotUsable(say("people.gate.not_yours"), say("people.gate.not_yours_hint"))
    note(who, "identities.all", about=purpose, n=held())
    for identity in Identity.objects.order_by("customer").iterator():
        yield _person(identity, contacts=True)


def held() -> int:
    """How many customers the vault knows."""
    return Identity.objects.count()


def erase(by: Any, key: str) -> bool:
    """Forget who a customer is: the row and all it is found by. Facts stay, of nobody, and later files do not bring the
    name back. False where none was known."""
    with transaction.atomic():
        deleted, _ = Identity.objects.filter(customer=key).delete()
        if deleted:
            Forgotten.objects.get_or_create(customer=key)
            note(by, "identities.erased", about=key)
    return bool(deleted)


def forgotten(keys: Iterable[str]) -> bool:
    """Whether the customer of these keys was erased, so that what files say of them is not taken in."""
    return Forgotten.objects.filter(customer__in=list(keys)).exists()


def welcome_back(by: Any, keys: Iterable[str]) -> None:
    """Somebody who was erased is a customer again and wants to be known: later files may name them."""
    with transaction.atomic():
        for row in Forgotten.objects.filter(customer__in=list(keys)):
            row.delete()
            note(by, "identities.welcome_back", about=row.customer)


def _person(identity: Identity, *, contacts: bool) -> Person:
    name, member = opened(identity.name, "name"), opened(identity.member, "member")
    if not contacts:
        return Person(identity.customer, name, True, member=member)
    return Person(identity.customer, name, True, opened(identity.phone), opened(identity.email), member)


def within(who: Any, keys: Sequence[str]) -> set[str]:
    """Those of the keys that belong to the reader's branches: by the newest study; of whom it does not know, those the
    ledger knows at these branches alone."""
    if not who.branches:
        return set(keys)
    kept = api.kept_keys(business(), keys)  # a study and the ledger know those merged by the key that stands for them
    both = list({*keys, *kept.values()})
    inside = studied = frozenset[str]()
    try:
        reader = api.people_of(business())
        inside, studied = (reader.within(both, branches=some) for some in (who.branches, ()))
    except NotThere:  # not studied yet: the ledger alone tells
        pass
    own = _met_here(who, {kept[key] for key in keys if key not in studied and kept[key] not in studied})
    return {key for key in keys if kept[key] in inside or (kept[key] in own and key not in studied)}


def met(who: Any, keys: Sequence[str]) -> bool:
    """Whether the customer of all these keys, the one that stands for them first, is one for this reader though no
    study knows them: known to the ledger or the vault, and of the reader's branches where they are confined to some."""
    if who.branches:
        return keys[0] in within(who, keys[:1])
    known = Identity.objects.filter(customer__in=list(keys)).exists() or forgotten(keys)
    return known or bool(api.branches_of(business(), keys[:1])[keys[0]])


def _met_here(who: Any, keys: Iterable[str]) -> set[str]:
    """Those of the keys that the ledger knows at the reader's branches and nowhere else."""
    asked = [key for key in keys if key.isascii() and key.isdigit() and int(key) < 2**63]
    if not asked:
        return set()
    mine = set(business().settings.spellings(tuple(who.branches)))
    return {key for key, places in api.branches_of(business(), asked).items() if places and places <= mine}


def admissible(who: Any, keys: Sequence[str]) -> set[str]:
    """Those of the keys whose identifiers somebody of these branches may bring in: customers of theirs by the newest
    study; of whom it does not know, those the ledger knows at their branches alone; and whom nobody knows at all.
    Anybody else they could rename."""
    if not who.branches:
        return set(keys)
    kept = api.kept_keys(business(), keys)
    try:
        studied = api.people_of(business()).within(list({*keys, *kept.values()}), branches=())
    except NotThere:
        studied = frozenset()
    strangers = [key for key in keys if key not in studied and kept[key] not in studied]
    known = set(Identity.objects.filter(customer__in=strangers).values_list("customer", flat=True))
    places, mine = api.branches_of(business(), strangers), set(business().settings.spellings(tuple(who.branches)))
    own = {key for key in strangers if places[key] <= mine and (places[key] or key not in known)}
    return within(who, [key for key in keys if key not in strangers]) | own


def _counted(who: Any, n: int, purpose: str) -> None:
    if not n:
        return
    at = now()
    over = at.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    so_far = count(
        f"identities:{who.pk}:{at:%Y%m%d%H}", n, until=over, at_once=max(min(TOLD_EVERY, MOST_AN_HOUR // 25), 1)
    )
    if so_far > MOST_AN_HOUR:
        if so_far - n <= MOST_AN_HOUR:
            note(who, "identities.limit", about=purpose, shown=so_far - n)
        raise NotUsable(say("people.gate.limit", n=MOST_AN_HOUR), say("people.gate.limit_hint"))
    if so_far // TOLD_EVERY > (so_far - n) // TOLD_EVERY:
        note(who, "identities.read", about=purpose, this_hour=so_far)
