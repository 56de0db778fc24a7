"""What the study says of the business-time clock and its trial on held-out periods."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ClockFound:
    """Result of :mod:`regulars.analysis.clock`."""
