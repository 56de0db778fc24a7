"""The report as one self-contained HTML file: no script, no external request, fonts and pictures inside."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape, unescape
from pathlib import Path

from regulars.base.text import Text, say
from regulars.base.words import locale_of
from regulars.report.document import Cover, Document, Footer, Section
from regulars.report.fonts import font_faces
from regulars.report.html_blocks import block
from regulars.report.speaker import Speaker

#: How blocks look wherever they are shown, and how the one long page is laid out.
STYLES = Path(__file__).parent / "static" / "blocks.css", Path(__file__).with_name("style.css")
#: The browser itself refuses anything from outside, even if a name in the data tried to smuggle it in.
POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; font-src data:; img-src data:; base-uri 'none'; form-action 'none'"
)
LANG = {"en": "en-HK", "zh-Hant": "zh-Hant-HK"}


def stylesheet() -> str:
    """Everything a page of its own needs to look right, but for the fonts."""
    return "".join(sheet.read_text(encoding="utf-8") for sheet in STYLES)


def to_html(document: Document, language: str) -> str:
    """The document in one language.

    Raises:
        UnknownLanguage: the product does not speak ``language``.
    """
    locale_of(language)
    s = Speaker(language)
    contents = _contents(s, document)
    head = _masthead(s, document)
    body = "".join(_section(s, section, first=i == 0) for i, section in enumerate(document.sections))
    foot = f'<footer class="end">{s.page("made_by", version=document.program_version)}</footer>'
    title = escape(f"{document.business.in_language(language)} · {_plain(document.kind, language)}")
    notes = "".join(f'<meta name="regulars:{k}" content="{escape(v)}">' for k, v in sorted(document.notes.items()))
    style = font_faces(s.used) + stylesheet()
    return (
        f'<!doctype html>\n<html lang="{LANG[language]}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width,initial-scale=1">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}"><title>{title}</title>{notes}'
        f"<style>\n{style}\n</style></head>\n<body>{contents}<main>{head}{body}{foot}</main></body></html>\n"
    )


@dataclass(frozen=True, slots=True)
class Fragment:
    """A section as a page of its own: ``name`` and ``heading`` are plain words, ``html`` is what stands below the
    heading."""

    id: str
    name: str
    heading: str
    html: str


def to_fragments(document: Document, language: str) -> tuple[Fragment, ...]:
    """Every section in one language, for a face that shows them on pages of their own. Where a link leads the face
    decides: ``card:ID``, ``query:NAME`` and ``behind:PREDICATE`` (quoted) stand in the place of addresses."""
    locale_of(language)
    s = Speaker(language, linked=True)
    return tuple(_fragment(s, section) for section in document.sections)


def _fragment(s: Speaker, section: Section) -> Fragment:
    lead = f'<p class="lead">{s.words(section.lead)}</p>' if section.lead is not None else ""
    blocks = "".join(block(s, b) for b in section.blocks)
    foot = _footer(s, section.footer) if section.footer is not None else ""
    html = _apart(lead + blocks + foot)
    return Fragment(section.id, unescape(s.words(section.name)), unescape(s.serif(section.heading)), html)


def _apart(html: str) -> str:
    """Links inside the one long page become links between pages."""
    for kind in ("card", "query"):
        html = html.replace(f'href="#{kind}-', f'href="{kind}:')
    return html


def _plain(text: Text, language: str) -> str:
    return Speaker(language).words(text)


def _contents(s: Speaker, document: Document) -> str:
    s.used["serif"].update("熟Regulars")
    links = "".join(f'<li><a href="#{x.id}">{_number(s, x)}{s.words(x.name)}</a></li>' for x in document.sections)
    brand = '<p class="brand"><span class="seal" lang="zh-Hant">熟</span>Regulars</p>'
    inside = f"<ol>{links}</ol>"
    label = s.page("contents")
    return (
        f'<nav aria-label="{label}" id="contents">{brand}<div class="wide-toc">{inside}</div>'
        f'<details class="narrow-toc"><summary>{label}</summary>{inside}</details></nav>'
    )


def _number(s: Speaker, section: Section) -> str:
    return f'<span class="no">{s.words(section.number)}</span> ' if section.number else ""


def _masthead(s: Speaker, document: Document) -> str:
    if document.cover is not None:
        return _cover(s, document, document.cover)
    mission = ""
    if document.mission is not None:
        mission = f'<p class="mission">{s.page("mission", mission=document.mission)}</p>'
    day = s.page("as_of", day=say("report.say.day", day=document.as_of))
    version = s.page("data_version", version=document.data_version)
    return (
        f'<header class="masthead"><p class="business">{s.serif(document.business)}</p>'
        f'<p class="sub">{s.words(document.kind)} · {s.words(document.trade)} · {day} · {version}</p>{mission}</header>'
    )


def _cover(s: Speaker, document: Document, cover: Cover) -> str:
    facts = "".join(f"<div><dt>{s.words(label)}</dt><dd>{s.words(value)}</dd></div>" for label, value in cover.facts)
    mission = ""
    if document.mission is not None:
        mission = f'<p class="mission">{s.page("mission", mission=document.mission)}</p>'
    return (
        f'<header class="masthead cover"><p class="business">{s.serif(document.business)}</p>'
        f'<p class="title">{s.serif(cover.subtitle)}</p><p class="sub">{s.words(document.trade)}</p>{mission}'
        f'<p class="status">{s.words(cover.status)}</p><dl>{facts}</dl></header>'
    )


def eyebrow(section: Section) -> Text:
    """What stands above a section's answer: its name, in a book with the chapter's number."""
    if not section.number:
        return section.name
    kind = "chapter" if section.number.isdigit() else "annex"
    return say(f"book.page.{kind}", number=section.number, name=section.name)


def _section(s: Speaker, section: Section, *, first: bool) -> str:
    tag = "h1" if first else "h2"
    lead = f'<p class="lead">{s.words(section.lead)}</p>' if section.lead is not None else ""
    if section.answers is not None:
        question = s.words(say("book.page.answers", question=section.answers))
        lead = f'{lead}<p class="answers">{question}</p>'
    blocks = "".join(block(s, b) for b in section.blocks)
    foot = _footer(s, section.footer) if section.footer is not None else ""
    above = f'<p class="eyebrow">{s.words(eyebrow(section))}</p>'
    return (
        f'<section id="{section.id}" aria-labelledby="{section.id}-h">{above}'
        f'<{tag} id="{section.id}-h">{s.serif(section.heading)}</{tag}>{lead}{blocks}{foot}</section>'
    )


def _footer(s: Speaker, footer: Footer) -> str:
    rests = s.page("rests_day", day=say("report.say.day", day=footer.as_of), version=footer.data_version)
    parts = [f"<span>{s.page('rests_on')} {rests}</span>"]
    if footer.queries:
        links = [f'<a href="#query-{escape(q)}">{s.words(q)}</a>' for q in footer.queries]
        parts.append(f"<span>{s.page('query')} {' '.join(links)}</span>")
    if footer.cards:
        links = [f'<a href="#card-{escape(c)}">{s.words(say(f"card.{c}.title"))}</a>' for c in footer.cards]
        parts.append(f"<span>{s.page('cards')} {' '.join(links)}</span>")
    return f'<footer class="rests">{"".join(parts)}</footer>'
