"""Template tags: sentences in the reader's language, numbers and days as it prints them, and what a reader may do."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from html import unescape
from typing import Any
from zoneinfo import ZoneInfo

import phonenumbers
from django import template
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

from regulars.base.text import Day, Listing, Money, Number, Param, Share, Text, say
from regulars.base.words import render, show, word_list
from regulars_web.shared.texts import at_a_page, text_of, without_files

register = template.Library()


def _language(context: Any) -> str:
    return str(context.get("language", "en"))


@register.simple_tag(takes_context=True)
def t(context: Any, id: str, **params: Any) -> str:
    """``{% t "web.home.title" n=3 %}``: a sentence of the word lists. What another tag told is not made safe twice."""
    plain = {name: unescape(value) if isinstance(value, SafeString) else value for name, value in params.items()}
    return conditional_escape(render(say(id, **plain), _language(context)))


@register.simple_tag(takes_context=True)
def told(context: Any, text: Any) -> str:
    """A sentence of the core, or one kept in the database."""
    if isinstance(text, dict):
        text = text_of(text)
    if text is None:
        return ""
    language = _language(context)
    said = render(at_a_page(text), language) if isinstance(text, Text) else show(text, language)
    return conditional_escape(without_files(said, language))


@register.simple_tag(takes_context=True)
def number(context: Any, value: Param | float) -> str:
    """A number as the language prints it."""
    said = Number(value, 0 if value.is_integer() else 1) if isinstance(value, float) else value
    return conditional_escape(show(said, _language(context)))


@register.simple_tag(takes_context=True)
def share(context: Any, value: float) -> str:
    """A part of a whole, in per cent."""
    return conditional_escape(show(Share(value), _language(context)))


@register.simple_tag(takes_context=True)
def money(context: Any, amount: float, currency: str) -> str:
    """An estimate in money: to three digits."""
    return conditional_escape(show(Money.of(amount, currency), _language(context), "round"))


@register.simple_tag(takes_context=True)
def spent(context: Any, amount: float, currency: str) -> str:
    """What a plan may spend or spends: in whole units of the currency, as the reports tell it."""
    return conditional_escape(show(Money.of(amount, currency), _language(context)))


@register.simple_tag(takes_context=True)
def rounded(context: Any, value: Money) -> str:
    """An amount that is an estimate: to three digits."""
    return conditional_escape(show(value, _language(context), "round"))


@register.simple_tag(takes_context=True)
def price(context: Any, amount: Decimal, currency: str) -> str:
    """An amount that was paid: to the cent."""
    return conditional_escape(show(Money.of(amount, currency), _language(context), "exact"))


@register.simple_tag(takes_context=True)
def day(context: Any, value: date | datetime | None) -> str:
    """A day as the language prints it."""
    if value is None:
        return ""
    return conditional_escape(show(Day(value.date() if isinstance(value, datetime) else value), _language(context)))


@register.simple_tag(takes_context=True)
def moment(context: Any, value: datetime | None) -> str:
    """A day and the time of day where the business is."""
    if value is None:
        return ""
    here = value.astimezone(ZoneInfo(context.get("zone", "UTC")))
    apart = "" if _language(context).startswith("zh") else " "
    return conditional_escape(f"{show(Day(here.date()), _language(context))}{apart}{here:%H:%M}")


@register.filter
def drawn(html: str) -> SafeString:
    """HTML that the core's own renderer made; it escapes every word that comes from data."""
    return mark_safe(html)


@register.filter
def in_language(local: Any, language: str) -> str:
    """A name of the business's in a language."""
    return str(local.in_language(language))


@register.filter
def named(id: str, names: Mapping[str, str]) -> str:
    """What something is called; its id where it has no name."""
    return names.get(id, id)


@register.simple_tag(takes_context=True)
def branches(context: Any, ids: Iterable[str]) -> str:
    """The names of branches in a row, as the reader's language calls and parts them."""
    places: Mapping[str, str] = context.get("places", {})
    return conditional_escape(show(Listing(tuple(places.get(id, id) for id in ids)), _language(context)))


@register.filter
def spaced(phone: str) -> str:
    """A telephone number in the groups people read it in; what is none stays as it is."""
    try:
        number = phonenumbers.parse(phone)
    except phonenumbers.NumberParseException:
        return phone
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


@register.filter
def id_of(name: str) -> str:
    """A name of the interface (``study.done``, ``plans:write``) as a part of a message id."""
    return re.sub(r"[.:]", "_", name)


@register.filter
def listing(texts: Iterable[Text]) -> Listing:
    """Several sentences or names as one enumeration, for a place in a sentence."""
    return Listing(tuple(texts))


@register.simple_tag(takes_context=True)
def joined(context: Any, names: Iterable[str]) -> str:
    """``{% joined batch.files as files %}``: names side by side, with the comma of the language between them."""
    return conditional_escape(("、" if _language(context) == "zh-Hant" else ", ").join(map(str, names)))


@register.filter
def words_of(text: str) -> list[str]:
    """The words of a string, to go through one by one."""
    return text.split()


#: KPIs that are shares, written in per cent; the others are counts or amounts.
_SHARES = frozenset({"retention_rate", "wastage_90d", "complaints_in_time", "satisfied_share"})


@register.filter
def kpi(value: float, kind: str) -> str:
    """A figure of a KPI as people write it: a share in per cent, anything else as a whole number."""
    return f"{value * 100:.1f}%" if kind in _SHARES else f"{value:,.0f}"


#: KPIs that are sums of money.
_MONEY = ("gain_", "revenue_", "margin_")

#: KPIs that are numbers of customers.
_PEOPLE = frozenset({"retained_customers", "reactivated", "active_customers", "new_customers"})


@register.simple_tag(takes_context=True)
def aimed(context: Any, value: float, kind: str) -> str:
    """A figure of a KPI with its unit: as :func:`kpi`, and money in the currency of the page."""
    if kind in _PEOPLE:
        return conditional_escape(render(say("web.bounds.unit_customers", n=round(value)), _language(context)))
    if not kind.startswith(_MONEY):
        return kpi(value, kind)
    return conditional_escape(show(Money.of(value, context["currency"]), _language(context), "round"))


@register.simple_tag(takes_context=True)
def did(context: Any, action: str) -> str:
    """What a line of the audit log says was done; of what is done no more, the name it was put down by."""
    id = f"web.did.{action.replace('.', '_')}"
    return conditional_escape(render(say(id), _language(context)) if id in word_list("en") else action)
