"""Branches over the quarters: small multiples, and which of them changes of its own accord."""

from __future__ import annotations

from regulars.analysis.results.teams import Change, Course, CourseMeasure, Line
from regulars.base.text import Number, Param, Text, say
from regulars.report.chapters.teams.beside import said
from regulars.report.charts.paths import Path, paths
from regulars.report.context import Context
from regulars.report.document import Amount, Cell, Column, Figure, Table, Words
from regulars.report.figures import then

#: Rows in a picture at most; the table holds all.
_PICTURED = 10


def course(c: Context, found: Course) -> Figure:
    """One measure of all branches."""
    own = {change.name: change for change in found.changes}
    lines = sorted(found.lines, key=lambda line: (line.name not in own, line.name))[:_PICTURED]
    rows = [_path(c, found, line, own.get(line.name) or own.get(None)) for line in sorted(lines, key=lambda n: n.name)]
    ends = _ends(found, lines)
    last = len(found.quarters) - 1
    labels: dict[float | str, Param] = {
        i: _quarter(found, i) for i in range(len(found.quarters)) if (last - i) % 4 == 0
    }
    chart = paths(rows, found.together, x_labels=labels, domain=(min(ends), max(ends)))
    title = say("report.teams.course_title", measure=_name(found.measure), what=_told(c, found))
    note = say(
        "report.teams.course_scale", low=_value(c, found.measure, min(ends)), high=_value(c, found.measure, max(ends))
    )
    if found.changes:
        note = then(*(_range(c, found, change) for change in found.changes), note)
    if any(not line.judged for line in found.lines):
        note = then(note, say("report.teams.course_unjudged"))
    if len(found.lines) > len(lines):
        note = then(note, say("report.teams.course_more", n=len(found.lines) - len(lines)))
    alt = say("report.teams.course_alt", measure=_name(found.measure), n=len(rows))
    return Figure(f"teams_course_{found.measure}", title, chart, alt, _table(c, found, title), note)


def _ends(found: Course, lines: list[Line]) -> list[float]:
    """What the scale must hold: a branch of few would else press all others flat."""
    wide = [line for line in lines if line.judged] or lines
    points = [p for line in wide for p in line.points if p is not None]
    return [*(v for p in points for v in (p.low, p.high)), *found.together]


def _path(c: Context, found: Course, line: Line, change: Change | None) -> Path:
    points = [None if p is None else (p.low, p.mid, p.high) for p in line.points]
    end = next((p.mid for p in reversed(line.points) if p is not None), None)
    return Path(
        c.branch(line.name),
        points,
        None if change is None or not line.judged else (change.first, change.last),
        None if end is None else _value(c, found.measure, end),
    )


def _told(c: Context, found: Course) -> Text:
    if not any(line.judged for line in found.lines):
        return say("report.teams.course_few")
    if not found.changes:
        return say("report.teams.course_still")
    return then(*(_change(c, found, change) for change in found.changes))


def _change(c: Context, found: Course, change: Change) -> Text:
    way = "up" if change.by.mid > 0 else "down"
    by, when = _distance(c, found.measure, abs(change.by.mid)), _when(found, change)
    if change.name is None:
        return say(f"report.teams.course_all_{way}", by=by, when=when)
    kind = "parted" if found.parted else "one"
    return say(f"report.teams.course_{kind}_{way}", name=c.branch(change.name), by=by, when=when)


def _range(c: Context, found: Course, change: Change) -> Text:
    low, high = sorted((abs(change.by.low), abs(change.by.high)))
    who = say("report.teams.all") if change.name is None else c.branch(change.name)
    least = c.purse.about(low) if found.measure == "visit_value" else Number(100 * low, 1)
    return say("report.teams.course_range", who=who, low=least, high=_distance(c, found.measure, high))


def _when(found: Course, change: Change) -> Text:
    first, last = _quarter(found, change.first), _quarter(found, change.last)
    if change.last == len(found.quarters) - 1:
        return say("report.teams.course_since", first=first)
    if change.first == change.last:
        return say("report.teams.course_in", first=first)
    return say("report.teams.course_from", first=first, last=last)


def _quarter(found: Course, at: int) -> Text:
    day = found.quarters[at]
    return say("report.teams.quarter", year=str(day.year), n=(day.month + 2) // 3)


def _name(measure: CourseMeasure) -> Text:
    return say(f"report.teams.course_{measure}")


def _value(c: Context, measure: CourseMeasure, value: float) -> Param:
    return said(c, "back_90" if measure == "kept_90" else measure, value)


def _distance(c: Context, measure: CourseMeasure, value: float) -> Param:
    if measure == "visit_value":
        return c.purse.about(value)
    return say("report.teams.points", n=Number(100 * value, 1))


def _table(c: Context, found: Course, title: Text) -> Table:
    columns = (
        Column(say("report.teams.branch"), share=1.8),
        *(Column(_quarter(found, i), "right") for i in range(len(found.quarters))),
    )
    rows: list[tuple[Cell, ...]] = [
        (
            Words(c.branch(line.name)),
            *(Amount(None) if p is None else Amount(_value(c, found.measure, p.mid), p.n) for p in line.points),
        )
        for line in found.lines
    ]
    together = tuple(Amount(_value(c, found.measure, v)) for v in found.together)
    rows.append((Words(say("report.teams.all"), strong=True), *together))
    return Table(title, columns, tuple(rows))
