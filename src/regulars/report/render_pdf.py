"""The report as PDF, set by Typst with the shipped fonts: A4, outline, page numbers, tagged, pictures with alt text."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import typst

from regulars.base.text import say
from regulars.base.words import locale_of, show
from regulars.report.document import Document
from regulars.report.drawing import FONTS
from regulars.report.paper import on_paper
from regulars.report.spoken import spoken

TEMPLATE = Path(__file__).with_name("report.typ")
#: Typst's names of our languages.
LANG = {"en": ("en", "HK", "latn"), "zh-Hant": ("zh", "HK", "hant")}
_PAGE_WORDS = ("contents", "rests_on", "cards", "unknown")


def to_pdf(document: Document, language: str) -> bytes:
    """The document in one language. The same document gives the same bytes.

    Raises:
        UnknownLanguage: the product does not speak ``language``.
    """
    locale_of(language)
    source = spoken(on_paper(document), language)
    words = {"document": json.dumps(source, ensure_ascii=False), "page": json.dumps(_page(document, language))}
    done = typst.compile(
        TEMPLATE,
        root=TEMPLATE.parent,
        font_paths=[FONTS],
        ignore_system_fonts=True,
        sys_inputs=words,
        format="pdf",
        pdf_standards=["ua-1"],
    )
    assert isinstance(done, bytes)
    return done


def _page(document: Document, language: str) -> dict[str, Any]:
    """Words of the page itself. ``<page>`` and ``<pages>`` are filled in by the template."""
    lang, region, script = LANG[language]
    words = {word: show(say(f"report.page.{word}"), language) for word in _PAGE_WORDS}
    as_of = say("report.page.as_of", day=say("report.say.day", day=document.as_of))
    mission = say("report.page.mission", mission=document.mission) if document.mission is not None else None
    return {
        **words,
        "lang": lang,
        "region": region,
        "script": script,
        "title": f"{show(document.business, language)} · {show(document.kind, language)}",
        "as_of": show(as_of, language),
        "data_version": show(say("report.page.data_version", version=document.data_version), language),
        "mission": None if mission is None else show(mission, language),
        "made_by": show(say("report.page.made_by", version=document.program_version), language),
        "page_of": show(say("report.page.page_of", page="<page>", pages="<pages>"), language),
        "day": [document.as_of.year, document.as_of.month, document.as_of.day],
    }
