"""Template tags for bounds: an amount in the unit its rule or target counts in."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.html import conditional_escape

from regulars.base.text import Money, Number, Param, Share, say
from regulars.base.words import render, show

register = template.Library()

#: KPIs that are shares of customers, that are numbers of customers, and that are money; the others count something.
SHARES = frozenset({"retention_rate", "wastage_90d", "complaints_in_time", "satisfied_share", "share"})
PEOPLE = frozenset({"customers", "retained_customers", "reactivated", "active_customers", "new_customers"})
MONEY = frozenset({"gain_12", "gain_36", "revenue_12", "margin_12", "money"})


@register.simple_tag(takes_context=True)
def counted(context: Any, amount: float, unit: str, currency: str, *, gap: bool = False) -> str:
    """``{% counted m.kept m.unit currency %}``; of a ``gap`` between shares the points."""
    language = str(context.get("language", "en"))
    if unit in MONEY:
        return conditional_escape(show(Money.of(amount, currency), language, "round"))
    if unit in SHARES and not gap:
        return conditional_escape(show(Share(amount), language, "1"))  # targets differ by less than a whole per cent
    if unit in SHARES:
        return conditional_escape(render(say("web.bounds.points", amount=Number(100 * amount, 1)), language))
    figure: Param = int(amount) if float(amount).is_integer() else Number(amount, 1)
    if unit in PEOPLE or unit == "hours":
        named = "hours" if unit == "hours" else "customers"
        return conditional_escape(render(say(f"web.bounds.unit_{named}", n=figure), language))
    return conditional_escape(show(figure, language))
