"""What holds the plan back: limits, how far they are used, and what one more unit would be worth."""

from __future__ import annotations

from regulars.base.text import Number, Param, Text, say
from regulars.report.chapters.asks import kind, worth
from regulars.report.context import Context
from regulars.report.document import Amount, Bar, Cell, Column, Section, Table, Words
from regulars.report.figures import part
from regulars.strategy.plan import Price

SHOWN = 10
#: Limits that are rules: they have a price as a whole and nothing to use up.
RULES = ("targets", "veto")


def chapter(c: Context) -> Section | None:
    """The limits of the plan; None without a plan or without limits."""
    if c.plan is None or not c.plan.prices:
        return None
    ordered = sorted(c.plan.prices, key=lambda p: (not _binds(p), kind(p) != "budget", -p.worth))
    shown = ordered[:SHOWN]
    columns = (
        Column(say("report.limits.limit"), share=2.6),
        Column(say("report.limits.used"), share=2.4),
        Column(say("report.limits.worth"), "right", 2.0),
    )
    rows = tuple(_row(c, p) for p in shown)
    rest = len(ordered) - len(shown)
    note = say("report.limits.rest", n=rest) if rest else None
    table = Table(say("report.limits.caption"), columns, rows, note)
    return c.section(
        "limits",
        _heading(c, ordered),
        (table,),
        lead=say("report.limits.lead"),
        queries=("standings",),
        cards=("allocation",),
    )


def _heading(c: Context, prices: list[Price]) -> Text:
    binding = [p for p in prices if _binds(p) and p.worth > 0 and kind(p) not in RULES]
    if not binding:
        return say("report.limits.head_free")
    money = next((p for p in binding if kind(p) == "budget"), None)
    hours = max((p for p in binding if kind(p) == "hours"), key=lambda p: p.worth, default=None)
    if hours is not None and money is not None:
        return say("report.limits.head_both", hours=hours.label, hour=worth(c, hours), budget=worth(c, money))
    first = hours or money or binding[0]
    return say("report.limits.head", limit=first.label, worth=worth(c, first))


def _binds(p: Price) -> bool:
    # More of what is not used up cannot be worth anything, whatever a second solution that is as good may say.
    return p.binding and (kind(p) in RULES or kind(p) == "budget" or p.used >= 0.5 * p.available)


def _row(c: Context, p: Price) -> tuple[Cell, ...]:
    value: Cell = Amount(worth(c, p)) if _binds(p) and p.worth > 0 else Words(say("report.limits.not_binding"))
    if kind(p) in RULES:
        return (Words(p.label, strong=_binds(p)), Amount(None), value)
    used, available = _amount(c, p, p.used), _amount(c, p, p.available)
    filled = min(1.0, round(part(p.used, p.available), 4))
    said = say("report.limits.used_of", used=used, available=available)
    assert c.plan is not None
    spare = p.used - c.plan.cost if kind(p) == "budget" else 0.0
    reserve = say("report.limits.reserve", reserve=c.purse.exact(spare)) if spare >= 1 else None
    bar = Bar(filled, said, reserve, tone="accent" if _binds(p) else "plain")
    return (Words(p.label, strong=_binds(p)), bar, value)


def _amount(c: Context, p: Price, value: float) -> Param:
    if kind(p) == "budget":
        return c.purse.exact(value)
    if kind(p) == "hours":
        return say("report.say.hours", n=round(value), hours=Number(value))
    return Number(value)
