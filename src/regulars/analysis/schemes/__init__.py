"""Classification schemes: versioned, with migration between them, stability and actionability."""

from __future__ import annotations

from regulars.analysis.part import Part, Scene
from regulars.analysis.results.schemes import Schemes

__all__ = ["Schemes", "schemes"]


def schemes(scene: Scene) -> Part[Schemes]:
    """The schemes part of a study."""
    return Part(None)
