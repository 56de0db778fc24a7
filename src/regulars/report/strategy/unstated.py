"""A chapter for which nobody has stated anything yet."""

from __future__ import annotations

from pathlib import Path

from regulars.base.inputs.files import FILES
from regulars.base.text import say
from regulars.report.document import Section
from regulars.report.strategy.book import Book


def unstated(c: Book, number: str, id: str, file: str) -> Section:
    """The chapter, saying openly that it waits for people, what it wants and how to supply it.

    Where no file is read for it, it is to be written by hand in the Word edition, and says that.
    """
    item = say(f"book.{id}.wanted")
    readable = Path(file).stem in FILES
    wanted = c.missing(file, item) if readable else c.lacking(item, how=say("book.missing.by_hand"))
    return c.chapter(number, id, say("book.missing.head"), (wanted,))
