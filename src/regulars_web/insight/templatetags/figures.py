"""Template tags of the study: headline figures as they are printed, and the question of a chapter."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template
from django.utils.html import conditional_escape, format_html

from regulars.base.text import Money, Number, Param, Share, say
from regulars.base.words import render, show, word_list

register = template.Library()


def _of(figure: Any, name: str) -> Any:
    return figure[name] if isinstance(figure, Mapping) else getattr(figure, name)


def _shown(kind: str, value: float, currency: str, language: str, *, about: bool) -> str:
    if kind == "money":
        return show(Money.of(value, currency), language, "round" if about else "")
    param: Param = Share(value) if kind == "share" else Number(value, 0)
    return show(param, language)


def _spoken(context: Any) -> str:
    return str(context.get("language", "en"))


@register.simple_tag(takes_context=True)
def figure(context: Any, figure: Any, currency: str) -> str:
    """A headline figure, with its range beneath where it is a forecast."""
    language, kind, value = _spoken(context), _of(figure, "kind"), _of(figure, "value")
    if value is None:
        return conditional_escape(render(say("web.insight.unknown"), language))
    low, high = _of(figure, "low"), _of(figure, "high")
    about = low is not None
    main = _shown(kind, value, currency, language, about=about)
    if low is None or high is None:
        return conditional_escape(main)
    ends = [_shown(kind, end, currency, language, about=True) for end in (low, high)]
    between = render(say("web.insight.between", low=ends[0], high=ends[1]), language)
    return format_html('{}<span class="note">{}</span>', main, between)


@register.simple_tag(takes_context=True)
def difference(context: Any, changed: Any, currency: str) -> str:
    """By how much a figure changed, with its sign."""
    if changed.difference is None or changed.verdict == "same":
        return "–"
    kind, language = changed.after.kind, _spoken(context)
    sign = "+" if changed.difference > 0 else "−"
    about = changed.after.low is not None
    if kind == "share":  # a share changes by points: "+1.2%" could be read as a part of what it was
        points = Number(100 * abs(changed.difference), 1)
        return conditional_escape(sign + render(say("web.bounds.points", amount=points), language))
    return conditional_escape(sign + _shown(kind, abs(changed.difference), currency, language, about=about))


@register.filter
def verdict(changed: Any) -> str:
    """The id of what a difference says: of what was counted that it is more, of a forecast that it clearly is."""
    counted = changed.after.low is None and changed.verdict in ("more", "less")
    return f"web.verdict_of.{'counted_' if counted else ''}{changed.verdict}"


@register.simple_tag(takes_context=True)
def in_unit(context: Any, value: float, unit: str, currency: str) -> str:
    """A number in the unit of its estimate."""
    kind = "money" if unit == currency else "share" if unit == "share" else "count"
    return conditional_escape(_shown(kind, value, currency, _spoken(context), about=True))


@register.simple_tag(takes_context=True)
def question(context: Any, chapter: str) -> str:
    """The one question a chapter answers; nothing for a chapter that has none of its own."""
    id = f"web.question.{chapter}"
    return conditional_escape(render(say(id), _spoken(context))) if id in word_list("en") else ""
