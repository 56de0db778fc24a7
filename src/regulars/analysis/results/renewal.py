"""What the study says of renewals of packages, memberships and plans, and service falling due."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Renewal:
    """Result of :mod:`regulars.analysis.renewal`."""
