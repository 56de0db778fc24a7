"""The business-time clock: season, Lunar New Year, closures; used only where it foretells held-out periods better."""

from __future__ import annotations

from datetime import date

from regulars.analysis.results.clock import ClockFound, Closed, TrialRow
from regulars.base.estimate import Estimate
from regulars.base.text import Number, Param, Share, Text, say
from regulars.report import theme
from regulars.report.charts import BandPoint, Labels, Series
from regulars.report.charts.clock import factor_ticks, factors, months
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

#: Closures listed one by one.
LISTED = 12


def chapter(c: Context) -> Section | None:
    """The chapter; None where the study has nothing on it."""
    found = c.diagnosis.clock
    if found is None:
        return None
    verdict = Callout(say("report.clock.verdict"), found.reason, "good" if found.wins else "plain")
    blocks: tuple[Block | None, ...] = (verdict,)
    if found.months:
        blocks = (_figures(found), verdict, _season(found), _trial(found), _closures(c, found))
    queries = ("clock_days", *(name for name in sorted(c.diagnosis.queries) if name.startswith("clock_trial_")))
    return c.section("clock", _heading(found), blocks, lead=say("report.clock.lead"), queries=queries, cards=("clock",))


def _seasonal(found: ClockFound) -> bool:
    return bool(found.months) and (found.wins or (found.season_chance or 0.0) < 0.01)


def _heading(found: ClockFound) -> Text:
    if not found.months:
        return say("report.clock.head_unknown")
    if not _seasonal(found):
        return say("report.clock.head_none")
    best = max(found.months, key=lambda m: m.factor.p50)
    worst = min(found.months, key=lambda m: m.factor.p50)
    if not best.factor.p10 > 1 > worst.factor.p90:
        return say("report.clock.head_some")
    return say(
        "report.clock.head",
        high=_month(best.month),
        more=Share(best.factor.p50 - 1),
        low=_month(worst.month),
        less=Share(1 - worst.factor.p50),
    )


def _month(month: int) -> Text:
    return say(f"report.clock.month.m{month}")


def _range(e: Estimate) -> Text:
    return say("report.say.between", low=_times(e.p10), high=_times(e.p90))


def _times(value: float) -> Text:
    return say("report.clock.times", factor=Number(value, 2))


def _figures(found: ClockFound) -> KeyFigures:
    items = [
        KeyFigure(
            say(f"report.clock.{w.name}"),
            _times(w.factor.p50),
            _range(w.factor),
            say(f"report.clock.{w.name}_note"),
        )
        for w in found.new_year
    ]
    gain = found.gain
    note = say("report.clock.gain_note", n=len(found.trial))
    items.append(
        KeyFigure(
            say("report.clock.gain"),
            Share(gain) if gain is not None else None,
            say("report.clock.give_or_take", error=Share(found.gain_error or 0.0)) if gain is not None else None,
            note if gain is not None else None,
        )
    )
    return KeyFigures(tuple(items))


def _season(found: ClockFound) -> Figure:
    # Twelve names stand side by side on a telephone: none may be longer than it must.
    names: tuple[Param, ...] = tuple(say(f"report.clock.tick.m{m.month}") for m in found.months)
    points = [BandPoint(i, m.factor.p10, m.factor.p50, m.factor.p90) for i, m in enumerate(found.months)]
    ticks = factor_ticks(min(p.low for p in points), max(p.high for p in points))
    labels = Labels({v: _times(v) for v in ticks})
    columns = (
        Column(say("report.clock.x"), share=1.6),
        Column(say("report.clock.factor"), "right"),
        Column(say("report.clock.low"), "right"),
        Column(say("report.clock.high"), "right"),
    )
    rows: list[tuple[Cell, ...]] = [
        (Words(_month(m.month)), *(Amount(Number(v, 2)) for v in (m.factor.p50, m.factor.p10, m.factor.p90)))
        for m in found.months
    ]
    rows += [
        (
            Words(say(f"report.clock.{w.name}")),
            *(Amount(Number(v, 2)) for v in (w.factor.p50, w.factor.p10, w.factor.p90)),
        )
        for w in found.new_year
    ]
    return Figure(
        "season",
        say("report.clock.figure"),
        factors(names, points, labels, say("report.clock.y")),
        say("report.clock.alt"),
        Table(say("report.clock.data"), columns, tuple(rows)),
        say("report.clock.read"),
    )


def _trial(found: ClockFound) -> Figure | None:
    if not found.trial:
        return None
    rows = found.trial
    names: tuple[Param, ...] = tuple(_from(row.first) for row in rows)
    actual = Series("actual", say("report.clock.actual"), theme.ACCENT_SOFT, tuple(float(r.actual) for r in rows))
    calendar = Series("calendar", say("report.clock.calendar"), theme.GREY, tuple(r.calendar for r in rows))
    business = Series("business", say("report.clock.business"), theme.ACCENT, tuple(r.business for r in rows))
    columns = (
        Column(say("report.clock.period"), share=2.6),
        Column(say("report.clock.actual"), "right"),
        Column(say("report.clock.calendar"), "right"),
        Column(say("report.clock.business"), "right"),
        Column(say("report.clock.error_calendar"), "right"),
        Column(say("report.clock.error_business"), "right"),
    )
    return Figure(
        "clock_trial",
        say("report.clock.trial_title"),
        months(names, actual, (calendar, business), say("report.clock.visits")),
        say("report.clock.trial_alt", n=len(rows)),
        Table(say("report.clock.trial_data"), columns, tuple(_row(r) for r in rows)),
        say("report.clock.trial_read"),
    )


def _from(day: date) -> Text:
    return say("report.clock.from", day=day)


def _row(r: TrialRow) -> tuple[Cell, ...]:
    by_calendar, by_business = r.errors
    return (
        Words(say("report.clock.span", first=r.first, last=r.last)),
        Amount(r.actual),
        Amount(Number(r.calendar)),
        Amount(Number(r.business)),
        Amount(Share(by_calendar) if r.actual else None),
        Amount(Share(by_business) if r.actual else None),
    )


def _closures(c: Context, found: ClockFound) -> Table | None:
    if not found.closures:
        return None
    columns = (
        Column(say("report.clock.period"), share=2.6),
        Column(say("report.clock.where"), share=2.0),
        Column(say("report.clock.origin"), share=2.6),
    )
    latest = sorted(found.closures, key=lambda each: each.first)[-LISTED:]
    note = say("report.clock.closures_note", n=len(found.closures)) if len(found.closures) > LISTED else None
    return Table(say("report.clock.closures"), columns, tuple(_closed(c, each) for each in latest), note)


def _closed(c: Context, each: Closed) -> tuple[Cell, ...]:
    where: Param = c.branch(each.branch) if each.branch else say("report.clock.everywhere")
    period = say("report.clock.span", first=each.first, last=each.last)
    return (
        Words(_day(each.first) if each.first == each.last else period),
        Words(where),
        Words(say(f"report.clock.{each.origin}")),
    )


def _day(day: date) -> Text:
    return say("report.clock.day", day=day)
