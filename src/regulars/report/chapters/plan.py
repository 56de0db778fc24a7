"""The plan line by line: who gets what, what it brings, and why."""

from __future__ import annotations

from regulars.base.text import Listing, Number, Share, Text, say
from regulars.report import names
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
from regulars.report.figures import Scale
from regulars.strategy.plan import Evidence, Line, Plan


def chapter(c: Context) -> Section | None:
    """The lines of the plan; None without a plan."""
    if c.plan is None:
        return None
    plan = c.plan
    cards = ("allocation", "effects")
    if not plan.lines:
        callout = Callout(say("report.plan.empty"), say("report.plan.empty_hint"), "warn")
        return c.section("plan", say("report.plan.head_empty"), (callout,), queries=("standings",), cards=cards)
    heading = say("report.plan.head", n=len(plan.lines), customers=plan.customers)
    entries = Entries(say("report.plan.details"), tuple(_entry(c, line) for line in plan.lines))
    return c.section(
        "plan", heading, (_table(c, plan), entries), lead=_lead(c, plan), queries=("standings",), cards=cards
    )


def _lead(c: Context, plan: Plan) -> Text:
    if not plan.held_out:
        return say("report.plan.lead_all")
    return say("report.plan.lead", n=plan.held_out, price=c.purse.about(plan.holdout_price))


def _table(c: Context, plan: Plan) -> Table:
    scale = Scale.of(line.value_36 for line in plan.lines)
    columns = (
        Column(say("report.plan.measure"), share=2.3),
        Column(say("report.plan.whom"), share=1.9),
        Column(say("report.axis.customers"), "right", 1.0),
        Column(say("report.plan.cost"), "right", 1.1),
        Column(say("report.plan.hours"), "right", 0.7),
        Column(say("report.plan.value"), share=2.8),
        Column(say("report.plan.because"), share=2.5),
    )
    rows = tuple(_row(c, line, scale) for line in plan.lines)
    return Table(say("report.plan.caption"), columns, rows, say("report.plan.note"))


def _row(c: Context, line: Line, scale: Scale) -> tuple[Cell, ...]:
    # One reason in the table; all of them stand in the entry below it.
    because = line.reasons[0] if line.reasons else say("report.plan.no_reason")
    return (
        Words(line.measure_name, strong=True, pills=_trial(line)),
        Words(line.cell_label),
        Amount(line.customers),
        Amount(c.purse.exact(line.cost)),
        Amount(Number(line.hours)),
        scale.cell(line.value_36, c.purse),
        Words(because),
    )


def _trial(line: Line) -> tuple[Pill, ...]:
    return (Pill(say("report.plan.test_first"), "warn"),) if line.test_first else ()


def _objectives(c: Context, line: Line) -> tuple[tuple[Text, Cell], ...]:
    known = {t.objective: t.name for t in c.plan.targets} if c.plan else {}
    served = tuple(known[o] for o in line.objectives if o in known)
    return ((say("report.plan.serves"), Words(Listing(served))),) if served else ()


def _entry(c: Context, line: Line) -> Entry:
    own = Scale.of((line.value_12, line.value_36))
    channels = Listing(tuple(names.channel(ch) for ch in line.channels))
    facts: tuple[tuple[Text, Cell], ...] = (
        (
            say("report.axis.customers"),
            Amount(line.customers, say("report.plan.held", n=line.held_out) if line.held_out else None),
        ),
        (
            say("report.plan.cost_hours"),
            Amount(say("report.plan.cost_and_hours", cost=c.purse.exact(line.cost), hours=Number(line.hours))),
        ),
        (say("report.plan.value_12"), own.cell(line.value_12, c.purse)),
        (say("report.plan.value_36"), own.cell(line.value_36, c.purse)),
        (say("report.plan.positive"), Amount(Share(line.probability_positive))),
        *(((say("report.plan.channels"), Words(channels)),) if line.channels else ()),
        *_objectives(c, line),
    )
    pills = (Pill(names.relationship(line.relationship), "accent"), *_trial(line))
    return Entry(line.measure_name, line.cell_label, pills, facts, line.reasons, _evidence(line.evidence))


def _evidence(evidence: tuple[Evidence, ...]) -> Table | None:
    if not evidence:
        return None
    columns = (
        Column(say("report.evidence.acts_on"), share=1.6),
        Column(say("report.evidence.effect"), "right", 1.3),
        Column(say("report.evidence.lasts"), "right", 0.9),
        Column(say("report.evidence.trust"), share=2.1),
        Column(say("report.evidence.source"), share=3.2),
    )
    rows: list[tuple[Cell, ...]] = [
        (
            Words(names.primitive(e.primitive)),
            Amount(say("report.evidence.mean_sd", mean=Number(e.mean, 2), sd=Number(e.sd, 2))),
            Amount(say("report.evidence.months", n=round(e.months), months=Number(e.months))),
            Words(names.trust(e.trust)),
            Words(e.source),
        )
        for e in evidence
    ]
    return Table(say("report.evidence.caption"), columns, tuple(rows))
