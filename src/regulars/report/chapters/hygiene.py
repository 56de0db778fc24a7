"""Hygiene: what in the ledger is no customer's history, how much of it there is, and what was done about it."""

from __future__ import annotations

from regulars.analysis.results.hygiene import Finding, Hygiene, MoneyPart
from regulars.base.text import Param, Share, Text, say
from regulars.report.charts import Labels, nice_ticks
from regulars.report.charts.hygiene import Step, waterfall
from regulars.report.context import Context
from regulars.report.document import (
    Amount,
    Callout,
    Cell,
    Column,
    Figure,
    KeyFigure,
    KeyFigures,
    Pill,
    Section,
    Table,
    Tone,
    Words,
)
from regulars.report.figures import part


def chapter(c: Context) -> Section | None:
    """The chapter; None where the study has nothing on it."""
    h = c.diagnosis.hygiene
    if h is None:
        return None
    return c.section(
        "hygiene",
        _heading(h),
        (_figures(c, h), _figure(c, h), _findings(c, h)),
        lead=say("report.hygiene.lead"),
        queries=("hygiene_people", "hygiene_aside", "hygiene_places", "hygiene_copies", "hygiene_first_visits"),
        cards=("hygiene",),
    )


def _studied(h: Hygiene) -> MoneyPart | None:
    return next((p for p in h.parts if p.place == "studied"), None)


def _heading(h: Hygiene) -> Text:
    studied = _studied(h)
    if h.total <= 0 or studied is None:
        return say("report.hygiene.head_no_money", n=h.excluded_customers)
    share = Share(part(studied.money, h.total))
    if not h.excluded_customers:
        return say("report.hygiene.head_clean", share=share)
    return say("report.hygiene.head", n=h.excluded_customers, share=share)


def _figures(c: Context, h: Hygiene) -> KeyFigures:
    studied = _studied(h)
    balanced = say("report.hygiene.balanced" if h.difference == 0 else "report.hygiene.unbalanced")
    early = h.truncation
    return KeyFigures(
        (
            KeyFigure(say("report.hygiene.total"), c.purse.exact(h.total), None, balanced),
            KeyFigure(
                say("report.hygiene.studied"),
                c.purse.exact(studied.money if studied else 0.0),
                None,
                say("report.hygiene.studied_note", n=(studied.customers or 0) if studied else 0),
            ),
            KeyFigure(
                say("report.hygiene.excluded"),
                h.excluded_customers,
                None,
                say("report.hygiene.excluded_note", share=Share(part(h.excluded_customers, h.seen_customers))),
            ),
            KeyFigure(
                say("report.hygiene.early"),
                early.customers,
                None,
                say("report.hygiene.early_note" if early.crowded else "report.hygiene.early_none", before=early.before),
            ),
        )
    )


def _steps(c: Context, h: Hygiene) -> tuple[Step, ...]:
    aside = [p for p in h.parts if p.place != "studied"]
    steps = [Step(say("report.hygiene.all"), 0.0, h.total, c.purse.exact(h.total), True)]
    at = h.total
    for each in aside:
        steps.append(Step(_name(each), at, at - each.money, c.purse.exact(each.money), False))
        at = round(at - each.money, 2)
    steps.append(Step(say("report.hygiene.place.studied"), 0.0, at, c.purse.exact(at), True))
    return tuple(steps)


def _name(each: MoneyPart) -> Text:
    return say(f"report.hygiene.place.{each.place}")


def _figure(c: Context, h: Hygiene) -> Figure | Callout:
    if h.total <= 0:
        return Callout(say("report.hygiene.no_money"), None, "plain")
    ticks: dict[float | str, Param] = {
        v: say("report.hygiene.tick", money=c.purse.about(v)) for v in nice_ticks(h.total) if v <= h.total * 1.1
    }
    return Figure(
        "hygiene_money",
        say("report.hygiene.figure"),
        waterfall(_steps(c, h), Labels(ticks)),
        say("report.hygiene.alt", n=len(h.parts)),
        _data(c, h),
        say("report.hygiene.read"),
    )


def _data(c: Context, h: Hygiene) -> Table:
    columns = (
        Column(say("report.hygiene.where"), share=2.4),
        Column(say("report.axis.customers"), "right", 1.0),
        Column(say("report.hygiene.lines"), "right", 1.0),
        Column(say("report.hygiene.money"), "right", 1.4),
    )
    rows: list[tuple[Cell, ...]] = [
        (Words(_name(p)), Amount(p.customers), Amount(p.lines), Amount(_exact(c, p.money))) for p in h.parts
    ]
    total = (
        Words(say("report.hygiene.all"), strong=True),
        Amount(h.seen_customers, strong=True),
        Amount(h.lines, strong=True),
        Amount(_exact(c, h.total), strong=True),
    )
    return Table(say("report.hygiene.data"), columns, (*rows, total))


def _exact(c: Context, amount: float) -> Text:
    return say("report.hygiene.exact", money=c.purse.exact(amount))


def _findings(c: Context, h: Hygiene) -> Table | Callout:
    if not h.findings:
        return Callout(say("report.hygiene.nothing"), None, "good")
    columns = (
        Column(say("report.hygiene.finding"), share=4.0),
        Column(say("report.axis.customers"), "right", 1.1),
        Column(say("report.hygiene.lines"), "right", 0.9),
        Column(say("report.hygiene.money"), "right", 1.3),
        Column(say("report.hygiene.done"), share=1.1),
    )
    rows = tuple(_row(c, finding) for finding in h.findings)
    return Table(say("report.hygiene.caption"), columns, rows, say("report.hygiene.policies"))


def _row(c: Context, f: Finding) -> tuple[Cell, ...]:
    tone: Tone = "accent" if f.policy == "exclude" else "plain"
    done: Cell = Pill(say(f"report.hygiene.done_{f.policy}"), tone) if f.policy else Amount(None)
    return (
        Words(f.said),
        Amount(f.customers),
        Amount(f.lines or None),
        Amount(c.purse.exact(f.money) if f.lines else None),
        done,
    )
