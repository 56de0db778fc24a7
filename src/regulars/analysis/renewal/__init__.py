"""Renewals of packages and memberships, and the chance that the lost come back after all."""

from __future__ import annotations

from regulars.analysis.part import Part, Scene
from regulars.analysis.renewal.contracts import contracts
from regulars.analysis.renewal.returning import of_each, returns
from regulars.analysis.results.renewal import Renewal

__all__ = ["Renewal", "renewal"]


def renewal(scene: Scene) -> Part[Renewal]:
    """The renewal part of a study."""
    found = Renewal(contracts(scene), returns(scene))
    if not found.contracts and not found.returns:
        return Part(None)
    return Part(found, of_each(scene, found.returns) if found.returns else None)
