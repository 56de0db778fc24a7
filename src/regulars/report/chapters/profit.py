"""What customers contribute: list price to contribution, where every cent is, the whale curve, prepaid packages."""

from __future__ import annotations

from regulars.analysis.results.profit import BridgeLine, Profit
from regulars.base.text import Param, Share, Text, say
from regulars.report.chapters.prepaid import prepaid
from regulars.report.chapters.profit_lines import by_line
from regulars.report.charts.bands import Band, bands
from regulars.report.charts.bridge import Step, bridge
from regulars.report.context import Context
from regulars.report.document import (
    Amount,
    Block,
    Callout,
    Cell,
    Column,
    Figure,
    KeyFigures,
    Paragraph,
    Section,
    Table,
    Unknown,
    Words,
)

_TOTALS = ("listed", "revenue", "contribution")
#: Of revenue with its cost in the ledger: below, one assumed margin would decide who costs more than they bring.
_TOLD = 0.5


def chapter(c: Context) -> Section | None:
    """The chapter; None where the study has nothing on it."""
    p = c.diagnosis.profit
    if p is None:
        return None
    blocks: tuple[Block | None, ...] = (
        _keys(c, p),
        _bridge(c, p),
        _whale(c, p),
        *by_line(c, p.by_line),
        _missing(p),
        _reconciled(c, p),
        *prepaid(c, p.prepaid),
    )
    return c.section(
        "profit",
        _heading(c, p),
        blocks,
        lead=say("report.profit.lead"),
        queries=(
            "profit_of_each",
            "profit_bridge",
            "profit_whale",
            "profit_lines",
            "profit_studied",
            "profit_triangle",
            "profit_holders",
            "profit_left",
        ),
        cards=("contribution", "prepaid") if p.prepaid else ("contribution",),
    )


def _heading(c: Context, p: Profit) -> Text:
    total = p.bridge[-1].amount or 0.0
    if p.cost_known_share < _TOLD:
        return say("report.profit.head_assumed", value=c.purse.about(total))
    return say("report.profit.head", value=c.purse.about(total), share=Share(p.whale.top_decile_share))


def _keys(c: Context, p: Profit) -> KeyFigures:
    return KeyFigures(
        (
            c.purse.key(say("report.profit.revenue_12"), p.revenue_12, say("report.profit.ahead")),
            c.purse.key(say("report.profit.margin_12"), p.margin_12, say("report.profit.ahead")),
            c.purse.key(say("report.profit.discounted_36"), p.discounted_36, say("report.profit.discounted_note")),
        )
    )


def _bridge(c: Context, p: Profit) -> Figure:
    told = [line for line in p.bridge if line.amount is not None]
    steps = [
        Step(
            say(f"report.profit.line_{line.id}"),
            line.amount or 0.0,
            c.purse.about(line.amount or 0.0),
            line.id in _TOTALS,
        )
        for line in told
    ]
    title = say("report.profit.bridge")
    columns = (
        Column(say("report.profit.line"), share=2.2),
        Column(say("report.profit.money"), "right"),
        Column(say("report.profit.basis"), share=1.6),
    )
    rows: list[tuple[Cell, ...]] = [_line(c, line) for line in p.bridge]
    return Figure(
        "contribution", title, bridge(steps), say("report.profit.bridge_alt"), Table(title, columns, tuple(rows))
    )


def _line(c: Context, line: BridgeLine) -> tuple[Cell, ...]:
    amount: Cell = Unknown() if line.amount is None else Amount(c.purse.exact(line.amount))
    name = Words(say(f"report.profit.line_{line.id}"), strong=line.id in _TOTALS)
    return name, amount, Words(say(f"report.profit.basis_{line.basis}"))


def _whale(c: Context, p: Profit) -> Figure | Callout:
    w = p.whale
    if p.cost_known_share < _TOLD:
        return Callout(say("report.profit.no_whale"), say("report.profit.no_whale_why"), "plain")
    title = say("report.profit.whale_none")
    if w.below_zero:
        below = c.purse.about(-w.below_zero_amount)
        title = say("report.profit.whale", n=w.below_zero, value=below, peak=Share(w.peak))
    shares: dict[float | str, Param] = {v: Share(v) for v in (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)}
    high = max(w.peak * 1.05, 1.05)
    upright: dict[float | str, Param] = {v: Share(v) for v in (0.0, 0.25, 0.5, 0.75, 1.0, 1.25) if v <= high}
    chart = bands(
        [Band("all", say("report.profit.curve"), [x for x, _ in w.points], [y for _, y in w.points])],
        x_title=say("report.profit.customers_share"),
        y_title=say("report.profit.money_share"),
        x_ticks=shares,
        y_ticks=upright,
        x_domain=(0.0, 1.0),
        y_domain=(min(0.0, *(y for _, y in w.points)), high),
    )
    rows: list[tuple[Cell, ...]] = [(Amount(Share(x)), Amount(Share(y))) for x, y in w.points[::10]]
    columns = (Column(say("report.profit.customers_share"), "right"), Column(say("report.profit.money_share"), "right"))
    return Figure("whale", title, chart, say("report.profit.whale_alt"), Table(title, columns, tuple(rows)))


def _missing(p: Profit) -> Paragraph | None:
    if not p.missing:
        return None
    text = p.missing[0]
    for more in p.missing[1:]:
        text = say("report.say.then", first=text, second=more)
    return Paragraph(say("report.profit.missing", what=text), "note")


def _reconciled(c: Context, p: Profit) -> Table:
    r = p.reconciled
    parts = (
        ("ledger", r.ledger),
        ("studied", r.studied),
        ("set_aside", r.set_aside),
        ("anonymous", r.anonymous),
        ("difference", r.difference),
    )
    rows: list[tuple[Cell, ...]] = [
        (Words(say(f"report.profit.where_{name}"), strong=name == "ledger"), Amount(c.purse.exact(value)))
        for name, value in parts
    ]
    columns = (Column(say("report.profit.where"), share=2.4), Column(say("report.profit.money"), "right"))
    return Table(say("report.profit.reconciled"), columns, tuple(rows))
