"""What the study says of sources of newcomers, their cost and quality."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Acquisition:
    """Result of :mod:`regulars.analysis.acquisition`."""
