"""What the study says of versioned classification schemes and the movement between their classes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Schemes:
    """Result of :mod:`regulars.analysis.schemes`."""
