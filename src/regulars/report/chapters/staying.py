"""Retention by every definition: why revenue changed, how long customers wait, and the KPIs side by side."""

from __future__ import annotations

from regulars.analysis.results.staying import Change, Curve, KpiFigure, Staying
from regulars.base.text import Number, Param, Share, Text, say
from regulars.report.charts.bands import Band, bands
from regulars.report.charts.bridge import Step, bridge
from regulars.report.context import Context
from regulars.report.document import Amount, Callout, Cell, Column, Figure, Section, Table, Unknown, Words
from regulars.report.figures import in_hundred, part

_PARTS = ("customers", "frequency", "price", "mix", "rest", "anonymous")
_NUMBERS = {"visits_a_year": 1, "revisit_days": 0}


def chapter(c: Context) -> Section | None:
    """The chapter; None where the study has nothing on it."""
    found = c.diagnosis.staying
    if found is None:
        return None
    blocks = (
        _change(c, found.change) if found.change else None,
        _flows(c, found.change) if found.change else None,
        _curves(found.curves),
        _cohorts(found),
        _kpis(found.kpis),
    )
    return c.section(
        "staying",
        _heading(c, found),
        blocks,
        lead=c.looked_back(say("report.staying.lead")),
        queries=(
            "staying_change",
            "staying_items",
            "staying_waits",
            "staying_newcomers",
            "staying_returns",
            "staying_base",
        ),
        cards=("change", "survival", "kpis"),
    )


def _heading(c: Context, found: Staying) -> Text:
    if found.change is None:
        first = next((curve for curve in found.curves if curve.band == 1), None)
        if first is None:
            return say("report.staying.head_unknown")
        return say("report.staying.head_first", back=in_hundred(part(first.events, first.customers)))
    moved = found.change.after - found.change.before
    way = 1 if moved >= 0 else -1  # the part named is one that went the way of the whole, never against it
    most = max(_PARTS, key=lambda name: way * float(getattr(found.change, name)))
    word = say(f"report.staying.part_{most}")
    amount = c.purse.about(abs(moved))
    return say("report.staying.head_up" if moved >= 0 else "report.staying.head_down", amount=amount, part=word)


def _change(c: Context, change: Change) -> Figure:
    steps = [Step(say("report.staying.before"), change.before, c.purse.about(change.before), total=True)]
    parts = {name: float(getattr(change, name)) for name in _PARTS}
    steps += [
        Step(say(f"report.staying.part_{name}"), value, c.purse.about(value))
        for name, value in parts.items()
        if abs(value) >= 0.005
    ]
    steps.append(Step(say("report.staying.after"), change.after, c.purse.about(change.after), total=True))
    rows: list[tuple[Cell, ...]] = [
        (Words(say("report.staying.before"), strong=True), Amount(c.purse.exact(change.before)))
    ]
    rows += [
        (
            Words(say(f"report.staying.part_{name}"), note=say(f"report.staying.about_{name}")),
            Amount(c.purse.exact(value)),
        )
        for name, value in parts.items()
    ]
    rows.append((Words(say("report.staying.after"), strong=True), Amount(c.purse.exact(change.after))))
    title = say("report.staying.change", start=change.middle, end=change.end)
    columns = (Column(say("report.staying.part"), share=3.0), Column(say("report.staying.money"), "right"))
    return Figure(
        "revenue_change",
        title,
        bridge(steps),
        say("report.staying.change_alt"),
        Table(title, columns, tuple(rows)),
        say("report.staying.change_note"),
    )


def _flows(c: Context, change: Change) -> Table:
    rows: list[tuple[Cell, ...]] = [
        (
            Words(say(f"report.staying.flow_{flow.name}")),
            Amount(flow.customers),
            Amount(c.purse.exact(flow.before)),
            Amount(c.purse.exact(flow.after)),
        )
        for flow in change.flows
    ]
    columns = (
        Column(say("report.staying.group"), share=2.4),
        Column(say("report.axis.customers"), "right"),
        Column(say("report.staying.year_before"), "right"),
        Column(say("report.staying.year_after"), "right"),
    )
    return Table(say("report.staying.flows"), columns, tuple(rows))


def _curves(curves: tuple[Curve, ...]) -> Figure | None:
    if not curves:
        return None
    drawn = [Band(str(c.band), say(f"report.staying.band_{c.band}"), c.days, c.waiting, c.low, c.high) for c in curves]
    first, last = curves[0], curves[-1]
    title = (
        say("report.staying.curves", first=in_hundred(1 - first.waiting[-1]), later=in_hundred(1 - last.waiting[-1]))
        if len(curves) > 1
        else say("report.staying.curve", first=in_hundred(1 - first.waiting[-1]))
    )
    shares: dict[float | str, Param] = {v: Share(v) for v in (0.0, 0.25, 0.5, 0.75, 1.0)}
    days: dict[float | str, Param] = {float(d): Number(d) for d in (0, 60, 120, 180, 240, 300, 360)}
    chart = bands(
        drawn,
        x_title=say("report.staying.days"),
        y_title=say("report.staying.waiting"),
        x_ticks=days,
        y_ticks=shares,
        x_domain=(0.0, 365.0),
        y_domain=(0.0, 1.0),
    )
    rows: list[tuple[Cell, ...]] = [
        (
            Words(say(f"report.staying.band_{c.band}")),
            Amount(c.customers),
            Amount(c.median) if c.median is not None else Unknown(say("report.staying.no_median")),
            Amount(Number(c.restricted_mean)),
        )
        for c in curves
    ]
    columns = (
        Column(say("report.staying.after_visit"), share=1.8),
        Column(say("report.staying.waits"), "right"),
        Column(say("report.staying.median"), "right", 1.4),
        Column(say("report.staying.mean"), "right", 1.4),
    )
    return Figure(
        "waiting",
        title,
        chart,
        say("report.staying.curves_alt"),
        Table(title, columns, tuple(rows)),
        say("report.staying.curves_note"),
    )


def _cohorts(found: Staying) -> Callout | None:
    test = found.cohorts
    if test is None:
        return None
    title = say(
        "report.staying.cohorts",
        earlier=say("report.staying.year", year=str(test.earlier)),
        later=say("report.staying.year", year=str(test.later)),
        was=Share(test.earlier_back),
        now=Share(test.later_back),
    )
    return Callout(title, test.verdict, "plain")


def _kpis(kpis: tuple[KpiFigure, ...]) -> Table:
    rows: list[tuple[Cell, ...]] = [
        (
            Words(say(f"report.kpi.{k.id}"), note=say(f"report.kpi_says.{k.id}")),
            _value(k),
            Amount(k.base or None),
            Amount(_shown(k.id, k.before) if k.before is not None else None),
        )
        for k in kpis
    ]
    columns = (
        Column(say("report.staying.kpi"), share=4.0),
        Column(say("report.staying.value"), "right", 1.6),
        Column(say("report.staying.base"), "right"),
        Column(say("report.staying.earlier"), "right", 1.1),
    )
    return Table(say("report.staying.kpis"), columns, tuple(rows), say("report.staying.kpis_note"))


def _shown(id: str, value: float) -> Param:
    return Number(value, _NUMBERS[id]) if id in _NUMBERS else Share(value)


def _value(k: KpiFigure) -> Cell:
    if k.value is None:
        return Unknown(k.locked)
    between = None
    if k.low is not None and k.high is not None:
        between = say("report.say.range", low=Share(k.low), high=Share(k.high))
    return Amount(_shown(k.id, k.value), between)
