"""A document put into one language as plain data: what the PDF template reads. Every field keeps its name."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from datetime import date
from typing import Any

from regulars.base.text import Day, Listing, Local, Money, Month, Number, Share, Text, say
from regulars.base.words import show
from regulars.report.document import Document, Figure, Footer, Section
from regulars.report.drawing import to_svg
from regulars.report.typeset import typeset

_WORDS = (Money, Share, Number, Day, Month, Local, Listing, Text)
#: A chart in the PDF, in its own pixels: flatter than on the page, so that two chapters share a sheet.
WIDTH, SQUEEZE = 800, 0.66


def spoken(document: Document, language: str) -> dict[str, Any]:
    """The document as JSON-able data, blocks and cells marked by ``kind``."""
    plain = _speak(document, language)
    assert isinstance(plain, dict)
    return plain


def _speak(part: Any, language: str) -> Any:
    if isinstance(part, _WORDS) or (isinstance(part, int) and not isinstance(part, bool)):
        return typeset(show(part, language))
    if isinstance(part, Figure):
        return _figure(part, language)
    if isinstance(part, Footer):
        return _footer(part, language)
    if isinstance(part, Section) and part.answers is not None:
        part = replace(part, answers=say("book.page.answers", question=part.answers))
    if is_dataclass(part) and not isinstance(part, type):
        told = {f.name: _speak(getattr(part, f.name), language) for f in fields(part)}
        return {"document_kind": told.get("kind"), **told, "kind": type(part).__name__}
    if isinstance(part, list | tuple):
        return [_speak(p, language) for p in part]
    if isinstance(part, dict):
        return {k: _speak(v, language) for k, v in part.items()}
    if isinstance(part, date):
        return part.isoformat()
    return part


def _figure(figure: Figure, language: str) -> dict[str, Any]:
    return {
        "kind": "Figure",
        "title": show(figure.title, language),
        "alt": show(figure.alt, language),
        "note": None if figure.note is None else show(figure.note, language),
        "source": None if figure.source is None else show(figure.source, language),
        "svg": to_svg(figure.chart, language, width=WIDTH, prefix=figure.id, squeeze=SQUEEZE),
    }


def _footer(footer: Footer, language: str) -> dict[str, Any]:
    day = say("report.page.rests_day", day=say("report.say.day", day=footer.as_of), version=footer.data_version)
    return {
        "rests": show(day, language),
        "cards": [{"id": card, "title": show(say(f"card.{card}.title"), language)} for card in footer.cards],
    }
