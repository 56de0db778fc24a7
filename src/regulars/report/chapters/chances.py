"""Opportunities side by side: what each can be expected to bring, and how often such came true in the year before."""

from __future__ import annotations

from collections.abc import Sequence

from regulars.analysis.results.opportunity import Chance, Opportunity
from regulars.base.text import Param, Share, Text, say
from regulars.report import names
from regulars.report.charts import nice_ticks
from regulars.report.charts.bands import Dot, dots
from regulars.report.context import Context
from regulars.report.document import Amount, Cell, Column, Figure, Pill, Table, Words
from regulars.report.figures import then

#: As many as a picture holds.
MOST = 12


def name(chance: Chance) -> Text:
    """What the opportunity is, in a few words."""
    return say(f"report.opportunity.name_{chance.kind}", of=names.verbatim(chance.of), to=names.verbatim(chance.to))


def heading(c: Context, chances: Sequence[Chance]) -> Text:
    """The answer: the first where it surely is, else how many share the first place."""
    first = [chance for chance in chances if not chance.surely_above]
    if len(first) > 1:
        return say("report.opportunity.head_shared", n=len(first), of=len(chances))
    margin = c.purse.between(first[0].margin)
    return say("report.opportunity.head_first", what=name(first[0]), margin=margin)


def figure(c: Context, found: Opportunity) -> Figure:
    """The opportunities with their ranges, the largest expected margin first, in no order where ranges overlap."""
    shown = found.chances[:MOST]
    lowest = min(0.0, *(chance.margin.p10 for chance in shown))
    ticks = nice_ticks(max(chance.margin.p90 for chance in shown))
    below = [-tick for tick in ticks[1:] if -tick > lowest - ticks[1]] if lowest < 0 else []
    labels: dict[float | str, Param] = {tick: c.purse.about(tick) for tick in [*below, *ticks]}
    chart = dots(
        [Dot(name(chance), chance.margin.p10, chance.margin.mean, chance.margin.p90) for chance in shown],
        x_title=say("report.opportunity.axis"),
        ticks=labels,
        domain=(min([0.0, *below]), ticks[-1]),
    )
    title = say("report.opportunity.ranked")
    columns = (
        Column(say("report.opportunity.what"), share=2.0),
        Column(say("report.opportunity.margin"), "right", 1.4),
    )
    data = tuple((Words(name(chance)), _margin(c, chance)) for chance in shown)
    return Figure("opportunity_ranked", title, chart, say("report.opportunity.alt"), Table(title, columns, data))


def listed(c: Context, found: Opportunity) -> Table:
    """The same opportunities with how often such came true."""
    columns = (
        Column(say("report.opportunity.what"), share=2.0),
        Column(say("report.opportunity.customers"), "right"),
        Column(say("report.opportunity.hit"), "right", 1.2),
        Column(say("report.opportunity.margin"), "right", 1.4),
    )
    rows = tuple(_cells(c, chance) for chance in found.chances[:MOST])
    return Table(say("report.opportunity.listed"), columns, rows, _note(found))


def _cells(c: Context, chance: Chance) -> tuple[Cell, ...]:
    first = () if chance.surely_above else (Pill(say("report.opportunity.first_place"), "accent"),)
    range_ = say("report.say.range", low=Share(chance.hit_low), high=Share(chance.hit_high))
    return (
        Words(name(chance), pills=first),
        Amount(chance.customers),
        Amount(Share(chance.hit), say("report.opportunity.of_tested", range=range_, n=chance.tested)),
        _margin(c, chance),
    )


def _margin(c: Context, chance: Chance) -> Amount:
    between = say("report.say.range", low=c.purse.about(chance.margin.p10), high=c.purse.about(chance.margin.p90))
    return Amount(c.purse.about(chance.margin.mean), between)


def _note(found: Opportunity) -> Text:
    note = say("report.opportunity.ranked_note")
    if len(found.chances) > MOST:
        note = then(note, say("report.opportunity.more", n=len(found.chances) - MOST))
    margin = Share(found.margin_share)
    if found.cost_known >= 0.99:
        return then(note, say("report.opportunity.cost_ledger"))
    if found.cost_known <= 0:
        return then(note, say("report.opportunity.cost_setting", share=margin))
    return then(note, say("report.opportunity.cost_both", known=Share(found.cost_known), share=margin))
