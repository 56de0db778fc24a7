"""The objective tree of ``business.toml`` grown and cut: targets and corporate objectives come in and go out.

As every change of the settings: the effect on the plan is worked out first, and ``undo_settings`` takes it back.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Unpack, get_args

from regulars.api.business import OpenBusiness
from regulars.api.changes import Change, How, change, known_corporate, known_target, target_amount
from regulars.base.edit import add_item, drop_item, set_in_item
from regulars.base.errors import BadSettings, Refused
from regulars.base.mandate import Aim, Kpi, named
from regulars.base.text import Listing, Param, Text, say
from regulars.base.words import LANGUAGES, render

#: Names are told on one line.
LONGEST = 120
_LAST = 9  # the lowest priority there is


def add_target(
    business: OpenBusiness,
    kpi: str,
    value: str | float,
    *,
    name: str = "",
    by: date | None = None,
    owner: str = "",
    serves: str = "",
    priority: int | None = None,
    **how: Unpack[How],
) -> Change:
    """Aim at a KPI: a new target (a rate may be given as ``85%``). ``serves`` is the id of a corporate objective.

    Without a name it is called as the KPI is; without a priority it comes after those there are.

    Raises:
        BadSettings: no such KPI, corporate objective or priority, no number, or a file that cannot be edited so.
    """
    if kpi not in get_args(Kpi.__value__):
        raise BadSettings(
            say("mandate.tree.no_kpi", kpi=kpi), say("mandate.tree.known", ids=_listed(get_args(Kpi.__value__)))
        )
    if serves:
        known_corporate(business, serves)
    there = business.settings.objectives
    rank = min(max((o.priority for o in there), default=0) + 1, _LAST) if priority is None else priority
    if not 1 <= rank <= _LAST:
        raise BadSettings(say("mandate.tree.no_priority", value=str(rank)))
    id = _free(kpi, (o.id for o in there))
    item: dict[str, object] = {"id": id, "name": _named(name, say(f"mandate.kpi.{kpi}")), "kpi": kpi}
    item |= {"target": target_amount(kpi, value), "priority": rank}
    item |= {key: told for key, told in (("serves", serves), ("owner", owner.strip()), ("by", by)) if told}
    return change(business, lambda text: add_item(text, "objectives", item), key=f"objectives.{id}", **how)


def name_owner(business: OpenBusiness, owner: str, **how: Unpack[How]) -> Change:
    """Somebody answers for every target that nobody answers for yet.

    Raises:
        BadSettings: no name, or every target has somebody, or a file that cannot be edited so.
    """
    answered = {corporate.id for corporate in business.settings.corporate if corporate.owner}
    free = [o.id for o in business.settings.objectives if not o.owner and o.serves not in answered]
    if not free or not owner.strip():
        raise BadSettings(say("mandate.edit.nothing"))

    def edit(text: str) -> str:
        for id in free:
            text = set_in_item(text, "objectives", id, "owner", owner.strip())
        return text

    return change(business, edit, key="objectives.owner", **how)


def remove_target(
    business: OpenBusiness,
    id: str,
    **how: Unpack[How],
) -> Change:
    """Aim at something no longer: the target is taken out.

    Raises:
        BadSettings: there is no such target, or a file that cannot be edited line by line.
        Refused: a factor, or the weighing of targets, names it.
    """
    settings = business.settings
    objective = known_target(business, id)
    resting = [f"factors.{f.id}" for f in settings.factors if id in f.objectives]
    resting += ["weighing.worth"] if id in settings.weighing.worth else []
    if resting:
        raise Refused(
            say("mandate.tree.rests", name=named(objective.name, id), keys=_listed(resting)),
            say("mandate.tree.rests_hint"),
        )
    return change(business, lambda text: drop_item(text, "objectives", id), key=f"objectives.{id}", **how)


def add_corporate(
    business: OpenBusiness,
    kind: str,
    *,
    name: str = "",
    by: date | None = None,
    owner: str = "",
    **how: Unpack[How],
) -> Change:
    """A new corporate objective, which targets may then serve. Without a name it is called as its kind usually is.

    Raises:
        BadSettings: no such kind, or a file that cannot be edited line by line.
    """
    if kind not in get_args(Aim.__value__):
        raise BadSettings(
            say("mandate.tree.no_kind", kind=kind), say("mandate.tree.known", ids=_listed(get_args(Aim.__value__)))
        )
    id = _free(kind, (c.id for c in business.settings.corporate))
    item: dict[str, object] = {"id": id, "name": _named(name, say(f"mandate.starter.{kind}")), "kind": kind}
    item |= {key: told for key, told in (("owner", owner.strip()), ("by", by)) if told}
    return change(business, lambda text: add_item(text, "corporate", item), key=f"corporate.{id}", **how)


def remove_corporate(
    business: OpenBusiness,
    id: str,
    **how: Unpack[How],
) -> Change:
    """Take a corporate objective out.

    Raises:
        BadSettings: there is none of that id, or a file that cannot be edited line by line.
        Refused: targets still serve it.
    """
    known_corporate(business, id)
    if serving := [named(o.name, o.id) for o in business.settings.objectives if o.serves == id]:
        text = say("mandate.tree.served", n=len(serving), targets=_listed(serving))
        raise Refused(text, say("mandate.tree.served_hint"))
    return change(business, lambda text: drop_item(text, "corporate", id), key=f"corporate.{id}", **how)


def _named(name: str, usual: Text) -> dict[str, str]:
    """The name in every language: what somebody called it, else what it is usually called."""
    said = " ".join(name.split())
    if len(said) > LONGEST:
        raise BadSettings(say("mandate.tree.long", most=LONGEST))
    return {language: said or render(usual, language) for language in LANGUAGES}


def _free(stem: str, taken: Iterable[str]) -> str:
    """An id nothing has yet."""
    used, number = set(taken), 1
    while (id := stem if number == 1 else f"{stem}-{number}") in used:
        number += 1
    return id


def _listed(ids: Iterable[Param]) -> Listing:
    return Listing(tuple(ids))
