"""The business-time clock: season, Lunar New Year, closures; used only where it foretells held-out periods better."""

from __future__ import annotations

from regulars.report.context import Context
from regulars.report.document import Section


def chapter(c: Context) -> Section | None:
    """The chapter; None where the study has nothing on it."""
    if c.diagnosis.clock is None:
        return None
    return None
