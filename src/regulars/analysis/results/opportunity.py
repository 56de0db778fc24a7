"""What the study says of opportunities with expected margin and back-tested hit rate."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Opportunity:
    """Result of :mod:`regulars.analysis.opportunity`."""
