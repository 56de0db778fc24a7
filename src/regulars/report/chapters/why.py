"""Why every line stands in the plan and what would change it; and what targets, locks and rules cost."""

from __future__ import annotations

from regulars.base.text import Money, Share, Text, say
from regulars.report.context import Context
from regulars.report.document import (
    Amount,
    Cell,
    Column,
    Pill,
    Section,
    Table,
    Tone,
    Words,
)
from regulars.report.figures import then
from regulars.strategy.plan import Line
from regulars.strategy.plan_why import Why

#: So many lines are explained in sentences; the table holds more.
TOLD, SHOWN = 8, 40
#: What the columns do not say already, by the first word of the sentence's id.
SAID = frozenset(("drivers", "loss", "needed", "doubt", "evidence", "bound"))
#: A line that leaves where its effect is weaker than this is a close decision.
CLOSE = 0.8
_TONES: dict[str, Tone] = {"low": "good", "some": "warn", "high": "bad"}


def chapter(c: Context) -> Section | None:
    """The explanation of the lines, the most valuable first; None without explained lines."""
    if c.plan is None:
        return None
    told = [(line, line.why) for line in c.plan.lines if line.why is not None]
    if not told:
        return None
    columns = (
        Column(say("report.plan.measure"), share=2.6),
        Column(say("report.why.beaten"), share=2.6),
        Column(say("report.why.effect"), "right", 1.3),
        Column(say("report.why.cost"), "right", 1.5),
        Column(say("report.why.loss"), "right", 1.1),
    )
    shown = told[:SHOWN]
    rows = tuple(_row(c, line, why) for line, why in shown)
    beneath = tuple(_sentences(why) if place < TOLD else None for place, (_, why) in enumerate(shown))
    note = say("report.why.note_more", n=len(told) - len(shown)) if len(told) > len(shown) else say("report.why.note")
    table = Table(say("report.why.caption"), columns, rows, note, beneath)
    return c.section(
        "why",
        _heading([why for _, why in told]),
        (table,),
        lead=say("report.why.lead", n=min(TOLD, len(told))),
        queries=("standings",),
        cards=("break_even", "allocation"),
    )


def _heading(found: list[Why]) -> Text:
    needed = sum(1 for why in found if why.needed)
    close = sum(1 for why in found if not why.needed and (why.break_even_effect or 0.0) > CLOSE)
    if needed > len(found) / 2:
        return say("report.why.head_needed", n=needed, all=len(found))
    if close:
        return say("report.why.head_close", n=close, all=len(found), share=Share(1 - CLOSE))
    return say("report.why.head_firm", all=len(found), share=Share(1 - CLOSE))


def _row(c: Context, line: Line, why: Why) -> tuple[Cell, ...]:
    if why.beaten is not None:
        more = say("report.why.more" if why.advantage_each >= 0 else "report.why.less", each=_each(c, why))
        rival: Cell = Words(why.beaten.name, more)
    else:
        rival = Words(say("report.why.nothing_else"), say("report.why.more_than_nothing", each=_each(c, why)))
    effect = Amount(Share(why.break_even_effect)) if why.break_even_effect is not None else Amount(None)
    cost = Amount(None)
    if why.break_even_cost is not None:
        cost = Amount(_exact(c, why.break_even_cost), say("report.why.now", cost=_exact(c, line.cost / line.customers)))
    risk = Pill(Share(why.chance_of_loss), _TONES[why.risk])
    needed = (Pill(say("report.why.for_target"), "accent"),) if why.needed else ()
    return (Words(line.measure_name, line.cell_label, strong=True, pills=needed), rival, effect, cost, risk)


def _each(c: Context, why: Why) -> Text:
    return say("report.say.plain", text=_exact(c, abs(why.advantage_each)))


def _exact(c: Context, amount: float) -> Money:
    return c.purse.exact(amount) if amount < 100 else c.purse.about(amount)


def _sentences(why: Why) -> Text | None:
    told = [s for s in why.sentences if s.id.split(".")[-1].split("_")[0] in SAID]
    return then(*told) if told else None


def costs(c: Context) -> Section | None:
    """What targets, locks and rules cost; None where there are none."""
    if c.plan is None or not c.plan.sensitivities:
        return None
    ordered = c.plan.sensitivities
    columns = (
        Column(say("report.costs.rule"), share=4.0),
        Column(say("report.costs.price"), "right", 1.4),
    )
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            Words(cost.label, strong=cost.price >= 1),
            Amount(c.purse.about(cost.price)) if cost.price >= 1 else Words(say("report.costs.nothing")),
        )
        for cost in ordered
    )
    dear = ordered[0]
    head = (
        say("report.costs.head", rule=dear.label, price=c.purse.about(dear.price))
        if dear.price >= 1
        else say("report.costs.head_free")
    )
    table = Table(say("report.costs.caption"), columns, rows, say("report.costs.note"))
    return c.section(
        "costs", head, (table,), lead=say("report.costs.lead"), queries=("standings",), cards=("allocation", "targets")
    )
