"""Locks: a measure, or a group of measures, bound by clauses of ``business.toml``, for everybody or for some customers.

A lock is one clause or two, ``lock-WHAT-...-least`` and ``-most``; which customers it is about is part of its name, so
that the same lock laid down again takes the place of the first.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, Unpack

from regulars.api.business import OpenBusiness
from regulars.api.changes import MOST, Change, How, change
from regulars.api.journal import sha256
from regulars.base.edit import add_item, drop_item
from regulars.base.errors import BadSettings
from regulars.base.mandate import Counted
from regulars.base.text import Listing, Local, Number, Text, say
from regulars.base.words import LANGUAGES, render
from regulars.strategy.explain import local

#: What `regulars lock` may name besides a measure: prefix -> list of a rule.
GROUPS = {"family": "families", "channel": "channels", "relationship": "relationships"}


@dataclass(frozen=True, slots=True)
class Among:
    """Customers a lock is about: of these branches, states and value tiers; an empty list takes all."""

    branches: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    tiers: tuple[str, ...] = ()

    def lists(self) -> dict[str, tuple[str, ...]]:
        """The lists that name anything, as a rule has them."""
        named = {"branches": self.branches, "states": self.states, "tiers": self.tiers}
        return {key: some for key, some in named.items() if some}


def lock_ids(what: str, among: Among) -> dict[Literal["must", "must_not"], str]:
    """The ids of the clauses that bind ``what`` among those customers."""
    stem = "lock-" + "-".join([what.replace(":", "-"), *among.branches, *among.states, *among.tiers])
    plain = re.sub(r"[^A-Za-z0-9_.-]", "_", stem)
    if plain != stem.replace(" ", "_"):  # other letters are lost: told apart by what they were
        plain = f"{plain}-{sha256(stem.encode())[:8]}"
    return {"must": f"{plain}-least", "must_not": f"{plain}-most"}


def lock(
    business: OpenBusiness,
    what: str,
    *,
    at_least: float | None = None,
    at_most: float | None = None,
    of: Counted = "customers",
    branches: tuple[str, ...] = (),
    states: tuple[str, ...] = (),
    tiers: tuple[str, ...] = (),
    **how: Unpack[How],
) -> Change:
    """Bind a measure (or ``family:…``, ``channel:…``, ``relationship:…``) by clauses ``lock-…``; neither bound given
    takes the bounds away again.

    Raises:
        BadSettings: no such measure or group, nothing to take away, or bounds that contradict each other.
    """
    list_name, value = _group(business, what)
    for bound in (at_least, at_most):
        if bound is not None and not 0 <= bound < float(MOST):
            raise BadSettings(say("mandate.edit.no_number", value=str(bound)), say("mandate.edit.no_number_hint"))
    known = {name for branch in business.settings.branches for name in (branch.id, *branch.also)}
    if strange := [branch for branch in branches if known and branch not in known]:
        names = Listing(tuple(branch.id for branch in business.settings.branches))
        raise BadSettings(
            say("mandate.lock.no_branch", branch=strange[0]), say("mandate.lock.no_branch_hint", names=names)
        )
    if at_least is not None and at_most is not None and at_least > at_most:
        raise BadSettings(say("mandate.lock.crossed", least=Number(at_least), most=Number(at_most)))
    among = Among(branches, states, tiers)
    ids = lock_ids(what, among)
    there = {c.id for c in business.settings.clauses}
    if at_least is None and at_most is None and not there & set(ids.values()):
        raise BadSettings(say("mandate.lock.none", what=what), say("mandate.lock.none_hint"))

    bounds: dict[Literal["must", "must_not"], float | None] = {"must": at_least, "must_not": at_most}

    def edit(text: str) -> str:
        for kind, bound in bounds.items():
            if ids[kind] in there:
                text = drop_item(text, "clauses", ids[kind])
            if bound is not None:
                amount = int(bound) if float(bound).is_integer() else bound
                rule: dict[str, object] = {list_name: [value], "of": of, "amount": amount}
                rule |= {key: list(some) for key, some in among.lists().items()}
                said = _said(kind, what, value, of, bound, business, among)
                text = add_item(text, "clauses", {"id": ids[kind], "text": said, "kind": kind, "rule": rule})
        return text

    return change(business, edit, key=f"clauses.{ids['must'].removesuffix('-least')}", **how)


def _group(business: OpenBusiness, what: str) -> tuple[str, str]:
    """The list of a rule and the name in it that ``what`` speaks of."""
    prefix, _, name = what.partition(":")
    if name and prefix in GROUPS:
        there = {getattr(m, prefix) for m in business.pack.measures}
        if name in there:
            return GROUPS[prefix], name
    elif any(m.id == what for m in business.pack.measures):
        return "measures", what
    ids = Listing(tuple(m.id for m in business.pack.measures))
    raise BadSettings(say("mandate.lock.unknown", what=what), say("mandate.lock.unknown_hint", ids=ids))


def _said(
    kind: str, what: str, value: str, of: Counted, bound: float, business: OpenBusiness, among: Among
) -> dict[Literal["en", "zh-Hant"], str]:
    """The clause in words, as it is written into the file."""
    prefix = what.partition(":")[0] if ":" in what else ""
    name: Text | Local
    match prefix:
        case "family":
            name = say(f"packs.family.{value}")
        case "channel":
            name = say(f"packs.channel.{value}")
        case "relationship":
            name = say(f"packs.relationship.{value}")
        case _:
            name = local(business.pack.measure(what).name)
    unit = say(f"mandate.counted.{of}")
    text = say(f"mandate.lock.{kind}", name=name, amount=Number(bound), unit=unit)
    if among.lists():
        text = say("mandate.lock.among", said=text, whom=whom(among, business))
    return {language: render(text, language) for language in LANGUAGES}  # type: ignore[misc]


def whom(among: Among, business: OpenBusiness) -> Text:
    """Customers in words."""
    names = {name: b.label() for b in business.settings.branches for name in (b.id, *b.also)}
    told: list[Text] = [
        say("mandate.lock.any", of=Listing(tuple(say(f"strategy.{kind}.{one}") for one in some)))
        for kind, some in (("state", among.states), ("tier", among.tiers))
        if some
    ]
    who = say("mandate.lock.and", first=told[0], second=told[1]) if len(told) > 1 else told[0] if told else None
    if not among.branches:
        return who or say("mandate.lock.any", of=say("mandate.lock.everybody"))
    where = Listing(tuple(names.get(branch, branch) for branch in among.branches))
    return say("mandate.lock.at", who=who or say("mandate.lock.everybody"), where=where)
