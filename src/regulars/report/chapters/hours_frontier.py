"""What more or fewer staff hours would bring: the same curve as for money."""

from __future__ import annotations

from itertools import pairwise

from regulars.base.text import Number, Text, say
from regulars.report.charts import BandPoint, Labels, frontier, nice_ticks
from regulars.report.context import Context
from regulars.report.document import Amount, Cell, Column, Figure, Section, Table
from regulars.report.figures import Scale, known, part
from regulars.strategy.plan import HoursPoint


def chapter(c: Context) -> Section | None:
    """Value against staff hours; None without a plan or with fewer than three solved points."""
    if c.plan is None:
        return None
    points = [p for p in c.plan.hours_frontier if known(p.value_36)]
    if len(points) < 3 or points[-1].hours <= 0:
        return None
    return c.section(
        "hours_frontier",
        _heading(c, points),
        (_figure(c, points),),
        lead=say("report.hours_frontier.lead"),
        queries=("standings",),
        cards=("allocation",),
    )


def _at(points: list[HoursPoint]) -> int:
    """The point of the hours as they are: half of the last."""
    return min(range(len(points)), key=lambda i: abs(points[i].hours - points[-1].hours / 2))


def _heading(c: Context, points: list[HoursPoint]) -> Text:
    now = _at(points)
    a, b = points[now], points[min(now + 1, len(points) - 1)]
    slope = part(b.value_36.mean - a.value_36.mean, b.hours - a.hours)
    if slope < 1:
        enough = next((p.hours for p, q in pairwise(points) if _slope(p, q) < 1), a.hours)
        return say("report.hours_frontier.head_enough", n=round(enough), hours=Number(min(enough, a.hours)))
    return say("report.hours_frontier.head", gain=c.purse.about(10 * slope))


def _slope(a: HoursPoint, b: HoursPoint) -> float:
    return part(b.value_36.mean - a.value_36.mean, b.hours - a.hours)


def _figure(c: Context, points: list[HoursPoint]) -> Figure:
    band = [BandPoint(p.hours, p.value_36.p10, p.value_36.mean, p.value_36.p90) for p in points]
    x = [t for t in nice_ticks(points[-1].hours) if t <= points[-1].hours]
    y = nice_ticks(max(p.high for p in band))
    now = points[_at(points)]
    text = say("report.hours_frontier.mark", gain=c.purse.about(now.value_36.mean))
    ticks = (Labels({t: Number(t) for t in x}), Labels({t: c.purse.exact(t) for t in y}))
    titles = (say("report.hours_frontier.x"), say("report.frontier.y"))
    chart = frontier(band, (now.hours, now.value_36.mean), text, ticks, titles)
    scale = Scale.of(p.value_36 for p in points)
    rows: list[tuple[Cell, ...]] = [(Amount(Number(p.hours)), scale.cell(p.value_36, c.purse)) for p in points]
    title = say("report.hours_frontier.figure")
    data = Table(title, (Column(titles[0], "right"), Column(titles[1], share=2.5)), tuple(rows))
    first, last = points[0], points[-1]
    alt = say(
        "report.hours_frontier.alt",
        low=Number(first.hours),
        low_gain=c.purse.about(first.value_36.mean),
        high=Number(last.hours),
        high_gain=c.purse.about(last.value_36.mean),
    )
    return Figure("hours_frontier", title, chart, alt, data, say("report.hours_frontier.note"))
