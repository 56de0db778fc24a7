"""Where the difference between customers lies: in the branch, in the hands, or in neither."""

from __future__ import annotations

from regulars.analysis.results.teams import Span, Split
from regulars.base.text import Number, Param, Text, say
from regulars.report.chapters.teams.beside import said
from regulars.report.context import Context
from regulars.report.document import Amount, Cell, Column, Range, Table, Words


def parts(c: Context, s: Split) -> Table:
    """One measure: three parts of 100, and how far two branches or two hands are apart."""
    in_words = [_in_hundred(span.mid) for span in (s.in_branch, s.in_hands, s.in_rest)]
    title = say(
        f"report.teams.parts_{s.measure}", branch=in_words[0], hands=in_words[1], rest=in_words[2], n=s.customers
    )
    columns = (
        Column(say("report.teams.part_lies"), share=2.4),
        Column(say("report.teams.part_of"), share=2.2),
        Column(say("report.teams.part_apart"), "right", 1.8),
    )
    rows: tuple[tuple[Cell, ...], ...] = (
        _row(say("report.teams.part_branch", n=s.branches), s.in_branch, _apart(c, s, s.branches_apart)),
        _row(say("report.teams.part_hands", n=s.hands), s.in_hands, _apart(c, s, s.hands_apart)),
        _row(say("report.teams.part_rest"), s.in_rest, Amount(None)),
    )
    return Table(title, columns, rows, say("report.teams.parts_note"))


def _row(name: Text, span: Span, apart: Cell) -> tuple[Cell, ...]:
    words = say("report.say.range", low=_in_hundred(span.low), high=_in_hundred(span.high))
    bar = Range(round(span.low, 4), round(span.mid, 4), round(span.high, 4), 0.0, _in_hundred(span.mid), words)
    return Words(name), bar, apart


def _in_hundred(part: float) -> Number:
    return Number(100 * part, 1)


def _apart(c: Context, s: Split, span: Span) -> Amount:
    low: Param = Number(100 * span.low, 1) if s.measure == "back_90" else _distance(c, s, span.low)
    return Amount(_distance(c, s, span.mid), say("report.say.range", low=low, high=_distance(c, s, span.high)))


def _distance(c: Context, s: Split, value: float) -> Param:
    if s.measure == "back_90":
        return say("report.teams.points", n=Number(100 * value, 1))
    return said(c, s.measure, value)
