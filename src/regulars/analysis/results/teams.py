"""What the study says of branches and staff with shrinkage shown."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Teams:
    """Result of :mod:`regulars.analysis.teams`."""
