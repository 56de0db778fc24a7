"""A filter put together by clicking: conditions and groups of them, and the predicate they make.

Two floors are enough for people: all of several conditions or groups in which any will do, or the other way round. What
is nested deeper is shown in words and changed as text.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from django.http import QueryDict

from regulars.base.predicate import All, Catalogue, Predicate, Some, all_of, some_of
from regulars.base.predicate.tree import EVERYBODY
from regulars_web.people.conditions import OFFERED, Condition, condition_of, fresh, predicate_of

MOST = 40
FIRST_FIELD = "state"


@dataclass(frozen=True, slots=True)
class Group:
    """Conditions that stand together. ``alone``: one that stands by itself."""

    conditions: tuple[Condition, ...]
    alone: bool = True


@dataclass(frozen=True, slots=True)
class Filter:
    """``join`` says how groups go together; within a group it is the other way round."""

    join: Literal["all", "any"] = "all"
    groups: tuple[Group, ...] = ()

    def predicate(self, catalogue: Catalogue) -> Predicate:
        """What is filled in so far; everybody without anything."""
        outer, inner = (all_of, some_of) if self.join == "all" else (some_of, all_of)
        parts = []
        for group in self.groups:
            said = [p for c in group.conditions if (p := predicate_of(c, catalogue[c.field])) is not None]
            if said:
                parts.append(inner(*said))
        return outer(*parts) if parts else EVERYBODY


def filter_of(predicate: Predicate, catalogue: Catalogue) -> Filter | None:
    """The filter that makes the predicate; None where clicking cannot make it."""
    if predicate == EVERYBODY:
        return Filter()
    outer: tuple[Predicate, ...] = (predicate,)
    join: Literal["all", "any"] = "all"
    if isinstance(predicate, All | Some):
        outer, join = predicate.parts, "all" if isinstance(predicate, All) else "any"
    if isinstance(predicate, Some) and not any(isinstance(part, All) for part in predicate.parts):
        outer, join = (predicate,), "all"  # "any of these" alone is one group
    other = Some if join == "all" else All
    groups = []
    for part in outer:
        inner = part.parts if isinstance(part, other) else (part,)
        found = [condition_of(one, lambda name: catalogue[name]) for one in inner]
        if not found or any(one is None for one in found):
            return None
        groups.append(Group(tuple(one for one in found if one is not None), alone=len(found) == 1))
    return Filter(join, tuple(groups))


def read(data: QueryDict, catalogue: Catalogue) -> Filter:
    """The filter as a form sends it, with what its buttons ask for done. What is no field or too much is left out."""
    groups: dict[int, list[Condition]] = {}
    alone: dict[int, bool] = {}
    for place in range(MOST):
        name = data.get(f"c{place}_field") or ""
        if name not in catalogue:
            continue
        said = data.get(f"c{place}_says") or ""
        offered = OFFERED[catalogue[name].type]
        values = tuple(v[:80] for v in data.getlist(f"c{place}_value")[:60])
        was = data.get(f"c{place}_was") or name
        condition = Condition(name, said, values) if said in offered and was == name else fresh(catalogue[name])
        group = _whole(data.get(f"c{place}_group"), place)
        groups.setdefault(group, []).append(condition)
        alone[group] = (data.get(f"c{place}_alone") or "1") == "1"
    join: Literal["all", "any"] = "any" if data.get("join") == "any" else "all"
    made = Filter(join, tuple(Group(tuple(c), alone[g] and len(c) == 1) for g, c in groups.items()))
    return _done(made, data.get("do") or "", catalogue)


def _whole(text: str | None, other: int) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 4 else other


def _done(made: Filter, do: str, catalogue: Catalogue) -> Filter:
    """After a button: ``add``, ``group``, ``add-2`` (to the third group), ``drop-2-0`` (its first condition)."""
    name = FIRST_FIELD if FIRST_FIELD in catalogue else next(iter(catalogue.fields))
    new = fresh(catalogue[name])
    verb, *numbers = do.split("-")
    where = [_whole(n, -1) for n in numbers]
    if do == "add" and _count(made) < MOST:
        return replace(made, groups=(*made.groups, Group((new,))))
    if do == "group" and _count(made) < MOST - 1:
        return replace(made, groups=(*made.groups, Group((new, new), alone=False)))
    if not where or not 0 <= where[0] < len(made.groups):
        return made
    groups, group = list(made.groups), made.groups[where[0]]
    if verb == "add" and _count(made) < MOST:
        groups[where[0]] = Group((*group.conditions, new), alone=False)
    elif verb == "drop" and len(where) == 2 and 0 <= where[1] < len(group.conditions):
        left = tuple(c for place, c in enumerate(group.conditions) if place != where[1])
        groups[where[0]] = replace(group, conditions=left)
    return replace(made, groups=tuple(g for g in groups if g.conditions))


def _count(made: Filter) -> int:
    return sum(len(group.conditions) for group in made.groups)


def sent(data: QueryDict) -> bool:
    """Whether a form's data are those of a filter put together by clicking."""
    return "join" in data
