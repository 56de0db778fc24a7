"""The plan: measures in the order of what they bring, who gets them, and why; every line stands in the appendix."""

from __future__ import annotations

import math

from regulars.base.text import Listing, Number, Share, Text, say
from regulars.report import names
from regulars.report.chapters.bundles import Bundle, bundles, chance_told, whom, why
from regulars.report.context import Context
from regulars.report.document import (
    Amount,
    Callout,
    Cell,
    Column,
    Entries,
    Entry,
    Pill,
    Section,
    Table,
    Words,
)
from regulars.report.figures import Scale, then
from regulars.strategy.plan import Evidence, Line, Plan

#: So many bundles are described at length; the rest stand in the table and line by line in the appendix.
DESCRIBED = 5


def chapter(c: Context) -> Section | None:
    """The measures of the plan; None without a plan."""
    if c.plan is None:
        return None
    plan, cards = c.plan, ("allocation", "effects")
    if not plan.lines:
        callout = Callout(say("report.plan.empty"), say("report.plan.empty_hint"), "warn")
        return c.section("plan", say("report.plan.head_empty"), (callout,), queries=("standings",), cards=cards)
    found = bundles(plan)
    heading = say("report.plan.head", n=len(found), customers=plan.customers)
    entries = tuple(_entry(c, bundle) for bundle in found[:DESCRIBED])
    title = say("report.plan.details") if len(found) <= DESCRIBED else say("report.plan.details_first", n=DESCRIBED)
    blocks = (measures_table(c, found), Entries(title, entries))
    return c.section("plan", heading, blocks, lead=_lead(c, plan), queries=("standings",), cards=cards)


def _lead(c: Context, plan: Plan) -> Text:
    if not plan.held_out:
        return say("report.plan.lead_all")
    return say("report.plan.lead", n=plan.held_out, price=c.purse.about(plan.holdout_price))


def measures_table(c: Context, found: tuple[Bundle, ...]) -> Table:
    """What is done, for whom, at what cost and for what return."""
    scale = Scale.of(bundle.value_36 for bundle in found)
    columns = (
        Column(say("report.plan.measure"), share=2.2),
        Column(say("report.plan.whom"), share=2.2),
        Column(say("report.axis.customers"), "right", 1.25),
        Column(say("report.plan.cost"), "right", 1.3),
        Column(say("report.plan.hours"), "right", 0.8),
        Column(say("report.plan.value"), share=3.5),
    )
    rows: list[tuple[Cell, ...]] = [
        (
            Words(bundle.first.measure_name, strong=True, pills=_trial(bundle.test_first)),
            Words(whom(c, bundle)),
            Amount(bundle.customers),
            Amount(c.purse.exact(bundle.cost)),
            Amount(Number(bundle.hours)),
            scale.cell(bundle.value_36, c.purse),
        )
        for bundle in found
    ]
    return Table(say("report.plan.caption"), columns, tuple(rows), say("report.plan.note"))


def _trial(test_first: bool) -> tuple[Pill, ...]:
    return (Pill(say("report.plan.test_first"), "warn"),) if test_first else ()


def _objectives(c: Context, bundle: Bundle) -> tuple[tuple[Text, Cell], ...]:
    known = {t.objective: t.name for t in c.plan.targets} if c.plan else {}
    ids = dict.fromkeys(o for line in bundle.lines for o in line.objectives)
    served = tuple(known[o] for o in ids if o in known)
    return ((say("report.plan.serves"), Words(Listing(served))),) if served else ()


def _entry(c: Context, b: Bundle) -> Entry:
    own = Scale.of((b.value_12, b.value_36))
    line = b.first
    channels = Listing(tuple(names.channel(ch) for ch in line.channels))
    held = say("report.plan.held", n=b.held_out) if b.held_out else None
    spent = say("report.plan.cost_and_hours", cost=c.purse.exact(b.cost), hours=Number(b.hours))
    facts: tuple[tuple[Text, Cell], ...] = (
        (say("report.axis.customers"), Amount(b.customers, held)),
        (say("report.plan.cost_hours"), Amount(spent)),
        (say("report.plan.value_12"), own.cell(b.value_12, c.purse)),
        (say("report.plan.value_36"), own.cell(b.value_36, c.purse)),
        (say("report.plan.positive"), Amount(chance_told(b.chance_of_gain))),
        *(((say("report.plan.channels"), Words(channels)),) if line.channels else ()),
        *_objectives(c, b),
    )
    pills = (Pill(names.relationship(line.relationship), "accent"), *_trial(b.test_first))
    return Entry(line.measure_name, whom(c, b), pills, facts, _points(c, b), _evidence(line.evidence))


