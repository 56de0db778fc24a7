"""Trust: every predictive figure as it would have been said on past days, beside what came; and the models' contest."""

from __future__ import annotations

from regulars.analysis.results.tournament import Contender, Coverage, Tournament, Trust, TrustRow
from regulars.base.text import Number, Share, Text, say
from regulars.report.chapters.elsewhere import elsewhere
from regulars.report.charts.trust import Foretold, foretold, reliability
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
    Pill,
    Section,
    Table,
    Words,
)
from regulars.report.figures import count, part

_FIGURES = ("visits", "revenue", "active_90", "next_visit")
#: Outcomes outside 90 % ranges: too many of them, nearly all on one side, and of how many anything is said.
_TOO_MANY, _ONE_SIDE, _SOME = 0.12, 0.9, 50


def chapter(c: Context) -> Section | None:
    """The chapter; None for studies that tried nothing."""
    d = c.diagnosis
    if d.trust is None or d.tournament is None:
        return None
    blocks: tuple[Block | None, ...] = (
        _keys(d.tournament, d.trust),
        _visits(d.trust),
        _reliability(d.trust),
        _totals(c, d.trust),
        _coverage(d.trust),
        _contest(d.tournament),
        Callout(say("report.trust.why"), d.tournament.reason, "plain"),
        _lines(d.tournament),
        elsewhere(d),
    )
    return c.section(
        "trust",
        _heading(d.trust),
        blocks,
        lead=d.trust.verdict,
        queries=(
            *(f"origin_{n}" for n in range(1, len(d.tournament.origins) + 1)),
            "renewal_trial_package_sale",
            "renewal_trial_membership_fee",
        ),
        cards=("trust", "tournament"),
    )


def _off(trust: Trust) -> list[float]:
    return [abs(part(r.foretold, r.actual) - 1) for r in trust.rows if r.figure == "visits" and r.actual > 0]


def _heading(trust: Trust) -> Text:
    off = _off(trust)
    if not off:
        return say("report.trust.head_unknown")
    return say("report.trust.head", off=Share(sum(off) / len(off)), n=len(off))


def _held(trust: Trust, figure: str) -> Coverage | None:
    return next((row for row in trust.coverage if row.figure == figure and row.group == "all"), None)


def _keys(contest: Tournament, trust: Trust) -> KeyFigures:
    visits, revenue = _held(trust, "visits"), _held(trust, "revenue")
    return KeyFigures(
        (
            KeyFigure(say("report.trust.skill"), Share(contest.skill), None, say("report.trust.skill_note")),
            KeyFigure(
                say("report.trust.within_visits"),
                Share(visits.within_90) if visits else None,
                None,
                say("report.trust.promised"),
            ),
            KeyFigure(
                say("report.trust.within_revenue"),
                Share(revenue.within_90) if revenue else None,
                None,
                say("report.trust.promised"),
            ),
        )
    )


def _visits(trust: Trust) -> Figure | None:
    rows = [r for r in trust.rows if r.figure == "visits" and r.low is not None and r.high is not None]
    if not rows:
        return None
    inside = sum(1 for r in rows if (r.low or 0) <= r.actual <= (r.high or 0))
    title = say("report.trust.visits", inside=inside, n=len(rows))
    shown = [Foretold(say("report.trust.on", day=r.cut), r.low or 0, r.foretold, r.high or 0, r.actual) for r in rows]
    chart = foretold(
        shown,
        forecast=say("report.forecast.forecast"),
        came=say("report.forecast.actual"),
        x_title=say("report.trust.visits_axis"),
    )
    cells: list[tuple[Cell, ...]] = [
        (Words(f.name), Amount(count(f.low)), Amount(count(f.mid)), Amount(count(f.high)), Amount(count(f.actual)))
        for f in shown
    ]
    columns = (
        Column(say("report.trust.day")),
        *(Column(say(f"report.trust.{name}"), "right") for name in ("low", "foretold", "high", "came")),
    )
    return Figure(
        "trust_visits",
        title,
        chart,
        say("report.trust.visits_alt", n=len(rows)),
        Table(title, columns, tuple(cells)),
        say("report.trust.visits_note"),
    )


def _reliability(trust: Trust) -> Figure | None:
    if len(trust.active) < 2:
        return None
    title = say("report.trust.reliability")
    chart = reliability(
        [(p.given, p.came_true) for p in trust.active],
        x_title=say("report.trust.given"),
        y_title=say("report.trust.came_true"),
    )
    rows: list[tuple[Cell, ...]] = [
        (Amount(Share(p.given)), Amount(Share(p.came_true)), Amount(p.customers)) for p in trust.active
    ]
    columns = (
        Column(say("report.trust.given"), "right"),
        Column(say("report.trust.came_true"), "right"),
        Column(say("report.axis.customers"), "right"),
    )
    return Figure(
        "trust_active",
        title,
        chart,
        say("report.trust.reliability_alt"),
        Table(title, columns, tuple(rows)),
        say("report.trust.reliability_note"),
    )


