"""Profit per customer: contribution after what serving them costs, whale curve, prepaid liability."""

from __future__ import annotations

from regulars.report.context import Context
from regulars.report.document import Section


def chapter(c: Context) -> Section | None:
    """The chapter; None where the study has nothing on it."""
    if c.diagnosis.profit is None:
        return None
    return None
