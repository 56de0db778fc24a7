"""What the study says of retention by every definition, survival, and what changed revenue."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Staying:
    """Result of :mod:`regulars.analysis.staying`."""
