"""The Word file: opens, has every chapter, table and picture with its words, Chinese fonts, the same bytes twice."""

from __future__ import annotations

from functools import cache
from io import BytesIO
from typing import Any

import pytest

docx = pytest.importorskip("docx", reason="python-docx is not installed")

from docx.oxml.ns import qn  # noqa: E402

from regulars.base.words import LANGUAGES, show  # noqa: E402
from regulars.report.build import build_document  # noqa: E402
from regulars.report.document import Document, Entries, Figure, Points, Table  # noqa: E402
from regulars.report.render_docx import to_docx  # noqa: E402
from regulars.report.typeset import typeset  # noqa: E402
from support import report as sample  # noqa: E402
from support.book import told  # noqa: E402
from support.report_plan import sample_plan  # noqa: E402


def report() -> Document:
    return build_document(sample.diagnosis(), sample_plan(), business=sample.business(), pack=sample.sample_pack())


@cache
def content(kind: str, language: str) -> bytes:
    return to_docx(told() if kind == "book" else report(), language)


def opened(kind: str, language: str) -> Any:
    return docx.Document(BytesIO(content(kind, language)))


def blocks_of(document: Document, kind: type) -> list[Any]:
    return [b for s in document.sections for b in s.blocks if isinstance(b, kind)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_chapters_are_numbered_headings_in_order(language: str) -> None:
    file = opened("book", language)
    heads = [p.text for p in file.paragraphs if p.style.name == "Heading 1"]
    assert heads == [f"{s.number}  {typeset(show(s.name, language))}" for s in told().sections]
    answers = [p.text for p in file.paragraphs if p.style.name == "Answer"]
    assert answers == [typeset(show(s.heading, language)) for s in told().sections]


@pytest.mark.parametrize("kind", ["book", "report"])
def test_every_picture_is_there_with_its_words(kind: str) -> None:
    file, whole = opened(kind, "en"), told() if kind == "book" else report()
    about = [shape._inline.docPr for shape in file.inline_shapes]
    figures = blocks_of(whole, Figure)
    assert [x.get("descr") for x in about] == [typeset(show(f.alt, "en")) for f in figures]
    assert [x.get("title") for x in about] == [typeset(show(f.title, "en")) for f in figures]
    assert len({x.get("id") for x in about}) == len(about) > 5
    assert all(shape.width <= file.sections[0].page_width for shape in file.inline_shapes)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_table_is_there_whole(language: str) -> None:
    file = opened("book", language)
    named = {t._tbl.tblPr.find(qn("w:tblCaption")).get(qn("w:val")): t for t in file.tables}
    tables = blocks_of(told(), Table)
    assert len(tables) > 15
    for table in tables:
        found = named[typeset(show(table.caption, language))]
        assert len(found.rows) == 1 + len(table.rows) + sum(b is not None for b in table.beneath)
        heads = [cell.text for cell in found.rows[0].cells]
        assert heads == ["" if c.head is None else typeset(show(c.head, language)) for c in table.columns]


def test_sources_stand_under_what_they_are_of() -> None:
    file = opened("book", "en")
    shown = [p.text for p in file.paragraphs if p.style.name == "Source"]
    wanted = [b for b in blocks_of(told(), (Figure, Table, Points, Entries)) if b.source is not None]  # type: ignore[arg-type]
    assert all(typeset(show(b.source, "en")) in shown for b in wanted) and len(shown) >= len(wanted)


@pytest.mark.parametrize(("language", "tag"), [("en", "en-HK"), ("zh-Hant", "zh-HK")])
def test_language_and_chinese_fonts(language: str, tag: str) -> None:
    file = opened("book", language)
    assert file.core_properties.language == tag
    for name in ("Normal", "Heading 1", "Heading 2", "Cell", "Answer"):
        fonts = file.styles[name].element.rPr.find(qn("w:rFonts"))
        assert fonts.get(qn("w:eastAsia")) == "Microsoft JhengHei"
        assert fonts.get(qn("w:eastAsiaTheme")) is None, "a theme font would win over it"
    language_tags = file.styles["Normal"].element.rPr.find(qn("w:lang"))
    assert language_tags.get(qn("w:eastAsia")) == "zh-HK"


def test_contents_is_a_field_filled_with_links_that_lead_somewhere() -> None:
    body = opened("book", "en").element.body
    codes = [x.text for x in body.iter(qn("w:instrText"))]
    assert any("TOC" in code for code in codes)
    goals = [x.get(qn("w:anchor")) for x in body.iter(qn("w:hyperlink"))]
    marks = [x.get(qn("w:name")) for x in body.iter(qn("w:bookmarkStart"))]
    assert goals == marks and len(goals) == len(told().sections)
    kinds = [x.get(qn("w:fldCharType")) for x in body.iter(qn("w:fldChar"))]
    assert kinds.count("begin") == kinds.count("end") == kinds.count("separate")


def test_pages_are_numbered_and_the_cover_is_not() -> None:
    section = opened("book", "en").sections[0]
    codes = [x.text.strip() for x in section.footer._element.iter(qn("w:instrText"))]
    assert codes == ["PAGE", "NUMPAGES"] and section.different_first_page_header_footer


def test_every_numbered_list_begins_at_one() -> None:
    file = opened("book", "en")
    lists = [b for b in blocks_of(told(), Points) if b.numbered]
    used = [p._p.pPr.numPr.numId.val for p in file.paragraphs if p.style.name == "List Number"]
    assert len(set(used)) == len(lists) >= 2 and len(used) == sum(len(b.items) for b in lists)


def test_a_report_is_numbered_by_place() -> None:
    heads = [p.text for p in opened("report", "en").paragraphs if p.style.name == "Heading 1"]
    assert [h.split("  ")[0] for h in heads] == [str(i + 1) for i in range(len(heads))] and len(heads) > 15


def test_the_same_document_is_the_same_file() -> None:
    assert to_docx(told(), "en") == content("book", "en")
