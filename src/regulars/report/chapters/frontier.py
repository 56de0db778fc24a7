"""The frontier: what another dollar would bring, and where more budget stops paying."""

from __future__ import annotations

from itertools import pairwise

from regulars.base.text import Text, say
from regulars.report.chapters.asks import kind
from regulars.report.charts import BandPoint, Labels, frontier, nice_ticks
from regulars.report.context import Context
from regulars.report.document import Amount, Cell, Column, Figure, Section, Table
from regulars.report.figures import Scale, known, part, then
from regulars.strategy.plan import FrontierPoint, Plan

#: Below so much return on one more dollar (net of that dollar) more budget is said not to pay.
STOPS = 0.05


def chapter(c: Context) -> Section | None:
    """Value against budget; None without a plan or with fewer than three solved budgets."""
    if c.plan is None:
        return None
    points = sorted((p for p in c.plan.frontier if known(p.value_36)), key=lambda p: p.budget)
    if len(points) < 3 or points[-1].budget <= 0:
        return None
    figure = _figure(c, c.plan, points)
    return c.section(
        "frontier",
        _heading(c, c.plan, points),
        (figure,),
        lead=_lead(c, c.plan),
        queries=("standings",),
        cards=("allocation",),
    )


def _lead(c: Context, plan: Plan) -> Text:
    # The curve sets the targets aside, the price does not: without a word the two seem to contradict each other.
    price = next((p.worth for p in plan.prices if kind(p) == "budget" and p.binding and p.worth > 0), None)
    if price is None or not plan.targets:
        return say("report.frontier.lead_free")
    return say("report.frontier.lead", unit=c.purse.exact(1), price=c.purse.about(price))


def _slope(a: FrontierPoint, b: FrontierPoint) -> float:
    return part(b.value_36.mean - a.value_36.mean, b.budget - a.budget)


def _heading(c: Context, plan: Plan, points: list[FrontierPoint]) -> Text:
    steps = list(pairwise(points))
    beyond = next((_slope(a, b) for a, b in steps if b.budget > plan.budget + 0.5), None)
    stop = next((a.budget for a, b in steps if _slope(a, b) < STOPS), None)
    thousand = c.purse.exact(1000)
    if beyond is None:
        return say(
            "report.frontier.head_last", budget=c.purse.exact(plan.budget), gain=c.purse.about(plan.value_36.mean)
        )
    if beyond < STOPS:
        return say("report.frontier.head_enough", budget=c.purse.exact(min(stop or plan.budget, plan.budget)))
    gain = c.purse.about(beyond * 1000)
    if stop is None:
        return say("report.frontier.head_more", thousand=thousand, gain=gain)
    return say("report.frontier.head", thousand=thousand, gain=gain, stop=c.purse.exact(stop))


def _figure(c: Context, plan: Plan, points: list[FrontierPoint]) -> Figure:
    band = [BandPoint(p.budget, p.value_36.p10, p.value_36.mean, p.value_36.p90) for p in points]
    x = [t for t in nice_ticks(points[-1].budget) if t <= points[-1].budget]
    y = nice_ticks(max(p.high for p in band))
    at = (min(plan.budget, points[-1].budget), plan.value_36.mean)
    text = say("report.frontier.mark", gain=c.purse.about(plan.value_36.mean))
    ticks = (Labels({t: c.purse.exact(t) for t in x}), Labels({t: c.purse.exact(t) for t in y}))
    chart = frontier(band, at, text, ticks, (say("report.frontier.x"), say("report.frontier.y")))
    scale = Scale.of(p.value_36 for p in points)
    rows: list[tuple[Cell, ...]] = [(Amount(c.purse.exact(p.budget)), scale.cell(p.value_36, c.purse)) for p in points]
    title = say("report.frontier.figure")
    data = Table(
        title, (Column(say("report.frontier.x"), "right"), Column(say("report.frontier.y"), share=2.5)), tuple(rows)
    )
    low, high = points[0], points[-1]
    alt = say(
        "report.frontier.alt",
        low=c.purse.exact(low.budget),
        low_gain=c.purse.about(low.value_36.mean),
        high=c.purse.exact(high.budget),
        high_gain=c.purse.about(high.value_36.mean),
    )
    return Figure("frontier", title, chart, alt, data, _note(c, plan))


def _note(c: Context, plan: Plan) -> Text:
    note = say("report.frontier.note")
    price = next((p.worth for p in plan.prices if p.limit == "targets" and p.worth >= 1), None)
    if price is None:
        return note
    return then(note, say("report.frontier.note_targets", price=c.purse.about(price)))
