"""Which customers are no single paying person: the rules, as expressions over one row per customer."""

from __future__ import annotations

import math
from dataclasses import dataclass

import ibis
import numpy as np
import pyarrow as pa

from regulars.analysis.hygiene.thresholds import (
    BRANCHES_SHARE,
    BRANCHES_VISITS,
    CATCH_ALL_RATE,
    CATCH_ALL_RECEIPTS,
    CATCH_ALL_SPEND,
    FAR_DEVIATIONS,
    FAR_TIMES,
    FEW_BASKETS,
    LEAST_DEVIATION,
    LOG_STEPS,
    SHARED_RATE,
    SHARED_RECEIPTS,
    SHARED_TIMES,
    SHARED_VISITS,
    STAFF_DISCOUNT,
    STAFF_LINES,
    STAFF_WORDED,
    STAFF_WORDED_SHARE,
)
from regulars.analysis.results.hygiene import Limits, Place
from regulars.analysis.value.statistics import Floats
from regulars.base.settings import Hygiene as Policies

#: Kinds of account in order of precedence: a customer is set aside for one reason.
ACCOUNTS: tuple[Place, ...] = ("listed", "catch_all", "house", "staff", "wholesale")


@dataclass(frozen=True, slots=True)
class Far:
    """The middle of a positive quantity and beyond what it is far outside; None with too little to compare with."""

    median: float | None
    limit: float | None


def far(grid: pa.Table) -> Far:
    """Median and limit from counts on a grid of logarithms (columns ``step``, ``n``).

    limit = median x max(:data:`FAR_TIMES`, exp(:data:`FAR_DEVIATIONS` x MAD of the logarithms)). Exact to the grid.
    """
    step = grid["step"].to_numpy().astype(float) / LOG_STEPS
    count = grid["n"].to_numpy().astype(float)
    if count.sum() < FEW_BASKETS:
        return Far(None, None)
    middle = _median(step, count)
    deviation = max(_median(np.abs(step - middle), count), LEAST_DEVIATION)
    return Far(math.exp(middle), math.exp(middle) * max(FAR_TIMES, math.exp(FAR_DEVIATIONS * deviation)))


def _median(values: Floats, counts: Floats) -> float:
    order = np.argsort(values, kind="stable")
    below = np.cumsum(counts[order])
    return float(values[order][np.searchsorted(below, below[-1] / 2)])


def limits(baskets: pa.Table, quantities: pa.Table) -> Limits:
    """The wholesale limits of a base."""
    basket, quantity = far(baskets), far(quantities)
    return Limits(basket.median, basket.limit, quantity.median, quantity.limit)


def crowded(people: ibis.Table, *, interval: float) -> ibis.Table:
    """Those who might be a shared account and are worth a second look at their lines."""
    rate = people.visits / (people.t_x_days + 1)
    often = (people.visits >= SHARED_VISITS) & (rate > SHARED_RATE)
    branchy = (people.visits >= BRANCHES_VISITS) & (people.branchy >= BRANCHES_SHARE * people.visits)
    t = people.mutate(
        rate=rate,
        often=often.fill_null(False),
        branchy=branchy.fill_null(False),
        fast=(rate > SHARED_TIMES / interval).fill_null(False),
    )
    return t.filter(t.often | t.branchy).select("customer", "earned", "rate", "often", "branchy", "fast")


def shared(suspects: ibis.Table, receipts: ibis.Table, *, revenue: float) -> ibis.Table:
    """``customer`` and ``kind`` (catch_all or house) of shared accounts among the suspects."""
    t = suspects.left_join(receipts, "customer").drop("customer_right")
    many = t.receipts.fill_null(1.0)
    is_shared = (t.often & (t.fast | (many >= SHARED_RECEIPTS))) | t.branchy
    spends = t.earned.cast("float64") >= CATCH_ALL_SPEND * revenue if revenue > 0 else ibis.literal(False)
    catch_all = (
        t.often & (t.rate > CATCH_ALL_RATE) & ((many >= CATCH_ALL_RECEIPTS) | (spends & (many >= SHARED_RECEIPTS)))
    )
    return t.filter(is_shared).select("customer", kind=ibis.ifelse(catch_all, "catch_all", "house"))


def staff(sums: ibis.Table, worded: ibis.Table | None) -> ibis.Table:
    """``customer`` of staff accounts."""
    off = (sums.listed - sums.paid).cast("float64") >= STAFF_DISCOUNT * sums.listed.cast("float64")
    rule = (sums.priced >= STAFF_LINES) & off.fill_null(False)
    if worded is None:
        return sums.filter(rule).select("customer")
    t = sums.left_join(worded, "customer").drop("customer_right")
    said = t.worded.fill_null(0)
    off = (t.listed - t.paid).cast("float64") >= STAFF_DISCOUNT * t.listed.cast("float64")
    rule = ((t.priced >= STAFF_LINES) & off.fill_null(False)) | (
        (said >= STAFF_WORDED) & (said >= STAFF_WORDED_SHARE * t.lines)
    )
    return t.filter(rule).select("customer")


def wholesale(people: ibis.Table, beyond: Limits) -> ibis.Table:
    """``customer`` of those with one basket or quantity far outside."""
    rule = ibis.literal(False)
    if beyond.basket is not None:
        rule = rule | (people.most_value.cast("float64") > beyond.basket).fill_null(False)
    if beyond.quantity is not None:
        rule = rule | (people.most_units > beyond.quantity).fill_null(False)
    return people.filter(rule).select("customer")


def set_aside(kinds: dict[str, ibis.Table], policies: Policies) -> ibis.Table:
    """One row per recognised customer: ``kind`` (the first of :data:`ACCOUNTS` that fits) and ``excluded``."""
    tables = [
        table.select(
            "customer", rank=ibis.literal(rank), kind=ibis.literal(kind), excluded=ibis.literal(leaves(kind, policies))
        )
        for rank, kind in enumerate(ACCOUNTS)
        if (table := kinds.get(kind)) is not None
    ]
    union = tables[0]
    for table in tables[1:]:
        union = union.union(table)
    # An account that one policy leaves out is out, whatever else it is.
    union = union.mutate(rank=ibis.ifelse(union.excluded, union["rank"], union["rank"] + len(ACCOUNTS)))
    best = union.group_by("customer").aggregate(kind=union.kind.argmin(union["rank"]), excluded=union.excluded.any())
    kept = list(policies.keep_customers)
    return best.filter(best.customer.notin(kept)) if kept else best


def leaves(kind: str, policies: Policies) -> bool:
    """Whether accounts of a kind leave customers, visits and models."""
    return kind == "listed" or getattr(policies, kind) == "exclude"
