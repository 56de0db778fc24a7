"""Branches and staff side by side: drawn together as far as chance alone could part them, and never ranked.

Docs: docs/methods/teams.md.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from regulars.analysis.branches import branch_names
from regulars.analysis.part import Part, Scene
from regulars.analysis.results.teams import Measured, Teams
from regulars.analysis.teams.measured import Counted, foretold, gathered, measured
from regulars.analysis.teams.queries import (
    by_first_branch,
    late_by_branch,
    lines_by_staff,
    newcomers,
    newcomers_by_staff,
    stayed_by_branch,
    visit_value_by_branch,
)
from regulars.analysis.value.statistics import Floats

__all__ = ["Teams", "teams"]

#: Members of staff shown at most, the busiest: beyond, nobody reads the picture.
MOST_STAFF = 40


def teams(scene: Scene) -> Part[Teams]:
    """The part of a study on branches and staff; nothing with one branch and nobody named."""
    branches = _branches(scene) if scene.kept.branch_codes is not None else ()
    staff, left_out = _staff(scene)
    return Part(Teams(branches, staff, left_out) if branches or staff else None)


def _column(table: pa.Table, name: str) -> Floats:
    return np.asarray(table[name].to_numpy(), dtype=float)


def _branches(scene: Scene) -> tuple[Measured, ...]:
    desk, setting = scene.setting.desk, scene.setting
    names = tuple(sorted(set(branch_names(setting.tally.branches, default=setting.default_branch))))

    def counted(table: pa.Table, *columns: str, later: bool | None = None) -> dict[str, Floats]:
        if later is not None:
            table = table.filter(pc.equal(table["later"], later))
        at = [names[code] for code in table["branch"].to_pylist()]
        return gathered(names, at, **{c: _column(table, c) for c in columns})

    new = desk.ask("teams_branch_newcomers", by_first_branch(newcomers(scene)))
    kept = counted(desk.ask("teams_branch_stayed", stayed_by_branch(scene)), "n", "hits")
    money = counted(desk.ask("teams_branch_value", visit_value_by_branch(scene)), "n", "total", "squares")
    every, before, after = (counted(new, "n", "hits", later=later) for later in (None, False, True))
    halves = foretold(_rate(names, before), _rate(names, after))
    late = desk.ask("teams_branch_late", late_by_branch(scene))
    homes = gathered(names, late["branch"].to_pylist(), n=_column(late, "n"), hits=_column(late, "hits"))
    found = (
        measured("back_90", _rate(names, every), halves),
        measured("stayed", _rate(names, kept)),
        measured("late", _rate(names, homes)),
        measured("visit_value", Counted(names, money["n"], money["total"], money["squares"])),
    )
    return tuple(m for m in found if m is not None)


def _rate(names: tuple[str, ...], columns: dict[str, Floats]) -> Counted:
    return Counted(names, columns["n"], columns["hits"])


def _staff(scene: Scene) -> tuple[tuple[Measured, ...], int]:
    desk = scene.setting.desk
    lines = desk.ask("teams_staff_lines", lines_by_staff(scene))
    if not lines.num_rows:
        return (), 0
    at = lines["staff"].to_pylist()
    everybody = tuple(sorted(set(at)))
    n = gathered(everybody, at, n=_column(lines, "lines"))["n"]
    busiest = sorted(range(len(everybody)), key=lambda i: (-n[i], everybody[i]))[:MOST_STAFF]
    names = tuple(sorted(everybody[i] for i in busiest))
    new = desk.ask("teams_staff_newcomers", newcomers_by_staff(scene, newcomers(scene)))

    def counted(hits: str, of: str, later: bool | None = None) -> Counted:
        return at_the_same_branch(names, new if later is None else new.filter(pc.equal(new["later"], later)), hits, of)

    halves = foretold(counted("hits", "n", False), counted("hits", "n", True))
    found = (
        measured("back_90", counted("hits", "n"), halves),
        measured("same_hands", counted("same", "again")),
        measured("line_value", at_the_same_mix(names, lines)),
    )
    return tuple(m for m in found if m is not None), len(everybody) - len(names)


def at_the_same_branch(names: tuple[str, ...], table: pa.Table, hits: str, of: str) -> Counted:
    """Hits as if all worked at the same branches: a person's hits over those of their branches, times everybody's rate.

    Else whoever works at a weak branch is called weak. Who works alone at a branch cannot be told from it, and is
    given the rate of all.
    """
    branch, n, found = (_column(table, c) for c in ("branch", of, hits))
    at = np.unique(branch, return_inverse=True)[1]
    usual = np.bincount(at, found) / np.maximum(np.bincount(at, n), 1.0)
    own = gathered(names, table["staff"].to_pylist(), n=n, hits=found, expected=n * usual[at])
    overall = float(found.sum() / max(n.sum(), 1.0))
    ratio = own["hits"] / np.where(own["expected"] > 0, own["expected"], 1.0)
    return Counted(names, own["n"], np.minimum(ratio * overall * own["n"], own["n"]))


def at_the_same_mix(names: tuple[str, ...], lines: pa.Table) -> Counted:
    """Price of a line as if all did the same mix: its distance from its branch's and category's mean.

    Plus the mean of all lines. Direct comparison would call the colourist dear and the junior cheap. Each customer
    counts once.
    """
    columns = {c: _column(lines, c) for c in ("n", "total", "squares")}
    found = gathered(names, lines["staff"].to_pylist(), **columns)
    mean = float(_column(lines, "paid").sum() / _column(lines, "lines").sum())
    n, total = found["n"], found["total"]
    return Counted(names, n, total + n * mean, found["squares"] + 2 * mean * total + n * mean**2)
