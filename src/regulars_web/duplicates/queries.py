"""Pairs side by side, as far as their reader may see both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from regulars import api
from regulars.base.errors import NotThere, NotUsable
from regulars_web.company.businesses import business
from regulars_web.duplicates.models import Pair
from regulars_web.privacy import gate

#: Pairs on a page.
SHOWN = 10
#: Pairs looked through to fill a page for somebody confined to branches.
LOOKED_AT = 2_000


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two: who it is, and what the study has of them (nothing for who came after it)."""

    person: gate.Person
    of: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Shown:
    """A pair with both sides."""

    pair: Pair
    sides: tuple[Side, Side]
    names_differ: bool


@dataclass(frozen=True, slots=True)
class Queue:
    """A page of pairs and how many there are in all; ``withheld`` is why names are absent."""

    pairs: tuple[Shown, ...]
    open: int
    currency: str
    withheld: NotUsable | None


def queue(who: Any, *, state: str, after: int = 0) -> Queue:
    """Pairs of a state within the reader's branches, the strongest first; ``after`` are skipped."""
    listed = Pair.objects.filter(state=state).select_related("decided_by")
    if state != Pair.State.OPEN:
        listed = listed.order_by("-decided_at", "-id")
    within = _within(who, list(listed[: LOOKED_AT if who.branches else after + SHOWN]))
    pairs = within[after : after + SHOWN]
    keys = [key for pair in pairs for key in pair.keys]
    known = gate.shown(who, keys, purpose="duplicates", contacts=True)
    standings, currency = _standings(keys)
    shown = []
    for pair in pairs:
        one, other = (Side(known.people[key], standings.get(key, {})) for key in pair.keys)
        shown.append(Shown(pair, (one, other), "name" not in pair.reasons and not _alike(one.person, other.person)))
    open = len(_within(who, list(Pair.objects.filter(state="open")[:LOOKED_AT]))) if who.branches else _open()
    return Queue(tuple(shown), open, currency, known.withheld)


def _alike(one: gate.Person, other: gate.Person) -> bool:
    """Whether one name is a part of the other: 陳大文, and Chan Tai Man 陳大文."""
    few, many = sorted((set(one.name.casefold().split()), set(other.name.casefold().split())), key=len)
    return bool(few) and few <= many


def one(who: Any, id: int) -> Pair | None:
    """A pair, where the reader may see both of it."""
    found = Pair.objects.filter(pk=id).first()
    return found if found is not None and _within(who, [found]) else None


def _open() -> int:
    return Pair.objects.filter(state=Pair.State.OPEN).count()


def _within(who: Any, pairs: Sequence[Pair]) -> list[Pair]:
    if not who.branches:
        return list(pairs)
    mine = gate.within(who, [key for pair in pairs for key in pair.keys])
    return [pair for pair in pairs if pair.one in mine and pair.other in mine]


def _standings(keys: Sequence[str]) -> tuple[dict[str, dict[str, Any]], str]:
    shop = business()
    try:
        reader = api.people_of(shop)
    except NotThere:
        return {}, shop.settings.currency
    return {row.key: dict(row.of) for row in reader.several(keys)}, reader.currency
