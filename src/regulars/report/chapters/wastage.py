"""Wastage: customers silently leaving, told by their own rhythm, and what they cost."""

from __future__ import annotations

from regulars.analysis.diagnosis import StateRow, Wastage
from regulars.base.text import Param, Text, say
from regulars.report import behind, names, theme
from regulars.report.chapters.splits import Part, split
from regulars.report.context import Context
from regulars.report.document import Amount, Cell, Column, Figure, KeyFigure, KeyFigures, Section, Table, Words
from regulars.report.figures import Scale, between_counts, count, known, share


def chapter(c: Context) -> Section:
    """Who is slipping away and how much that is worth."""
    wastage = c.diagnosis.wastage
    return c.section(
        "wastage",
        _heading(c),
        (_figures(c, wastage), _figure(wastage), _states(c, wastage)),
        lead=say("report.wastage.lead"),
        queries=("forecast", "lost", "standings"),
        cards=("wastage", "rhythm", names.visit_card(c.diagnosis.value_models)),
    )


def _overdue(wastage: Wastage) -> int:
    return sum(row.customers for row in wastage.states if row.state == "overdue")


def _heading(c: Context) -> Text:
    wastage = c.diagnosis.wastage
    late = _overdue(wastage)
    if not late:
        return say("report.wastage.head_none")
    if not known(wastage.overdue_value_at_risk):
        return say("report.wastage.head_unknown", n=late)
    return say("report.wastage.head", n=late, value=c.purse.about(wastage.overdue_value_at_risk.mean))


def _figures(c: Context, wastage: Wastage) -> KeyFigures:
    soon = wastage.expected_lost_next_90
    return KeyFigures(
        (
            c.purse.key(
                say("report.wastage.at_risk"), wastage.overdue_value_at_risk, say("report.wastage.at_risk_note")
            ),
            KeyFigure(
                say("report.wastage.soon"),
                count(soon.mean) if known(soon) else None,
                between_counts(soon) if known(soon) else None,
                say("report.wastage.soon_note"),
            ),
            KeyFigure(say("report.wastage.lost_12"), wastage.lost_last_12, None, say("report.wastage.lost_note")),
            KeyFigure(
                say("report.wastage.lost_revenue"),
                c.purse.exact(wastage.lost_last_12_revenue),
                None,
                say("report.wastage.lost_revenue_note"),
            ),
        )
    )


def _figure(wastage: Wastage) -> Figure | None:
    rows: tuple[Param, ...] = (say("report.axis.customers"), say("report.axis.past_12"), say("report.axis.next_12"))
    parts = [
        Part(
            row.state,
            names.state(row.state),
            theme.STATE_COLOURS[row.state],
            (row.customers, row.revenue_12_past, row.value_12.mean if known(row.value_12) else 0.0),
        )
        for row in wastage.states
    ]
    return split("states", title=say("report.wastage.figure"), rows=rows, parts=parts, alt=say("report.wastage.alt"))


def _states(c: Context, wastage: Wastage) -> Table | None:
    if not wastage.states:
        return None
    scale = Scale.of(row.value_12 for row in wastage.states)
    columns = (
        Column(say("report.wastage.state"), share=2.3),
        Column(say("report.axis.customers"), "right", 1.0),
        Column(say("report.axis.past_12"), "right", 1.3),
        Column(say("report.wastage.alive"), "right", 1.1),
        Column(say("report.wastage.value_12"), share=3.4),
    )
    return Table(
        say("report.wastage.table"),
        columns,
        tuple(_state(c, row, scale) for row in wastage.states),
        say("report.say.eight"),
    )


def _state(c: Context, row: StateRow, scale: Scale) -> tuple[Cell, ...]:
    return (
        Words(
            names.state(row.state),
            note=say(f"report.state_about.{row.state}"),
            strong=True,
            swatch=theme.STATE_COLOURS[row.state],
            behind=behind.of("state", row.state),
        ),
        Amount(row.customers),
        Amount(c.purse.exact(row.revenue_12_past)),
        Amount(share(row.mean_alive) if row.customers else None),
        scale.cell(row.value_12, c.purse),
    )
