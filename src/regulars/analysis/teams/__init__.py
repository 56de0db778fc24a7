"""Branches and staff by hierarchical estimates: what is common to the trade, what is particular to a branch."""

from __future__ import annotations

from regulars.analysis.part import Part, Scene
from regulars.analysis.results.teams import Teams

__all__ = ["Teams", "teams"]


def teams(scene: Scene) -> Part[Teams]:
    """The teams part of a study."""
    return Part(None)
