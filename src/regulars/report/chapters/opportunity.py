"""What customers take next and when, and how often the past bore that out."""

from __future__ import annotations

from regulars.analysis.results.opportunity import NextRow, Opportunity, Tried
from regulars.base.text import Number, Share, say
from regulars.report import names
from regulars.report.context import Context
from regulars.report.document import Amount, Block, Cell, Column, Section, Table, Words

_QUERIES = tuple(f"opportunity_{name}" for name in ("categories", "visits", "moves", "current", "gaps"))


def chapter(c: Context) -> Section | None:
    """The chapter; None where the study has nothing on it."""
    found = c.diagnosis.opportunity
    if found is None:
        return None
    best = found.rules[0]
    heading = say(f"report.opportunity.head_{best.rule}", share=Share(best.first))
    blocks: list[Block | None] = [_next(found) if found.rows else None, _rules(found)]
    lead = say("report.opportunity.lead")
    return c.section("opportunity", heading, tuple(blocks), lead=lead, queries=_QUERIES, cards=("opportunity",))


def _next(found: Opportunity) -> Table:
    columns = (
        Column(say("report.opportunity.last"), share=1.4),
        Column(say("report.opportunity.customers"), "right"),
        Column(say("report.opportunity.named"), share=1.4),
        Column(say("report.opportunity.chance"), "right"),
        Column(say("report.opportunity.when"), "right", 1.3),
    )
    rows = tuple(_cells(row) for row in sorted(found.rows, key=lambda row: -row.customers))
    return Table(say("report.opportunity.next"), columns, rows, say("report.opportunity.next_note"))


def _cells(row: NextRow) -> tuple[Cell, ...]:
    between = say("report.opportunity.between", low=Number(row.gap_low, 0), high=Number(row.gap_high, 0))
    return (
        Words(names.verbatim(row.last)),
        Amount(row.customers),
        Words(names.verbatim(row.named)),
        Amount(Share(row.chance)),
        Amount(say("report.opportunity.days", n=Number(row.gap_mid, 0)), between),
    )


def _rules(found: Opportunity) -> Table:
    columns = (
        Column(say("report.opportunity.rule"), share=2.0),
        Column(say("report.opportunity.first"), "right"),
        Column(say("report.opportunity.three"), "right"),
    )
    title = say("report.opportunity.tried", n=found.tested, origins=found.origins)
    return Table(title, columns, tuple(_tried(row) for row in found.rules), say("report.opportunity.tried_note"))


def _tried(row: Tried) -> tuple[Cell, ...]:
    first = say("report.say.range", low=Share(row.first_low), high=Share(row.first_high))
    three = say("report.say.range", low=Share(row.three_low), high=Share(row.three_high))
    return (
        Words(say(f"report.opportunity.rule_{row.rule}")),
        Amount(Share(row.first), first),
        Amount(Share(row.three), three),
    )
