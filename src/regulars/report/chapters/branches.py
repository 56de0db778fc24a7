"""Branches side by side: where the money is and where customers are late."""

from __future__ import annotations

from regulars.analysis.diagnosis import BranchRow
from regulars.base.text import Param, Share, Text, say
from regulars.report import behind, names, theme
from regulars.report.chapters.splits import Part, split
from regulars.report.context import Context
from regulars.report.document import Amount, Bar, Cell, Column, Figure, Section, Table, Words
from regulars.report.figures import part

PICTURED = 12


def chapter(c: Context) -> Section | None:
    """The branches compared; None for a business with one."""
    rows = tuple(sorted(c.diagnosis.branches, key=lambda r: -r.revenue_12))
    if len(rows) < 2:
        return None
    return c.section(
        "branches",
        _heading(c, rows),
        (_figure(c, rows), _table(c, rows)),
        lead=say("report.branches.lead"),
        queries=("branches", "branch_visits"),
        cards=("wastage",),
    )


def _late(row: BranchRow) -> float:
    return part(row.overdue, row.active + row.overdue)


def _heading(c: Context, rows: tuple[BranchRow, ...]) -> Text:
    best = rows[0]
    measures = c.diagnosis.teams.branches if c.diagnosis.teams else ()
    figures = [(r.name, r.figure) for m in measures if m.measure == "late" for r in m.rows]
    later = [(name, figure.mean) for name, figure in figures if figure is not None and figure.told == "above"]
    if len(later) != 1:
        return say("report.branches.head_small", best=c.branch(best.branch), revenue=c.purse.about(best.revenue_12))
    worst, late = later[0]
    return say(
        "report.branches.head",
        best=c.branch(best.branch),
        worst=c.branch(worst),
        share=Share(late),
        revenue=c.purse.about(best.revenue_12),
    )


def _figure(c: Context, rows: tuple[BranchRow, ...]) -> Figure | None:
    shown = [r for r in rows if r.customers][:PICTURED]
    labels: tuple[Param, ...] = tuple(c.branch(r.branch) for r in shown)
    weights = {
        "newcomer": tuple(float(max(0, r.customers - r.active - r.overdue - r.lapsed)) for r in shown),
        "active": tuple(float(r.active) for r in shown),
        "overdue": tuple(float(r.overdue) for r in shown),
        "lapsed": tuple(float(r.lapsed) for r in shown),
    }
    parts = [Part(s, names.state(s), colour, weights[s]) for s, colour in theme.STATE_COLOURS.items()]
    title = say("report.branches.figure")
    note = say("report.branches.first", n=PICTURED) if len(rows) > PICTURED else None
    return split(
        "branches", title=title, rows=labels, parts=parts, alt=say("report.branches.alt", n=len(shown)), note=note
    )


def _table(c: Context, rows: tuple[BranchRow, ...]) -> Table:
    columns = (
        Column(say("report.branches.branch"), share=2.2),
        Column(say("report.axis.customers"), "right"),
        Column(say("report.state.active"), "right"),
        Column(say("report.state.overdue"), "right"),
        Column(say("report.branches.late"), share=1.5),
        Column(say("report.state.lapsed"), "right"),
        Column(say("report.branches.visits"), "right", 1.1),
        Column(say("report.axis.past_12"), "right", 1.4),
    )
    cells: list[tuple[Cell, ...]] = [
        (
            Words(c.branch(r.branch), strong=True, behind=behind.of("branch", r.branch)),
            Amount(r.customers),
            Amount(r.active),
            Amount(r.overdue),
            Bar(round(_late(r), 4), Share(_late(r)), tone="warn"),
            Amount(r.lapsed),
            Amount(r.visits_12),
            Amount(c.purse.exact(r.revenue_12)),
        )
        for r in rows
    ]
    return Table(say("report.branches.table"), columns, tuple(cells), say("report.branches.note"))
