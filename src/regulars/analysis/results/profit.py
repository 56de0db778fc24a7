"""What the study says of contribution per customer and what is owed on packages."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Profit:
    """Result of :mod:`regulars.analysis.profit`."""
