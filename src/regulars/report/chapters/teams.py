"""Branches and staff side by side, drawn together as far as chance could part them, in no order of merit."""

from __future__ import annotations

import math
from collections.abc import Callable

from regulars.analysis.results.shrunk import Shrunk
from regulars.analysis.results.teams import Measured, TeamRow
from regulars.base.text import Param, Share, Text, say
from regulars.report import names
from regulars.report.charts.bands import Dot, dots
from regulars.report.context import Context
from regulars.report.document import Amount, Block, Cell, Column, Figure, Pill, Section, Table, Words
from regulars.report.figures import significant, then

_QUERIES = (
    "teams_branch_newcomers",
    "teams_branch_stayed",
    "teams_branch_late",
    "teams_branch_value",
    "teams_staff_newcomers",
    "teams_staff_lines",
)
_TONES = {"above": "good", "below": "warn"}
_TONES_LATE = {"above": "warn", "below": "good"}
_MONEY = ("visit_value", "line_value")


def chapter(c: Context) -> Section | None:
    """The chapter; None where the study has nothing on it."""
    found = c.diagnosis.teams
    if found is None:
        return None
    blocks: list[Block | None] = [_figure(c, m, "branch", c.branch) for m in found.branches]
    blocks += [_figure(c, m, "staff", names.verbatim) for m in found.staff]
    lead = say("report.teams.lead")
    if found.staff_left_out:
        lead = then(lead, say("report.teams.left_out", n=found.staff_left_out))
    heading = _heading((*found.branches, *found.staff))
    return c.section("teams", heading, tuple(blocks), lead=lead, queries=_QUERIES, cards=("teams",))


def _heading(measures: tuple[Measured, ...]) -> Text:
    figures = [row.figure for m in measures for row in m.rows if row.figure is not None]
    told = sum(figure.told != "alike" for figure in figures)
    if not told:
        return say("report.teams.head_alike")
    return say("report.teams.head", n=told, of=len(figures))


def _figure(c: Context, m: Measured, group: str, name: Callable[[str], Param]) -> Figure | None:
    rows = [(row, row.figure) for row in m.rows if row.figure is not None]
    title = say(f"report.teams.{group}_{m.measure}", overall=_said(c, m, m.overall))
    ticks = _ticks(c, m, [s for _, s in rows])
    chart = dots(
        [Dot(name(row.name), s.low, s.mean, s.high, s.raw) for row, s in rows],
        x_title=say(f"report.teams.axis_{m.measure}"),
        ticks=ticks,
        domain=(float(min(ticks)), float(max(ticks))),
        mark=m.overall,
    )
    columns = (
        Column(say(f"report.teams.{group}"), share=1.8),
        Column(say("report.teams.counted"), "right"),
        Column(say("report.teams.raw"), "right"),
        Column(say("report.teams.drawn"), "right", 1.4),
    )
    cells = tuple(_cells(c, m, name(row.name), row) for row in m.rows)
    return Figure(
        f"teams_{group}_{m.measure}",
        title,
        chart,
        say("report.teams.alt"),
        Table(title, columns, cells),
        _note(m),
    )


def _cells(c: Context, m: Measured, name: Param, row: TeamRow) -> tuple[Cell, ...]:
    s = row.figure
    if s is None:
        return Words(name), Amount(0), Amount(None), Amount(None)
    tones = _TONES_LATE if m.measure == "late" else _TONES
    pills = (Pill(say(f"report.teams.{s.told}"), tones[s.told]),) if s.told != "alike" else ()  # type: ignore[arg-type]
    between = say("report.say.range", low=_said(c, m, s.low), high=_said(c, m, s.high))
    return Words(name, pills=pills), Amount(s.n), Amount(_said(c, m, s.raw)), Amount(_said(c, m, s.mean), between)


def _said(c: Context, m: Measured, value: float) -> Param:
    return c.purse.about(value) if m.measure in _MONEY else Share(value)


def _ticks(c: Context, m: Measured, shown: list[Shrunk]) -> dict[float | str, Param]:
    """Round ticks around everything shown: near figures would lie on one another on a scale from nought."""
    low, high = min(min(s.low, s.raw) for s in shown), max(max(s.high, s.raw) for s in shown)
    rough = max(high - low, 1e-3 if m.measure not in _MONEY else 1.0) / 4
    size = 10 ** math.floor(math.log10(rough))
    step = next(k * size for k in (1, 2, 5, 10) if k * size >= rough)
    first, last = math.floor(low / step), max(math.ceil(high / step), math.floor(low / step) + 1)
    return {(v := float(significant(i * step, 6))): _said(c, m, v) for i in range(first, last + 1)}


def _note(m: Measured) -> Text:
    note = say("report.teams.pairs", n=m.pairs, of=m.of_pairs)
    if m.chance is not None:
        note = then(note, say("report.teams.chance", low=Share(m.chance.low), high=Share(m.chance.high)))
    if m.foretold is not None:
        better = m.foretold.shrunk < m.foretold.raw
        change = abs(1 - m.foretold.shrunk / m.foretold.raw) if m.foretold.raw > 0 else 0.0
        note = then(note, say(f"report.teams.{'better' if better else 'worse'}", share=Share(change)))
    return note
