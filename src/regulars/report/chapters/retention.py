"""Retention: how many newcomers come back, and how each month's newcomers went on."""

from __future__ import annotations

from regulars.base.text import Month, Param, Share, Text, say
from regulars.report import behind
from regulars.report.charts import cohort_heatmap
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
    Words,
)
from regulars.report.figures import in_hundred, part, share

COHORTS = 12
MONTHS = 12


def chapter(c: Context) -> Section:
    """Retention of newcomers and of monthly cohorts."""
    figure = _figure(c)
    empty = Callout(say("report.retention.no_cohort"), None, "plain")
    return c.section(
        "retention",
        _heading(c),
        (_figures(c), figure or empty),
        lead=_lead(c),
        queries=("cohorts", "newcomers"),
        cards=("retention",),
    )


def _heading(c: Context) -> Text:
    cohorts = c.diagnosis.cohorts
    if cohorts.newcomers_returned is None:
        return say("report.retention.head_unknown")
    back, days = in_hundred(cohorts.newcomers_returned), cohorts.returned_within_days
    if cohorts.benchmark is None:
        return say("report.retention.head_alone", n=back, back=back, days=days)
    return say("report.retention.head", n=back, back=back, days=days, trade=in_hundred(cohorts.benchmark))


def _lead(c: Context) -> Text:
    cohorts = c.diagnosis.cohorts
    if cohorts.benchmark is None:
        return say("report.retention.lead_alone", n=cohorts.newcomers_counted, days=cohorts.returned_within_days)
    source = cohorts.benchmark_source
    return say("report.retention.lead", n=cohorts.newcomers_counted, days=cohorts.returned_within_days, source=source)


def _figures(c: Context) -> KeyFigures:
    cohorts = c.diagnosis.cohorts
    trade = cohorts.benchmark
    returned = KeyFigure(
        say("report.retention.returned", days=cohorts.returned_within_days),
        share(cohorts.newcomers_returned),
        say("report.retention.trade", share=Share(trade)) if trade is not None else None,
        say("report.retention.counted", n=cohorts.newcomers_counted),
    )
    later = [
        KeyFigure(
            say("report.retention.seen_in_month", k=k),
            share(average(c, k)),
            None,
            say("report.retention.of_first_timers"),
        )
        for k in (1, 6, 12)
    ]
    return KeyFigures((returned, *later))


def average(c: Context, k: int) -> float | None:
    """Share of all customers old enough who were seen in their month ``k``, weighted by cohort size."""
    cohorts = c.diagnosis.cohorts
    each = list(zip(cohorts.sizes, cohorts.share, strict=True))[cohorts.truncated :]
    told = [(n, row[k]) for n, row in each if len(row) > k]
    seen = [(n, value) for n, value in told if value is not None]
    total = sum(n for n, _ in seen)
    return part(sum(n * value for n, value in seen), total) if total else None


def _figure(c: Context) -> Figure | None:
    cohorts = c.diagnosis.cohorts
    told = [
        (month, row[1 : MONTHS + 1])
        for month, row in zip(cohorts.months, cohorts.share, strict=True)
        if any(value is not None for value in row[1:])
    ][-COHORTS:]
    if not told:
        return None
    names: tuple[Param, ...] = tuple(Month(month) for month, _ in told)
    rows = [list(row) for _, row in told]
    near, far = average(c, 1), average(c, 6)
    if near is None:
        title = say("report.retention.figure_plain")
    elif far is None:
        title = say("report.retention.figure_near", near=in_hundred(near))
    else:
        title = say("report.retention.figure", near=in_hundred(near), far=in_hundred(far))
    chart = cohort_heatmap(names, rows, say("report.retention.x"), say("report.retention.y"))
    note = say("report.retention.read")
    if cohorts.truncated:
        note = say("report.say.then", first=note, second=say("report.retention.truncated", n=cohorts.truncated))
    return Figure("cohorts", title, chart, say("report.retention.alt", n=len(told)), _data(c), note)


def _data(c: Context) -> Table:
    cohorts = c.diagnosis.cohorts
    columns = (
        Column(say("report.retention.y"), share=2.0),
        Column(say("report.axis.customers"), "right", 1.5),
        *(Column(say("report.say.plain", text=k), "right") for k in range(1, MONTHS + 1)),
    )
    rows: list[tuple[Cell, ...]] = []
    early = set(cohorts.months[: cohorts.truncated])
    older = (Pill(say("report.retention.older"), "warn"),)
    for month, size, row in list(zip(cohorts.months, cohorts.sizes, cohorts.share, strict=True))[-COHORTS:]:
        padded = [*row[1 : MONTHS + 1], *([None] * (MONTHS + 1 - len(row)))]
        rows.append(
            (
                Words(
                    Month(month),
                    behind=behind.first_seen_in(month),
                    pills=older if month in early else (),
                ),
                Amount(size),
                *(Amount(share(v)) for v in padded),
            )
        )
    return Table(say("report.retention.data"), columns, tuple(rows))
