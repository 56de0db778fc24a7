"""A chapter for which nobody has stated anything yet."""

from __future__ import annotations

from regulars.base.text import say
from regulars.report.document import Section
from regulars.report.strategy.book import Book


def unstated(c: Book, number: str, id: str, file: str) -> Section:
    """The chapter, saying openly that it waits for people, what it wants and how to supply it."""
    wanted = c.missing(file, say(f"book.{id}.wanted"))
    return c.chapter(number, id, say("book.missing.head"), (wanted,))
