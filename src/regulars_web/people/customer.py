"""Everything one customer's page shows, in one record: who through the gate, facts and standing through the core."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from regulars import api
from regulars.base.errors import NotThere, NotUsable
from regulars.base.text import Text
from regulars_web.company.businesses import business
from regulars_web.people.models import Note
from regulars_web.people.pages import branch_names
from regulars_web.people.said import may_come, said_of
from regulars_web.people.strip import Strip, strip_of
from regulars_web.people.timeline import Event, events_of, gaps_of
from regulars_web.privacy import gate
from regulars_web.privacy.permissions import Permission, at_a_glance
from regulars_web.shared.clock import today

#: Visits told one by one before "earlier ones" is asked for.
SHOWN = 25
_CHANNELS = ("email", "sms", "whatsapp", "phone", "post")


@dataclass(frozen=True, slots=True)
class Customer:
    """One customer. ``of`` is the standing by its columns, empty for somebody who came after the study."""

    key: str
    person: gate.Person
    others: tuple[gate.Person, ...]  # what else the customer is on record as
    withheld: NotUsable | None  # why names are absent
    of: Mapping[str, Any]
    as_of: date | None  # the day of the study; None before the first one
    data_version: int | None
    currency: str
    history: api.History
    strip: Strip | None
    said: tuple[Text, ...]
    permissions: tuple[Permission, ...]
    notes: tuple[Note, ...]
    all_visits: bool
    events: tuple[Event, ...]
    gaps: tuple[Text, ...]
    places: Mapping[str, str]  # names of the branches, by what the ledger calls them


def customer_of(who: Any, key: str, *, language: str, all_visits: bool = False) -> Customer:
    """The page of one customer within the reader's branches, under the key that stands for them. Raises NotThere:
    unknown, or of other branches; the two are not told apart."""
    shop = business()
    keys = api.keys_of(shop, key)
    key = keys[0]
    of, reader = _standing(shop, who, keys)
    history = api.history_of(shop, int(key))
    currency = reader.currency if reader else shop.settings.currency
    days = sorted({visit.day for visit in history.visits if visit.came})
    shown = gate.shown(who, keys, purpose="customer page", contacts=True)
    first, last = of.get("next_visit_from"), of.get("next_visit_by")
    due = (first, last) if isinstance(first, date) and isinstance(last, date) and may_come(of) else None
    places = branch_names(language)
    return Customer(
        key=key,
        person=shown.people[key],
        others=tuple(shown.people[other] for other in keys[1:]),
        withheld=shown.withheld,
        of=of,
        as_of=reader.as_of if reader else None,
        data_version=reader.data_version if reader else None,
        currency=currency,
        history=history,
        strip=strip_of(days, as_of=reader.as_of, due=due) if reader and of else None,
        said=tuple(said_of(of, currency, today(shop.settings.zone))),
        permissions=tuple(at_a_glance(keys, _imported(history))),
        notes=tuple(Note.objects.filter(customer__in=keys, removed_at=None).select_related("by")[:100]),
        all_visits=all_visits,
        events=events_of(history, places, currency),
        gaps=gaps_of(history),
        places=places,
    )


def within(who: Any, key: str) -> None:
    """Raises NotThere where the customer is not of the reader's branches."""
    shop = business()
    _standing(shop, who, api.keys_of(shop, key))


def _standing(
    shop: api.OpenBusiness, who: Any, keys: tuple[str, ...]
) -> tuple[Mapping[str, Any], api.PeopleReader | None]:
    """What the newest study believes of a customer, and its reader; nothing of who came after it or before the first.
    Raises NotThere: unknown, or of other branches."""
    reader = None
    try:
        reader = api.people_of(shop)
        return reader.one(keys[0], branches=who.branches).of, reader
    except NotThere:
        if not gate.met(who, keys):
            raise
    return {}, reader


def _imported(history: api.History) -> dict[str, bool | None]:
    """What the systems the data came from say of permission: a no of any of them is a no."""
    found: dict[str, bool | None] = {}
    for channel in _CHANNELS:
        told = [getattr(row, f"may_{channel}") for row in history.facts.registered]
        known = [answer for answer in told if answer is not None]
        found[channel] = all(known) if known else None
    return found
