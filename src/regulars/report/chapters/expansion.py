"""Scenarios of growth with their ranges, and the table of ways to grow."""

from __future__ import annotations

from regulars.base.text import Number, Param, Share, Text, say
from regulars.report.charts import nice_ticks
from regulars.report.charts.bands import Dot, dots
from regulars.report.context import Context
from regulars.report.document import Amount, Block, Cell, Column, Figure, Table, Words
from regulars.report.figures import Scale, known, then
from regulars.strategy.plan_investments import Investments, ScenarioPlan


def scenarios(c: Context, found: Investments) -> list[Block]:
    """A picture of the ranges and what each scenario takes."""
    if not found.expansion:
        return []
    return [_ranges(c, found), _table(c, found)]


def _ranges(c: Context, found: Investments) -> Figure:
    shown = [s for s in found.expansion if known(s.npv)]
    low = min([0.0, *(s.npv.p10 for s in shown)])
    high = max([0.0, *(s.npv.p90 for s in shown)])
    room = 0.05 * max(high - low, 1.0)
    top = nice_ticks(max(high, -low, 1.0), 3)
    ticks: dict[float | str, Param] = {
        t: c.purse.exact(t) for t in (*(-t for t in reversed(top[1:])), *top) if low - room <= t <= high + room
    }
    chart = dots(
        [Dot(s.name, s.npv.p10, s.npv.mean, s.npv.p90) for s in shown],
        x_title=say("report.investments.npv"),
        ticks=ticks,
        domain=(low - room, high + room),
        mark=0.0,
    )
    title = say("report.investments.ranges")
    rows: list[tuple[Cell, ...]] = [
        (Words(s.name), Amount(c.purse.about(s.npv.mean), c.purse.between(s.npv))) for s in shown
    ]
    columns = (Column(say("report.investments.scenario")), Column(say("report.investments.npv"), "right"))
    alt = say("report.investments.ranges_alt", n=len(shown))
    data = Table(title, columns, tuple(rows))
    return Figure("expansion", title, chart, alt, data, say("report.investments.ranges_note"))


def _table(c: Context, found: Investments) -> Table:
    columns = (
        Column(say("report.investments.scenario"), share=1.8),
        Column(say("report.investments.likely"), "right"),
        Column(say("report.investments.payback"), "right"),
        Column(say("report.investments.extra_budget"), "right", 1.2),
        Column(say("report.investments.break_even"), "right", 1.2),
        Column(say("report.investments.cannibalised"), "right", 1.2),
    )
    rows: list[tuple[Cell, ...]] = [
        (
            Words(s.name, say(f"report.investments.kind_{s.kind}"), strong=s.chosen),
            Amount(Share(s.probability_positive)),
            Amount(say("report.investments.months", n=round(s.payback_months)))
            if s.payback_months is not None
            else Words(say("report.investments.never", n=s.months)),
            Amount(c.purse.about(s.extra_budget)),
            Amount(Number(s.break_even)) if s.break_even is not None else Amount(None),
            Amount(Share(s.cannibalised.mean)),
        )
        for s in found.expansion
    ]
    beneath = tuple(_beneath(c, s) for s in found.expansion)
    note = say("report.investments.scenarios_note")
    return Table(say("report.investments.scenarios"), columns, tuple(rows), note, beneath)


def _beneath(c: Context, s: ScenarioPlan) -> Text:
    said = [s.reason, say(f"report.investments.organisation_{s.organisation}")]
    said += [
        say("report.investments.neighbour", branch=c.branch(n.branch), lost=c.purse.about(n.lost))
        for n in s.neighbours
        if n.lost >= 1
    ]
    if s.failure >= 1:
        said.append(say("report.investments.failure", lost=c.purse.about(s.failure)))
    return then(*said)


def growth(c: Context, found: Investments) -> Table | None:
    """Ways to grow side by side; None where there is only one."""
    if not found.growth:
        return None
    columns = (
        Column(say("report.investments.way"), share=1.8),
        Column(say("report.investments.place"), share=1.7),
        Column(say("report.investments.equity"), share=2.2),
        Column(say("report.investments.takes"), "right", 1.1),
        Column(say("report.investments.hours"), "right", 0.8),
        Column(say("report.investments.per_unit", unit=c.purse.exact(1)), "right", 0.9),
    )
    scale = Scale.of(g.equity for g in found.growth)
    rows: list[tuple[Cell, ...]] = [
        (
            Words(g.name, say("report.investments.chosen") if g.chosen else None, strong=g.chosen),
            Words(say(f"report.investments.ansoff_{g.ansoff}"), say(f"report.investments.reach_{g.reach}")),
            scale.cell(g.equity, c.purse),
            Amount(c.purse.about(g.money)),
            Amount(Number(g.hours)),
            Amount(c.purse.about(g.per_money)),
        )
        for g in found.growth
    ]
    return Table(say("report.investments.growth"), columns, tuple(rows), say("report.investments.growth_note"))
