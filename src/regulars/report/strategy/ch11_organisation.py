"""Chapter 11 of the strategy document: its facts come from people."""

from __future__ import annotations

from regulars.report.document import Section
from regulars.report.strategy.book import Book
from regulars.report.strategy.unstated import unstated


def chapter(c: Book) -> Section:
    """The chapter, waiting for what people state."""
    return unstated(c, "11", "organisation", "strategy/organisation.toml")
