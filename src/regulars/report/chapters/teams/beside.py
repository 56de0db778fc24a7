"""One measure of all branches, or of all staff, as a picture: as counted and drawn together, in no order of merit."""

from __future__ import annotations

import math
from collections.abc import Callable

from regulars.analysis.results.shrunk import Shrunk
from regulars.analysis.results.teams import Measure, Measured, TeamRow
from regulars.base.text import Number, Param, Share, Text, say
from regulars.report.charts.bands import Dot, dots
from regulars.report.context import Context
from regulars.report.document import Amount, Cell, Column, Figure, Pill, Table, Tone, Words
from regulars.report.figures import significant, then

_TONES: dict[str, Tone] = {"above": "good", "below": "warn"}
_AVERSE: dict[str, Tone] = {"above": "warn", "below": "good"}
#: Measures of which less is better; of _NEITHER nobody can say which way is better without knowing the trade.
_UNWANTED = ("late", "no_show", "refunded")
_NEITHER = ("interval", "discount")
_MONEY = ("visit_value", "line_value")


def figure(c: Context, m: Measured, group: str, name: Callable[[str], Param]) -> Figure:
    """The picture of one measure."""
    rows = [(row, row.figure) for row in m.rows if row.figure is not None]
    title = say(f"report.teams.{group}_{m.measure}", overall=said(c, m.measure, m.overall))
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
    pills = (told(m, s),) if s.told != "alike" else ()
    between = say("report.say.range", low=said(c, m.measure, s.low), high=said(c, m.measure, s.high))
    return (
        Words(name, pills=pills),
        Amount(s.n),
        Amount(said(c, m.measure, s.raw)),
        Amount(said(c, m.measure, s.mean), between),
    )


def told(m: Measured, s: Shrunk) -> Pill:
    """Above or below, in the colour of what is wanted."""
    tones = _AVERSE if m.measure in _UNWANTED else _TONES
    return Pill(say(f"report.teams.{s.told}"), "plain" if m.measure in _NEITHER else tones[s.told])


def said(c: Context, measure: Measure, value: float) -> Param:
    """A figure in the unit of its measure."""
    if measure in _MONEY:
        return c.purse.about(value)
    return Number(value, 0 if value >= 20 else 1) if measure == "interval" else Share(value)


def _ticks(c: Context, m: Measured, shown: list[Shrunk]) -> dict[float | str, Param]:
    """Round ticks around everything shown: near figures would lie on one another on a scale from nought."""
    low, high = min(min(s.low, s.raw) for s in shown), max(max(s.high, s.raw) for s in shown)
    rough = max(high - low, 1.0 if m.measure in (*_MONEY, "interval") else 1e-3) / 4
    size = 10 ** math.floor(math.log10(rough))
    step = next(k * size for k in (1, 2, 5, 10) if k * size >= rough)
    first, last = math.floor(low / step), max(math.ceil(high / step), math.floor(low / step) + 1)
    return {(v := float(significant(i * step, 6))): said(c, m.measure, v) for i in range(first, last + 1)}


def _note(m: Measured) -> Text:
    note = say("report.teams.pairs", n=m.pairs, of=m.of_pairs)
    if m.chance is not None:
        note = then(note, say("report.teams.chance", low=Share(m.chance.low), high=Share(m.chance.high)))
    if m.foretold is not None:
        better = m.foretold.shrunk < m.foretold.raw
        change = abs(1 - m.foretold.shrunk / m.foretold.raw) if m.foretold.raw > 0 else 0.0
        note = then(note, say(f"report.teams.{'better' if better else 'worse'}", share=Share(change)))
    return note
