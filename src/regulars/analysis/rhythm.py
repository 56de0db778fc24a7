"""A customer's own rhythm: expected days between visits, when the next one is due, and how late it is.

The own mean interval is shrunken towards the base the way a Gamma prior on it does (Buehlmann credibility with known
strength s): with n own gaps that sum to t days, ``rhythm = (s * mu + t) / (s + n)``. The base's typical interval mu
is the credibility-weighted mean of the customers' own means, ``sum Z m / sum Z`` with ``Z = n / (n + s)`` (method of
moments: unbiased whatever the spread of customers); below :data:`FEW` repeaters it is the pack's figure.

A customer with one visit has no gap: their rhythm is mu itself, they are a newcomer for the pack's window and then
late by the same rule as everybody. Docs: docs/methods/rhythm.md.
"""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import ibis
import numpy as np
import pyarrow as pa

from regulars.analysis.diagnosis import Rhythm, RhythmBin
from regulars.packs.schema import Windows

FEW = 30

#: Edges of the distribution shown: weeks first, then months, then years.
EDGES = (0, 7, 14, 21, 28, 35, 42, 49, 56, 70, 91, 122, 152, 183, 274, 365, 548, 730, 1095, 1460, 36500)


def base_interval_query(customers: ibis.Table, *, strength: float) -> ibis.Table:
    """One row: repeaters, and the credibility-weighted mean of their own mean intervals."""
    back = customers.filter(customers.x > 0)
    weight = back.x / (back.x + strength)
    own = back.t_x_days / back.x
    return back.aggregate(repeaters=back.count(), interval=(weight * own).sum() / weight.sum())


def base_interval(row: pa.Table, *, windows: Windows) -> float:
    """The base's typical interval in days, never below one; the pack's when too few customers came back."""
    repeaters, interval = row["repeaters"][0].as_py(), row["interval"][0].as_py()
    if repeaters < FEW:
        return float(windows.typical_interval)
    # Rounded: parallel sums differ in the last bits from run to run, and due dates must not.
    return max(round(float(interval), 6), 1.0)


def with_rhythm(customers: ibis.Table, *, interval: float, windows: Windows) -> ibis.Table:
    """Add ``rhythm_days``, ``due_on``, ``overdue_factor`` and ``state`` to customers."""
    s = windows.prior_strength
    own = customers.mutate(rhythm_days=(s * interval + customers.t_x_days) / (s + customers.x))
    late = own.mutate(
        due_on=own.last_day + own.rhythm_days.round().cast("int64").as_interval("D"),
        overdue_factor=own.since_days / own.rhythm_days,
    )
    late = late.mutate(due_on=late.due_on.cast("date"))
    return late.mutate(
        state=ibis.cases(
            ((late.x == 0) & (late.T_days <= windows.newcomer_for), "newcomer"),
            (
                (late.overdue_factor >= windows.lapsed_at) & (late.since_days >= windows.lapsing_after),
                "lapsed",
            ),
            (late.overdue_factor >= windows.overdue_at, "overdue"),
            else_="active",
        )
    )


def rhythm_query(standings: ibis.Table, *, as_of: date) -> ibis.Table:
    """Customers per bin (by its lower edge), their median rhythm, those due soon and those overdue: one row a bin."""
    bin_ = ibis.cases(
        *((standings.rhythm_days < high, low) for low, high in pairwise(EDGES)),
        else_=EDGES[-2],
    )
    due = standings.due_on.between(as_of + timedelta(days=1), as_of + timedelta(days=30))
    return (
        standings.group_by(from_days=bin_)
        .aggregate(
            repeaters=standings.count(where=standings.x > 0),
            due=standings.count(where=due & (standings.state != "lapsed")),
            overdue=standings.count(where=standings.state == "overdue"),
        )
        .order_by("from_days")
    )


def median_query(standings: ibis.Table) -> ibis.Table:
    """One row: the median rhythm of customers who came back."""
    back = standings.filter(standings.x > 0)
    return back.aggregate(median=back.rhythm_days.quantile(0.5))


def rhythm(bins: pa.Table, median: pa.Table, *, interval: float, windows: Windows) -> Rhythm:
    """The rhythm section of a diagnosis."""
    counts = dict(zip(bins["from_days"].to_pylist(), bins["repeaters"].to_pylist(), strict=True))
    shown = [RhythmBin(low, high, counts.get(low, 0)) for low, high in pairwise(EDGES)]
    filled = np.flatnonzero([b.customers for b in shown])
    middle = median["median"][0].as_py()
    return Rhythm(
        population_days=interval,
        strength=windows.prior_strength,
        median_days=interval if middle is None else float(middle),
        repeaters=sum(counts.values()),
        bins=tuple(shown[filled[0] : filled[-1] + 1]) if len(filled) else (),
        due_next_30_days=sum(bins["due"].to_pylist()),
        overdue=sum(bins["overdue"].to_pylist()),
    )
