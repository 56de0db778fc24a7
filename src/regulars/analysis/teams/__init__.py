"""Branches and staff side by side: drawn together as far as chance alone could part them, and never ranked.

Docs: docs/methods/teams.md.
"""

from __future__ import annotations

from regulars.analysis.part import Part, Scene
from regulars.analysis.results.teams import Teams
from regulars.analysis.teams.of_branches import of_branches
from regulars.analysis.teams.of_staff import of_staff

__all__ = ["Teams", "teams"]


def teams(scene: Scene) -> Part[Teams]:
    """The part of a study on branches and staff; nothing with one branch and nobody named."""
    branches = of_branches(scene) if scene.kept.branch_codes is not None else ()
    staff, left_out = of_staff(scene)
    return Part(Teams(branches, staff, left_out) if branches or staff else None)
