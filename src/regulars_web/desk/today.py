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

#: Customers listed at once; the rest is behind the list of customers, or on pages of its own.
LISTED = 12
#: Customers on a page of a whole list.
A_PAGE = 50
#: The lists of a day and their orders.
SORTS = {"due": "due_on", "late": "-value_12"}
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


@dataclass(frozen=True, slots=True)
class Whole:
    """A page of a list of the day with everybody on it; ``after`` and ``before`` are places of the next and the last
    page."""

    as_of: date
    currency: str
    lines: tuple[Line, ...]
    all: int
    after: str | None
    before: str | None
    withheld: NotUsable | None


def day_of(who: Any) -> Day | None:
    """Who is due and who is late, by the newest study; None before the first one."""
    shop = business()
    try:
        reader = api.people_of(shop)
    except NotThere:
        return None
    here = today(shop.settings.zone)
    due_where, late_where = _wheres(here)
    branches = tuple(who.branches)
    due = reader.page(due_where, sort=SORTS["due"], branches=branches, size=LISTED, columns=_COLUMNS).rows
    late = reader.page(late_where, sort=SORTS["late"], branches=branches, size=LISTED, columns=_COLUMNS).rows
    shown = gate.shown(who, [row.key for row in (*due, *late)], purpose="day list")

    return Day(
        as_of=reader.as_of,
        currency=reader.currency,
        due=_lines(due, shown, here),
        late=_lines(late, shown, here),
        due_all=_count(reader, due_where, branches),
        late_all=_count(reader, late_where, branches),
        due_where=due_where,
        late_where=late_where,
        counted={id: (_count(reader, where, branches), where) for id, where in _COUNTED.items()},
        old=here - reader.as_of > OLD,
        withheld=shown.withheld,
    )


def whole_of(who: Any, which: str, *, after: str = "", before: str = "") -> Whole | None:
    """A page of everybody due (or late) of a reader's branches; None before the first study. Raises BadSettings: a
    place in the list that is none."""
    shop = business()
    try:
        reader = api.people_of(shop)
    except NotThere:
        return None
    here = today(shop.settings.zone)
    where = dict(zip(SORTS, _wheres(here), strict=True))[which]
    branches = tuple(who.branches)
    page = reader.page(
        where,
        sort=SORTS[which],
        branches=branches,
        after=after or None,
        before=before or None,
        size=A_PAGE,
        columns=_COLUMNS,
    )
    shown = gate.shown(who, [row.key for row in page.rows], purpose="day list")
    return Whole(
        as_of=reader.as_of,
        currency=reader.currency,
        lines=_lines(page.rows, shown, here),
        all=_count(reader, where, branches),
        after=page.after,
        before=page.before,
        withheld=shown.withheld,
    )


def _wheres(here: date) -> tuple[str, str]:
    """Who is due and who is late; whoever became due since the study is late too."""
    coming = "state in (newcomer, active)"
    due = f"due_on between {here.isoformat()} and {(here + timedelta(days=AHEAD)).isoformat()} and {coming}"
    return due, f"state = overdue or (due_on before {here.isoformat()} and {coming})"


def _lines(rows: tuple[api.Standing, ...], shown: gate.Shown, here: date) -> tuple[Line, ...]:
    return tuple(Line(row.key, shown.people[row.key], row.of, _late(row.of.get("due_on"), here)) for row in rows)


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
