"""Chapter 3 of the strategy document."""

from __future__ import annotations

from regulars.base.text import say
from regulars.report.document import Section
from regulars.report.strategy.book import Book


def chapter(c: Book) -> Section:
    """The chapter."""
    return c.chapter("3", "data", say("book.data.head"), ())
