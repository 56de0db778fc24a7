"""Classification schemes: versioned, with migration between them, stability and actionability.

Five schemes side by side (value by duration as probabilities, RFM, lifecycle, need, relationship type), each with the
digest of its rules, what its classes are worth, who moved between them within a year with what money, how steady they
are and whether they foretell anything. Docs: docs/methods/schemes.md.
"""

from __future__ import annotations

from typing import Any

import ibis
import pyarrow as pa

from regulars.analysis.catalogue import LIFECYCLE, RELATIONSHIPS, RFM
from regulars.analysis.part import Part, Scene
from regulars.analysis.results.names import CLASSES
from regulars.analysis.results.schemes import (
    Habit,
    NeedProfile,
    RfmCell,
    Scheme,
    SchemeClass,
    SchemeId,
    Schemes,
    Steadiness,
    Usefulness,
)
from regulars.analysis.schemes.definitions import VERSIONS, definitions, digest
from regulars.analysis.schemes.moments import MOST_SCORED
from regulars.analysis.schemes.moves import migration, moves_query
from regulars.analysis.schemes.now import Now, Then, a_year_ago, classify
from regulars.analysis.schemes.sizes import class_rows, grid_query, habit_query, sizes_query
from regulars.analysis.schemes.trials import COLUMN, try_all
from regulars.analysis.schemes.worth import SIZE_FLOOR, explained, usefulness_grade
from regulars.base.text import Text, say

__all__ = ["Schemes", "schemes"]

#: Schemes whose classes a year ago need values worked out again: on a sample of a large base.
_VALUED: tuple[SchemeId, ...] = ("value_duration", "relationship")


def schemes(scene: Scene) -> Part[Schemes]:
    """The schemes part of a study. Adds to the standings the columns that docs/methods/schemes.md lists."""
    now = classify(scene)
    then = a_year_ago(scene, now)
    steady = try_all(scene, now)
    rules = definitions(scene, now)
    found = [_scheme(scene, now, then, id, rules[id], steady[id]) for id in COLUMN if id in rules]
    result = Schemes(tuple(found), _grid(scene, now), _needs(now, found), _habit(scene, now), _missing(now, then))
    return Part(result, _of_each(now))


def _scheme(
    scene: Scene, now: Now, then: Then | None, id: SchemeId, rules: dict[str, Any], steady: Steadiness
) -> Scheme:
    order = order_of(now, id)
    rows = scene.setting.desk.ask(f"schemes_{id}", sizes_query(now.people, COLUMN[id], odds=id == "value_duration"))
    classes = class_rows(rows, order=order, id=id)
    moved = _moved(scene, now, then, id)
    return Scheme(
        id=id,
        version=VERSIONS[id],
        digest=digest(id, VERSIONS[id], rules),
        definition=rules,
        classes=classes,
        migration=None
        if moved is None or then is None
        else migration(moved, then=then.day, customers=now.customers, order=order),
        steadiness=steady,
        usefulness=_usefulness(now, moved, classes),
    )


def order_of(now: Now, id: SchemeId) -> tuple[str, ...]:
    """The classes of a scheme in the order every page shows them."""
    known: dict[SchemeId, tuple[str, ...]] = {
        "value_duration": CLASSES,
        "rfm": RFM,
        "lifecycle": LIFECYCLE,
        "relationship": RELATIONSHIPS,
    }
    return known.get(id, now.needs.names if now.needs else ())


def _earlier(then: Then | None, id: SchemeId) -> ibis.Table | None:
    if then is None:
        return None
    return then.valued if id in _VALUED else then.people


def _moved(scene: Scene, now: Now, then: Then | None, id: SchemeId) -> pa.Table | None:
    before = _earlier(then, id)
    if before is None:
        return None
    column = COLUMN[id]
    # Newcomers belong to the matrix only where it is of the whole base.
    whole = id not in _VALUED or now.customers <= MOST_SCORED
    query = moves_query(now.people, before, of=column, was=column, newcomers=whole)
    return scene.setting.desk.ask(f"schemes_{id}_moves", query)


def _usefulness(now: Now, moved: pa.Table | None, classes: tuple[SchemeClass, ...]) -> Usefulness:
    told = None if moved is None else explained(moved)
    sizes = [row.customers for row in classes if row.customers]
    large = sum(n >= SIZE_FLOOR for n in sizes) / len(sizes)
    return Usefulness(
        explained=told,
        reachable=sum(row.reachable for row in classes) / now.customers,
        smallest=min(sizes),
        large_enough=large,
        size_floor=SIZE_FLOOR,
        grade=usefulness_grade(told, large),
    )


def _grid(scene: Scene, now: Now) -> tuple[RfmCell, ...]:
    rows = scene.setting.desk.ask("schemes_rfm_grid", grid_query(now.people)).to_pylist()
    return tuple(RfmCell(row["r"], row["m"], row["customers"], float(row["revenue_12"])) for row in rows)


def _needs(now: Now, found: list[Scheme]) -> tuple[NeedProfile, ...]:
    scheme = next((scheme for scheme in found if scheme.id == "need"), None)
    if now.needs is None or scheme is None:
        return ()
    sizes = {row.id: row.customers for row in scheme.classes}
    return tuple(
        NeedProfile(name, sizes[name], {kind: round(float(s), 6) for kind, s in zip(now.menu.names, row, strict=True)})
        for name, row in zip(now.needs.names, now.needs.clusters.centres, strict=True)
    )


def _habit(scene: Scene, now: Now) -> Habit:
    rows = scene.setting.desk.ask("schemes_habit", habit_query(now.people, tuple(now.habit))).to_pylist()
    n = sum(row["customers"] for row in rows)
    parts = {name: sum(float(row[name]) for row in rows) / n for name in now.habit}
    bands = {row["band"]: row for row in rows}
    shown = tuple(
        (bands[b]["customers"], float(bands[b]["alive"]) / bands[b]["customers"]) if b in bands else (0, 0.0)
        for b in range(4)
    )
    return Habit(sum(parts.values()), parts, shown)


def _missing(now: Now, then: Then | None) -> tuple[Text, ...]:
    missing = []
    if now.needs is None:
        missing.append(say("study.schemes.no_need"))
    if then is None:
        missing.append(say("study.schemes.no_past"))
    elif then.valued is None:
        missing.append(say("study.schemes.no_past_values"))
    if not now.menu.staffed:
        missing.append(say("study.schemes.no_staff"))
    return tuple(missing)


def _of_each(now: Now) -> ibis.Table:
    names = [f"class_p_{name}" for name in CLASSES]
    names += ["rfm_r", "rfm_f", "rfm_m", "rfm_hml", "rfm", "lifecycle"]
    names += ["need"] if now.needs is not None else []
    names += ["relationship", "relationship_p", *(f"relationship_p_{kind}" for kind in RELATIONSHIPS)]
    names += ["habit", *(f"habit_{part}" for part in now.habit)]
    return now.people.select("customer", *names)
