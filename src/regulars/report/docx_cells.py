"""Tables and their cells in a Word document. A range is written out: value, and the range in words beneath."""

from __future__ import annotations

from typing import Any

from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Emu

from regulars.base.text import Param
from regulars.base.words import show
from regulars.report import theme
from regulars.report.document import Amount, Bar, Cell, Pill, Range, Table, Unknown, Words
from regulars.report.docx_style import MARGIN, PAGE_WIDTH, TONES, colour, element, repeat_head, unbroken
from regulars.report.typeset import typeset

WIDTH = PAGE_WIDTH - 2 * MARGIN


class Hand:
    """Writes in one language into one Word document."""

    def __init__(self, document: Any, language: str, unknown: str) -> None:
        self.document = document
        self.language = language
        self.unknown = unknown
        self.styles: dict[str, str] = {}

    def say(self, shown: Param) -> str:
        """Words of this language, with true minus signs."""
        return typeset(show(shown, self.language))

    def line(self, shown: Param, style: str, into: Any = None) -> Any:
        """A paragraph in a style, at the end of the document or of a cell."""
        return self.styled((into or self.document).add_paragraph(self.say(shown)), style)

    def styled(self, paragraph: Any, style: str) -> Any:
        """The paragraph in a style, by its id: looking a style up by name every time is most of the work."""
        if style not in self.styles:
            self.styles[style] = self.document.styles[style].style_id
        paragraph._p.style = self.styles[style]
        return paragraph


def table(hand: Hand, t: Table) -> None:
    """A table under its caption, its head repeated on every page."""
    caption = hand.say(t.caption)
    hand.line(caption, "Caption")
    beneath = [text for text in t.beneath if text is not None]
    made = plain_table(hand, 1 + len(t.rows) + len(beneath), len(t.columns), caption, [c.share for c in t.columns])
    rows = iter(made.rows)
    head = next(rows)
    repeat_head(head)
    for column, inside in zip(t.columns, head.cells, strict=True):
        paragraph = written(hand, inside, column.head if column.head is not None else "")
        paragraph.runs[0].bold = True
        paragraph.runs[0].font.color.rgb = colour(theme.MUTED)
        _aligned(paragraph, column.align)
    for number, row in enumerate(t.rows):
        line = next(rows)
        unbroken(line)
        for column, inside, c in zip(t.columns, line.cells, row, strict=True):
            for paragraph in cell(hand, inside, c):
                _aligned(paragraph, "right" if isinstance(c, Range) else column.align)
        below = t.beneath[number] if t.beneath else None
        if below is not None:
            wide = next(rows).cells
            merged = wide[0].merge(wide[-1])
            written(hand, merged, below, style="Note")
    after(hand, t.note)


def plain_table(hand: Hand, rows: int, columns: int, about: str, shares: list[float]) -> Any:
    """An empty table of the whole width, its lines light, with words for those who hear it."""
    made = hand.document.add_table(rows=rows, cols=columns)
    made.alignment, made.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    properties = made._tbl.tblPr
    borders = element("tblBorders")
    for side in ("top", "left", "bottom", "right", "insideH", "insideV"):
        kind = "single" if side in ("top", "bottom", "insideH") else "nil"
        borders.append(element(side, val=kind, sz="4", space="0", color=theme.LINE_STRONG.removeprefix("#")))
    layout = properties.find(qn("w:tblLayout"))
    if layout is not None:
        layout.addprevious(borders)
    else:
        properties.append(borders)
    look = properties.find(qn("w:tblLook"))
    caption = element("tblCaption", val=about)
    if look is not None:
        look.addnext(caption)
    else:
        properties.append(caption)
    whole = sum(shares)
    widths = [Emu(int(WIDTH * share / whole)) for share in shares]
    for column, width in zip(made.columns, widths, strict=True):
        column.width = width
    for row in made.rows:
        for inside, width in zip(row.cells, widths, strict=True):
            inside.width = width
    return made


def after(hand: Hand, note: Param | None) -> None:
    """The note under a table; Word needs a paragraph between two tables in any case."""
    hand.line("" if note is None else note, "Note")


def _aligned(paragraph: Any, align: str) -> None:
    if align == "right":
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT


def written(hand: Hand, inside: Any, shown: Param, *, style: str = "Cell") -> Any:
    """Words as the first paragraph of a cell."""
    paragraph = hand.styled(inside.paragraphs[0], style)
    paragraph.add_run(hand.say(shown))
    return paragraph


def cell(hand: Hand, inside: Any, c: Cell) -> list[Any]:
    """Fill a cell; its paragraphs."""
    first = hand.styled(inside.paragraphs[0], "Cell")
    match c:
        case Words():
            if c.swatch:
                first.add_run("■ ").font.color.rgb = colour(c.swatch)
            first.add_run(hand.say(c.text)).bold = c.strong or None
            for pill in c.pills:
                first.add_run(" ")
                _pill(hand, first, pill)
            return [first, *_note(hand, inside, c.note)]
        case Amount():
            first.add_run("–" if c.value is None else hand.say(c.value)).bold = c.strong or None
            return [first, *_note(hand, inside, c.note)]
        case Range():
            first.add_run(hand.say(c.value)).bold = c.strong or None
            return [first, *_note(hand, inside, c.words)]
        case Bar():
            first.add_run(hand.say(c.value))
            return [first, *_note(hand, inside, c.note)]
        case Unknown():
            first.add_run(hand.unknown).font.color.rgb = colour(theme.MUTED)
            return [first, *_note(hand, inside, c.needs)]
        case Pill():
            _pill(hand, first, c)
            return [first]


def _pill(hand: Hand, paragraph: Any, pill: Pill) -> None:
    run = paragraph.add_run(hand.say(pill.text))
    run.bold, run.font.color.rgb = True, colour(TONES[pill.tone])


def _note(hand: Hand, inside: Any, note: Param | None) -> list[Any]:
    return [] if note is None else [hand.line(note, "Note", inside)]
