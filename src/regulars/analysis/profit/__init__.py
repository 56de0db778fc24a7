"""Profit per customer: contribution after what serving them costs, whale curve, prepaid liability."""

from __future__ import annotations

from regulars.analysis.part import Part, Scene
from regulars.analysis.results.profit import Profit

__all__ = ["Profit", "profit"]


def profit(scene: Scene) -> Part[Profit]:
    """The profit part of a study."""
    return Part(None)
