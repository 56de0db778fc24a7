"""Blocks of a section as HTML."""

from __future__ import annotations

from html import escape

from regulars.base.text import Text
from regulars.report.document import (
    Block,
    Callout,
    Cards,
    Entries,
    Entry,
    Figure,
    Heading,
    KeyFigure,
    KeyFigures,
    Missing,
    Paragraph,
    Points,
    Queries,
    Table,
)
from regulars.report.drawing import to_svg
from regulars.report.html_cells import cell, note, pill, table
from regulars.report.speaker import Speaker

WIDE, NARROW = 920, 330


def block(s: Speaker, b: Block) -> str:
    """One block."""
    match b:
        case Heading():
            lead = f'<p class="note">{s.words(b.lead)}</p>' if b.lead is not None else ""
            return f'<h3 class="part">{s.serif(b.text)}</h3>{lead}'
        case Missing():
            return _missing(s, b)
        case Paragraph():
            return f'<p class="{b.style}">{s.words(b.text)}</p>'
        case KeyFigures():
            return f'<div class="keys">{"".join(_key(s, k) for k in b.items)}</div>{source(s, b.source)}'
        case Figure():
            return _figure(s, b)
        case Table():
            return f'<div class="card">{table(s, b)}{source(s, b.source)}</div>'
        case Callout():
            text = f"<p>{s.words(b.text)}</p>" if b.text is not None else ""
            return f'<div class="callout {b.tone}"><strong>{s.strong(b.title)}</strong>{text}</div>'
        case Points():
            return _points(s, b)
        case Entries():
            return f"<h3>{s.serif(b.title)}</h3>" + "".join(_entry(s, e) for e in b.items) + source(s, b.source)
        case Cards():
            return "".join(_card(s, b))
        case Queries():
            return "".join(_query(s, name, sql) for name, sql in b.items)


def source(s: Speaker, text: Text | None) -> str:
    """What a block's figures rest on."""
    return f'<p class="source">{s.words(text)}</p>' if text is not None else ""


def _missing(s: Speaker, m: Missing) -> str:
    items = "".join(f"<li>{s.words(i)}</li>" for i in m.items)
    return f'<div class="missing"><h3>{s.serif(m.title)}</h3><ul>{items}</ul><p class="note">{s.words(m.how)}</p></div>'


def _key(s: Speaker, k: KeyFigure) -> str:
    value = (
        f"<b>{s.behind(s.serif(k.value), k.behind)}</b>"
        if k.value is not None
        else f'<b class="unknown">{s.page("unknown")}</b>'
    )
    ranged = f'<span class="rng">{s.words(k.range)}</span>' if k.range is not None else ""
    return f'<div class="key"><span class="label">{s.words(k.label)}</span>{value}{ranged}{note(s, k.note)}</div>'


def _figure(s: Speaker, f: Figure) -> str:
    pictures = []
    least = max(NARROW, f.chart.get("usermeta", {}).get("least", 0))  # what is wider than a phone is moved sideways
    for kind, width in (("wide", WIDE), ("narrow", min(least, WIDE))):
        svg = s.drawn(to_svg(f.chart, s.language, width=width, prefix=f"{f.id}-{kind}"))
        label = f'<svg role="img" aria-label="{s.words(f.alt)}"'
        moved = ' sideways" tabindex="0' if kind == "narrow" and width > NARROW else ""
        pictures.append(f'<div class="{kind}{moved}">{svg.replace("<svg", label, 1)}</div>')
    under = f'<p class="note">{s.words(f.note)}</p>' if f.note is not None else ""
    data = f"<details><summary>{s.page('figures')}</summary>{table(s, f.data, plain=True)}</details>"
    foot = source(s, f.source)
    head = f"<figcaption>{s.serif(f.title)}</figcaption>"
    return f'<figure class="card">{head}{"".join(pictures)}{under}{data}{foot}</figure>'


def _points(s: Speaker, p: Points) -> str:
    title = f"<h3>{s.serif(p.title)}</h3>" if p.title is not None else ""
    tag = "ol" if p.numbered else "ul"
    items = "".join(f"<li>{s.words(i)}</li>" for i in p.items)
    return f'<div class="card points">{title}<{tag}>{items}</{tag}>{source(s, p.source)}</div>'


def _entry(s: Speaker, e: Entry) -> str:
    pills = " ".join(pill(s, p) for p in e.pills)
    subtitle = f'<p class="for">{s.words(e.subtitle)}</p>' if e.subtitle is not None else ""
    facts = "".join(f"<div><dt>{s.words(label)}</dt><dd>{cell(s, c)}</dd></div>" for label, c in e.facts)
    reasons = f"<ul>{''.join(f'<li>{s.words(p)}</li>' for p in e.points)}</ul>" if e.points else ""
    evidence = ""
    if e.table is not None:
        evidence = f"<details><summary>{s.words(e.table.caption)}</summary>{table(s, e.table)}</details>"
    return (
        f'<article class="card entry"><header><h4>{s.serif(e.title)}</h4><span>{pills}</span></header>{subtitle}'
        f"<dl>{facts}</dl>{reasons}{evidence}</article>"
    )


def _card(s: Speaker, b: Cards) -> list[str]:
    out = []
    for card in b.items:
        rows = "".join(f"<dt>{s.strong(k)}</dt><dd>{s.words(v)}</dd>" for k, v in card.rows)
        out.append(
            f'<article class="card method" id="{card.id}"><h3>{s.serif(card.title)}</h3><dl>{rows}</dl></article>'
        )
    return out


def _query(s: Speaker, name: str, sql: str) -> str:
    s.words(sql)
    return (
        f'<details class="query" id="query-{escape(name)}"><summary>{s.words(name)}</summary>'
        f'<pre tabindex="0"><code>{escape(sql)}</code></pre></details>'
    )
