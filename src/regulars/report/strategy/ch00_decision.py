"""Chapter 0 of the strategy document."""

from __future__ import annotations

from regulars.base.text import say
from regulars.report.document import Section
from regulars.report.strategy.book import Book


def chapter(c: Book) -> Section:
    """The chapter."""
    return c.chapter("0", "decision", say("book.decision.head"), ())
