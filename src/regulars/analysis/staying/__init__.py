"""Retention in depth: survival, the competing KPI definitions, and why revenue changed."""

from __future__ import annotations

from regulars.analysis.part import Part, Scene
from regulars.analysis.results.staying import Staying

__all__ = ["Staying", "staying"]


def staying(scene: Scene) -> Part[Staying]:
    """The staying part of a study."""
    return Part(None)
