"""Investments: channels, service, loyalty and growth, which compete with measures for the same money and hours."""

from __future__ import annotations

from regulars.base.text import Number, Param, Share, Text, say
from regulars.report.chapters.expansion import growth, scenarios
from regulars.report.charts import BandPoint, nice_ticks
from regulars.report.charts.bands import Band, bands
from regulars.report.charts.investments import response
from regulars.report.context import Context
from regulars.report.document import Amount, Block, Cell, Column, Figure, Paragraph, Section, Table, Words
from regulars.report.figures import Scale, count, known
from regulars.strategy.plan_investments import ChannelPlan, Investments, ServicePlan

#: Curves drawn: more would be a catalogue.
SHOWN = 3


def chapter(c: Context) -> Section | None:
    """The chapter; None without a plan or where no investment was weighed."""
    found = c.plan.investments if c.plan is not None else None
    if found is None or not (found.channels or found.service or found.loyalty or found.expansion):
        return None
    blocks: list[Block | None] = [_channels(c, found)]
    blocks += [_curve(c, channel) for channel in found.channels[:SHOWN]]
    for programme in found.service:
        blocks += [_quality(c, programme), _levels(c, programme)]
    blocks += [_loyalty(c, found), *scenarios(c, found), growth(c, found)]
    blocks += [Paragraph(note, "note") for note in found.notes]
    return c.section(
        "investments",
        _heading(c, found),
        tuple(blocks),
        lead=say("report.investments.lead"),
        queries=("standings", "acquisition_spend"),
        cards=_cards(found),
    )


def _cards(found: Investments) -> tuple[str, ...]:
    asked = (
        ("acquisition_response", found.channels),
        ("return_on_quality", found.service),
        ("loyalty_design", found.loyalty),
        ("expansion", found.expansion),
    )
    return tuple(card for card, there in asked if there)


def _heading(c: Context, found: Investments) -> Text:
    if found.cost <= 0:
        return say("report.investments.head_none")
    return say("report.investments.head", cost=c.purse.exact(found.cost), gain=c.purse.about(found.value_36.mean))


def _channels(c: Context, found: Investments) -> Table | None:
    if not found.channels:
        return None
    columns = (
        Column(say("report.investments.channel"), share=1.8),
        Column(say("report.investments.spend_now"), "right"),
        Column(say("report.investments.spend_plan"), "right"),
        Column(say("report.investments.newcomers"), "right", 1.3),
        Column(say("report.investments.worth_each"), "right", 1.4),
        Column(say("report.investments.next_unit", unit=c.purse.exact(1)), "right", 1.1),
    )
    rows: list[tuple[Cell, ...]] = [
        (
            Words(channel.name, say(f"report.investments.told_{channel.told}")),
            Amount(c.purse.exact(channel.spend_now)),
            Amount(c.purse.exact(channel.spend), strong=True),
            Amount(count(channel.arrivals.mean), _between(channel.arrivals.p10, channel.arrivals.p90)),
            Amount(
                c.purse.about(channel.newcomer_36.mean),
                say(f"report.investments.back_{channel.retention_told}", share=Share(channel.retention)),
            ),
            Amount(c.purse.about(channel.marginal)),
        )
        for channel in found.channels
    ]
    beneath = tuple(channel.reason for channel in found.channels)
    return Table(
        say("report.investments.channels"), columns, tuple(rows), say("report.investments.channels_note"), beneath
    )


def _between(low: float, high: float) -> Text:
    return say("report.say.between", low=count(max(low, 0.0)), high=count(max(high, 0.0)))


