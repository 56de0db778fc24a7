"""Wastage in depth: criteria learned per rhythm, hazard, reasons, early warning, whom to win back."""

from __future__ import annotations

from regulars.analysis.part import Part, Scene
from regulars.analysis.results.leaving import Leaving

__all__ = ["Leaving", "leaving"]


def leaving(scene: Scene) -> Part[Leaving]:
    """The leaving part of a study."""
    return Part(None)
