"""The measures of staff, corrected for the branch they work at and the mix of what they do."""

from __future__ import annotations

from dataclasses import dataclass, replace

import ibis
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from regulars.analysis.lookback import Look
from regulars.analysis.results.teams import Measured
from regulars.analysis.teams.gathering import discounts_by_staff, rebooked_by_staff
from regulars.analysis.teams.measured import Counted, foretold, gathered, measured
from regulars.analysis.teams.queries import lines_by_staff, newcomers, newcomers_by_staff, served_by
from regulars.analysis.teams.ratio import Ratio
from regulars.analysis.teams.tables import columns, of_ratio, summed

#: Members of staff shown at most, the busiest: beyond, nobody reads the picture.
MOST_STAFF = 40


@dataclass(frozen=True, slots=True, eq=False)
class Staff:
    """The measures of the busiest staff, how many more there are, newcomers by who served them, and who served whom."""

    measures: tuple[Measured, ...]
    left_out: int
    newcomers: pa.Table | None
    served: ibis.Table | None


def of_staff(scene: Look) -> Staff:
    """The measures of the busiest staff.

    Intervals, refunds and no-shows are no measures of theirs: the first lie in the treatment, and who gave money back
    or was to be visited is seldom who was meant.
    """
    desk = scene.setting.desk
    lines = desk.ask("teams_staff_lines", lines_by_staff(scene))
    if not lines.num_rows:
        return Staff((), 0, None, None)
    at = lines["staff"].to_pylist()
    everybody = tuple(sorted(set(at)))
    n = gathered(everybody, at, **columns(lines, "lines"))["lines"]
    busiest = sorted(range(len(everybody)), key=lambda i: (-n[i], everybody[i]))[:MOST_STAFF]
    names = tuple(sorted(everybody[i] for i in busiest))
    served = served_by(scene)
    new = desk.ask("teams_staff_newcomers", newcomers_by_staff(newcomers(scene), served))

    def counted(hits: str, of: str, later: bool | None = None) -> Counted:
        return at_the_same_branch(names, new if later is None else new.filter(pc.equal(new["later"], later)), hits, of)

    halves = foretold(counted("hits", "n", False), counted("hits", "n", True))
    found = [
        measured("back_90", counted("hits", "n"), halves),
        measured("same_hands", counted("same", "again")),
        measured("line_value", at_the_same_mix(names, lines)),
    ]
    given = discounted_at_the_same_mix(names, desk.ask("teams_staff_discount", discounts_by_staff(scene)))
    if given.overall > 0:
        found.append(measured("discount", given))
    if desk.reader.has("bookings"):
        again = desk.ask("teams_staff_rebooked", rebooked_by_staff(scene, served))
        if columns(again, "y")["y"].any():
            found.append(measured("rebooked", ratio_at_the_same_branch(names, again)))
    return Staff(tuple(m for m in found if m is not None), len(everybody) - len(names), new, served)


def at_the_same_branch(names: tuple[str, ...], table: pa.Table, hits: str, of: str) -> Counted:
    """Hits as if all worked at the same branches: a person's hits over those of their branches, times everybody's rate.

    Else whoever works at a weak branch is called weak. Who works alone at a branch cannot be told from it, and is
    given the rate of all.
    """
    branch, n, found = columns(table, "branch", of, hits).values()
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
    found = gathered(names, lines["staff"].to_pylist(), **columns(lines, "n", "total", "squares"))
    paid, counted = columns(lines, "paid", "lines").values()
    mean = float(paid.sum() / counted.sum())
    n, total = found["n"], found["total"]
    return Counted(names, n, total + n * mean, found["squares"] + 2 * mean * total + n * mean**2)


def discounted_at_the_same_mix(names: tuple[str, ...], table: pa.Table) -> Ratio:
    """Discount as if all did the same mix: what was given beyond the usual of branch and category, plus that of all."""
    paid = float(columns(table, "x")["x"].sum())
    usual = float(columns(table, "given")["given"].sum()) / paid if paid > 0 else 0.0
    return _moved(of_ratio(names, table["staff"].to_pylist(), table, bounded=False), usual)


def ratio_at_the_same_branch(names: tuple[str, ...], table: pa.Table) -> Ratio:
    """A share as if all worked at the same branches: what goes beyond the branch's share, plus that of all."""
    c = columns(table, "n", "x", "y", "xx", "xy", "yy", "branch")
    at = np.unique(c["branch"], return_inverse=True)[1]
    usual = (np.bincount(at, c["y"]) / np.maximum(np.bincount(at, c["x"]), 1e-9))[at]
    overall = float(c["y"].sum() / max(c["x"].sum(), 1e-9))
    off = {
        "n": c["n"],
        "x": c["x"],
        "y": c["y"] - usual * c["x"],
        "xx": c["xx"],
        "xy": c["xy"] - usual * c["xx"],
        "yy": c["yy"] - 2 * usual * c["xy"] + usual**2 * c["xx"],
    }
    return _moved(summed(names, table["staff"].to_pylist(), off, bounded=True), overall)


def _moved(off: Ratio, by: float) -> Ratio:
    """The same ratio, ``by`` higher."""
    return replace(
        off,
        y=off.y + by * off.x,
        xy=off.xy + by * off.xx,
        yy=off.yy + 2 * by * off.xy + by**2 * off.xx,
    )
