"""Classification schemes: versioned, with migration between them, stability and actionability."""

from __future__ import annotations

from regulars.report.context import Context
from regulars.report.document import Section


def chapter(c: Context) -> Section | None:
    """The chapter; None where the study has nothing on it."""
    if c.diagnosis.schemes is None:
        return None
    return None
