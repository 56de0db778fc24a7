"""Concentration: how much of the revenue hangs on how few customers."""

from __future__ import annotations

from regulars.analysis.diagnosis import Concentration
from regulars.base.text import Share, say
from regulars.report import behind
from regulars.report.charts import lorenz
from regulars.report.context import Context
from regulars.report.document import Amount, Cell, Column, Figure, KeyFigure, KeyFigures, Section, Table
from regulars.report.figures import in_hundred

FIFTH = 0.2


def chapter(c: Context) -> Section | None:
    """Who brings the revenue; None when the last twelve months brought none."""
    found = c.diagnosis.concentration
    if len(found.points) < 2 or c.diagnosis.base.revenue_12 <= 0:
        return None
    heading = say("report.concentration.head", share=in_hundred(found.top_fifth_share))
    lead = say("report.concentration.lead", n=found.one_visit_customers, share=Share(found.one_visit_revenue_share))
    return c.section(
        "concentration",
        heading,
        (_figures(found), _figure(found)),
        lead=lead,
        queries=("concentration", "one_visit"),
        cards=("concentration",),
    )


def _figures(found: Concentration) -> KeyFigures:
    of_revenue = say("report.concentration.of_revenue")
    return KeyFigures(
        (
            KeyFigure(say("report.concentration.tenth"), Share(found.top_decile_share), None, of_revenue),
            KeyFigure(say("report.concentration.fifth"), Share(found.top_fifth_share), None, of_revenue),
            KeyFigure(
                say("report.concentration.one_visit"),
                found.one_visit_customers,
                None,
                say("report.concentration.one_visit_note", share=Share(found.one_visit_revenue_share)),
                behind.of("visits", 1.0),
            ),
        )
    )


def _figure(found: Concentration) -> Figure:
    at = (FIFTH, found.top_fifth_share)
    text = say("report.concentration.mark", share=Share(found.top_fifth_share))
    title = say("report.concentration.figure", share=in_hundred(found.top_decile_share))
    chart = lorenz(found.points, at, text, say("report.concentration.x"), say("report.concentration.y"))
    columns = (Column(say("report.concentration.x"), "right"), Column(say("report.concentration.y"), "right"))
    rows: list[tuple[Cell, ...]] = [(Amount(Share(a)), Amount(Share(b))) for a, b in found.points]
    alt = say("report.concentration.alt", tenth=Share(found.top_decile_share), fifth=Share(found.top_fifth_share))
    return Figure(
        "concentration", title, chart, alt, Table(title, columns, tuple(rows)), say("report.concentration.read")
    )
