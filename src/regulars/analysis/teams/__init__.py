"""Branches and staff side by side: drawn together as far as chance alone could part them, and never ranked.

Docs: docs/methods/teams.md.
"""

from __future__ import annotations

from regulars.analysis.lookback import Look
from regulars.analysis.part import Part, Scene
from regulars.analysis.results.teams import Split, Teams
from regulars.analysis.teams.course import courses
from regulars.analysis.teams.gathering import values_by_hands
from regulars.analysis.teams.of_branches import of_branches, shown_names
from regulars.analysis.teams.of_staff import Staff, of_staff
from regulars.analysis.teams.split import Cells, split
from regulars.analysis.teams.tables import columns
from regulars.analysis.teams.trade import beside_the_trade

__all__ = ["Teams", "teams", "teams_at"]


def teams(scene: Scene) -> Part[Teams]:
    """The part of a study on branches and staff, as of the end of the past; nothing with one branch and nobody
    named."""
    return Part(scene.back.recall("teams", teams_at))


def teams_at(scene: Look) -> Teams | None:
    """The same of a look."""
    several = scene.kept.branch_codes is not None
    branches = of_branches(scene) if several else ()
    staff = of_staff(scene)
    if not branches and not staff.measures:
        return None
    splits = splits_of(scene, staff) if several else ()
    by_quarter = courses(scene, shown_names(scene)) if several else ()
    return Teams(branches, staff.measures, staff.left_out, splits, beside_the_trade(scene), by_quarter)


def splits_of(scene: Look, staff: Staff) -> tuple[Split, ...]:
    """Measures told both by branch and by who served: newcomers' return, and revenue of a visit."""
    if staff.newcomers is None or staff.served is None:
        return ()
    values = scene.setting.desk.ask("teams_hands_value", values_by_hands(scene, staff.served))
    came = staff.newcomers.group_by(["staff", "branch"]).aggregate([("n", "sum"), ("hits", "sum")])
    back, spent = columns(came, "n_sum", "hits_sum"), columns(values, "n", "total", "squares")
    found = (
        split("back_90", Cells.of(came["branch"].to_pylist(), back["n_sum"], back["hits_sum"], back["hits_sum"])),
        split("visit_value", Cells.of(values["branch"].to_pylist(), spent["n"], spent["total"], spent["squares"])),
    )
    return tuple(s for s in found if s is not None)
