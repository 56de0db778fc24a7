"""The quarters ahead: customers over time if the plan is carried on, beside doing nothing."""

from __future__ import annotations

from regulars.base.text import Number, Param, Text, say
from regulars.report.charts import nice_ticks
from regulars.report.charts.bands import Band, bands
from regulars.report.context import Context
from regulars.report.document import Amount, Cell, Column, Figure, Section, Table, Words
from regulars.report.figures import between_counts, count, known
from regulars.strategy.plan_investments import LongPlan

#: More quarters than this have every second one named on the axis: on a telephone the others would run together.
_TICKS = 8


def chapter(c: Context) -> Section | None:
    """The chapter; None without a plan or where no quarters ahead were planned."""
    found = c.plan.investments if c.plan is not None else None
    if found is None or found.quarters is None or len(found.quarters.quarters) < 2:
        return None
    ahead = found.quarters
    if not known(ahead.gain):
        return None
    return c.section(
        "ahead",
        _heading(ahead),
        (_picture(ahead), _table(c, ahead)),
        lead=say("report.ahead.lead"),
        queries=("standings",),
        cards=("multi_period",),
    )


def _heading(ahead: LongPlan) -> Text:
    n = len(ahead.quarters)
    end, idle = _living(ahead.end), _living(ahead.end_idle)
    words = {"n": n, "customers": count(end), "idle": count(idle)}
    if end - idle < 1:
        return say("report.ahead.head_alike", **words)
    return say("report.ahead.head", **words)


def _living(states: dict[str, float]) -> float:
    return sum(n for state, n in states.items() if state not in ("lapsed", "closed"))


def _picture(ahead: LongPlan) -> Figure:
    quarters = ahead.quarters
    x = [float(q.number) for q in quarters]
    plan = Band(
        "plan",
        say("report.ahead.plan"),
        x,
        [q.living.mean for q in quarters],
        [q.living.p10 for q in quarters],
        [q.living.p90 for q in quarters],
    )
    idle = Band(
        "idle",
        say("report.ahead.idle"),
        x,
        [q.living_idle.mean for q in quarters],
        [q.living_idle.p10 for q in quarters],
        [q.living_idle.p90 for q in quarters],
    )
    top = nice_ticks(max([1.0, *(q.living.p90 for q in quarters), *(q.living_idle.p90 for q in quarters)]))
    y_ticks: dict[float | str, Param] = {t: Number(t) for t in top}
    chart = bands(
        [plan, idle],
        x_title=say("report.ahead.quarter"),
        y_title=say("report.ahead.living"),
        x_ticks={q: Number(q) for q in (x if len(x) <= _TICKS else x[1::2])},
        y_ticks=y_ticks,
        x_domain=(x[0], x[-1]),
        y_domain=(0.0, top[-1]),
        height=240,
    )
    title = say("report.ahead.figure")
    rows: list[tuple[Cell, ...]] = [
        (
            Words(say("report.ahead.nth", n=q.number)),
            Amount(count(q.living.mean), between_counts(q.living)),
            Amount(count(q.living_idle.mean), between_counts(q.living_idle)),
        )
        for q in quarters
    ]
    columns = (
        Column(say("report.ahead.quarter"), share=0.8),
        Column(say("report.ahead.plan"), "right"),
        Column(say("report.ahead.idle"), "right"),
    )
    return Figure(
        "ahead",
        title,
        chart,
        say("report.ahead.alt"),
        Table(title, columns, tuple(rows)),
        say("report.ahead.figure_note"),
    )


def _table(c: Context, ahead: LongPlan) -> Table:
    columns = (
        Column(say("report.ahead.quarter"), share=0.8),
        Column(say("report.ahead.measures"), "right"),
        Column(say("report.ahead.invested"), "right"),
        Column(say("report.ahead.hours"), "right", 0.7),
        Column(say("report.ahead.contribution"), "right", 1.6),
        Column(say("report.ahead.contribution_idle"), "right", 1.6),
    )
    rows: list[tuple[Cell, ...]] = [
        (
            Words(say("report.ahead.nth", n=q.number)),
            Amount(c.purse.exact(q.measures)),
            Amount(c.purse.exact(q.invested)),
            Amount(Number(q.hours)),
            Amount(c.purse.about(q.contribution.mean)),
            Amount(c.purse.about(q.contribution_idle.mean)),
        )
        for q in ahead.quarters
    ]
    note = say("report.ahead.note", gain=c.purse.about(ahead.gain.mean), between=c.purse.between(ahead.gain))
    return Table(say("report.ahead.table"), columns, tuple(rows), note)