def _curve(c: Context, channel: ChannelPlan) -> Figure | None:
    points = [BandPoint(p.spend, p.low, p.mid, p.high) for p in channel.curve]
    if len(points) < 2 or points[-1].x <= 0:
        return None
    x = [t for t in nice_ticks(points[-1].x) if t <= points[-1].x]
    y = nice_ticks(max(p.high for p in points))
    plan = say("report.investments.mark", spend=c.purse.exact(channel.spend), n=round(channel.arrivals.mean))
    chart = response(
        points,
        today=(channel.spend_now, channel.arrivals_now),
        plan=(channel.spend, channel.arrivals.mean),
        plan_text=plan,
        x_ticks={t: c.purse.exact(t) for t in x},
        y_ticks={t: Number(t) for t in y},
        titles=(say("report.investments.spend_cycle"), say("report.investments.newcomers_cycle")),
    )
    title = say("report.investments.curve", channel=channel.name)
    columns = (
        Column(say("report.investments.spend_cycle"), "right"),
        Column(say("report.investments.newcomers_cycle"), "right", 1.5),
    )
    rows: list[tuple[Cell, ...]] = [
        (Amount(c.purse.exact(p.x)), Amount(count(p.mid), _between(p.low, p.high)))
        for p in points[:: max(len(points) // 8, 1)]
    ]
    alt = say(
        "report.investments.curve_alt",
        channel=channel.name,
        now=c.purse.exact(channel.spend_now),
        plan=c.purse.exact(channel.spend),
        ceiling=count(channel.ceiling),
    )
    note = say("report.investments.curve_note", ceiling=count(channel.ceiling))
    return Figure(f"response_{channel.id}", title, chart, alt, Table(title, columns, tuple(rows)), note)


def _quality(c: Context, programme: ServicePlan) -> Figure | None:
    levels = [v for v in programme.levels if known(v.gross_36)]
    top = max((v.cost for v in levels), default=0.0)
    if not levels or top <= 0:
        return None
    x = [0.0, *(v.cost for v in levels)]
    high = max([top, *(v.gross_36.p90 for v in levels)])
    low = min([0.0, *(v.gross_36.p10 for v in levels)])
    brings = Band(
        "brings",
        say("report.investments.brings"),
        x,
        [0.0, *(v.gross_36.mean for v in levels)],
        [0.0, *(v.gross_36.p10 for v in levels)],
        [0.0, *(v.gross_36.p90 for v in levels)],
    )
    costs = Band("costs", say("report.investments.costs"), [0.0, top], [0.0, top])
    chart = bands(
        [brings, costs],
        x_title=say("report.investments.cost_36"),
        y_title=say("report.investments.value_36"),
        x_ticks={t: c.purse.exact(t) for t in nice_ticks(top) if t <= top},
        y_ticks=signed_ticks(c, low, high),
        x_domain=(0.0, top),
        y_domain=(low, high),
        height=240,
    )
    title = say("report.investments.quality", programme=programme.name)
    columns = (
        Column(say("report.investments.level"), share=1.5),
        Column(say("report.investments.cost_36"), "right"),
        Column(say("report.investments.brings"), "right", 1.4),
    )
    rows: list[tuple[Cell, ...]] = [
        (
            Words(v.name),
            Amount(c.purse.exact(v.cost)),
            Amount(c.purse.about(v.gross_36.mean), c.purse.between(v.gross_36)),
        )
        for v in levels
    ]
    alt = say("report.investments.quality_alt", programme=programme.name, n=len(levels))
    return Figure(
        f"quality_{programme.id}",
        title,
        chart,
        alt,
        Table(title, columns, tuple(rows)),
        say("report.investments.quality_note"),
    )


def signed_ticks(c: Context, low: float, high: float) -> dict[float | str, Param]:
    """Round money ticks from ``low`` (may be negative) to ``high``."""
    top = nice_ticks(max(high, -low, 1.0))
    return {t: c.purse.exact(t) for t in (*(-t for t in reversed(top[1:])), *top) if low <= t <= high}


def _levels(c: Context, programme: ServicePlan) -> Table:
    columns = (
        Column(say("report.investments.level"), share=1.6),
        Column(say("report.investments.points"), "right", 1.2),
        Column(say("report.investments.extra_cost"), "right", 1.1),
        Column(say("report.investments.extra_value"), "right", 1.6),
        Column(say("report.investments.net_36"), share=2.2),
    )
    scale = Scale.of(v.value_36 for v in programme.levels)
    rows: list[tuple[Cell, ...]] = []
    for v in programme.levels:
        state = say("report.investments.chosen") if v.chosen else None
        if state is None and v.too_much:
            state = say("report.investments.too_much")
        points = say("report.investments.plus_points", n=Number(100 * v.satisfied.mean, 1))
        rows.append(
            (
                Words(v.name, state, strong=v.chosen),
                Amount(points),
                Amount(c.purse.exact(v.extra_cost)),
                Amount(c.purse.about(v.extra_value.mean), c.purse.between(v.extra_value)),
                scale.cell(v.value_36, c.purse),
            )
        )
    return Table(
        say("report.investments.levels", programme=programme.name, n=round(programme.customers)),
        columns,
        tuple(rows),
        programme.reason,
    )


def _loyalty(c: Context, found: Investments) -> Table | None:
    if not found.loyalty:
        return None
    columns = (
        Column(say("report.investments.design"), share=1.6),
        Column(say("report.investments.members"), "right", 0.9),
        Column(say("report.investments.rewards"), "right", 1.5),
        Column(say("report.investments.anyway"), "right", 0.9),
        Column(say("report.investments.owed"), "right", 1.1),
        Column(say("report.investments.net_36"), share=2.0),
    )
    scale = Scale.of(d.value_36 for d in found.loyalty)
    rows: list[tuple[Cell, ...]] = [
        (
            Words(
                d.name,
                say("report.investments.chosen")
                if d.chosen
                else say("report.investments.rate", rate=Share(d.reward_rate)),
                strong=d.chosen,
            ),
            Amount(count(d.members)),
            Amount(c.purse.about(d.rewards.mean), c.purse.between(d.rewards)),
            Amount(Share(d.anyway)),
            Amount(c.purse.about(d.owed_year)),
            scale.cell(d.value_36, c.purse),
        )
        for d in found.loyalty
    ]
    beneath = tuple(d.reason for d in found.loyalty)
    return Table(
        say("report.investments.loyalty"), columns, tuple(rows), say("report.investments.loyalty_note"), beneath
    )


__all__ = ["chapter"]
