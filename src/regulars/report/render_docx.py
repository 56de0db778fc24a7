"""The document as a Word file: headings, contents, tables, pictures with alt text, page numbers, Chinese fonts.

Charts are drawn by the same specification as on the page and set in as pictures. The same document gives the same
bytes.
"""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from docx import Document as new_document
from docx.enum.text import WD_BREAK
from docx.oxml.ns import qn
from docx.shared import Pt

from regulars.base.text import Listing, Text, say
from regulars.base.words import locale_of
from regulars.report import theme
from regulars.report.document import Document, Footer, Section
from regulars.report.docx_blocks import block
from regulars.report.docx_cells import Hand
from regulars.report.docx_style import (
    LANG,
    MARGIN,
    PAGE_HEIGHT,
    PAGE_WIDTH,
    bookmark,
    bordered,
    colour,
    element,
    field,
    link,
    styles_of,
)
from regulars.report.paper import on_paper


def to_docx(document: Document, language: str) -> bytes:
    """The document in one language.

    Raises:
        UnknownLanguage: the product does not speak ``language``.
    """
    locale_of(language)
    file = new_document()
    hand = Hand(file, language, "")
    hand.unknown = hand.say(say("report.page.unknown"))
    styles_of(file, language)
    _properties(hand, document)
    _page(hand, document)
    paper = on_paper(document)
    numbers = [section.number or str(i + 1) for i, section in enumerate(paper.sections)]
    _front(hand, paper)
    _contents(hand, paper, numbers)
    for place, (number, section) in enumerate(zip(numbers, paper.sections, strict=True)):
        _section(hand, section, number, place)
    out = BytesIO()
    file.save(out)
    return _same_bytes(out.getvalue())


def _properties(hand: Hand, document: Document) -> None:
    about = hand.document.core_properties
    about.title = f"{hand.say(document.business)} · {hand.say(document.kind)}"
    about.author, about.language = hand.say(document.business), LANG[hand.language][0]
    day = document.as_of
    about.created = about.modified = datetime(day.year, day.month, day.day, tzinfo=UTC)
    about.comments = "; ".join(f"{key}: {value}" for key, value in sorted(document.notes.items()))
    about.last_modified_by, about.revision = "", 1
    settings = hand.document.settings.element
    tags = element("themeFontLang", val=LANG[hand.language][0], eastAsia=LANG[hand.language][1])
    old = settings.find(qn("w:themeFontLang"))
    if old is not None:
        settings.replace(old, tags)


def _page(hand: Hand, document: Document) -> None:
    part = hand.document.sections[0]
    part.page_width, part.page_height = PAGE_WIDTH, PAGE_HEIGHT
    part.left_margin = part.right_margin = part.top_margin = part.bottom_margin = MARGIN
    part.different_first_page_header_footer = True
    head = part.header.paragraphs[0]
    day = say("report.page.as_of", day=document.as_of)
    version = say("report.page.data_version", version=document.data_version)
    head.style = hand.document.styles["Source"]
    head.add_run(" · ".join(hand.say(x) for x in (document.business, document.kind, day, version)))
    foot = part.footer.paragraphs[0]
    foot.style = hand.document.styles["Source"]
    said = hand.say(say("report.page.page_of", page="<page>", pages="<pages>"))
    before, rest = said.split("<page>")
    between, after = rest.split("<pages>")
    made = hand.say(say("report.page.made_by", version=document.program_version))
    foot.add_run(f"{made} · {before}")
    field(foot, "PAGE", "1")
    foot.add_run(between)
    field(foot, "NUMPAGES", "1")
    foot.add_run(after)


def _front(hand: Hand, document: Document) -> None:
    """The cover; a report without one begins with its title."""
    hand.line(document.business, "Subtitle")
    cover = document.cover
    hand.line(document.kind if cover is None else cover.subtitle, "Title")
    hand.line(document.trade, "Subtitle")
    if document.mission is not None:
        hand.line(say("report.page.mission", mission=document.mission), "Lead")
    if cover is None:
        return
    bordered(hand.line(cover.status, "Normal"), {"left": ("single", theme.SEAL)})
    for label, value in cover.facts:
        paragraph = hand.document.add_paragraph()
        paragraph.add_run(f"{hand.say(label)}  ").font.color.rgb = colour(theme.MUTED)
        paragraph.add_run(hand.say(value))
    hand.document.add_paragraph().add_run().add_break(WD_BREAK.PAGE)


def _contents(hand: Hand, document: Document, numbers: list[str]) -> None:
    """The table of contents: a field that Word can bring up to date, filled already so that it can be read as it is."""
    title = hand.line(say("report.page.contents"), "Subtitle")
    title.runs[0].bold = True
    last = len(document.sections) - 1
    for place, (number, section) in enumerate(zip(numbers, document.sections, strict=True)):
        line = hand.document.add_paragraph()
        line.paragraph_format.space_after = Pt(2)
        if place == 0:
            _field_part(line, "begin")
            _instruction(line, 'TOC \\o "1-1" \\h \\z \\u')
            _field_part(line, "separate")
        link(line, f"chapter{place}", f"{number}  {hand.say(section.name)}")
        if place == last:
            _field_part(line, "end")


def _field_part(line: Any, kind: str) -> None:
    line.add_run()._r.append(element("fldChar", fldCharType=kind))


def _instruction(line: Any, code: str) -> None:
    words = element("instrText")
    words.text = f" {code} "
    line.add_run()._r.append(words)


def _section(hand: Hand, section: Section, number: str, place: int) -> None:
    heading = hand.line(f"{number}  {hand.say(section.name)}", "Heading 1")
    heading.paragraph_format.page_break_before = True
    bookmark(heading, f"chapter{place}", place + 1)
    hand.line(section.heading, "Answer")
    if section.lead is not None:
        hand.line(section.lead, "Lead")
    if section.answers is not None:
        hand.line(say("book.page.answers", question=section.answers), "Question")
    for b in section.blocks:
        block(hand, b)
    if section.footer is not None:
        _foot(hand, section.footer)


def _foot(hand: Hand, footer: Footer) -> None:
    """What the chapter's figures rest on: day, data version, queries and methods."""
    said: list[Text] = [say("report.page.rests_day", day=footer.as_of, version=footer.data_version)]
    line = hand.line("", "Source")
    line.add_run(f"{hand.say(say('report.page.rests_on'))} {hand.say(said[0])}")
    if footer.queries:
        line.add_run(f" · {hand.say(say('report.page.query'))} {hand.say(Listing(footer.queries))}")
    if footer.cards:
        names = Listing(tuple(say(f"card.{card}.title") for card in footer.cards))
        line.add_run(f" · {hand.say(say('report.page.cards'))} {hand.say(names)}")


def _same_bytes(content: bytes) -> bytes:
    """The file without the time at which it was packed."""
    out = BytesIO()
    with ZipFile(BytesIO(content)) as old, ZipFile(out, "w", ZIP_DEFLATED) as new:
        for entry in old.infolist():
            about = ZipInfo(entry.filename, (1980, 1, 1, 0, 0, 0))
            about.compress_type = ZIP_DEFLATED
            new.writestr(about, old.read(entry))
    return out.getvalue()
