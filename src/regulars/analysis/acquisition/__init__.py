"""Acquisition: where newcomers come from, what they cost and how good they are."""

from __future__ import annotations

from regulars.analysis.part import Part, Scene
from regulars.analysis.results.acquisition import Acquisition

__all__ = ["Acquisition", "acquisition"]


def acquisition(scene: Scene) -> Part[Acquisition]:
    """The acquisition part of a study."""
    return Part(None)
