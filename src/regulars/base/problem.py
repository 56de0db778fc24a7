"""What is wrong with the data: said with file, row, column and reason; never dropped silently."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from regulars.base.text import Text

type Severity = Literal["rejected", "warning"]


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding about one place of one file.

    ``row`` counts data rows from 1 the way a spreadsheet user finds them (the header is row 1, so the first data
    row is 2); None means the whole file. ``code`` is stable and listed in docs/reference/problems.md. ``count`` is
    how many rows share the finding when it is reported once for many.
    """

    file: str
    row: int | None
    column: str | None
    code: str
    reason: Text
    severity: Severity = "rejected"
    count: int = 1
