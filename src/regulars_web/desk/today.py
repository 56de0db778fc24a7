"""Whom to look after today: who is due and who is late, of one's own branches, with their names by the gate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.conf import settings

from regulars import api
from regulars.base.errors import NotThere, NotUsable
from regulars_web.company.businesses import business
from regulars_web.privacy import gate
from regulars_web.shared.clock import today

#: Customers listed at once; the rest is behind the list of customers.
LISTED = 12
#: Days of a list of those due.
AHEAD = 7
#: A study so old no longer tells who is due.
OLD = timedelta(days=45)
_COLUMNS = ("branch", "due_on", "last_day", "visits", "state", "value_12", "package_balance")
#: Counts of finished studies, by folder, study, predicate and branches.
_KNOWN: dict[tuple[object, ...], int] = {}
MOST_KNOWN = 500
_COUNTED = {
    "customers": "everybody",
    "newcomer": "state = newcomer",
    "active": "state = active",
    "overdue": "state = overdue",
    "lapsed": "state = lapsed",
    "regulars": "class = regulars",
    "best_late": "state = overdue and tier = high",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One customer of the day: who, and why they are on the list."""

    key: str
    person: gate.Person
    of: Mapping[str, Any]
    late: int  # days since they were due; negative: days until


@dataclass(frozen=True, slots=True)
class Day:
    """A reader's day. ``counted`` are customers of their branches by predicate; ``withheld`` why names are absent."""

    as_of: date
    currency: str
    due: tuple[Line, ...]
    late: tuple[Line, ...]
    due_all: int
    late_all: int
    due_where: str
    late_where: str
    counted: Mapping[str, tuple[int, str]]
    old: bool
    withheld: NotUsable | None


def day_of(who: Any) -> Day | None:
    """Who is due and who is late, by the newest study; None before the first one."""
    shop = business()
    try:
        reader = api.people_of(shop)
    except NotThere:
        return None
    here = today(shop.settings.zone)
    end = here + timedelta(days=AHEAD)
    due_where = f"due_on between {here.isoformat()} and {end.isoformat()} and state in (newcomer, active)"
    late_where = "state = overdue"
    branches = tuple(who.branches)
    due = reader.page(due_where, sort="due_on", branches=branches, size=LISTED, columns=_COLUMNS).rows
    late = reader.page(late_where, sort="-value_12", branches=branches, size=LISTED, columns=_COLUMNS).rows
    shown = gate.shown(who, [row.key for row in (*due, *late)], purpose="day list")

    def lines(rows: tuple[api.Standing, ...]) -> tuple[Line, ...]:
        return tuple(Line(row.key, shown.people[row.key], row.of, _late(row.of.get("due_on"), here)) for row in rows)

    return Day(
        as_of=reader.as_of,
        currency=reader.currency,
        due=lines(due),
        late=lines(late),
        due_all=_count(reader, due_where, branches),
        late_all=_count(reader, late_where, branches),
        due_where=due_where,
        late_where=late_where,
        counted={id: (_count(reader, where, branches), where) for id, where in _COUNTED.items()},
        old=here - reader.as_of > OLD,
        withheld=shown.withheld,
    )


def _count(reader: api.PeopleReader, where: str, branches: tuple[str, ...]) -> int:
    """How many; a finished study's answer never changes, so it is asked for once."""
    key = (settings.FOLDER, reader.run, where, branches)
    if key not in _KNOWN:
        if len(_KNOWN) >= MOST_KNOWN:
            _KNOWN.clear()
        _KNOWN[key] = reader.count(where, branches=branches).customers
    return _KNOWN[key]


def _late(due_on: object, here: date) -> int:
    return (here - due_on).days if isinstance(due_on, date) else 0
