"""What is owed on packages by month of sale and months to expiry, and how fast packages of each age are used.

Sessions are used first in, first out, so what is left of a package is what lies above all its holder used. Months to
expiry need the validity of packages (``[packages] valid_months`` of business.toml), for no ledger carries it; without
it the balance is told by age alone. Docs: docs/methods/prepaid.md.
"""

from __future__ import annotations

import math
from collections import defaultdict
from datetime import date

import ibis
import numpy as np
import pyarrow as pa

from regulars.analysis.results.profit import PackageAge, PackageCohort, PackagePace
from regulars.analysis.value.statistics import Floats
from regulars.analysis.visits import redeemed_value


def left_query(lines: ibis.Table) -> ibis.Table:
    """What is left of packages by month of sale ``of``, and its holders; the sum is what is owed.

    A month in which more was taken back than sold counts as used, as in :func:`regulars.analysis.packages.balances`.
    """
    held = lines.filter(lines.customer.notnull(), lines.kind.isin(["package_sale", "package_redemption"]))
    held = held.mutate(
        of=held.day.truncate("M").cast("date"),
        sold=ibis.ifelse(held.kind == "package_sale", held.net, 0).cast("decimal(18, 2)"),
        used=ibis.ifelse(held.kind == "package_redemption", redeemed_value(held), 0).cast("decimal(18, 2)"),
    )
    months = held.group_by("customer", "of").aggregate(sold=held.sold.sum(), used=held.used.sum())
    months = months.mutate(bought=ibis.greatest(months.sold, 0), gone=months.used - ibis.least(months.sold, 0))
    own = ibis.window(group_by="customer")
    running = ibis.window(group_by="customer", order_by="of", preceding=None, following=0)
    months = months.mutate(upto=months.bought.sum().over(running), gone=months.gone.sum().over(own))
    left = ibis.greatest(ibis.least(months.bought, months.upto - months.gone), 0)
    months = months.mutate(left=left.cast("decimal(18, 2)")).filter(lambda t: t.left > 0)
    found = months.group_by("of").aggregate(left=months.left.sum().cast("float64"), holders=months.count())
    return found.order_by("of")


def left_of(table: pa.Table, cohorts: tuple[PackageCohort, ...]) -> Floats:
    """What is left of the packages of each quarter of sale."""
    left: dict[date, float] = defaultdict(float)
    for row in table.to_pylist():
        left[_quarter(row["of"])] += row["left"]
    return np.array([left.get(cohort.quarter, 0.0) for cohort in cohorts])


def ages(
    table: pa.Table,
    cohorts: tuple[PackageCohort, ...],
    asked: Floats | None,
    *,
    as_of: date,
    valid_months: int | None,
) -> tuple[PackageAge, ...]:
    """The balance by month of sale; ``asked`` is what is expected to be redeemed of what is left of each quarter."""
    share: dict[date, float] = {}
    if asked is not None:
        left = left_of(table, cohorts)
        share = {c.quarter: float(a / v) for c, a, v in zip(cohorts, asked, left, strict=True) if v > 0}
    found = []
    for row in table.to_pylist():
        age = 12 * (as_of.year - row["of"].year) + as_of.month - row["of"].month
        part = share.get(_quarter(row["of"])) if asked is not None else None
        expected = None if part is None else row["left"] * part
        found.append(
            PackageAge(
                sold_in=row["of"],
                age_months=age,
                months_left=None if valid_months is None else valid_months - age,
                outstanding=row["left"],
                holders=row["holders"],
                expected=expected,
                breakage=None if expected is None else row["left"] - expected,
            )
        )
    return tuple(found)


def paces(sold: Floats, upto: Floats) -> tuple[PackagePace, ...]:
    """Of cash taken, the share redeemed in each quarter of a package's age, over cohorts for which it is over."""
    found = []
    for age in range(upto.shape[1]):
        told = ~np.isnan(upto[:, age]) & (sold > 0)
        if not told.any():
            break
        before = upto[told, age - 1] if age else 0.0
        found.append(PackagePace(age, int(told.sum()), float(np.sum(upto[told, age] - before) / sold[told].sum())))
    return tuple(found)


def apart(outstanding: float, found: tuple[PackageAge, ...]) -> float:
    """What is owed less the balances by age, to the cent: nought, or they do not belong together."""
    return round(outstanding - math.fsum(row.outstanding for row in found), 2) + 0.0


def _quarter(day: date) -> date:
    return date(day.year, 3 * ((day.month - 1) // 3) + 1, 1)
