"""Wastage in depth: when silence means loss, what goes with it, how early it shows, whom to win back."""

from __future__ import annotations

from regulars.analysis.results.leaving import Criteria, Leaving, Reason, RhythmBand, Warning
from regulars.base.text import Number, Param, Share, Text, say
from regulars.report import behind, names, theme
from regulars.report.charts.bands import Band, Dot, bands, dots
from regulars.report.context import Context
from regulars.report.document import (
    Amount,
    Callout,
    Cell,
    Column,
    Figure,
    KeyFigure,
    KeyFigures,
    Paragraph,
    Pill,
    Section,
    Table,
    Words,
)
from regulars.report.figures import between_counts, count, in_hundred, known

_TOP = 6.0


def chapter(c: Context) -> Section | None:
    """The chapter; None where the study has nothing on it."""
    found = c.diagnosis.leaving
    if found is None:
        return None
    blocks = (
        _keys(c, found),
        _criteria(found.criteria),
        _criteria_table(found.criteria),
        _states(c, found),
        _reasons(found),
        _missing(found),
        _warnings(found),
        Callout(say("report.leaving.verdict"), found.warnings_verdict, "plain") if found.warnings_verdict else None,
        _exit(c, found),
    )
    return c.section(
        "leaving",
        say("report.leaving.head", value=c.purse.about(found.cost.leaving.mean))
        if known(found.cost.leaving)
        else say("report.leaving.head_unknown"),
        blocks,
        lead=say("report.leaving.lead"),
        queries=("forecast", "leaving_reasons", "leaving_win_back", "leaving_exit"),
        cards=("criteria", "reasons", "early_warning", "win_back"),
    )


def _keys(c: Context, found: Leaving) -> KeyFigures:
    won = found.win_back
    return KeyFigures(
        (
            c.purse.key(say("report.leaving.leaving"), found.cost.leaving, say("report.leaving.leaving_note")),
            c.purse.key(say("report.leaving.gone"), found.cost.gone, say("report.leaving.gone_note")),
            KeyFigure(
                say("report.leaving.by_value", n=won.top),
                c.purse.about(won.by_value) if won.top else None,
                say("report.leaving.by_risk", n=won.top, value=c.purse.about(won.by_risk)) if won.top else None,
                say("report.leaving.by_value_note", response=Share(won.response)),
            ),
        )
    )


def _name(band: RhythmBand) -> Text:
    return say("report.leaving.band", low=Number(band.from_days), high=Number(band.to_days))


def _criteria(found: Criteria | None) -> Figure | None:
    if found is None:
        return None
    curves = []
    for i, band in enumerate(found.bands):
        points = [p for p in band.points if p.factor <= _TOP]
        x, mid, low, high = ([float(getattr(p, name)) for p in points] for name in ("factor", "share", "low", "high"))
        curves.append(Band(str(i), _name(band), x, mid, low, high))
    shares: dict[float | str, Param] = {v: Share(v) for v in (0.0, 0.25, 0.5, 0.75, 1.0)}
    factors: dict[float | str, Param] = {float(v): Number(v) for v in range(int(_TOP) + 1)}
    title = say("report.leaving.criteria", days=found.within_days)
    chart = bands(
        curves,
        x_title=say("report.leaving.factor"),
        y_title=say("report.leaving.back", days=found.within_days),
        x_ticks=factors,
        y_ticks=shares,
        x_domain=(0.0, _TOP),
        y_domain=(0.0, 1.0),
    )
    rows: list[tuple[Cell, ...]] = [
        (Words(_name(band)), Amount(Number(p.factor, 2)), Amount(Share(p.share)), Amount(p.customers))
        for band in found.bands
        for p in band.points
    ]
    columns = (
        Column(say("report.leaving.rhythm"), share=1.6),
        Column(say("report.leaving.factor"), "right"),
        Column(say("report.leaving.back", days=found.within_days), "right"),
        Column(say("report.axis.customers"), "right"),
    )
    return Figure("return_curves", title, chart, say("report.leaving.criteria_alt"), Table(title, columns, tuple(rows)))


def _criteria_table(found: Criteria | None) -> Table | None:
    if found is None:
        return None
    columns = (
        Column(say("report.leaving.rhythm"), share=1.5),
        *(Column(say("report.leaving.below", n=in_hundred(c.below)), "right", 1.3) for c in found.bands[0].criteria),
    )
    rows: list[tuple[Cell, ...]] = []
    for band in found.bands:
        cells: list[Cell] = [Words(_name(band), strong=True)]
        for c in band.criteria:
            if c.factor is None or c.days is None:
                cells.append(Amount(None))
                continue
            if c.factor == 0:
                cells.append(Words(say("report.leaving.at_once")))
                continue
            between = say("report.leaving.intervals", factor=Number(c.factor, 1))
            cells.append(Amount(say("report.leaving.days", days=Number(c.days)), between))
        rows.append(tuple(cells))
    note = say("report.leaving.table_note", days=found.window_days)
    return Table(say("report.leaving.table", days=found.within_days), columns, tuple(rows), note)


