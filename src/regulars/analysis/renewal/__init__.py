"""Renewals: packages, memberships, service plans, and watches due for service."""

from __future__ import annotations

from regulars.analysis.part import Part, Scene
from regulars.analysis.results.renewal import Renewal

__all__ = ["Renewal", "renewal"]


def renewal(scene: Scene) -> Part[Renewal]:
    """The renewal part of a study."""
    return Part(None)
