"""Wastage in depth: criteria learned per rhythm, hazard, reasons, early warning, whom to win back."""

from __future__ import annotations

from regulars.report.context import Context
from regulars.report.document import Section


def chapter(c: Context) -> Section | None:
    """The chapter; None where the study has nothing on it."""
    if c.diagnosis.leaving is None:
        return None
    return None
