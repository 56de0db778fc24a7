"""How sure the plan's worth is and whose doubt it is; and what knowing more would be worth."""

from __future__ import annotations

import math

from regulars.base.text import Number, Share, Text, say
from regulars.report.charts import nice_ticks
from regulars.report.charts.tornado import Blade, tornado
from regulars.report.context import Context
from regulars.report.document import Amount, Cell, Column, Figure, Pill, Section, Table, Unknown, Words
from regulars.report.figures import then
from regulars.strategy.plan_uncertainty import Knowledge, Swing, Uncertainty

#: Sources below this share of the variance are not drawn; at most so many are.
DRAWN, MOST = 0.004, 8
#: Measures of which so little would be gained that knowing more is not worth a line (share of the largest).
WORTH_A_LINE = 0.005


def chapter(c: Context) -> Section | None:
    """The doubt of the plan by source; None without a plan or where nothing is in doubt."""
    u = c.plan.uncertainty if c.plan is not None else None
    if u is None or not u.swings:
        return None
    return c.section(
        "uncertainty",
        _heading(u.swings),
        (_figure(c, u),),
        lead=_lead(c, u),
        queries=("standings",),
        cards=("tornado", "effects"),
    )


def _name(row: Swing) -> Text:
    return say("report.say.plain", text=row.name if row.name is not None else row.source)


def _heading(rows: tuple[Swing, ...]) -> Text:
    first = rows[0]
    if first.share >= 0.4 or len(rows) < 2:
        return say("report.uncertainty.head", share=Share(first.share), source=_name(first))
    both = Share(first.share + rows[1].share)
    return say("report.uncertainty.head_two", share=both, first=_name(first), second=_name(rows[1]))


def _lead(c: Context, u: Uncertainty) -> Text:
    said = [
        say(
            "report.uncertainty.lead",
            expected=c.purse.between(u.expected_36),
            seen=c.purse.between(u.seen_36),
            chance=Share(u.loss_chance),
        )
    ]
    if u.from_study:
        said.append(say("report.uncertainty.lead_study"))
    return then(*said)


def _figure(c: Context, u: Uncertainty) -> Figure:
    shown = [row for row in u.swings if row.share >= DRAWN][:MOST] or list(u.swings[:1])
    low = min(min(r.low, r.high) for r in shown)
    high = max(max(r.low, r.high) for r in shown)
    step = nice_ticks(max(high, -low, 1.0))
    ticks = sorted({t for t in step if t <= high * 1.02} | {-t for t in step if -t >= low * 1.02})
    room = 0.03 * (high - low)
    chart = tornado(
        [Blade(_name(r), r.low, r.high) for r in shown],
        middle=u.expected_36.mean,
        x_title=say("report.frontier.y"),
        ticks={t: c.purse.exact(t) for t in ticks},
        domain=(min(low, ticks[0]) - room, max(high, ticks[-1]) + room),
    )
    columns = (
        Column(say("report.uncertainty.source"), share=3.0),
        Column(say("report.uncertainty.share"), "right"),
        Column(say("report.uncertainty.low"), "right", 1.2),
        Column(say("report.uncertainty.high"), "right", 1.2),
    )
    rows: list[tuple[Cell, ...]] = [
        (
            Words(_name(r)),
            Amount(Share(max(r.share, 0.0))),
            Amount(c.purse.about(r.low)),
            Amount(c.purse.about(r.high)),
        )
        for r in shown
    ]
    title = say("report.uncertainty.figure")
    first = shown[0]
    alt = say(
        "report.uncertainty.alt",
        source=_name(first),
        share=Share(first.share),
        low=c.purse.about(first.low),
        high=c.purse.about(first.high),
    )
    note = say("report.uncertainty.note", rest=Share(max(1 - sum(r.share for r in shown), 0.0)))
    return Figure("tornado", title, chart, alt, Table(title, columns, tuple(rows)), note)


def knowing(c: Context) -> Section | None:
    """What knowing a measure's effect would be worth, and which hold-outs would pay; None where nothing would."""
    u = c.plan.uncertainty if c.plan is not None else None
    if u is None or not u.knowledge or u.perfect < 1:
        return None
    most = max(k.perfect for k in u.knowledge)
    shown = [k for k in u.knowledge if k.perfect >= max(WORTH_A_LINE * most, 1.0)]
    if not shown:
        return None
    columns = (
        Column(say("report.plan.measure"), share=2.6),
        Column(say("report.knowing.perfect"), "right", 1.2),
        Column(say("report.knowing.held"), share=1.5),
        Column(say("report.knowing.worth"), "right", 1.2),
        Column(say("report.knowing.price"), "right", 0.9),
        Column(say("report.knowing.detectable"), "right", 1.3),
    )
    table = Table(
        say("report.knowing.caption"),
        columns,
        tuple(_row(c, k) for k in shown),
        say("report.knowing.note", n=u.cycles),
        tuple(_beneath(k) for k in shown),
    )
    return c.section(
        "knowing",
        _told(c, shown),
        (table,),
        lead=say("report.knowing.lead", perfect=c.purse.about(u.perfect), n=u.cycles),
        queries=("standings",),
        cards=("information",),
    )


def _told(c: Context, shown: list[Knowledge]) -> Text:
    paying = [k for k in shown if k.best is not None]
    if not paying:
        return say("report.knowing.head_none", measure=shown[0].name, worth=c.purse.about(shown[0].perfect))
    best = max(paying, key=lambda k: k.best.worth - k.best.price if k.best else 0.0)
    assert best.best is not None
    return say(
        "report.knowing.head",
        measure=best.name,
        n=best.best.held,
        price=c.purse.about(best.best.price),
        worth=c.purse.about(best.best.worth),
    )


def _row(c: Context, k: Knowledge) -> tuple[Cell, ...]:
    plan = () if k.in_plan else (Pill(say("report.knowing.not_in_plan")),)
    measure = Words(k.name, strong=True, pills=plan)
    if k.best is None:
        why = "report.knowing.service" if not k.may_hold else "report.knowing.no_size"
        smallest = min((t.detectable for t in k.sizes), default=math.inf)
        seen: Cell = Amount(_points(smallest)) if math.isfinite(smallest) else Amount(None)
        return (measure, Amount(c.purse.about(k.perfect)), Words(say(why)), Amount(None), Amount(None), seen)
    held = say("report.knowing.of", n=k.best.held, customers=k.customers)
    return (
        measure,
        Amount(c.purse.about(k.perfect)),
        Words(held),
        Amount(c.purse.about(k.best.worth)),
        Amount(c.purse.about(k.best.price)),
        Amount(_points(k.best.detectable)) if math.isfinite(k.best.detectable) else Unknown(),
    )


def _points(share: float) -> Text:
    return say("report.knowing.points", points=Number(100 * share, 1))


def _beneath(k: Knowledge) -> Text:
    return say(
        "report.knowing.beneath" if k.may_hold else "report.knowing.beneath_service",
        share=Share(k.share_visiting),
        change=_points(k.expected_change),
        open=_points(k.spread_of_change),
    )
