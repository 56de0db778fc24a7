"""Newcomers: how good they are by source, what they cost, who brought them, and who came for a deal."""

from __future__ import annotations

import math

from regulars.analysis.results.acquisition import Acquisition, DealGroup, Deals, Referrals, Response, SourceRow
from regulars.analysis.results.shrunk import Shrunk
from regulars.base.estimate import Estimate
from regulars.base.text import Number, Param, Share, Text, say
from regulars.report import names
from regulars.report.charts.bands import Band, Dot, bands, dots
from regulars.report.context import Context
from regulars.report.document import (
    Amount,
    Block,
    Callout,
    Cell,
    Column,
    Figure,
    Pill,
    Section,
    Table,
    Words,
)
from regulars.report.figures import in_hundred, part, significant, then

_QUERIES = ("acquisition_sources", "acquisition_spend", "acquisition_referrals", "acquisition_deals")


def chapter(c: Context) -> Section | None:
    """The chapter; None where the study has nothing on it."""
    found = c.diagnosis.acquisition
    if found is None:
        return None
    told = any(row.kind == "named" for row in found.sources)
    blocks: list[Block | None] = []
    if told:
        blocks += [_rates(found), _sources(c, found), _costs(c, found)]
    blocks += [_response(c, i, response) for i, response in enumerate(found.responses, 1)]
    blocks += _referrals(c, found.referrals) if found.referrals else []
    blocks.append(_deals(found.deals) if found.deals else None)
    cards = [*(["sources"] if told else []), *(["response"] if found.responses else [])]
    cards += ["deal_hunters"] if found.deals else []
    lead = say("report.acquisition.lead", since=found.since, n=found.newcomers) if told else None
    return c.section("acquisition", _heading(found), tuple(blocks), lead=lead, queries=_QUERIES, cards=tuple(cards))


def _heading(found: Acquisition) -> Text:
    if not any(row.kind == "named" for row in found.sources):
        return say("report.acquisition.head_unknown", n=found.newcomers, since=found.since)
    for way in ("above", "below"):
        marked = [r for r in found.sources if r.source and r.back_180 and r.back_180.told == way]
        if marked:
            return say(f"report.acquisition.head_{way}", source=_name(marked[0]))
    return say("report.acquisition.head_alike")


def _name(row: SourceRow) -> Param:
    return names.verbatim(row.source) if row.source is not None else say(f"report.acquisition.{row.kind}")


def _rates(found: Acquisition) -> Figure | None:
    rows = [(row, row.back_180) for row in found.sources if row.back_180 is not None]
    if len(rows) < 2:
        return None
    top = max(max(s.high, s.raw) for _, s in rows)
    end = min(1.0, math.ceil(10 * top + 0.01) / 10)
    step = 0.1 if end <= 0.6 else 0.2
    ticks: dict[float | str, Param] = {v: Share(v) for i in range(12) if (v := round(i * step, 1)) <= end}
    overall = part(sum(s.raw * s.n for _, s in rows), sum(s.n for _, s in rows))
    title = say("report.acquisition.sources")
    chart = dots(
        [Dot(_name(row), s.low, s.mean, s.high, s.raw) for row, s in rows],
        x_title=say("report.acquisition.back"),
        ticks=ticks,
        domain=(0.0, end),
        mark=overall,
    )
    columns = (
        Column(say("report.acquisition.source"), share=2.0),
        Column(say("report.acquisition.newcomers"), "right"),
        Column(say("report.acquisition.back"), "right"),
    )
    cells: list[tuple[Cell, ...]] = [(Words(_name(row)), Amount(s.n), _rate(s)) for row, s in rows]
    return Figure(
        "acquisition_sources",
        title,
        chart,
        say("report.acquisition.sources_alt"),
        Table(title, columns, tuple(cells)),
        say("report.acquisition.sources_note"),
    )


def _rate(s: Shrunk | None) -> Cell:
    if s is None:
        return Amount(None)
    return Amount(Share(s.mean), say("report.say.range", low=Share(s.low), high=Share(s.high)))


def _money(c: Context, s: Shrunk | None) -> Cell:
    if s is None:
        return Amount(None)
    low, high = c.purse.about(s.low), c.purse.about(s.high)
    return Amount(c.purse.about(s.mean), say("report.say.range", low=low, high=high))


def _sources(c: Context, found: Acquisition) -> Table:
    columns = (
        Column(say("report.acquisition.source"), share=1.7),
        Column(say("report.acquisition.newcomers"), "right", 0.8),
        Column(say("report.acquisition.still"), "right", 1.1),
        Column(say("report.acquisition.first_year"), "right", 1.4),
        Column(say("report.acquisition.value"), "right", 1.4),
    )
    rows: list[tuple[Cell, ...]] = []
    for row in found.sources:
        told = {s.told for s in (row.back_180, row.still_12, row.first_year) if s} - {"alike"}
        tones = {"above": "good", "below": "warn"}
        pills = tuple(Pill(say(f"report.acquisition.{t}"), tones[t]) for t in sorted(told))  # type: ignore[arg-type]
        rows.append(
            (
                Words(_name(row), pills=pills),
                Amount(row.newcomers),
                _rate(row.still_12),
                _money(c, row.first_year),
                _money(c, row.value_36),
            )
        )
    return Table(say("report.acquisition.table"), columns, tuple(rows), say("report.acquisition.table_note"))


