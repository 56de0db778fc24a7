"""Base movement: who came, stayed, came back and was lost, month by month.

The diagnosis gives *lost* as a stock at each month's end. Customers lost within a month = growth of that stock plus
those who came back out of it, which is what the picture and the balance show.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from regulars.analysis.diagnosis import Movement, MovementMonth
from regulars.base.text import Month, Param, Text, say
from regulars.report import theme
from regulars.report.charts import Series, movement_bars
from regulars.report.context import Context
from regulars.report.document import Amount, Cell, Column, Figure, KeyFigure, KeyFigures, Section, Table, Words

SHOWN = 36


@dataclass(frozen=True, slots=True)
class Flow:
    """A month with the customers lost in it."""

    of: MovementMonth
    lost: int


def chapter(c: Context) -> Section | None:
    """The movement of the base; None without a single month."""
    movement = c.diagnosis.movement
    flows = monthly(movement)[-SHOWN:]
    if not flows:
        return None
    whole = _whole(flows, c.diagnosis.provenance.as_of)
    year = whole[-12:]
    lead = say("report.movement.lead", lapsing=movement.lapsing_after_days, lost=movement.lost_after_days)
    blocks = (_figures(year) if year else None, _figure(c, flows, partial=len(whole) < len(flows)))
    return c.section(
        "movement", _heading(year), blocks, lead=lead, queries=("movement", "absences"), cards=("movement",)
    )


def monthly(movement: Movement) -> tuple[Flow, ...]:
    """Months with the losses of each."""
    flows: list[Flow] = []
    before = 0
    for month in movement.months:
        flows.append(Flow(month, max(0, month.lost - before + month.recovered)))
        before = month.lost
    return tuple(flows)


def _whole(flows: tuple[Flow, ...], as_of: date) -> tuple[Flow, ...]:
    """The months that are over by ``as_of``: a running month would look like a fall."""
    running = (as_of + timedelta(days=1)).replace(day=1)
    return tuple(f for f in flows if f.of.month < running)


def _came(year: tuple[Flow, ...]) -> tuple[int, int, int]:
    return sum(f.of.new for f in year), sum(f.of.recovered for f in year), sum(f.lost for f in year)


def _heading(year: tuple[Flow, ...]) -> Text:
    if not year:
        return say("report.movement.head_short")
    new, recovered, lost = _came(year)
    came = new + recovered
    way = "grew" if came > lost else "shrank" if came < lost else "even"
    return say(f"report.movement.head_{way}", came=came, lost=lost, months=len(year))


def _figures(year: tuple[Flow, ...]) -> KeyFigures:
    new, recovered, lost = _came(year)
    months = say("report.movement.in_months", n=len(year))
    last = year[-1].of
    return KeyFigures(
        (
            KeyFigure(say("report.movement.new"), new, None, months),
            KeyFigure(say("report.movement.recovered"), recovered, None, months),
            KeyFigure(say("report.movement.lost"), lost, None, months),
            KeyFigure(
                say("report.movement.active_last"), last.active, None, say("report.say.month", month=Month(last.month))
            ),
        )
    )


def _figure(c: Context, flows: tuple[Flow, ...], *, partial: bool) -> Figure:
    names: tuple[Param, ...] = tuple(Month(f.of.month) for f in flows)
    parts = {
        "retained": tuple(f.of.retained for f in flows),
        "recovered": tuple(f.of.recovered for f in flows),
        "new": tuple(f.of.new for f in flows),
        "lost": tuple(f.lost for f in flows),
    }
    *above, below = (Series(p, say(f"report.movement.{p}"), theme.MOVEMENT_COLOURS[p], v) for p, v in parts.items())
    first, last = flows[0].of, flows[-1].of
    alt = say(
        "report.movement.alt", first=Month(first.month), last=Month(last.month), start=first.active, end=last.active
    )
    return Figure(
        "movement",
        say("report.movement.figure"),
        movement_bars(names, above, below, say("report.axis.customers")),
        alt,
        _data(c, flows),
        say("report.movement.partial", month=Month(last.month)) if partial else None,
    )


def _data(c: Context, flows: tuple[Flow, ...]) -> Table:
    heads = ("active", "retained", "recovered", "new", "lost", "lapsing", "lost_stock")
    columns = (
        Column(say("report.axis.month")),
        *(Column(say(f"report.movement.{h}"), "right") for h in heads),
        Column(say("report.movement.revenue"), "right"),
    )
    rows: list[tuple[Cell, ...]] = []
    for f in flows:
        m = f.of
        counts = (m.active, m.retained, m.recovered, m.new, f.lost, m.lapsing, m.lost)
        rows.append((Words(Month(m.month)), *(Amount(n) for n in counts), Amount(c.purse.exact(m.revenue))))
    return Table(say("report.movement.figure"), columns, tuple(rows))
