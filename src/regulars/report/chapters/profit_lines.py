"""What each line of the trade contributes, and what an hour of serving brings in it, in all branches and in each."""

from __future__ import annotations

from regulars.analysis.profit.lines import OTHERS
from regulars.analysis.results.profit import ProfitLine, ProfitLines
from regulars.base.text import Param, Share, Text, say
from regulars.report import names
from regulars.report.context import Context
from regulars.report.document import Amount, Bar, Block, Callout, Cell, Column, Table, Unknown, Words
from regulars.report.figures import count, then

#: Lines and branches a page shows; the study has them all.
_LINES, _BRANCHES = 12, 6


def by_line(c: Context, p: ProfitLines | None) -> tuple[Block | None, ...]:
    """The tables; nothing where all is one line at one branch."""
    if p is None or len(p.cells) < 2:
        return ()
    return _lines(c, p), _branches(c, p), _unknown(p)


def _lines(c: Context, p: ProfitLines) -> Table:
    some = [row for row in p.lines if row.revenue or row.contribution]
    shown = sorted(some, key=lambda row: -abs(row.revenue))[:_LINES]
    most = max((row.per_hour for row in shown if row.per_hour is not None), default=0.0)
    rows = sorted(shown, key=lambda row: (row.per_hour is None, -(row.per_hour or 0.0), -row.contribution))
    columns = (
        Column(say("report.profit.of_line"), share=2.0),
        Column(say("report.profit.line_revenue"), "right"),
        Column(say("report.profit.line_contribution"), "right"),
        Column(say("report.profit.of_each_dollar"), "right"),
        Column(say("report.profit.hours"), "right"),
        Column(say("report.profit.per_hour"), "right", 1.4),
    )
    cells: list[tuple[Cell, ...]] = [(Words(_name(row)), *_figures(c, row, most)) for row in rows]
    return Table(_caption(c, rows), columns, tuple(cells), _note(c, p, left=len(some) - len(shown)))


def _figures(c: Context, row: ProfitLine, most: float) -> tuple[Cell, ...]:
    return (
        Amount(c.purse.exact(row.revenue)),
        Amount(c.purse.exact(row.contribution)),
        Amount(Share(row.margin) if row.margin is not None else None),
        Unknown() if row.hours_from == "unknown" else Amount(None if row.hours is None else count(row.hours)),
        _per_hour(c, row, most),
    )


def _per_hour(c: Context, row: ProfitLine, most: float) -> Cell:
    if row.hours_from == "unknown":
        return Unknown()
    if row.per_hour is None:
        return Amount(None)
    return Bar(max(row.per_hour, 0.0) / most if most > 0 else 0.0, c.purse.about(row.per_hour))


def _caption(c: Context, rows: list[ProfitLine]) -> Text:
    timed = [row for row in rows if row.per_hour is not None]
    if len(timed) < 2:
        return say("report.profit.lines_plain")
    best, least = timed[0], timed[-1]
    return say(
        "report.profit.lines",
        best=_name(best),
        most=c.purse.about(best.per_hour or 0.0),
        other=_name(least),
        least=c.purse.about(least.per_hour or 0.0),
    )


def _note(c: Context, p: ProfitLines, *, left: int) -> Text:
    said = []
    if any(row.hours is not None for row in p.lines):
        said.append(say("report.profit.hours_note"))
        if p.wage is not None:
            said.append(say("report.profit.wage_note", wage=c.purse.about(p.wage)))
        sources = {row.hours_from for row in p.lines}
        if not p.length_known:
            said.append(say("report.profit.length_usual"))
        elif sources & {"setting", "both"}:
            said.append(say("report.profit.length_note", share=Share(p.length_known or 0.0)))
    if left > 0:
        said.append(say("report.profit.lines_left", n=left))
    said.append(say("report.profit.lines_sum", value=c.purse.exact(p.difference)))
    return then(*said)


def _branches(c: Context, p: ProfitLines) -> Table | None:
    """What an hour brings, line by line at each branch; where no hours are known, the contribution of each branch."""
    if len(p.branches) < 2:
        return None
    places = sorted(p.branches, key=lambda row: -abs(row.revenue))[:_BRANCHES]
    timed = [row for row in p.lines if row.per_hour is not None and row.line != OTHERS]
    timed = sorted(timed, key=lambda row: -(row.hours or 0.0))[:_LINES]
    at = {(row.line, row.kind, row.branch): row for row in p.cells}
    columns = (
        Column(say("report.profit.of_line" if timed else "report.profit.figure_of"), share=2.0),
        *(Column(say("report.say.plain", text=c.branch(place.branch)), "right") for place in places),
    )
    rows: list[tuple[Cell, ...]] = []
    for line in timed:
        here = [at.get((line.line, line.kind, place.branch)) for place in places]
        rows.append((Words(_name(line)), *(_at(c, row) for row in here)))
    if timed:
        together = say("report.profit.all_lines")
        rows.append((Words(together, strong=True), *(Amount(_whole_hour(c, place), strong=True) for place in places)))
    rows.append(
        (
            Words(say("report.profit.line_contribution"), strong=True),
            *(Amount(c.purse.exact(place.contribution), strong=True) for place in places),
        )
    )
    caption = say("report.profit.at_branches") if timed else say("report.profit.of_branches")
    return Table(caption, columns, tuple(rows), say("report.profit.branches_note"))


def _whole_hour(c: Context, place: ProfitLine) -> Param | None:
    return None if place.per_hour is None else c.purse.about(place.per_hour)


def _at(c: Context, row: ProfitLine | None) -> Cell:
    if row is None or row.per_hour is None:
        return Amount(None)
    return Amount(c.purse.about(row.per_hour))


def _unknown(p: ProfitLines) -> Callout | None:
    if not any(row.hours_from == "unknown" for row in p.lines):
        return None
    return Callout(say("report.profit.no_hours"), say("report.profit.no_hours_why"), "plain")


def _name(row: ProfitLine) -> Param:
    if row.line == OTHERS:
        return say("report.profit.other_lines")
    if not row.line:
        return say(f"report.profit.kind_{row.kind}") if row.kind else say("report.profit.other_lines")
    return names.verbatim(row.line)