def _costs(c: Context, found: Acquisition) -> Table | Callout:
    known = [(row, row.cost) for row in found.sources if row.cost is not None]
    if not known:
        return Callout(say("report.acquisition.no_costs"), say("report.acquisition.no_costs_why"), "plain")
    columns = (
        Column(say("report.acquisition.source"), share=1.6),
        Column(say("report.acquisition.spend"), "right"),
        Column(say("report.acquisition.newcomers"), "right"),
        Column(say("report.acquisition.cost_each"), "right", 1.4),
        Column(say("report.acquisition.retained"), "right"),
        Column(say("report.acquisition.cost_kept"), "right", 1.4),
    )
    rows: list[tuple[Cell, ...]] = []
    for row, cost in known:
        kept = cost.per_retained
        rows.append(
            (
                Words(_name(row)),
                Amount(c.purse.exact(cost.spend)),
                Amount(cost.newcomers),
                _cost(c, cost.per_newcomer),
                Amount(cost.retained if cost.spend_told > 0 else None),
                _cost(c, kept) if kept else Amount(None),
            )
        )
    return Table(say("report.acquisition.costs"), columns, tuple(rows), say("report.acquisition.costs_note"))


def _cost(c: Context, each: Estimate) -> Amount:
    between = say("report.say.range", low=c.purse.about(each.p10), high=c.purse.about(each.p90))
    return Amount(c.purse.about(each.mean), between)


def _response(c: Context, number: int, r: Response) -> Figure | Callout:
    if r.refused is not None:
        why = say(f"report.acquisition.{r.refused}", n=r.weeks)
        return Callout(say("report.acquisition.no_curve", source=names.verbatim(r.source)), why, "plain")
    title = say("report.acquisition.curve", source=names.verbatim(r.source))
    y_step = _step(max(r.high))
    x_step = _step(r.spend[-1])
    chart = bands(
        [Band("fitted", title, r.spend, r.newcomers, r.low, r.high)],
        x_title=say("report.acquisition.week_spend"),
        y_title=say("report.acquisition.week_new"),
        x_ticks={i * x_step: c.purse.about(i * x_step) for i in range(math.floor(r.spend[-1] / x_step) + 1)},
        y_ticks={i * y_step: Number(i * y_step, 0 if y_step.is_integer() else 1) for i in range(6)},
        x_domain=(0.0, r.spend[-1]),
        y_domain=(0.0, math.ceil(max(r.high) / y_step) * y_step),
        height=220,
    )
    columns = (
        Column(say("report.acquisition.week_spend"), "right"),
        Column(say("report.acquisition.week_new"), "right"),
    )
    rows: list[tuple[Cell, ...]] = [
        (Amount(c.purse.about(x)), Amount(Number(y, 1), say("report.say.range", low=Number(lo, 1), high=Number(hi, 1))))
        for x, y, lo, hi in list(zip(r.spend, r.newcomers, r.low, r.high, strict=True))[::4]
    ]
    note = say("report.acquisition.curve_unclear")
    if r.next_cost is not None:
        cost = r.next_cost
        note = say("report.acquisition.curve_clear", cost=c.purse.about(cost.p50), range=c.purse.between(cost))
    return Figure(
        f"acquisition_curve_{number}",
        title,
        chart,
        say("report.acquisition.curve_alt"),
        Table(title, columns, tuple(rows)),
        note,
    )


def _step(top: float) -> float:
    """A round step that makes about five of ``top``."""
    rough = max(top, 1e-6) / 4
    size = 10 ** math.floor(math.log10(rough))
    return float(significant(next(m for m in (1, 2, 2.5, 5, 10) if m * size >= rough) * size))


def _referrals(c: Context, found: Referrals) -> list[Block]:
    text = say(
        "report.acquisition.referrals_text",
        referrers=found.referrers,
        share=Share(found.share),
        top=Share(found.top_share),
    )
    if found.selves or found.circles:
        text = then(text, say("report.acquisition.cut", selves=found.selves, circles=found.circles))
    columns = (
        Column(say("report.acquisition.tree_number"), share=0.8),
        Column(say("report.acquisition.tree_members"), "right"),
        Column(say("report.acquisition.tree_generations"), "right"),
        Column(say("report.acquisition.value"), "right"),
    )
    rows: list[tuple[Cell, ...]] = [
        (
            Words(say("report.acquisition.tree_nth", n=i)),
            Amount(t.members),
            Amount(t.generations),
            Amount(c.purse.about(t.value_36)),
        )
        for i, t in enumerate(found.top, 1)
    ]
    return [
        Callout(say("report.acquisition.referrals", n=found.referred), text, "plain"),
        Table(say("report.acquisition.tree"), columns, tuple(rows)),
    ]


def _deals(found: Deals) -> Table:
    a, b = (in_hundred(group.share.mean) for group in (found.on_deal, found.others))
    columns = (
        Column(say("report.acquisition.deals_group"), share=1.6),
        Column(say("report.acquisition.deals_n"), "right"),
        Column(say("report.acquisition.deals_back"), "right", 1.4),
    )

    def cells(name: str, group: DealGroup) -> tuple[Cell, ...]:
        between = say("report.say.range", low=Share(group.share.p10), high=Share(group.share.p90))
        return (
            Words(say(f"report.acquisition.{name}")),
            Amount(group.newcomers),
            Amount(Share(group.share.mean), between),
        )

    rows = (cells("on_deal", found.on_deal), cells("no_deal", found.others))
    note = say("report.acquisition.deals_note", deep=Share(found.deep), hunters=found.hunters, lower=Share(found.lower))
    return Table(say("report.acquisition.deals", a=a, b=b), columns, rows, note)