def _states(c: Context, found: Leaving) -> Table:
    columns = (
        Column(say("report.leaving.state"), share=1.3),
        Column(say("report.axis.customers"), "right"),
        Column(say("report.leaving.leave"), "right", 1.4),
        Column(say("report.leaving.share"), "right"),
        Column(say("report.leaving.goes"), "right", 1.7),
    )
    rows: list[tuple[Cell, ...]] = [
        (
            Words(
                names.state_of(row.state),
                swatch=theme.STATE_COLOURS[row.state],
                behind=behind.of("state", row.state),
            ),
            Amount(row.customers),
            Amount(count(row.leaving_90.mean), between_counts(row.leaving_90)),
            Amount(Share(row.share)),
            Amount(c.purse.about(row.revenue.mean), c.purse.between(row.revenue)),
        )
        for row in found.states
    ]
    return Table(say("report.leaving.states"), columns, tuple(rows))


def _reasons(found: Leaving) -> Figure | Callout:
    if not found.reasons:
        return Callout(say("report.leaving.no_reasons"), say("report.leaving.no_reasons_why"), "plain")
    clear = [r for r in found.reasons if r.clear and r.odds > 1]
    title = (
        say("report.leaving.reasons", reason=say(f"report.reason.{clear[0].id}"))
        if clear
        else say("report.leaving.reasons_none")
    )
    # A range is drawn whole, unless it is so wide that it would press all others together.
    widest = max(3.5, *(min(1.05 * r.high, 2.5 * r.odds) for r in found.reasons))
    step = int(widest / 8) + 1
    whole = (0.25, 0.5, 1.0, 2.0, 3.0) if widest < 4 else (1.0, *map(float, range(max(step, 2), int(widest) + 1, step)))
    ticks: dict[float | str, Param] = {v: Number(v, 2 if v < 1 else 0) for v in whole}
    chart = dots(
        [Dot(_marked(r), r.low, r.odds, r.high) for r in found.reasons],
        x_title=say("report.leaving.odds"),
        ticks=ticks,
        domain=(0.0, widest),
        mark=1.0,
    )
    columns = (
        Column(say("report.leaving.what"), share=2.2),
        Column(say("report.leaving.exposed"), "right"),
        Column(say("report.leaving.odds"), "right", 1.3),
        Column(say("report.leaving.extra"), "right", 1.2),
    )
    rows: list[tuple[Cell, ...]] = [_reason(r) for r in found.reasons]
    note = say("report.leaving.reasons_note", n=found.reasons_base)
    return Figure("reasons", title, chart, say("report.leaving.reasons_alt"), Table(title, columns, tuple(rows)), note)


def _marked(r: Reason) -> Text:
    name = say(f"report.reason.{r.id}")
    return say("report.leaving.clear_one", reason=name) if r.clear else name


def _reason(r: Reason) -> tuple[Cell, ...]:
    between = say("report.say.range", low=Number(r.low, 2), high=Number(r.high, 2))
    pills = (Pill(say("report.leaving.clear"), "accent"),) if r.clear else ()
    return (
        Words(say(f"report.reason.{r.id}"), pills=pills),
        Amount(r.exposed),
        Amount(Number(r.odds, 2), between),
        Amount(count(r.extra)),
    )


def _missing(found: Leaving) -> Paragraph | None:
    if not found.reasons_missing:
        return None
    text = found.reasons_missing[0]
    for more in found.reasons_missing[1:]:
        text = say("report.say.then", first=text, second=more)
    return Paragraph(say("report.leaving.missing", what=text), "note")


def _warnings(found: Leaving) -> Table | None:
    if not found.warnings:
        return None
    columns = (
        Column(say("report.leaving.alarm"), share=2.4),
        Column(say("report.leaving.auc"), "right", 1.2),
        Column(say("report.leaving.precision"), "right"),
        Column(say("report.leaving.lift"), "right"),
    )
    rows: list[tuple[Cell, ...]] = [_warning(w) for w in found.warnings]
    note = say("report.leaving.warnings_note", n=found.warnings_base)
    return Table(say("report.leaving.warnings"), columns, tuple(rows), note)


def _warning(w: Warning) -> tuple[Cell, ...]:
    name = say("report.leaving.the_model") if w.id == "model" else say(f"study.leaving.warning_{w.id}")
    return (
        Words(name, strong=w.id == "model"),
        Amount(Number(w.auc, 2), say("report.trust.give_or_take", se=Number(w.auc_se, 2))),
        Amount(Number(w.precision, 2)),
        Amount(Number(w.lift, 1)),
    )


def _exit(c: Context, found: Leaving) -> Callout | None:
    if not found.exit.customers:
        return None
    title = say("report.leaving.exit", n=found.exit.customers, value=c.purse.about(-found.exit.margin_12))
    return Callout(title, say("report.leaving.exit_note"), "warn")
