"""Renewals of packages and memberships, and how many of the lost come back after all."""

from __future__ import annotations

from regulars.analysis.results.renewal import Contracts, Renewal, ReturnRate
from regulars.base.text import Number, Param, Share, Text, say
from regulars.report.charts.bands import Band, bands
from regulars.report.context import Context
from regulars.report.document import Amount, Block, Callout, Cell, Column, Figure, Section, Table, Words
from regulars.report.figures import in_hundred


def chapter(c: Context) -> Section | None:
    """The chapter; None where the study has nothing on it."""
    found = c.diagnosis.renewal
    if found is None:
        return None
    blocks: list[Block] = []
    for contracts in found.contracts:
        blocks += [
            _curve(contracts),
            _steps(contracts),
            Callout(say("report.renewal.verdict"), contracts.verdict, "plain"),
        ]
    if found.returns:
        blocks.append(_returns(found.returns))
    cards = ("sbg_bdw", "reactivation") if found.contracts else ("reactivation",)
    queries = (
        *(f"renewal_{name}{kind}" for kind in ("package_sale", "membership_fee") for name in ("", "gaps_")),
        "renewal_returns",
    )
    return c.section(
        "renewal", _heading(found), tuple(blocks), lead=say("report.renewal.lead"), queries=queries, cards=cards
    )


def _heading(found: Renewal) -> Text:
    for contracts in found.contracts:
        first = contracts.steps[0]
        if first.observed is not None:
            return say(f"report.renewal.head_{contracts.kind}", n=in_hundred(first.observed))
    if not found.returns:
        return say("report.renewal.head_unknown")
    first_band = found.returns[0]
    return say("report.renewal.head_returns", n=round(1000 * first_band.per_90.mean), days=first_band.from_days)


def _curve(contracts: Contracts) -> Figure:
    s = contracts.survival
    x = [0.0, *(float(k) for k in range(1, len(s) + 1))]
    band = Band(
        "fitted",
        say("report.renewal.fitted"),
        x,
        [1.0, *(e.mean for e in s)],
        [1.0, *(e.p10 for e in s)],
        [1.0, *(e.p90 for e in s)],
    )
    shares: dict[float | str, Param] = {v: Share(v) for v in (0.0, 0.25, 0.5, 0.75, 1.0)}
    title = say(f"report.renewal.curve_{contracts.kind}")
    chart = bands(
        [band],
        x_title=say("report.renewal.renewals"),
        y_title=say("report.renewal.still"),
        x_ticks={k: Number(k) for k in x},
        y_ticks=shares,
        x_domain=(0.0, x[-1]),
        y_domain=(0.0, 1.0),
        height=220,
    )
    rows: list[tuple[Cell, ...]] = [
        (Amount(k), Amount(Share(e.mean), say("report.say.range", low=Share(e.p10), high=Share(e.p90))))
        for k, e in enumerate(s, 1)
    ]
    columns = (Column(say("report.renewal.renewals"), "right"), Column(say("report.renewal.still"), "right"))
    note = say("report.renewal.curve_note", n=contracts.holders)
    return Figure(
        f"renewal_{contracts.kind}", title, chart, say("report.renewal.alt"), Table(title, columns, tuple(rows)), note
    )


def _steps(contracts: Contracts) -> Table:
    columns = (
        Column(say("report.renewal.contract"), "right"),
        Column(say("report.renewal.renewed"), "right"),
        Column(say("report.renewal.lapsed"), "right"),
        Column(say("report.renewal.open"), "right"),
        Column(say("report.renewal.observed"), "right"),
        Column(say("report.renewal.fitted"), "right"),
    )
    rows: list[tuple[Cell, ...]] = [
        (
            Amount(s.number),
            Amount(s.renewed),
            Amount(s.lapsed),
            Amount(s.open),
            Amount(Share(s.observed) if s.observed is not None else None),
            Amount(Share(s.fitted)),
        )
        for s in contracts.steps
    ]
    period = contracts.period_days
    days = {"days": contracts.lapsed_after_days, "told": contracts.told_after_days}
    note = (
        say("report.renewal.note_fee", period=period, **days)
        if period is not None
        else say("report.renewal.note_package", **days)
    )
    return Table(say("report.renewal.steps"), columns, tuple(rows), note)


def _returns(found: tuple[ReturnRate, ...]) -> Table:
    columns = (
        Column(say("report.renewal.absent"), share=1.8),
        Column(say("report.renewal.returns"), "right"),
        Column(say("report.renewal.per_90"), "right", 1.5),
        Column(say("report.renewal.before"), "right"),
        Column(say("report.renewal.after"), "right"),
    )
    rows: list[tuple[Cell, ...]] = []
    for r in found:
        name = (
            say("report.renewal.longer", low=r.from_days)
            if r.to_days is None
            else say("report.renewal.between", low=r.from_days, high=r.to_days)
        )
        between = say("report.say.range", low=Share(r.per_90.p10), high=Share(r.per_90.p90))
        told = [Amount(Number(v, 1) if v is not None else None) for v in (r.before, r.after)]
        rows.append((Words(name), Amount(r.returns), Amount(Share(r.per_90.mean), between), *told))
    return Table(say("report.renewal.reactivation"), columns, tuple(rows), say("report.renewal.reactivation_note"))
