"""Acquisition: where newcomers come from, what they cost and how good they are."""

from __future__ import annotations

from regulars.report.context import Context
from regulars.report.document import Section


def chapter(c: Context) -> Section | None:
    """The chapter; None where the study has nothing on it."""
    if c.diagnosis.acquisition is None:
        return None
    return None
