"""Prepaid packages: what is owed, what of it will ever be asked for, and how fast it is used.

Cash taken by quarter of sale against value redeemed by age is a run-off triangle. Redemptions are matched to a holder's
packages first in, first out. Its last column is projected by chain ladder (development factors: sums of next over sums
of this age, the classic of claims reserving); what is never reached is breakage. The range is Mack's (1993) in spirit:
factors redrawn from cohorts at random. No accounting advice: standards ask for breakage in proportion to rights
exercised where it can be estimated, and for none where it cannot. Docs: docs/methods/prepaid.md.
"""

from __future__ import annotations

from datetime import date, timedelta

import ibis
import numpy as np
import pyarrow as pa

from regulars.analysis.part import Scene
from regulars.analysis.results.profit import PackageCohort, Prepaid
from regulars.analysis.value.statistics import Floats
from regulars.analysis.visits import redeemed_value
from regulars.base.estimate import Estimate

_DRAWS = 400
_OLD = 4  # quarters a triangle must span before its end is projected
_METHOD = "prepaid"


def triangle_query(lines: ibis.Table) -> ibis.Table:
    """Cash of packages by quarter of sale (``age`` null), and value redeemed of them by quarter and age in quarters.

    A redemption is of the holder's packages in order of sale: the share of it that falls on a quarter's packages is the
    overlap of two stretches of money, that of the packages and that of the redemptions.
    """
    held = lines.filter(lines.customer.notnull(), lines.kind.isin(["package_sale", "package_redemption"]))
    held = held.mutate(
        quarter=held.day.truncate("Q").cast("date"),
        money=ibis.ifelse(held.kind == "package_sale", held.net, redeemed_value(held)).cast("float64"),
    )
    each = held.group_by("customer", "kind", "quarter").aggregate(money=held.money.sum())
    each = each.filter(each.money > 0)
    running = ibis.window(group_by=[each.customer, each.kind], order_by=each.quarter, preceding=None, following=0)
    each = each.mutate(upto=each.money.sum().over(running))
    each = each.mutate(start=each.upto - each.money)
    sold = each.filter(each.kind == "package_sale").select("customer", of="quarter", a="start", b="upto")
    used = each.filter(each.kind == "package_redemption").select("customer", on="quarter", c="start", d="upto")
    pairs = sold.inner_join(used, "customer")
    overlap = ibis.greatest(ibis.least(pairs.b, pairs.d) - ibis.greatest(pairs.a, pairs.c), 0.0)
    months = (pairs.on.year() - pairs.of.year()) * 12 + pairs.on.month() - pairs.of.month()
    pairs = pairs.mutate(age=ibis.greatest((months // 3).cast("int64"), 0), money=overlap)
    redeemed = (
        pairs.filter(pairs.money > 0)
        .group_by("of", "age")
        .aggregate(money=lambda t: t.money.cast("decimal(38, 6)").sum().cast("float64"))
    )
    cash = sold.mutate(money=sold.b - sold.a, age=ibis.null("int64")).group_by("of", "age")
    cash = cash.aggregate(money=lambda t: t.money.cast("decimal(38, 6)").sum().cast("float64"))
    return cash.union(redeemed).order_by("of", "age")


def holders_query(people: ibis.Table, lines: ibis.Table, *, since: date) -> ibis.Table:
    """One row: holders with a balance, those too slow to finish within a year, those silent, and the recent pace."""
    recent = lines.filter(lines.kind == "package_redemption", lines.customer.notnull(), lines.day > since)
    pace = recent.group_by("customer").aggregate(pace=redeemed_value(recent).sum().cast("float64") / 12)
    t = people.filter(people.package_balance > 0).select("customer", "package_balance", "overdue_factor")
    t = t.left_join(pace, "customer").drop("customer_right")
    speed = t.pace.fill_null(0.0)
    return t.aggregate(
        slow=t.count(where=t.package_balance > 12 * speed),
        silent=t.count(where=t.overdue_factor > 2),
        holders=t.count(),
    )


def prepaid(scene: Scene) -> Prepaid | None:
    """Liability, breakage and pace; None for a business without packages that can be followed."""
    setting = scene.setting
    if scene.kept.balances is None:
        return None
    ask, as_of = setting.desk.ask, setting.as_of
    table = ask("profit_triangle", triangle_query(setting.lines))
    row = ask(
        "profit_holders", holders_query(scene.people, setting.lines, since=as_of - timedelta(days=365))
    ).to_pylist()[0]
    owed = scene.kept.balances
    sums = ask(
        "profit_prepaid",
        owed.aggregate(
            sold=owed.sold.sum().cast("float64"),
            redeemed=owed.redeemed.sum().cast("float64"),
            outstanding=owed.package_balance.cast("decimal(38, 2)").sum().cast("float64"),
        ),
    ).to_pylist()[0]
    lately = setting.lines.filter(
        setting.lines.kind == "package_redemption", setting.lines.day > as_of - timedelta(days=91)
    )
    pace = (
        ask("profit_pace", lately.aggregate(v=redeemed_value(lately).sum().cast("float64").fill_null(0.0)))["v"][
            0
        ].as_py()
        / 3
    )
    cohorts, sold, upto = triangle(table, as_of=as_of)
    breakage = project(sold, upto, rng=scene.rng.spawn(1)[0], n=row["holders"])
    expected = None
    if breakage is not None:
        low, middle, high, mean = (
            max(sums["outstanding"] - sums["sold"] * share, 0.0)
            for share in (breakage.p90, breakage.p50, breakage.p10, breakage.mean)
        )
        expected = Estimate(mean, low, middle, high, setting.business.currency, _METHOD, row["holders"])
    return Prepaid(
        sold=sums["sold"] or 0.0,
        redeemed=sums["redeemed"] or 0.0,
        outstanding=sums["outstanding"] or 0.0,
        cohorts=cohorts,
        breakage=breakage,
        expected_liability=expected,
        monthly_pace=pace,
        months_to_finish=(sums["outstanding"] or 0.0) / pace if pace > 0 else None,
        slow_holders=row["slow"],
        silent_holders=row["silent"],
    )


def triangle(table: pa.Table, *, as_of: date) -> tuple[tuple[PackageCohort, ...], Floats, Floats]:
    """Cohorts, their cash, and cumulative value redeemed by age (nan where a quarter is not over)."""
    rows = table.to_pylist()
    quarters = sorted({r["of"] for r in rows if r["age"] is None})
    sold = np.array([sum(r["money"] for r in rows if r["of"] == q and r["age"] is None) for q in quarters])
    last = date(as_of.year, 3 * ((as_of.month - 1) // 3) + 1, 1)
    ages = [(last.year - q.year) * 4 + (last.month - q.month) // 3 for q in quarters]
    upto = np.full((len(quarters), max(ages, default=-1) + 1), np.nan)
    for i, (q, age) in enumerate(zip(quarters, ages, strict=True)):
        new = np.zeros(age + 1)
        for r in rows:
            if r["of"] == q and r["age"] is not None and r["age"] <= age:
                new[r["age"]] += r["money"]
        upto[i, :age] = np.cumsum(new)[:age]  # the running quarter is not over
        upto[i, age] = np.nan
    cohorts = tuple(
        PackageCohort(q, float(s), tuple(float(v / s) for v in upto[i][~np.isnan(upto[i])]) if s > 0 else ())
        for i, (q, s) in enumerate(zip(quarters, sold, strict=True))
    )
    return cohorts, sold, upto


def project(sold: Floats, upto: Floats, *, rng: np.random.Generator, n: int) -> Estimate | None:
    """Share of all cash never redeemed, with its 80 % range; None where the triangle is too short."""
    told = (~np.isnan(upto)).sum(axis=1)
    if not len(told) or told.max() < _OLD or sold.sum() <= 0:
        return None
    mean = _breakage(sold, upto, np.arange(len(sold)))
    draws = [_breakage(sold, upto, rng.integers(0, len(sold), len(sold))) for _ in range(_DRAWS)]
    p10, p50, p90 = (float(v) for v in np.quantile(draws, (0.1, 0.5, 0.9)))
    return Estimate(mean, p10, p50, p90, "share", _METHOD, n)


def _breakage(sold: Floats, upto: Floats, of: Floats | np.ndarray[tuple[int, ...], np.dtype[np.int64]]) -> float:
    """Chain ladder with development factors from the cohorts ``of``, applied to every cohort."""
    ages = upto.shape[1]
    factor = np.ones(ages)
    for age in range(ages - 1):
        both = ~np.isnan(upto[of, age]) & ~np.isnan(upto[of, age + 1])
        here = float(upto[of, age][both].sum())
        factor[age] = float(upto[of, age + 1][both].sum()) / here if here > 0 else 1.0
    first = [i for i in np.asarray(of) if not np.isnan(upto[i, 0])]
    begin = float(upto[first, 0].sum() / sold[first].sum()) if first and sold[first].sum() > 0 else 0.0
    end = 0.0
    for i, cash in enumerate(sold):
        told = np.flatnonzero(~np.isnan(upto[i]))
        if len(told):
            end += float(upto[i, told[-1]] * np.prod(factor[told[-1] :]))
        else:
            end += cash * begin * float(np.prod(factor))
    return float(np.clip(1 - end / sold.sum(), 0.0, 1.0))
