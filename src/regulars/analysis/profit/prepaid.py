"""Prepaid packages: what is owed, what of it will ever be asked for, and how fast it is used.

Cash taken by quarter of sale against value redeemed by age is a run-off triangle. Redemptions are matched to a holder's
packages first in, first out. Its last column is projected by chain ladder (development factors: sums of next over sums
of this age, the classic of claims reserving); what is never reached is breakage. The range is by Mack (1993): the
factors are known from a few cohorts, and every cohort scatters around them. No accounting advice: standards ask for
breakage in proportion to rights exercised where it can be estimated, and for none where it cannot.
Docs: docs/methods/prepaid.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import ibis
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from regulars.analysis.part import Scene
from regulars.analysis.results.profit import PackageCohort, Prepaid, PrepaidTrial
from regulars.analysis.value.statistics import Floats
from regulars.analysis.visits import redeemed_value
from regulars.base.estimate import Estimate

_DRAWS = 400
_YEAR = 4  # quarters
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
        trial=tried(cohorts, upto, rng=scene.rng.spawn(1)[0], currency=setting.business.currency),
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
    law = Development.of(upto)
    some = np.flatnonzero(told > 0)
    ages, now = told[some] - 1, upto[some, told[some] - 1]
    first = upto[some, 0] / sold[some]
    begin, fresh = float(upto[some, 0].sum() / sold[some].sum()), float(sold[told == 0].sum())
    # Packages of the running quarter have no quarter behind them: they begin as the others did, give or take.
    spread = float(first.std(ddof=1) * np.sqrt(1 + 1 / len(first))) if len(first) > 1 else 0.0
    begun = np.maximum(begin + spread * rng.standard_normal((_DRAWS, 1)), 0.0) * fresh
    ends = law.drawn(np.append(now, 0.0), np.append(ages, 0), law.steps, rng, begun=begun)
    mean = (law.expected(now, ages, law.steps).sum() + begin * fresh * law.factor.prod()) / sold.sum()
    lost = np.clip(1 - ends.sum(axis=1) / sold.sum(), 0.0, 1.0)
    p10, p50, p90 = (float(v) for v in np.quantile(lost, (0.1, 0.5, 0.9)))
    return Estimate(float(np.clip(1 - mean, 0.0, 1.0)), p10, p50, p90, "share", _METHOD, n)


def tried(
    cohorts: tuple[PackageCohort, ...], upto: Floats, *, rng: np.random.Generator, currency: str
) -> PrepaidTrial | None:
    """The last year's redemptions of packages sold before it, foretold from the triangle as it stood then.

    None where it was too short by then to project.
    """
    then = (~np.isnan(upto)).sum(axis=1) - _YEAR  # quarters known of every cohort a year ago
    known = np.flatnonzero(then > 0)
    if not len(known) or then.max() < _OLD:
        return None
    before, ages = upto[known].copy(), then[known] - 1
    before[np.arange(upto.shape[1]) >= then[known, None]] = np.nan
    now = before[np.arange(len(known)), ages]
    came = float((upto[known, ages + _YEAR] - now).sum())
    law = Development.of(before)
    draws = (law.drawn(now, ages, _YEAR, rng) - now).sum(axis=1)
    low, middle, high = (float(v) for v in np.quantile(draws, (0.1, 0.5, 0.9)))
    last = cohorts[int(known[-1])].quarter
    months = 12 * last.year + last.month - 1 + 3 * int(then[known[-1]])
    mean = float((law.expected(now, ages, _YEAR) - now).sum())
    foretold = Estimate(mean, low, middle, high, currency, _METHOD, len(known))
    return PrepaidTrial(date(months // 12, months % 12 + 1, 1), foretold, came)


@dataclass(frozen=True, slots=True, eq=False)
class Development:
    """How value redeemed grows from one age to the next (Mack 1993), one element an age.

    ``factor``: sums of next over sums of this age. ``scatter``: variance of the next age's value for each unit of this
    age's. ``doubt``: variance of the factor, which a few cohorts told.
    """

    factor: Floats
    scatter: Floats
    doubt: Floats

    @classmethod
    def of(cls, upto: Floats) -> Development:
        """From a triangle of cumulative value; where one cohort alone tells, the scatter is that of the age before."""
        steps = upto.shape[1] - 1
        factor, scatter, doubt = np.ones(steps), np.zeros(steps), np.zeros(steps)
        for age in range(steps):
            told = ~np.isnan(upto[:, age + 1]) & (upto[:, age] > 0)
            here, then = upto[told, age], upto[told, age + 1]
            if not len(here):
                continue
            factor[age] = then.sum() / here.sum()
            if len(here) > 1:
                scatter[age] = (here * (then / here - factor[age]) ** 2).sum() / (len(here) - 1)
            elif age:
                scatter[age] = scatter[age - 1]
            doubt[age] = scatter[age] / here.sum()
        return cls(factor, scatter, doubt)

    @property
    def steps(self) -> int:
        """Ages that the oldest cohort has seen, less one."""
        return len(self.factor)

    def expected(self, now: Floats, ages: NDArray[np.int64], steps: int) -> Floats:
        """Value of every cohort so many steps on; after the oldest age nothing more is redeemed."""
        factor = np.append(self.factor, np.ones(steps))
        return np.asarray(now * np.array([factor[age : age + steps].prod() for age in ages]))

    def drawn(
        self,
        now: Floats,
        ages: NDArray[np.int64],
        steps: int,
        rng: np.random.Generator,
        *,
        begun: Floats | None = None,
    ) -> Floats:
        """The same with chance and doubt, draws x cohorts; ``begun`` (draws x 1) is where the last cohort starts."""
        none = np.zeros(steps)
        factor = np.append(self.factor, np.ones(steps))
        doubt, scatter = np.append(self.doubt, none), np.append(self.scatter, none)
        factors = np.maximum(factor + np.sqrt(doubt) * rng.standard_normal((_DRAWS, len(factor))), 1.0)
        value = np.repeat(now[None, :], _DRAWS, axis=0)
        if begun is not None:
            value[:, -1:] = begun
        for step in range(steps):
            at = ages + step
            chance = np.sqrt(value * scatter[at]) * rng.standard_normal(value.shape)
            value = np.maximum(value * factors[:, at] + chance, value)  # nothing redeemed is taken back
        return value
