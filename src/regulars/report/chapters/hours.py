"""When customers come: the week as a board, the room off the peak by branch, and who comes there already."""

from __future__ import annotations

from regulars.analysis.results.opportunity import TOLD, HourRow, Hours, HoursBranch, Opportunity
from regulars.base.text import Listing, Number, Param, Share, Text, say
from regulars.report.charts.hours import week_board
from regulars.report.context import Context
from regulars.report.document import Amount, Block, Cell, Column, Figure, Paragraph, Table, Words
from regulars.report.figures import part, then

QUERIES = tuple(
    f"opportunity_{name}"
    for name in ("told", "stays", "open_days", "loads", "sorts", "flexible", "flexible_then", "worth_off_peak")
)
_QUIETEST = 6


def blocks(c: Context, found: Opportunity) -> tuple[Block, ...]:
    """The board, the branches and a sentence; or why nothing can be told."""
    if found.told is None:
        return ()
    if found.hours is None:
        few = say("report.hours.untold", share=Share(found.told))
        return (Paragraph(few if found.told < TOLD else say("report.hours.few_days"), "note"),)
    return _board(found.hours), _branches(c, found.hours), Paragraph(_who(found.hours))


def _day(weekday: int) -> Text:
    return say(f"report.hours.day_{weekday}")


def _hour(hour: int) -> Text:
    return say("report.hours.hour", n=hour)


def _board(found: Hours) -> Figure:
    """The whole business: what the branches see in an hour on an open day, added up."""
    loads: dict[tuple[int, int], float] = {}
    for row in found.rows:
        loads[row.weekday, row.hour] = loads.get((row.weekday, row.hour), 0.0) + row.mean
    days = sorted({day for day, _ in loads})
    hours = range(min(hour for _, hour in loads), max(hour for _, hour in loads) + 1)
    labels: dict[float | str, Param] = {hour: str(hour) for hour in hours}
    chart = week_board(
        [_day(day) for day in days],
        labels,
        {(days.index(day), hour): load for (day, hour), load in sorted(loads.items())},
        x_title=say("report.hours.axis"),
    )
    columns = (
        Column(say("report.hours.day")),
        Column(say("report.hours.at"), "right"),
        Column(say("report.hours.visits"), "right"),
    )
    rows = tuple(
        (Words(_day(day)), Amount(_hour(hour)), Amount(Number(v, 1))) for (day, hour), v in sorted(loads.items())
    )
    title, busiest = say("report.hours.board"), max(loads, key=lambda key: loads[key])
    alt = say("report.hours.alt", day=_day(busiest[0]), hour=_hour(busiest[1]), visits=Number(loads[busiest], 1))
    return Figure("opportunity_hours", title, chart, alt, Table(title, columns, rows), say("report.hours.board_note"))


def _branches(c: Context, found: Hours) -> Table:
    columns = (
        Column(say("report.hours.branch"), share=1.4),
        Column(say("report.hours.mean"), "right"),
        Column(say("report.hours.most"), "right"),
        Column(say("report.hours.off_peak"), "right"),
        Column(say("report.hours.room"), "right"),
    )
    beneath = tuple(_quietest([r for r in found.rows if r.branch == branch.branch]) for branch in found.branches)
    rows = tuple(_cells(c, branch) for branch in found.branches)
    return Table(say("report.hours.branches"), columns, rows, say("report.hours.branches_note"), beneath)


def _cells(c: Context, branch: HoursBranch) -> tuple[Cell, ...]:
    return (
        Words(c.branch(branch.branch)),
        Amount(Number(branch.mean, 1)),
        Amount(Number(branch.most, 0)),
        Amount(branch.off_peak, say("report.hours.of_open", n=branch.open)),
        Amount(Number(branch.room, 0)),
    )


def _quietest(rows: list[HourRow]) -> Text | None:
    """The hours off the peak that see least, in the order of the week."""
    off = sorted((row for row in rows if row.sort == "off_peak"), key=lambda row: row.mean)[:_QUIETEST]
    shown = sorted(off, key=lambda row: (row.weekday, row.hour))
    if not shown:
        return None
    at = tuple(say("report.hours.day_hour", day=_day(row.weekday), hour=_hour(row.hour)) for row in shown)
    return say("report.hours.quietest", hours=Listing(at))


def _who(found: Hours) -> Text:
    share = Share(part(found.flexible, found.customers))
    off, peak = Share(part(found.only_off, found.customers)), Share(part(found.only_peak, found.customers))
    said = say("report.hours.who", n=found.customers, share=share, off=off, peak=peak)
    if (back := found.back) is None:
        return then(said, say("report.hours.untried"))
    said = then(said, say("report.hours.back", called=back.called, below=back.below, surely=back.surely))
    return said if back.alike is None else then(said, say("report.hours.alike", rank=Number(back.alike, 2)))
