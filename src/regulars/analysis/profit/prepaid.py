"""Prepaid packages: what is owed, what of it will ever be asked for, and how fast it is used.

Cash taken by quarter of sale against value redeemed by age is a run-off triangle; redemptions are matched to a holder's
packages first in, first out. How it ends is :mod:`regulars.analysis.profit.running_off`, what is left by age
:mod:`regulars.analysis.profit.ages`. No accounting advice: standards ask for breakage in proportion to rights exercised
where it can be estimated, and for none where it cannot. Docs: docs/methods/prepaid.md.
"""

from __future__ import annotations

from datetime import date, timedelta

import ibis
import numpy as np
import pyarrow as pa

from regulars.analysis.part import Scene
from regulars.analysis.profit.ages import ages, apart, left_of, left_query, paces
from regulars.analysis.profit.running_off import project, tried
from regulars.analysis.results.profit import PackageCohort, Prepaid
from regulars.analysis.value.statistics import Floats
from regulars.analysis.visits import redeemed_value


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
    ask, as_of, currency = setting.desk.ask, setting.as_of, setting.business.currency
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
    left = ask("profit_left", left_query(setting.lines))
    tells = project(
        sold, upto, rng=scene.rng.spawn(1)[0], n=row["holders"], left=left_of(left, cohorts), currency=currency
    )
    outstanding = sums["outstanding"] or 0.0
    valid = setting.business.packages.valid_months
    by_age = ages(left, cohorts, tells.each if tells else None, as_of=as_of, valid_months=valid)
    return Prepaid(
        sold=sums["sold"] or 0.0,
        redeemed=sums["redeemed"] or 0.0,
        outstanding=outstanding,
        cohorts=cohorts,
        breakage=tells.breakage if tells else None,
        expected_liability=tells.liability if tells else None,
        monthly_pace=pace,
        months_to_finish=outstanding / pace if pace > 0 else None,
        slow_holders=row["slow"],
        silent_holders=row["silent"],
        trial=tried(cohorts, upto, rng=scene.rng.spawn(1)[0], currency=currency),
        ages=by_age,
        pace=paces(sold, upto),
        valid_months=valid,
        difference=apart(outstanding, by_age),
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
