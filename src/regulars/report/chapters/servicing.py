"""Pieces that come back for their service: how long they take, how many never do, and which are due."""

from __future__ import annotations

from math import floor

from regulars.analysis.results.servicing import ServiceFamily, ServiceFit, ServiceTrial, Servicing
from regulars.analysis.servicing.ahead import OWN
from regulars.base.estimate import Estimate
from regulars.base.text import Number, Param, Share, Text, say
from regulars.report.charts.bands import Band, bands
from regulars.report.context import Context
from regulars.report.document import (
    Amount,
    Block,
    Callout,
    Cell,
    Column,
    Figure,
    KeyFigure,
    KeyFigures,
    Section,
    Table,
    Words,
)
from regulars.report.figures import between_counts, count, in_hundred, then

_YEAR = 365.25
_QUERIES = ("bench", "events", "gaps", "due", "owners", "gaps_then", "trial")


def chapter(c: Context) -> Section | None:
    """The chapter; None where no piece has come back."""
    found = c.diagnosis.servicing
    if found is None:
        return None
    blocks: list[Block | None] = []
    if found.fit is not None:
        blocks += [_key(c, found, found.fit), _curve(found, found.fit)]
    blocks.append(Callout(say("report.servicing.verdict"), found.verdict, "plain"))
    if found.fit is not None:
        blocks += [_families(found.fit), _trial(found.trial)]
    blocks.append(_owners(c, found))
    return c.section(
        "servicing",
        _heading(found),
        tuple(blocks),
        lead=say("report.servicing.lead"),
        queries=tuple(f"servicing_{name}" for name in _QUERIES),
        cards=("servicing",),
    )


def _heading(found: Servicing) -> Text:
    if found.fit is None:
        return say("report.servicing.head_few")
    years = _years(found.fit.whole.usual_days.mean)
    if not found.whether_never:
        return say("report.servicing.head_short", years=years)
    return say("report.servicing.head", years=years, n=in_hundred(found.fit.whole.never.mean))


def _years(days: float) -> Number:
    return Number(days / _YEAR, 1)


def _key(c: Context, found: Servicing, fit: ServiceFit) -> KeyFigures:
    late, chance = fit.overdue_12, fit.overdue_ever
    going = {"low": count(late.p10), "high": count(late.p90)}
    coming = {"share": Share(chance.mean), "low": Share(chance.p10), "high": Share(chance.p90)}
    return KeyFigures(
        (
            KeyFigure(
                say("report.servicing.next_12"),
                count(fit.next_12.mean),
                between_counts(fit.next_12),
                say("report.servicing.next_12_note", n=fit.next_12.n),
            ),
            KeyFigure(say("report.servicing.due_90"), count(fit.due_90), note=say("report.servicing.due_90_note")),
            KeyFigure(
                say("report.servicing.overdue"),
                count(fit.overdue),
                say("report.servicing.overdue_range", **going) if fit.overdue else None,
                say("report.servicing.overdue_note", **coming) if fit.overdue else None,
            ),
            KeyFigure(
                say("report.servicing.price"),
                c.purse.exact(found.price),
                note=say("report.servicing.price_note"),
            ),
        )
    )


def _curve(found: Servicing, fit: ServiceFit) -> Figure:
    points = fit.curve
    x = [p.days / _YEAR for p in points]
    curves = (
        Band(
            "fitted",
            say("report.servicing.fitted"),
            x,
            [p.fitted.mean for p in points],
            [p.fitted.p10 for p in points],
            [p.fitted.p90 for p in points],
        ),
        Band("counted", say("report.servicing.counted"), x, [p.observed for p in points]),
    )
    lowest = floor(4 * min(min(p.observed, p.fitted.p10) for p in points)) / 4
    shares: dict[float | str, Param] = {v: Share(v) for v in (lowest + k * (1 - lowest) / 5 for k in range(6))}
    step = max(1, round(x[-1] / 8))
    years: dict[float | str, Param] = {float(k): Number(k) for k in range(0, int(x[-1]) + 1, step)}
    title = say("report.servicing.curve")
    chart = bands(
        curves,
        x_title=say("report.servicing.years"),
        y_title=say("report.servicing.still"),
        x_ticks=years,
        y_ticks=shares,
        x_domain=(0.0, x[-1]),
        y_domain=(lowest, 1.0),
        height=240,
    )
    columns = (
        Column(say("report.servicing.years"), "right"),
        Column(say("report.servicing.counted"), "right"),
        Column(say("report.servicing.fitted"), "right", 1.5),
    )
    rows: list[tuple[Cell, ...]] = [
        (Amount(_years(p.days)), Amount(Share(p.observed)), _share(p.fitted))
        for p in points[:: max(1, len(points) // 16)]
    ]
    note = say("report.servicing.note_named" if found.narrowed else "report.servicing.note_all")
    data = Table(title, columns, tuple(rows))
    return Figure("servicing_curve", title, chart, say("report.servicing.alt"), data, note)


def _share(e: Estimate) -> Amount:
    return Amount(Share(e.mean), say("report.say.range", low=Share(e.p10), high=Share(e.p90)))


def _families(fit: ServiceFit) -> Table:
    columns = (
        Column(say("report.servicing.family"), share=1.4),
        Column(say("report.servicing.pieces"), "right"),
        Column(say("report.servicing.services"), "right"),
        Column(say("report.servicing.usual"), "right", 1.4),
        Column(say("report.servicing.late"), "right"),
        Column(say("report.servicing.never"), "right", 1.4),
    )
    rows = (_family(fit.whole), *(_family(one) for one in fit.families))
    return Table(say("report.servicing.families"), columns, rows, say("report.servicing.families_note", own=OWN))


def _family(one: ServiceFamily) -> tuple[Cell, ...]:
    usual = one.usual_days
    return (
        Words(one.name or say("report.servicing.all"), strong=one.name is None),
        Amount(one.pieces),
        Amount(one.services),
        Amount(_years(usual.mean), say("report.say.range", low=_years(usual.p10), high=_years(usual.p90))),
        Amount(_years(one.late_days)),
        _share(one.never),
    )


def _trial(trial: ServiceTrial | None) -> Callout:
    title = say("report.servicing.trial")
    if trial is None:
        return Callout(title, say("report.servicing.untried"), "plain")
    low, high = round(trial.foretold.p10), round(trial.foretold.p90)
    held = "trial_held" if low <= trial.came <= high else "trial_missed"
    told = say(f"report.servicing.{held}", day=trial.cut, n=trial.pieces, low=low, high=high, came=trial.came)
    if not trial.whether_never:
        told = then(told, say("report.servicing.trial_short"))
    return Callout(title, told, "plain")


def _owners(c: Context, found: Servicing) -> Table:
    columns = (
        Column(say("report.servicing.who"), share=1.6),
        Column(say("report.servicing.customers"), "right"),
        Column(say("report.servicing.purchases"), "right", 1.3),
        Column(say("report.servicing.service_sales"), "right", 1.3),
        Column(say("report.servicing.everything"), "right", 1.3),
    )
    rows: list[tuple[Cell, ...]] = []
    for row in found.owners:
        each = (row.purchases, row.services, row.everything)
        money = [Amount(c.purse.exact(value / row.customers)) for value in each]
        rows.append((Words(say(f"report.servicing.{row.owners}")), Amount(row.customers), *money))
    return Table(say("report.servicing.owners"), columns, tuple(rows), say("report.servicing.owners_note"))
