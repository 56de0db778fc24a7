"""Chapter 8: the chosen strategy in five processes, who gets what, budget, capacity, demand and supply.

The five cross-functional processes are Payne and Frow's (Journal of Marketing 69(4), 2005): strategy development, value
creation, multichannel integration, information management, performance assessment.
"""

from __future__ import annotations

from regulars.base.text import Listing, Number, Share, Text, say
from regulars.report import names
from regulars.report.chapters import hours, limits
from regulars.report.chapters import plan as plan_chapter
from regulars.report.chapters.bundles import Bundle, bundles
from regulars.report.chapters.investments import signed_ticks
from regulars.report.charts.bands import Dot, dots
from regulars.report.document import Amount, Bar, Block, Cell, Column, Figure, Heading, Section, Table, Words
from regulars.report.figures import Scale, part
from regulars.report.strategy.book import Book, cards_of, queries_of, sourced
from regulars.report.strategy.ch03_data import reachable
from regulars.report.strategy.matrix import serves

#: So many measures are drawn; the table has all of them.
DRAWN = 10


def chapter(c: Book) -> Section:
    """What is done for whom, through which channels, with which means, and how it is judged."""
    made, held = plan_chapter.chapter(c), limits.chapter(c)
    assert made is not None
    found = bundles(c.made)
    demand = _demand(c)
    blocks: tuple[Block | None, ...] = (
        _processes(c),
        _picture(c, found) if found else None,
        *made.blocks,
        _channels(c) if found else None,
        _branches(c) if found else None,
        *c.part(held),
        *demand,
    )
    queries = ("standings", *queries_of(held), *(hours.QUERIES if demand else ()))
    cards = cards_of(made, held)
    return c.chapter("8", "strategy", made.heading, blocks, lead=made.lead, queries=queries, cards=cards, planned=True)


def _processes(c: Book) -> Table:
    """Payne and Frow's five processes: what each decides here, and by what it is judged."""
    plan, p = c.made, c.diagnosis.provenance
    relations = tuple(dict.fromkeys(line.relationship for line in plan.lines))
    channels = tuple(dict.fromkeys(channel for line in plan.lines for channel in line.channels))
    linked = sum(1 for aims in serves(c).values() if aims)
    decided: tuple[tuple[str, Text, Text], ...] = (
        (
            "development",
            say("book.strategy.development_does", n=len(plan.targets), measures=linked),
            say("book.strategy.development_kpi"),
        ),
        (
            "value",
            say(
                "book.strategy.value_does",
                kinds=Listing(tuple(names.relationship(r) for r in relations)),
                n=len(relations),
            ),
            say("book.strategy.value_kpi", gain=c.purse.about(plan.value_36.mean)),
        ),
        (
            "channels",
            say(
                "book.strategy.channels_does",
                channels=Listing(tuple(names.channel(x) for x in channels)),
                n=len(channels),
            ),
            say("book.strategy.channels_kpi", n=c.business.contact.max_contacts),
        ),
        (
            "information",
            say("book.strategy.information_does", n=len(p.tables), version=p.data_version),
            say("book.strategy.information_kpi", n=len(c.diagnosis.quality), locked=len(c.diagnosis.locked)),
        ),
        (
            "assessment",
            say("book.strategy.assessment_does", n=plan.held_out, months=plan.cycle_months),
            say("book.strategy.assessment_kpi"),
        ),
    )
    columns = (
        Column(say("book.strategy.process"), share=1.3),
        Column(say("book.strategy.decides"), share=3.0),
        Column(say("book.strategy.judged"), share=2.2),
    )
    rows: list[tuple[Cell, ...]] = [
        (Words(say(f"book.strategy.{name}"), strong=True), Words(does), Words(kpi)) for name, does, kpi in decided
    ]
    return Table(say("book.strategy.processes"), columns, tuple(rows), source=c.from_plan())


