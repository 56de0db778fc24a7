"""All measures in one table: which are common to all branches or hands, and who stands apart in which."""

from __future__ import annotations

from collections.abc import Callable

from regulars.analysis.results.teams import ENOUGH, Measured
from regulars.base.text import Param, Share, Text, say
from regulars.base.words import show
from regulars.report.chapters.teams.beside import said, told
from regulars.report.context import Context
from regulars.report.document import Amount, Cell, Column, Pill, Table, Words
from regulars.report.figures import plain

#: Named in a cell at most; the picture below names everybody.
_NAMED = 3


def differs(m: Measured) -> bool:
    """Whether anybody differs from the rest in it by more than chance."""
    return any(row.figure is not None and row.figure.told != "alike" for row in m.rows)


def common(c: Context, measures: tuple[Measured, ...], group: str, name: Callable[[str], Param]) -> Table | None:
    """One row a measure; None without any."""
    if not measures:
        return None
    rows = tuple(_row(c, m, group, name) for m in measures)
    columns = (
        Column(say("report.teams.measure"), share=2.4),
        Column(say("report.teams.all"), "right"),
        Column(say("report.teams.counted_from"), "right", 1.5),
        Column(say("report.teams.drawn_from"), "right", 1.5),
        Column(say("report.teams.stands_apart"), share=2.0),
    )
    return Table(say(f"report.teams.common_{group}"), columns, rows, say("report.teams.common_note"))


def _row(c: Context, m: Measured, group: str, name: Callable[[str], Param]) -> tuple[Cell, ...]:
    figures = [row.figure for row in m.rows if row.figure is not None and row.figure.n >= ENOUGH]
    return (
        Words(say(f"report.teams.axis_{m.measure}"), note=_chance(m)),
        Amount(said(c, m.measure, m.overall)),
        Amount(_between(c, m, [s.raw for s in figures])),
        Amount(_between(c, m, [s.mean for s in figures])),
        _apart(m, group, name),
    )


def _between(c: Context, m: Measured, values: list[float]) -> Text | None:
    if not values:
        return None
    low, high = said(c, m.measure, min(values)), said(c, m.measure, max(values))
    return say("report.say.range", low=low, high=high) if show(low, "en") != show(high, "en") else plain(low)


def _chance(m: Measured) -> Text | None:
    if m.chance is None:
        return None
    if m.chance.low >= 0.995:
        return say("report.teams.all_chance")
    return say("report.teams.by_chance", low=Share(m.chance.low), high=Share(m.chance.high))


def _apart(m: Measured, group: str, name: Callable[[str], Param]) -> Cell:
    found = [(row, row.figure) for row in m.rows if row.figure is not None and row.figure.told != "alike"]
    if not found:
        return Words(say(f"report.teams.nobody_{group}"))
    pills = []
    for row, figure in found[:_NAMED]:
        mark = told(m, figure)
        pills.append(Pill(say("report.teams.apart", name=name(row.name), told=mark.text), mark.tone))
    if len(found) > _NAMED:
        pills.append(Pill(say("report.teams.and_more", n=len(found) - _NAMED)))
    return Words("", pills=tuple(pills))
