"""A predicate that cannot be understood: where, what was wanted, what was found."""

from __future__ import annotations

from regulars.base.errors import RegularsError
from regulars.base.text import Text


class BadPredicate(RegularsError):
    """``position`` counts characters from 1; None where the predicate came as data and has none."""

    def __init__(self, text: Text, hint: Text | None = None, *, position: int | None = None) -> None:
        super().__init__(text, hint)
        self.position = position
