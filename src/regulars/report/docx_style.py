"""The look of the Word document: styles, fonts for Latin and for Chinese, fields, borders. What python-docx lacks."""

from __future__ import annotations

from typing import Any

from docx.enum.style import WD_STYLE_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from regulars.report import theme

#: Fonts every office has: the shipped ones cannot be embedded in a Word file.
LATIN, HEADINGS, CHINESE = "Calibri", "Georgia", "Microsoft JhengHei"
#: Language tags as Word knows them: of the text, and of its East Asian characters.
LANG = {"en": ("en-HK", "zh-HK"), "zh-Hant": ("zh-HK", "zh-HK")}
TONES = {
    "plain": theme.MUTED,
    "accent": theme.ACCENT,
    "good": "#23633c",
    "warn": "#80530f",
    "bad": "#99311f",
}
MARGIN, PAGE_WIDTH, PAGE_HEIGHT = Mm(20), Mm(210), Mm(297)


def colour(hex: str) -> RGBColor:
    """A colour of the theme."""
    return RGBColor.from_string(hex.removeprefix("#").upper())


def element(tag: str, **attributes: str) -> Any:
    """An element of Word's own language, ``w:`` put before tag and attributes."""
    made = OxmlElement(f"w:{tag}")
    for name, value in attributes.items():
        made.set(qn(f"w:{name}"), value)
    return made


def styles_of(document: Any, language: str) -> None:
    """Fonts, sizes and colours of all styles used, and the document's language."""
    normal = document.styles["Normal"]
    _font(normal, LATIN, 10, theme.INK)
    normal.paragraph_format.space_after = Pt(5)
    text, chinese = LANG[language]
    for properties in (normal.element.get_or_add_rPr(), _defaults(document)):
        for old in properties.findall(qn("w:lang")):
            properties.remove(old)
        properties.append(element("lang", val=text, eastAsia=chinese))
    for name, size, before in (("Heading 1", 19, 0), ("Heading 2", 13, 14), ("Heading 3", 11.5, 10)):
        style = document.styles[name]
        _font(style, HEADINGS, size, theme.SEAL if name == "Heading 1" else theme.INK)
        style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(before), Pt(4)
        style.paragraph_format.keep_with_next = True
    _font(document.styles["Title"], HEADINGS, 30, theme.INK)
    _font(document.styles["Subtitle"], LATIN, 13, theme.MUTED)
    _font(document.styles["Caption"], LATIN, 10, theme.INK)
    document.styles["Caption"].paragraph_format.keep_with_next = True
    document.styles["Caption"].font.bold = True
    for name, size, tone, serif in (
        ("Answer", 14, theme.INK, True),
        ("Lead", 10.5, theme.MUTED, False),
        ("Question", 9, theme.ACCENT, False),
        ("Source", 8, theme.MUTED, False),
        ("Note", 8.5, theme.MUTED, False),
        ("Cell", 9, theme.INK, False),
    ):
        style = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = normal
        _font(style, HEADINGS if serif else LATIN, size, tone)
        style.paragraph_format.space_after = Pt(1 if name == "Cell" else 6)


def _defaults(document: Any) -> Any:
    return document.styles.element.find(qn("w:docDefaults")).find(qn("w:rPrDefault")).find(qn("w:rPr"))


def _font(style: Any, latin: str, size: float, hex: str) -> None:
    style.font.name, style.font.size, style.font.color.rgb = latin, Pt(size), colour(hex)
    style.font.italic = False  # Chinese has no italics
    fonts = style.element.get_or_add_rPr().find(qn("w:rFonts"))
    for theme_font in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{theme_font}"), None)
    for role, name in (("ascii", latin), ("hAnsi", latin), ("cs", latin), ("eastAsia", CHINESE)):
        fonts.set(qn(f"w:{role}"), name)


def field(paragraph: Any, code: str, shown: str) -> None:
    """A field such as PAGE, with what it shows until Word works it out."""
    for kind in ("begin", "instr", "separate", "shown", "end"):
        run = paragraph.add_run()
        if kind == "instr":
            instruction = OxmlElement("w:instrText")
            instruction.text = f" {code} "
            run._r.append(instruction)
        elif kind == "shown":
            run.text = shown
        else:
            run._r.append(element("fldChar", fldCharType=kind))


def bookmark(paragraph: Any, name: str, number: int) -> None:
    """A place that links lead to."""
    paragraph._p.insert(0 if paragraph._p.pPr is None else 1, element("bookmarkStart", id=str(number), name=name))
    paragraph._p.append(element("bookmarkEnd", id=str(number)))


def link(paragraph: Any, goal: str, text: str) -> None:
    """A link to a bookmark."""
    run = paragraph.add_run(text)
    anchor = element("hyperlink", anchor=goal, history="1")
    paragraph._p.append(anchor)
    anchor.append(run._r)


def shaded(cell_or_paragraph: Any, hex: str) -> None:
    """A background."""
    inner = cell_or_paragraph._element
    properties = inner.get_or_add_tcPr() if inner.tag == qn("w:tc") else inner.get_or_add_pPr()
    properties.append(element("shd", val="clear", color="auto", fill=hex.removeprefix("#")))


def bordered(paragraph: Any, sides: dict[str, tuple[str, str]]) -> None:
    """Borders of a paragraph: side -> kind of line and colour."""
    borders = element("pBdr")
    for side in ("top", "left", "bottom", "right"):
        if side in sides:
            kind, hex = sides[side]
            borders.append(
                element(side, val=kind, sz="18" if kind == "single" else "6", space="6", color=hex.removeprefix("#"))
            )
    properties = paragraph._p.get_or_add_pPr()
    properties.insert_element_before(borders, "w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc", "w:rPr")


def described(inline: Any, title: str, alt: str) -> None:
    """The words of a picture for those who hear it."""
    about = inline._inline.docPr
    about.set("descr", alt)
    about.set("title", title)


def repeat_head(row: Any) -> None:
    """The head of a table on every page it reaches."""
    row._tr.get_or_add_trPr().append(element("tblHeader"))


def unbroken(row: Any) -> None:
    """A row stays on one page."""
    row._tr.get_or_add_trPr().append(element("cantSplit"))
