"""Speaks one language for one page: puts Params into escaped words and remembers which characters each role used."""

from __future__ import annotations

from html import escape
from urllib.parse import quote

from regulars.base.text import Param, say
from regulars.base.words import show
from regulars.report.typeset import typeset


class Speaker:
    """Words for one rendering. ``used`` holds the characters of each font role, for the embedded subsets.

    ``linked``: the pages belong to a face that can show the customers behind a figure.
    """

    def __init__(self, language: str, *, linked: bool = False) -> None:
        self.language = language
        self.linked = linked
        self.used: dict[str, set[str]] = {"sans": set(), "strong": set(), "serif": set()}

    def _in(self, role: str, shown: Param) -> str:
        words = typeset(show(shown, self.language))
        self.used[role].update(words)
        return escape(words)

    def words(self, shown: Param) -> str:
        """Running text."""
        return self._in("sans", shown)

    def strong(self, shown: Param) -> str:
        """Text set strong."""
        return self._in("strong", shown)

    def serif(self, shown: Param) -> str:
        """Headings and large figures."""
        return self._in("serif", shown)

    def behind(self, html: str, predicate: str | None) -> str:
        """Words that lead to the customers they are about; the face puts its address in place of ``behind:``."""
        if predicate is None or not self.linked:
            return html
        return f'<a class="behind" href="behind:{quote(predicate, safe="")}">{html}</a>'

    def page(self, id: str, **places: Param) -> str:
        """A word of the page itself (not of the document)."""
        return self.words(say(f"report.page.{id}", **places))

    def drawn(self, svg: str) -> str:
        """Remember the characters of a chart."""
        self.used["sans"].update(svg)
        self.used["strong"].update(c for c in svg if ord(c) < 0x250)
        return svg
