"""Cells and tables as HTML. A cell knows its words and positions; CSS does the geometry."""

from __future__ import annotations

from regulars.base.text import Param
from regulars.report.document import Amount, Bar, Cell, Column, Pill, Range, Table, Unknown, Words
from regulars.report.speaker import Speaker


def pill(s: Speaker, p: Pill) -> str:
    """A rounded word."""
    return f'<span class="pill {p.tone}">{s.words(p.text)}</span>'


def note(s: Speaker, text: Param | None) -> str:
    """The small line under a value."""
    return f'<span class="note">{s.words(text)}</span>' if text is not None else ""


def cell(s: Speaker, c: Cell) -> str:
    """The inside of a table cell."""
    match c:
        case Words():
            dot = f'<i class="swatch" style="background:{c.swatch}"></i>' if c.swatch else ""
            text = f"<b>{s.strong(c.text)}</b>" if c.strong else s.words(c.text)
            pills = "".join(" " + pill(s, p) for p in c.pills)
            return f"{dot}{s.behind(text, c.behind)}{pills}{note(s, c.note)}"
        case Amount():
            if c.value is None:
                return '<span class="none">–</span>'
            value = f"<b>{s.strong(c.value)}</b>" if c.strong else s.words(c.value)
            return value + note(s, c.note)
        case Range():
            return _range(s, c)
        case Bar():
            bar = f'<span class="bar {c.tone}" style="--f:{c.filled}"><i></i></span>'
            return f'<span class="meter">{bar}<span class="value">{s.words(c.value)}</span></span>{note(s, c.note)}'
        case Unknown():
            return f'<span class="unknown">{s.page("unknown")}</span>{note(s, c.needs)}'
        case Pill():
            return pill(s, c)


def _range(s: Speaker, c: Range) -> str:
    mark = f'<u style="--x:{c.mark}"></u>' if c.mark is not None else ""
    bar = f'<span class="range" style="--l:{c.low};--m:{c.mid};--h:{c.high}">{mark}<i></i><b></b></span>'
    value = f"<b>{s.strong(c.value)}</b>" if c.strong else s.words(c.value)
    return f'<span class="meter">{bar}<span class="value">{value}</span></span>{note(s, c.words)}'


def _side(column: Column, c: Cell) -> str:
    if isinstance(c, Range):
        return "range-cell"
    return "right" if column.align == "right" else "left"


def table(s: Speaker, t: Table, *, plain: bool = False) -> str:
    """A table. On a phone its rows become small cards; ``plain`` ones (numbers of a picture) scroll instead."""
    heads = [s.words(c.head) if c.head is not None else "" for c in t.columns]
    head = "".join(f'<th scope="col" class="{c.align}">{text}</th>' for c, text in zip(t.columns, heads, strict=True))
    rows = []
    for number, row in enumerate(t.rows):
        cells = []
        for i, (column, text, c) in enumerate(zip(t.columns, heads, row, strict=True)):
            tag, scope = ("th", ' scope="row"') if i == 0 else ("td", "")
            cells.append(
                f'<{tag}{scope} class="{_side(column, c)}" data-label="{text}"><div>{cell(s, c)}</div></{tag}>'
            )
        below = t.beneath[number] if t.beneath else None
        joined = ' class="joined"' if below is not None else ""
        rows.append(f"<tr{joined}>{''.join(cells)}</tr>")
        if below is not None:
            rows.append(f'<tr class="beneath"><td colspan="{len(t.columns)}">{s.words(below)}</td></tr>')
    widths = "".join(f'<col style="--w:{c.share}">' for c in t.columns)
    caption = s.strong(t.caption)
    under = f'<p class="note">{s.words(t.note)}</p>' if t.note is not None else ""
    kind = "plain" if plain else "stack"
    return (
        f'<div class="scroll" role="region" aria-label="{caption}" tabindex="0"><table class="{kind}">'
        f"<caption>{caption}</caption><colgroup>{widths}</colgroup><thead><tr>{head}</tr></thead>"
        f"<tbody>{''.join(rows)}</tbody></table></div>{under}"
    )
