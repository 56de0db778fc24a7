"""What the study says of wastage in depth."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Leaving:
    """Result of :mod:`regulars.analysis.leaving`."""
