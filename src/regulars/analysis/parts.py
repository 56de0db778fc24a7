"""All deeper parts of a study, run one after the other on the same scene."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

import ibis

from regulars.analysis.acquisition import acquisition
from regulars.analysis.leaving import leaving
from regulars.analysis.lookback import TABLES
from regulars.analysis.opportunity import opportunity
from regulars.analysis.part import Part, Scene
from regulars.analysis.profit import profit
from regulars.analysis.renewal import renewal
from regulars.analysis.schemes import schemes
from regulars.analysis.servicing import servicing
from regulars.analysis.staying import staying
from regulars.analysis.teams import teams

#: Field of the diagnosis -> the part that fills it.
PARTS: dict[str, Callable[[Scene], Part[Any]]] = {
    "staying": staying,
    "leaving": leaving,
    "schemes": schemes,
    "profit": profit,
    "renewal": renewal,
    "acquisition": acquisition,
    "teams": teams,
    "opportunity": opportunity,
    "servicing": servicing,
}


@dataclass(frozen=True, slots=True)
class Deeper:
    """Results by field of the diagnosis, and the tables to join to the standings."""

    results: dict[str, Any]
    of_each: tuple[ibis.Table, ...]


def deeper(scene: Scene, only: Collection[str] = tuple(PARTS)) -> Deeper:
    """Run the parts; what a part kept in the engine goes when it ends, but for what its columns are made of."""
    desk, found = scene.setting.desk, {}
    for name in (name for name in PARTS if name in only):
        before = frozenset(desk.kept)
        with desk.costs.of(name):
            found[name] = PARTS[name](scene)
        desk.forget_since(before | TABLES, but=found[name].of_each)
    desk.forget(*sorted(TABLES & desk.kept))
    return Deeper(
        {name: part.result for name, part in found.items()},
        tuple(part.of_each for part in found.values() if part.of_each is not None),
    )
