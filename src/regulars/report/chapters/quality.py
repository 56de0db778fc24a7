"""What the figures rest on: the data, its faults, what could not be studied, what the plan assumes."""

from __future__ import annotations

from regulars.base.problem import Problem
from regulars.base.text import Param, Share, Text, say
from regulars.report.context import Context
from regulars.report.document import (
    Amount,
    Callout,
    Cell,
    Column,
    KeyFigure,
    KeyFigures,
    Pill,
    Points,
    Section,
    Table,
    Words,
)
from regulars.report.figures import part

_NAMED = frozenset({"sales", "customers", "bookings", "spend", "complaints", "feedback"})


def chapter(c: Context) -> Section:
    """Data quality and limits."""
    d = c.diagnosis
    blocks = (_figures(c), _problems(d.quality), _locked(c), _assumptions(c), _tables(c))
    return c.section(
        "quality", _heading(c), blocks, lead=_lead(c), queries=("base", "unusual", "permissions"), cards=("backtest",)
    )


def _heading(c: Context) -> Text:
    found, locked = len(c.diagnosis.quality), len(c.diagnosis.locked)
    if not found and not locked:
        return say("report.quality.head_fine")
    if not locked:
        return say("report.quality.head_found", n=found)
    if not found:
        return say("report.quality.head_locked", n=locked)
    return say(
        "report.quality.head",
        found=say("report.quality.findings", n=found),
        locked=say("report.quality.parts", n=locked),
    )


def _lead(c: Context) -> Text:
    b = c.diagnosis.base
    return say("report.quality.lead", lines=b.sale_lines, first=b.first_day, last=b.last_day)


def _figures(c: Context) -> KeyFigures:
    b = c.diagnosis.base
    anonymous = part(b.anonymous_lines, b.sale_lines)
    note = say("report.quality.anonymous_note", revenue=c.purse.exact(b.anonymous_revenue))
    return KeyFigures(
        (
            KeyFigure(say("report.quality.lines"), b.sale_lines, None, say("report.quality.lines_note")),
            KeyFigure(say("report.quality.visits"), b.visits, None, say("report.quality.visits_note")),
            KeyFigure(say("report.quality.customers"), b.customers, None, say("report.quality.customers_note")),
            KeyFigure(say("report.quality.anonymous"), Share(anonymous), None, note),
        )
    )


def _problems(found: tuple[Problem, ...]) -> Table | Callout:
    if not found:
        return Callout(say("report.quality.no_problem"), None, "good")
    columns = (
        Column(say("report.quality.finding"), share=4.0),
        Column(say("report.quality.count"), "right", 0.9),
        Column(say("report.quality.severity"), share=1.1),
    )
    rows: list[tuple[Cell, ...]] = [
        (
            Words(p.reason),
            Amount(p.count),
            Pill(say(f"report.severity.{p.severity}"), "bad" if p.severity == "rejected" else "warn"),
        )
        for p in found
    ]
    return Table(say("report.quality.caption"), columns, tuple(rows))


def _locked(c: Context) -> Table | None:
    if not c.diagnosis.locked:
        return None
    columns = (Column(say("report.quality.locked"), share=2.0), Column(say("report.quality.needs"), share=3.0))
    rows: list[tuple[Cell, ...]] = [(Words(item.what, strong=True), Words(item.needs)) for item in c.diagnosis.locked]
    return Table(say("report.quality.locked_caption"), columns, tuple(rows))


def _assumptions(c: Context) -> Points:
    items = [
        say("report.quality.limit_past"),
        say("report.quality.limit_ranges"),
        say("report.quality.limit_people"),
        *(c.plan.notes if c.plan else ()),
    ]
    return Points(tuple(items), say("report.quality.limits"))


def _tables(c: Context) -> Table | None:
    tables = c.diagnosis.provenance.tables
    if not tables:
        return None
    columns = (Column(say("report.quality.table"), share=2.0), Column(say("report.quality.version"), "right"))
    rows: list[tuple[Cell, ...]] = [(Words(_name(name)), Amount(number)) for name, number in sorted(tables.items())]
    return Table(say("report.quality.tables"), columns, tuple(rows))


def _name(table: str) -> Param:
    """A table of the ledger as people call it; of one that has no name here, its own."""
    return say(f"report.table.{table}") if table in _NAMED else table
