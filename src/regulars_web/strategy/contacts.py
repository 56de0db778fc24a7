"""Who is to be contacted for a task: those drawn for it, less whom the law keeps out as permissions stand now."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings

from regulars import api
from regulars.base.errors import Refused
from regulars.base.text import say
from regulars.base.words import render
from regulars_web.company.models import User
from regulars_web.company.powers import may
from regulars_web.insight.queries import ledger_mark
from regulars_web.people import exporting
from regulars_web.people.pages import branch_names
from regulars_web.privacy import gate
from regulars_web.privacy.permissions import YES, marker, of_many, on_record
from regulars_web.shared.audit import note
from regulars_web.strategy.carrying import Work

#: What is needed of a person to reach them there; nothing else of them leaves.
_REACHED_BY = {"email": "email", "sms": "phone", "whatsapp": "phone", "phone": "phone"}
_BLOCK = 5_000
#: Tables that say what of permission: others change with every sale.
_OF_PEOPLE = ("customers", "same_people")


@dataclass(frozen=True, slots=True)
class Called:
    """Customers of a task within a reader's branches: ``may`` be approached, each with the branch and what the yes
    rests on (empty where none is needed); ``kept_out`` are the others, by why."""

    may: Mapping[str, tuple[str, str]]
    kept_out: Mapping[str, int]

    @property
    def drawn(self) -> int:
        """All of them."""
        return len(self.may) + sum(self.kept_out.values())


def called(work: Work, task: api.Task, branches: tuple[str, ...]) -> Called:
    """Who is to be contacted, as permissions stand at this moment."""
    mark = tuple(found for found in ledger_mark() if found[0] in _OF_PEOPLE)
    return _called(work, task.id, task.asks, branches, (settings.FOLDER, mark), marker() if task.asks else ())


@lru_cache(maxsize=12)
def _called(
    work: Work,
    task: str,
    asks: tuple[str, ...],
    branches: tuple[str, ...],
    mark: object,
    said: object,  # noqa: ARG001 - part of the key: what was refused or agreed since
) -> Called:
    places, recorded = _known(work, task, asks, branches, mark)
    if not asks:
        return Called({key: (place, "") for key, place in places.items()}, {})
    states = of_many(recorded, asks)
    allowed = {key: (places[key], state) for key, state in states.items() if state in YES}
    return Called(allowed, dict(Counter(state for state in states.values() if state not in YES)))


@lru_cache(maxsize=12)
def _known(
    work: Work,
    task: str,
    asks: tuple[str, ...],
    branches: tuple[str, ...],
    mark: object,  # noqa: ARG001 - part of the key: what the ledger says of permission may have changed
) -> tuple[dict[str, str], dict[str, tuple[str, ...]]]:
    """Customers with their branches, and what the ledger says of permission: the part that takes long."""
    assert work.drawn is not None
    places: dict[str, str] = {}
    after = ""
    while block := work.drawn.customers(task, branches=branches, after=after, size=_BLOCK):
        places |= dict(block)
        after = block[-1][0]
    return places, on_record(list(places), asks) if asks else {}


def needed(task: api.Task) -> tuple[str, ...]:
    """What of a person the task's channels need: phone, email."""
    return tuple(dict.fromkeys(_REACHED_BY[one.channel] for one in task.doing if one.channel in _REACHED_BY))


def shown(by: Any, task: api.Task, keys: list[str]) -> gate.Shown:
    """Who they are, for those who may know, with no more than the task needs."""
    return gate.shown(by, keys, purpose=f"contacts {task.id}", contacts=bool(needed(task)))


def take(by: User, work: Work, task: api.Task, *, branch: str, format: str) -> tuple[Path, int]:
    """The list as a file for carrying the task out, written down before the first row is read; where it lies, and how
    many are in it. Raises Refused: not theirs to take, or too many; NotUsable beyond the hour's limit of names."""
    if not (may(by, "people:export") and may(by, "contacts:read")) or (branch and not by.sees(branch)):
        raise Refused(say("people.export.not_yours"))
    scope = (branch,) if branch else tuple(by.branches)
    found, named = called(work, task, scope), may(by, "identities:read")
    rows, most = len(found.may), exporting.AT_ONCE if named else exporting.MOST
    if rows > most:
        raise Refused(say("people.export.too_many", n=rows, most=most), say("people.export.too_many_hint"))
    ways = needed(task) if named else ()
    note(
        by,
        "contacts.taken_away",
        about=f"{work.run} {task.id}",
        purpose="marketing" if task.asks else "service",
        rows=rows,
        kept_out=sum(found.kept_out.values()),
        branches=list(scope),
        format=format,
        identifiers=" ".join(("name", *ways)) if named else "none",
    )
    target = exporting.new_place(format)
    people = gate.names(by, found.may, purpose=f"contacts {task.id}", contacts=bool(ways)) if named else {}
    exporting.sheet(
        target, _heads(by.language, ways, named=named, asks=bool(task.asks)), _rows(by, found, people, ways)
    )
    return target, rows


def _heads(language: str, ways: tuple[str, ...], *, named: bool, asks: bool) -> list[str]:
    ids = ["people.column.customer", *(["people.column.name", *(f"web.carry.{w}" for w in ways)] if named else [])]
    return [render(say(id), language) for id in (*ids, "people.heading.branch", *(["web.carry.rests"] if asks else []))]


def _rows(by: User, found: Called, people: Mapping[str, gate.Person], ways: tuple[str, ...]) -> Any:
    places = branch_names(by.language)
    for key, (place, state) in found.may.items():
        who = people.get(key)
        cells = [who.name, *(getattr(who, way) for way in ways)] if who is not None else []
        basis = [render(say(f"people.permission.{state}"), by.language)] if state else []
        yield [key, *cells, places.get(place, place), *basis]