def _picture(c: Book, found: tuple[Bundle, ...]) -> Figure:
    """What each measure brings over 36 months, with its range."""
    shown = found[:DRAWN]
    low = min([0.0, *(b.value_36.p10 for b in shown)])
    high = max([0.0, *(b.value_36.p90 for b in shown)])
    rows = [Dot(b.first.measure_name, b.value_36.p10, b.value_36.mean, b.value_36.p90) for b in shown]
    chart = dots(
        rows,
        x_title=say("book.strategy.axis"),
        ticks=signed_ticks(c, low, high),
        domain=(low, high),
        mark=0.0,
    )
    scale = Scale.of(b.value_36 for b in shown)
    columns = (Column(say("report.plan.measure"), share=2.0), Column(say("report.plan.value"), share=3.0))
    data = tuple((Words(b.first.measure_name), scale.cell(b.value_36, c.purse)) for b in shown)
    best = shown[0]
    title = say("book.strategy.figure", measure=best.first.measure_name, gain=c.purse.about(best.value_36.mean))
    alt = say("book.strategy.alt", n=len(shown), measure=best.first.measure_name)
    note = say("book.strategy.figure_note")
    return Figure("strategy_value", title, chart, alt, Table(title, columns, data), note, source=c.from_plan())


def _channels(c: Book) -> Table:
    """Contacts by channel: a customer who gets a bundle on two channels counts on both."""
    reach = reachable(c)
    counts: dict[str, int] = {}
    for line in c.made.lines:
        for channel in line.channels:
            counts[channel] = counts.get(channel, 0) + line.customers
    columns = (
        Column(say("book.data.channel"), share=1.2),
        Column(say("report.axis.customers"), "right", 1.0),
        Column(say("book.strategy.of_reachable"), share=2.4),
    )
    rows: list[tuple[Cell, ...]] = []
    for channel, n in sorted(counts.items(), key=lambda x: -x[1]):
        of = reach.get(channel, 0)
        used: Cell = Words(say("book.strategy.no_permission_needed"))
        if of:
            share = part(n, of)
            used = Bar(round(min(share, 1.0), 4), say("book.data.of_all", n=n, share=Share(share)))
        rows.append((Words(names.channel(channel), strong=True), Amount(n), used))
    return Table(say("book.strategy.by_channel"), columns, tuple(rows), say("book.strategy.by_channel_note"))


def _branches(c: Book) -> Table:
    """Customers, money and hours by branch."""
    cells = {cell.id: cell.branch for cell in c.made.cells}
    columns = (
        Column(say("book.strategy.branch"), share=1.6),
        Column(say("report.axis.customers"), "right", 1.0),
        Column(say("report.plan.cost"), "right", 1.0),
        Column(say("report.plan.hours"), "right", 1.0),
        Column(say("book.strategy.gain"), "right", 1.2),
    )
    rows: list[tuple[Cell, ...]] = []
    for branch in dict.fromkeys(cells.values()):
        lines = [line for line in c.made.lines if cells.get(line.cell) == branch]
        rows.append(
            (
                Words(c.branch(branch), strong=True),
                Amount(sum(line.customers for line in lines)),
                Amount(c.purse.exact(sum(line.cost for line in lines))),
                Amount(Number(sum(line.hours for line in lines), 1)),
                Amount(c.purse.about(sum(line.value_36.mean for line in lines))),
            )
        )
    return Table(say("book.strategy.by_branch"), columns, tuple(rows), say("book.strategy.by_branch_note"))


def _demand(c: Book) -> tuple[Block, ...]:
    """Demand by hour and room off the peak, where receipts tell the hour."""
    found = c.diagnosis.opportunity
    if found is None or found.told is None:
        return (Heading(say("book.strategy.demand_unknown"), say("book.strategy.demand_needs")),)
    source = c.from_study(hours.QUERIES)
    return (
        Heading(say("book.strategy.demand"), say("book.strategy.demand_lead")),
        *(sourced(b, source) for b in hours.blocks(c, found)),
    )
