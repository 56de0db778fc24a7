"""What was recognised as no customer's history: counted, and kept or left out by stated policy."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Hygiene:
    """Result of :mod:`regulars.analysis.hygiene`."""
