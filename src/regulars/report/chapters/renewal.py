"""Renewals: packages, memberships, service plans, and watches due for service."""

from __future__ import annotations

from regulars.report.context import Context
from regulars.report.document import Section


def chapter(c: Context) -> Section | None:
    """The chapter; None where the study has nothing on it."""
    if c.diagnosis.renewal is None:
        return None
    return None
