"""Opportunities: what each can be expected to bring, what customers take next and when, and what goes together."""

from __future__ import annotations

from regulars.analysis.results.opportunity import NextRow, Opportunity, Together, TogetherRow, Tried
from regulars.base.text import Number, Share, Text, say
from regulars.report import names
from regulars.report.chapters import chances, hours, referring
from regulars.report.context import Context
from regulars.report.document import Amount, Block, Cell, Column, Paragraph, Section, Table, Words
from regulars.report.figures import then

_QUERIES = (
    *(f"opportunity_{name}" for name in ("categories", "visits", "moves", "current", "gaps", "next_then", "taken")),
    *(f"opportunity_{name}" for name in ("here", "there_1", "worth", "worth_begun", "pairs")),
    *(f"opportunity_{name}_1" for name in ("sizes", "pairs", "begun", "begun_having")),
    *hours.QUERIES,
    *referring.QUERIES,
)


def chapter(c: Context) -> Section | None:
    """The chapter; None where the study has nothing on it."""
    found = c.diagnosis.opportunity
    if found is None:
        return None
    blocks: list[Block | None] = [
        *((chances.figure(c, found), chances.listed(c, found)) if found.chances else ()),
        _next(found) if found.rows else None,
        _rules(found) if found.rules else None,
        *(_together(found.together) if found.together is not None else ()),
        *hours.blocks(c, found),
        *referring.blocks(found),
    ]
    lead = say("report.opportunity.lead")
    heading = chances.heading(c, found.chances) if found.chances else _heading(found)
    return c.section("opportunity", heading, tuple(blocks), lead=lead, queries=_QUERIES, cards=("opportunity",))


def _heading(found: Opportunity) -> Text:
    """What can be said without a year to look back on."""
    if not found.rules:
        return say("report.opportunity.head_none")
    best = found.rules[0]
    return say(f"report.opportunity.head_{best.rule}", share=Share(best.first))


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


def _together(found: Together) -> tuple[Block, ...]:
    """What goes together, and how what was found a year earlier fared."""
    said = say(f"report.opportunity.together_{'some' if found.rows else 'none'}", n=found.tested, found=len(found.rows))
    if found.back is not None:
        told = {"found": found.back.found, "right": found.back.right}
        shares = {"rate": Share(found.back.rate), "others": Share(found.back.others)}
        said = then(said, say("report.opportunity.together_back", **told, **shares))
    elif found.years < 2:
        said = then(said, say("report.opportunity.together_short"))
    if not found.rows:
        return (Paragraph(said),)
    columns = (
        Column(say("report.opportunity.having"), share=1.3),
        Column(say("report.opportunity.taking"), share=1.3),
        Column(say("report.opportunity.rate"), "right", 1.2),
        Column(say("report.opportunity.others"), "right"),
        Column(say("report.opportunity.odds"), "right", 1.2),
        Column(say("report.opportunity.lacking"), "right"),
    )
    rows = tuple(_pair(row) for row in found.rows)
    title = say("report.opportunity.together", n=len(found.rows))
    return Paragraph(said), Table(title, columns, rows, say("report.opportunity.together_note"))


def _pair(row: TogetherRow) -> tuple[Cell, ...]:
    rate = say("report.say.range", low=Share(row.rate_low), high=Share(row.rate_high))
    odds = say("report.say.range", low=Number(row.odds_low, 1), high=Number(row.odds_high, 1))
    return (
        Words(names.verbatim(row.having)),
        Words(names.verbatim(row.taking)),
        Amount(Share(row.rate), rate),
        Amount(Share(row.others)),
        Amount(Number(row.odds, 1), odds),
        Amount(row.customers),
    )
