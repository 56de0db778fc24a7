"""Opportunities: the next service, cross-category, capacity gaps, referral; each with margin and hit rate."""

from __future__ import annotations

from regulars.analysis.part import Part, Scene
from regulars.analysis.results.opportunity import Opportunity

__all__ = ["Opportunity", "opportunity"]


def opportunity(scene: Scene) -> Part[Opportunity]:
    """The opportunity part of a study."""
    return Part(None)
