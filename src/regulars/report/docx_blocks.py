"""Blocks of a chapter in a Word document."""

from __future__ import annotations

from io import BytesIO

from docx.shared import Pt

from regulars.base.text import Text
from regulars.report import theme
from regulars.report.document import (
    Block,
    Callout,
    Cards,
    Entries,
    Entry,
    Figure,
    Heading,
    KeyFigures,
    Missing,
    Paragraph,
    Points,
    Queries,
    Table,
)
from regulars.report.docx_cells import WIDTH, Hand, after, cell, plain_table, table, written
from regulars.report.docx_style import HEADINGS, TONES, bordered, colour, described
from regulars.report.drawing import to_png
from regulars.report.figures import plain

#: A picture in its own pixels, drawn twice as fine, and how flat.
PIXELS, FINE, SQUEEZE = 800, 2.0, 0.72


def block(hand: Hand, b: Block) -> None:
    """One block, with its source under it."""
    match b:
        case Heading() | Paragraph():
            _running(hand, b)
        case KeyFigures():
            _key_figures(hand, b)
        case Figure():
            _figure(hand, b)
        case Table():
            table(hand, b)
        case Callout():
            _callout(hand, b)
        case Missing():
            _missing(hand, b)
        case Points():
            points(hand, b)
        case Entries():
            _entries(hand, b)
        case Cards():
            _cards(hand, b)
        case Queries():
            return  # not on paper
    source = getattr(b, "source", None)
    if isinstance(source, Text):
        hand.line(source, "Source")


def _running(hand: Hand, b: Heading | Paragraph) -> None:
    if isinstance(b, Paragraph):
        hand.line(b.text, {"note": "Note", "lead": "Lead"}.get(b.style, "Normal"))
        return
    hand.line(b.text, "Heading 2")
    if b.lead is not None:
        hand.line(b.lead, "Lead")


def _entries(hand: Hand, b: Entries) -> None:
    hand.line(b.title, "Heading 2")
    for entry in b.items:
        _entry(hand, entry)


def _key_figures(hand: Hand, k: KeyFigures) -> None:
    labels = "; ".join(hand.say(item.label) for item in k.items)
    made = plain_table(hand, 1, len(k.items), labels, [1.0] * len(k.items))
    for inside, item in zip(made.rows[0].cells, k.items, strict=True):
        written(hand, inside, item.label, style="Note")
        shown = hand.line(hand.unknown if item.value is None else item.value, "Cell", inside)
        run = shown.runs[0]
        run.font.size, run.font.name = Pt(11 if item.value is None else 15), HEADINGS
        if item.range is not None:
            hand.line(item.range, "Cell", inside)
        if item.note is not None:
            hand.line(item.note, "Note", inside)
    after(hand, None)


def _figure(hand: Hand, f: Figure) -> None:
    hand.line(f.title, "Caption")
    picture = to_png(f.chart, hand.language, width=PIXELS, scale=FINE, squeeze=SQUEEZE)
    shown = hand.document.add_picture(BytesIO(picture), width=WIDTH)
    described(shown, hand.say(f.title), hand.say(f.alt))
    if f.note is not None:
        hand.line(f.note, "Note")


def _callout(hand: Hand, c: Callout) -> None:
    edge = {"left": ("single", theme.LINE_STRONG if c.tone == "plain" else TONES[c.tone])}
    title = hand.document.add_paragraph()
    title.add_run(hand.say(c.title)).bold = True
    bordered(title, edge)
    if c.text is not None:
        bordered(hand.line(c.text, "Lead"), edge)


def _missing(hand: Hand, m: Missing) -> None:
    line = ("dashed", theme.GREY)
    lines = [m.title, *m.items, m.how]
    for number, words in enumerate(lines):
        paragraph = hand.line(plain(words), "Note" if words is m.how else "Normal")
        if words is m.title:
            paragraph.runs[0].bold = True
        elif words is not m.how:
            paragraph.runs[0].text = f"• {paragraph.runs[0].text}"
        sides = {"left": line, "right": line}
        sides |= {"top": line} if number == 0 else {}
        bordered(paragraph, sides | ({"bottom": line} if number == len(lines) - 1 else {}))


def points(hand: Hand, p: Points) -> None:
    """A list; a numbered one begins at one again."""
    if p.title is not None:
        hand.line(p.title, "Heading 3")
    style = "List Number" if p.numbered else "List Bullet"
    number = _new_numbers(hand) if p.numbered else None
    for item in p.items:
        paragraph = hand.line(item, style)
        if number is not None:
            properties = paragraph._p.get_or_add_pPr().get_or_add_numPr()
            properties.get_or_add_ilvl().val = 0
            properties.get_or_add_numId().val = number


def _new_numbers(hand: Hand) -> int:
    numbering = hand.document.part.numbering_part.element
    style = hand.document.styles["List Number"].element
    old = style.pPr.numPr.numId.val
    pattern = next(n for n in numbering.num_lst if n.numId == old).abstractNumId.val
    made = numbering.add_num(pattern)
    made.add_lvlOverride(ilvl=0).add_startOverride(1)
    return int(made.numId)


def _entry(hand: Hand, e: Entry) -> None:
    title = hand.line(plain(e.title), "Heading 3")
    for pill in e.pills:
        run = title.add_run(f"  {hand.say(pill.text)}")
        run.font.size, run.font.color.rgb = Pt(9), colour(TONES[pill.tone])
    if e.subtitle is not None:
        hand.line(e.subtitle, "Lead")
    rows = -(-len(e.facts) // 2)
    made = plain_table(hand, rows, 4, hand.say(e.title), [1.0, 1.6, 1.0, 1.6])
    for row, start in zip(made.rows, range(0, len(e.facts), 2), strict=True):
        inside = row.cells
        for place, (label, c) in enumerate(e.facts[start : start + 2]):
            written(hand, inside[2 * place], label, style="Note")
            cell(hand, inside[2 * place + 1], c)
    after(hand, None)
    points(hand, Points(e.points))
    if e.table is not None:
        table(hand, e.table)


def _cards(hand: Hand, cards: Cards) -> None:
    for card in cards.items:
        hand.line(card.title, "Heading 3")
        made = plain_table(hand, len(card.rows), 2, hand.say(card.title), [1.0, 5.0])
        for row, (label, text) in zip(made.rows, card.rows, strict=True):
            left, right = row.cells
            written(hand, left, label).runs[0].bold = True
            written(hand, right, text)
        after(hand, None)
