"""Branches and staff by hierarchical estimates: what is common to the trade, what is particular to a branch."""

from __future__ import annotations

from regulars.report.context import Context
from regulars.report.document import Section


def chapter(c: Context) -> Section | None:
    """The chapter; None where the study has nothing on it."""
    if c.diagnosis.teams is None:
        return None
    return None