def _points(c: Context, b: Bundle) -> tuple[Text, ...]:
    """The pack's reason, then the reasons of the line that brings most."""
    reasons = b.first.reasons
    if not reasons or len(b.lines) == 1:
        return (why(c, b), *reasons)
    return (why(c, b), say("report.plan.in_best", group=b.first.cell_label, reasons=then(*reasons)))


def _evidence(evidence: tuple[Evidence, ...]) -> Table | None:
    if not evidence:
        return None
    columns = (
        Column(say("report.evidence.acts_on"), share=1.4),
        Column(say("report.evidence.effect"), "right", 1.6),
        Column(say("report.evidence.lasts"), "right", 1.1),
        Column(say("report.evidence.trust"), share=2.2),
        Column(say("report.evidence.source"), share=4.4),
    )
    rows: list[tuple[Cell, ...]] = [
        (
            Words(names.primitive(e.primitive)),
            Amount(_change(e)),
            Amount(_months(e.months)),
            Words(names.trust(e.trust)),
            Words(e.source),
        )
        for e in dict.fromkeys(evidence)
    ]
    return Table(say("report.evidence.caption"), columns, tuple(rows))


def _change(e: Evidence) -> Text:
    """The effect as a manager would say it, with one spread either way."""
    low, mid, high = e.mean - e.sd, e.mean, e.mean + e.sd
    if e.primitive == "reactivation":  # probability points; all the others are on the log scale
        low, mid, high = (100 * p for p in (low, mid, high))
        return say("report.evidence.points", mean=Number(mid, 1), low=Number(low, 1), high=Number(high, 1))
    low, mid, high = (math.expm1(p) for p in (low, mid, high))
    return say("report.evidence.change", mean=Share(mid), low=Share(low), high=Share(high))


def _months(months: float) -> Text:
    whole = months == int(months)
    return say("report.evidence.months", n=1 if months == 1 else 2, months=Number(months, 0 if whole else 1))


def lines(c: Context) -> Section | None:
    """The appendix: every line with its reasons; None without lines."""
    if c.plan is None or not c.plan.lines:
        return None
    ordered = [line for bundle in bundles(c.plan) for line in bundle.lines]
    scale = Scale.of(line.value_36 for line in ordered)
    columns = (
        Column(say("report.plan.measure"), share=1.8),
        Column(say("report.plan.whom"), share=3.3),
        Column(say("report.axis.customers"), "right", 1.4),
        Column(say("report.plan.cost_hours"), "right", 1.2),
        Column(say("report.plan.value"), share=3.0),
    )
    rows = tuple(_row(c, line, scale) for line in ordered)
    table = Table(say("report.lines.caption"), columns, rows, beneath=tuple(_because(line) for line in ordered))
    return c.section(
        "lines",
        say("report.lines.head", n=len(ordered)),
        (table,),
        lead=say("report.lines.lead"),
        queries=("standings",),
        cards=("allocation",),
    )


def _because(line: Line) -> Text:
    # How many are held out stands in the row itself.
    told = [reason for reason in line.reasons if not reason.id.startswith("strategy.line.held_out")]
    return then(*told) if told else say("report.plan.no_reason")


def _row(c: Context, line: Line, scale: Scale) -> tuple[Cell, ...]:
    hours = say("report.say.hours", n=round(line.hours), hours=Number(line.hours, 1 if line.hours < 10 else 0))
    held = say("report.plan.held", n=line.held_out) if line.held_out else None
    return (
        Words(line.measure_name, strong=True, pills=_trial(line.test_first)),
        Words(line.cell_label),
        Amount(line.customers, held),
        Amount(c.purse.exact(line.cost), hours if line.hours >= 0.05 else None),
        scale.cell(line.value_36, c.purse),
    )