def _totals(c: Context, trust: Trust) -> Table | None:
    rows: list[tuple[Cell, ...]] = []
    for figure in _FIGURES:
        for row in (r for r in trust.rows if r.figure == figure):
            rows.append(_total(c, row))
    if not rows:
        return None
    columns = (
        Column(say("report.trust.figure"), share=2.2),
        Column(say("report.trust.day"), share=1.2),
        Column(say("report.trust.foretold"), "right"),
        Column(say("report.trust.came"), "right"),
        Column(say("report.trust.off"), "right", 0.8),
    )
    return Table(say("report.trust.totals"), columns, tuple(rows), say("report.trust.totals_note"))


def _total(c: Context, row: TrustRow) -> tuple[Cell, ...]:
    money = row.figure == "revenue"
    shown = c.purse.about(row.foretold) if money else count(row.foretold)
    came = c.purse.about(row.actual) if money else count(row.actual)
    off = Share(part(row.foretold, row.actual) - 1) if row.actual else None
    return (
        Words(say(f"report.trust.figure_{row.figure}")),
        Words(say("report.trust.on", day=row.cut)),
        Amount(shown),
        Amount(came),
        Amount(off),
    )


def _coverage(trust: Trust) -> Table | None:
    if not trust.coverage:
        return None
    rows: list[tuple[Cell, ...]] = [
        (
            Words(say(f"report.trust.range_{row.figure}"), strong=row.group == "all"),
            Words(say("report.trust.everybody") if row.group == "all" else say("report.trust.band", band=row.group)),
            Amount(row.customers),
            Amount(Share(row.within_80)),
            Amount(Share(row.within_90)),
        )
        for row in trust.coverage
    ]
    columns = (
        Column(say("report.trust.range"), share=1.6),
        Column(say("report.trust.group"), share=1.6),
        Column(say("report.trust.forecasts"), "right"),
        Column(say("report.trust.in_80"), "right"),
        Column(say("report.trust.in_90"), "right"),
    )
    note = say("report.trust.coverage_note")
    if (sided := one_sided(trust)) is not None:
        note = say("report.say.then", first=note, second=sided)
    return Table(say("report.trust.coverage"), columns, tuple(rows), note)


def one_sided(trust: Trust) -> Text | None:
    """That ranges held too little because more came than any foresaw: a season or growth the past did not hold."""
    for row in (r for r in trust.coverage if r.group == "all"):
        outside = 1 - row.within_90
        if outside > _TOO_MANY and row.above_90 > _ONE_SIDE * outside and row.customers * outside >= _SOME:
            return say("report.trust.mostly_above", outside=Share(outside), above=Share(row.above_90))
    return None


def _contest(contest: Tournament) -> Table:
    columns = (
        Column(say("report.forecast.model"), share=1.8),
        Column(say("report.trust.crps"), "right"),
        Column(say("report.trust.behind"), "right"),
        Column(say("report.trust.bias"), "right"),
        Column(say("report.trust.miscalibration"), "right"),
        Column(say("report.trust.in_90"), "right"),
    )
    rows: list[tuple[Cell, ...]] = [_row(row) for row in contest.contenders]
    rows.append(
        (Words(say("report.trust.naive")), Amount(Number(contest.naive_crps, 3)), *(Amount(None) for _ in range(4)))
    )
    note = (
        say("report.trust.contest_note", n=len(contest.origins))
        if contest.sampled is None
        else say("report.trust.contest_sampled", n=len(contest.origins), customers=contest.sampled)
    )
    return Table(say("report.trust.contest"), columns, tuple(rows), note)


def _row(row: Contender) -> tuple[Cell, ...]:
    pills = (Pill(say("report.forecast.used"), "accent"),) if row.chosen else ()
    behind = None if row.behind == 0 else Number(row.behind, 4)
    return (
        Words(say(f"study.tournament.model.{row.model}"), strong=row.chosen, pills=pills),
        Amount(Number(row.crps, 3)),
        Amount(behind, say("report.trust.give_or_take", se=Number(row.behind_se, 4)) if behind is not None else None),
        Amount(Share(row.bias)),
        Amount(Number(row.miscalibration, 3)),
        Amount(Share(row.coverage_90)),
    )


def _lines(contest: Tournament) -> Table | None:
    if not contest.lines:
        return None
    columns = (
        Column(say("report.trust.line"), share=1.6),
        Column(say("report.forecast.model"), share=1.4),
        Column(say("report.axis.customers"), "right"),
        Column(say("report.trust.regularity"), "right"),
        Column(say("report.trust.skill"), "right"),
    )
    rows: list[tuple[Cell, ...]] = [
        (
            Words(line.line),
            Words(say(f"study.tournament.model.{line.model}"), note=line.reason),
            Amount(line.customers),
            Amount(line.regularity),
            Amount(Share(line.skill)),
        )
        for line in contest.lines
    ]
    return Table(say("report.trust.lines"), columns, tuple(rows), say("report.trust.lines_note"))
