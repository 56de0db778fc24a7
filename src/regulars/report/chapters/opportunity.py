"""Opportunities: the next service, cross-category, capacity gaps, referral; each with margin and hit rate."""

from __future__ import annotations

from regulars.report.context import Context
from regulars.report.document import Section


def chapter(c: Context) -> Section | None:
    """The chapter; None where the study has nothing on it."""
    if c.diagnosis.opportunity is None:
        return None
    return None
