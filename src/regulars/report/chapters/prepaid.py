"""What is owed on packages, what of it will be asked for, by months to expiry or age, and how fast it is used."""

from __future__ import annotations

import math
from collections.abc import Sequence

from regulars.analysis.results.profit import PackageAge, Prepaid
from regulars.base.text import Day, Number, Param, Share, Text, say
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
    Table,
    Unknown,
    Words,
)
from regulars.report.figures import count, known

#: Upper ends of bands, in months: left to expiry, and since the sale.
_LEFT, _AGE = (0, 3, 6, 12), (3, 6, 12, 24)


def prepaid(c: Context, p: Prepaid | None) -> tuple[Block | None, ...]:
    """Key figures, the run-off, the balance by age and what to mind; nothing without packages."""
    if p is None or not p.sold:
        return ()
    notice = Callout(
        say("report.profit.holders", slow=count(p.slow_holders), silent=count(p.silent_holders)),
        say("report.profit.accounting"),
        "plain",
    )
    return _keys(c, p), _triangle(c, p), _ages(c, p), _pace(p), notice


def _keys(c: Context, p: Prepaid) -> KeyFigures:
    months = Number(p.months_to_finish) if p.months_to_finish is not None else None
    share = p.breakage
    return KeyFigures(
        (
            KeyFigure(say("report.profit.owed"), c.purse.exact(p.outstanding)),
            c.purse.key(say("report.profit.expected"), p.expected_liability, say("report.profit.expected_note")),
            KeyFigure(
                say("report.profit.breakage"),
                Share(share.mean) if share is not None and known(share) else None,
                say("report.say.between", low=Share(share.p10), high=Share(share.p90)) if share is not None else None,
                say("report.profit.breakage_note"),
            ),
            KeyFigure(
                say("report.profit.months"),
                months,
                None,
                say("report.profit.months_note", value=c.purse.about(p.monthly_pace)),
            ),
        )
    )


def _ages(c: Context, p: Prepaid) -> Table | None:
    """The balance in bands of months; the last row is what is owed."""
    if not p.ages:
        return None
    dated = p.valid_months is not None
    columns = (
        Column(say("report.profit.to_expiry" if dated else "report.profit.since_sale"), share=1.8),
        Column(say("report.profit.owed"), "right"),
        Column(say("report.profit.expected"), "right"),
        Column(say("report.profit.never"), "right"),
    )
    rows: list[tuple[Cell, ...]] = []
    for label, found in banded(p.ages, dated=dated):
        if found:
            rows.append((Words(label), *_sums(c, found)))
    rows.append((Words(say("report.profit.all_owed"), strong=True), *_sums(c, p.ages)))
    note = say("report.profit.by_expiry_note", months=p.valid_months or 0) if dated else say("report.profit.no_expiry")
    return Table(_title(c, p), columns, tuple(rows), say("report.say.then", first=note, second=_gap(c, p)))


def _gap(c: Context, p: Prepaid) -> Text:
    return say("report.profit.ages_sum", value=c.purse.exact(p.difference))


def _title(c: Context, p: Prepaid) -> Text:
    if p.valid_months is None:
        return say("report.profit.by_age")
    over = math.fsum(row.outstanding for row in p.ages if (row.months_left or 0) <= 0)
    soon = math.fsum(row.outstanding for row in p.ages if 0 < (row.months_left or 0) <= _LEFT[1])
    return say("report.profit.by_expiry", over=c.purse.exact(over), soon=c.purse.exact(soon))


def banded(rows: Sequence[PackageAge], *, dated: bool) -> list[tuple[Text, tuple[PackageAge, ...]]]:
    """Rows by band of months: soonest to expire first where that is ``dated``, else the newest first."""
    ends = _LEFT if dated else _AGE
    found: list[list[PackageAge]] = [[] for _ in range(len(ends) + 1)]
    for row in rows:
        months = (row.months_left if dated else row.age_months) or 0
        found[next((i for i, end in enumerate(ends) if months <= end), len(ends))].append(row)
    lows = (0, *(end + 1 for end in ends))
    labels = [say("report.profit.months_band", low=low, high=high) for low, high in zip(lows, ends, strict=False)]
    labels.append(say("report.profit.months_over", low=ends[-1]))
    if dated:
        labels[0] = say("report.profit.expired")
    return [(label, tuple(own)) for label, own in zip(labels, found, strict=True)]


def _sums(c: Context, rows: Sequence[PackageAge]) -> tuple[Cell, ...]:
    owed = Amount(c.purse.exact(math.fsum(row.outstanding for row in rows)))
    if any(row.expected is None for row in rows):
        return owed, Unknown(), Unknown()
    expected = math.fsum(row.expected or 0.0 for row in rows)
    never = math.fsum(row.breakage or 0.0 for row in rows)
    return owed, Amount(c.purse.exact(expected)), Amount(c.purse.exact(never))


def _pace(p: Prepaid) -> Table | None:
    """The share of cash redeemed in each quarter of a package's age."""
    told = p.pace[:12]
    if len(told) < 2:
        return None
    columns = (
        Column(say("report.profit.age"), "right"),
        Column(say("report.profit.in_quarter"), "right"),
        Column(say("report.profit.cohorts"), "right"),
    )
    rows: list[tuple[Cell, ...]] = [(Amount(row.age), Amount(Share(row.redeemed)), Amount(row.cohorts)) for row in told]
    busiest = max(told, key=lambda row: row.redeemed)
    caption = say("report.profit.pace", n=busiest.age, share=Share(busiest.redeemed))
    return Table(caption, columns, tuple(rows))


def _triangle(c: Context, p: Prepaid) -> Figure | None:
    told = [cohort for cohort in p.cohorts if len(cohort.redeemed) > 1][-5:]
    if not told:
        return None
    curves = [
        Band(
            cohort.quarter.isoformat(),
            say("report.profit.sold_in", day=Day(cohort.quarter)),
            list(range(len(cohort.redeemed))),
            cohort.redeemed,
        )
        for cohort in told
    ]
    last = max(len(cohort.redeemed) for cohort in told) - 1
    ages: dict[float | str, Param] = {float(a): Number(a) for a in range(last + 1)}
    shares: dict[float | str, Param] = {v: Share(v) for v in (0.0, 0.25, 0.5, 0.75, 1.0)}
    title = say("report.profit.triangle")
    chart = bands(
        curves,
        x_title=say("report.profit.age"),
        y_title=say("report.profit.redeemed"),
        x_ticks=ages,
        y_ticks=shares,
        x_domain=(0.0, float(last)),
        y_domain=(0.0, 1.0),
    )
    rows: list[tuple[Cell, ...]] = [
        (
            Words(say("report.profit.sold_in", day=Day(cohort.quarter))),
            Amount(c.purse.exact(cohort.sold)),
            Amount(Share(cohort.redeemed[-1]) if cohort.redeemed else None),
        )
        for cohort in p.cohorts
    ]
    columns = (
        Column(say("report.profit.quarter"), share=1.6),
        Column(say("report.profit.money"), "right"),
        Column(say("report.profit.redeemed"), "right"),
    )
    return Figure("run_off", title, chart, say("report.profit.triangle_alt"), Table(title, columns, tuple(rows)))
