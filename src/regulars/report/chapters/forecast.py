"""The forecast: what the base brings if nothing changes, and how the model did on the business's own past."""

from __future__ import annotations

from regulars.analysis.diagnosis import Backtest
from regulars.base.estimate import Estimate
from regulars.base.text import Number, Param, Share, Text, say
from regulars.report import behind, names, theme
from regulars.report.charts import Series, pairs
from regulars.report.context import Context
from regulars.report.document import (
    Amount,
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
from regulars.report.figures import Scale, between_counts, count, known, part

#: The last band of the back-test holds customers with so many repeat visits or more.
LAST_BAND = 7


def chapter(c: Context) -> Section:
    """What the base is expected to bring as it is."""
    d = c.diagnosis
    known_value = known(d.value.revenue_12)
    heading = (
        say("report.forecast.head", value=c.purse.about(d.value.revenue_12.mean))
        if known_value
        else say("report.forecast.head_unknown")
    )
    cards = tuple(dict.fromkeys(names.model_card(fit) for fit in d.value_models if fit.chosen))
    blocks = (_figures(c), _groups(c), _backtest(d.backtest))
    return c.section(
        "forecast",
        heading,
        blocks,
        lead=say("report.forecast.lead") if known_value else say("report.forecast.lead_unknown"),
        queries=("histories", "spending", "forecast", "backtest"),
        cards=(*cards, "backtest"),
    )


def _counted(label: Text, estimate: Estimate, note: Text | None = None) -> KeyFigure:
    if not known(estimate):
        return KeyFigure(label, None, None, note)
    return KeyFigure(label, count(estimate.mean), between_counts(estimate), note)


def _figures(c: Context) -> KeyFigures:
    v = c.diagnosis.value
    return KeyFigures(
        (
            c.purse.key(say("report.value.revenue_12"), v.revenue_12),
            c.purse.key(say("report.value.revenue_36"), v.revenue_36),
            _counted(say("report.value.visits_12"), v.visits_12),
            _counted(say("report.value.alive"), v.alive, say("report.value.of_all", n=c.diagnosis.base.customers)),
        )
    )


def _groups(c: Context) -> Table | None:
    """Branches (where there are several) and classes, with revenue, margin and present value kept apart."""
    shown = [g for g in c.diagnosis.groups if g.kind in ("branch", "class") and g.customers]
    if sum(1 for g in shown if g.kind == "branch") == 1:
        shown = [g for g in shown if g.kind != "branch"]
    if not shown:
        return None
    scale = Scale.of(g.revenue_12 for g in shown)
    rows: list[tuple[Cell, ...]] = [
        (
            Words(
                c.branch(g.name) if g.kind == "branch" else say(f"report.class.{g.name}"),
                behind=behind.of(g.kind, g.name),
            ),
            Amount(g.customers),
            scale.cell(g.revenue_12, c.purse),
            Amount(c.purse.about(g.margin_12.mean)),
            Amount(c.purse.about(g.discounted_36.mean), c.purse.between(g.discounted_36)),
        )
        for g in shown
    ]
    columns = (
        Column(say("report.trust.group_of"), share=1.3),
        Column(say("report.axis.customers"), "right", 0.8),
        Column(say("report.axis.next_12"), share=1.8),
        Column(say("report.trust.margin_12"), "right"),
        Column(say("report.trust.discounted_36"), "right", 1.6),
    )
    return Table(say("report.trust.groups"), columns, tuple(rows), say("report.trust.groups_note"))


def _backtest(found: Backtest | None) -> Figure | Callout:
    if found is None:
        return Callout(say("report.forecast.no_backtest"), say("report.forecast.no_backtest_hint"), "plain")
    title = say(
        "report.forecast.backtest",
        predicted=count(found.predicted_visits.mean),
        actual=found.actual_visits,
        days=found.horizon_days,
    )
    bands = [b for b in found.by_frequency if b[1]]
    names: tuple[Param, ...] = tuple(
        say("report.forecast.band_more", n=b[0]) if b[0] >= LAST_BAND else Number(b[0]) for b in bands
    )
    forecast = Series("forecast", say("report.forecast.forecast"), theme.ACCENT, tuple(round(b[2], 3) for b in bands))
    actual = Series("actual", say("report.forecast.actual"), theme.SEAL, tuple(round(b[3], 3) for b in bands))
    chart = pairs(names, forecast, actual, say("report.forecast.x"), say("report.forecast.y"))
    rows: list[tuple[Cell, ...]] = [
        (Words(name), Amount(b[1]), Amount(Number(f, 2)), Amount(Number(a, 2)))
        for name, b, f, a in zip(names, bands, forecast.values, actual.values, strict=True)
    ]
    columns = (
        Column(say("report.forecast.y")),
        Column(say("report.axis.customers"), "right"),
        Column(say("report.forecast.forecast"), "right"),
        Column(say("report.forecast.actual"), "right"),
    )
    error = part(found.predicted_visits.mean - found.actual_visits, found.actual_visits)
    note = say("report.forecast.backtest_note", cut=found.cut, n=found.customers, error=Share(abs(error)))
    return Figure(
        "backtest",
        title,
        chart,
        say("report.forecast.alt", n=found.customers),
        Table(title, columns, tuple(rows)),
        note,
    )
