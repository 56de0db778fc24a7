"""Hygiene: what in the ledger is no customer's history, how much of it there is, and what was done about it."""

from __future__ import annotations

from regulars.report.context import Context
from regulars.report.document import Section


def chapter(c: Context) -> Section | None:
    """The chapter; None where the study has nothing on it."""
    if c.diagnosis.hygiene is None:
        return None
    return None
