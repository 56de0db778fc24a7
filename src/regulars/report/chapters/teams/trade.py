"""The trade's figures beside the chain's, where both are defined alike."""

from __future__ import annotations

from regulars.analysis.results.teams import Beside
from regulars.base.text import Local, Number, Param, Share, Text, say
from regulars.report import names
from regulars.report.context import Context
from regulars.report.document import Amount, Cell, Column, Pill, Table, Tone, Unknown, Words

_UNWANTED = ("no_show",)
_NEITHER = ("revisit_days",)


def trade(c: Context, rows: tuple[Beside, ...]) -> Table | None:
    """One row a figure of the trade; None where the pack holds none."""
    if not rows:
        return None
    columns = (
        Column(say("report.teams.measure"), share=2.6),
        Column(say("report.teams.trade"), "right"),
        Column(say("report.teams.chain"), "right", 1.4),
        Column(say("report.teams.against"), share=1.5),
    )
    cells = tuple(_row(c, row) for row in rows)
    return Table(say("report.teams.trade_title"), columns, cells, say("report.teams.trade_note"))


def _row(c: Context, b: Beside) -> tuple[Cell, ...]:
    value = _said(b, b.trade)
    if b.ours is None:
        why = say(f"report.teams.untold_{b.untold}")
        lies: Cell = Words(why) if b.untold == "otherwise" else Unknown(why)
        return Words(_name(c, b), note=names.verbatim(b.source)), Amount(value), Amount(None), lies
    between = say("report.say.range", low=_said(b, b.ours.low), high=_said(b, b.ours.high))
    lies = Pill(say(f"report.teams.trade_{b.verdict}"), _tone(b))
    return Words(_name(c, b), note=names.verbatim(b.source)), Amount(value), Amount(_said(b, b.ours.mid), between), lies


def _tone(b: Beside) -> Tone:
    if b.verdict == "inside" or b.defined in _NEITHER:
        return "plain"
    return "good" if (b.verdict == "above") != (b.defined in _UNWANTED) else "warn"


def _name(c: Context, b: Beside) -> Text | Local:
    if b.defined is not None:
        return say(f"report.kpi.{b.defined}")
    for benchmark in c.pack.benchmarks:
        if benchmark.id == b.id:
            return Local({str(k): v for k, v in benchmark.name.items()})
    return names.verbatim(b.id)


def _said(b: Beside, value: float) -> Param:
    return Number(value, 1) if b.id == "interval_days" else Share(value)
