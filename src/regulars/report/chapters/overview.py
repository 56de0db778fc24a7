"""The first page of a report on a study alone: what the base is worth and what to look at."""

from __future__ import annotations

from regulars.base.text import Share, Text, say
from regulars.report import names
from regulars.report.chapters import asks
from regulars.report.context import Context
from regulars.report.document import KeyFigure, KeyFigures, Points, Section
from regulars.report.figures import between_counts, count, known, share


def chapter(c: Context) -> Section | None:
    """The overview; None when there is a plan, whose decision page stands in its place."""
    if c.plan is not None:
        return None
    d = c.diagnosis
    blocks = (_figures(c), Points(asks.findings(c), say("report.overview.next"), numbered=True))
    return (
        c.section(
            "overview",
            _heading(c),
            blocks,
            lead=_lead(c),
            queries=("base", "forecast"),
            cards=(names.visit_card(c.diagnosis.value_models), "movement"),
        )
        if d.base.customers
        else _empty(c)
    )


def _empty(c: Context) -> Section:
    return c.section("overview", say("report.overview.head_empty"), (), lead=say("report.overview.lead_empty"))


def _heading(c: Context) -> Text:
    d = c.diagnosis
    if known(d.value.revenue_12):
        return say("report.overview.head", n=d.base.customers, value=c.purse.about(d.value.revenue_12.mean))
    return say("report.overview.head_facts", n=d.base.customers, revenue=c.purse.exact(d.base.revenue_12))


def _lead(c: Context) -> Text:
    b = c.diagnosis.base
    return say(
        "report.overview.lead", first=b.first_day, last=b.last_day, visits=b.visits, revenue=c.purse.exact(b.revenue_12)
    )


def _figures(c: Context) -> KeyFigures:
    d = c.diagnosis
    alive = d.value.alive
    returned = share(d.cohorts.newcomers_returned)
    trade = d.cohorts.benchmark
    return KeyFigures(
        (
            c.purse.key(say("report.value.revenue_12"), d.value.revenue_12),
            KeyFigure(
                say("report.value.alive"),
                count(alive.mean) if known(alive) else None,
                between_counts(alive) if known(alive) else None,
                say("report.value.of_all", n=d.base.customers),
            ),
            c.purse.key(say("report.wastage.at_risk"), d.wastage.overdue_value_at_risk),
            KeyFigure(
                say("report.retention.returned", days=d.cohorts.returned_within_days),
                returned,
                say("report.retention.trade", share=Share(trade)) if trade is not None else None,
            ),
        )
    )
