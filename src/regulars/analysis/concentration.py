"""How unevenly the last 12 months' revenue is spread over the customers who came (Lorenz curve).

Customers are ranked best first; a customer whose refunds exceed their purchases counts as zero. Shares between two
points of the curve are read off the straight line between them. Docs: docs/methods/concentration.md.
"""

from __future__ import annotations

import ibis
import numpy as np
import pyarrow as pa

from regulars.analysis.diagnosis import Concentration
from regulars.analysis.sums import exact

POINTS = 100


def lorenz_query(customers: ibis.Table) -> ibis.Table:
    """Customers who came in the last 12 months in up to 100 like-sized groups, best first, with revenue of each."""
    came = customers.filter(customers.visit_days_12 > 0)
    came = came.select("customer", "x", revenue=ibis.greatest(came.revenue_12, 0.0))
    best_first = ibis.window(order_by=[came.revenue.desc(), came.customer])
    ranked = came.mutate(group=ibis.ntile(POINTS).over(best_first))
    revenue = exact(ranked.revenue, decimals=2).cast("float64")
    return ranked.group_by("group").aggregate(customers=ranked.count(), revenue=revenue).order_by("group")


def one_visit_query(customers: ibis.Table) -> ibis.Table:
    """One row: customers with a single visit so far, and their revenue of the last 12 months."""
    once = customers.x == 0
    came = customers.visit_days_12 > 0
    revenue = ibis.greatest(customers.revenue_12, 0.0)
    theirs = exact(ibis.ifelse(once & came, revenue, 0.0), decimals=2).cast("float64")
    return customers.aggregate(customers=customers.count(where=once), revenue=theirs.fill_null(0.0))


def concentration(groups: pa.Table, one_visit: pa.Table) -> Concentration:
    """The concentration section of a diagnosis."""
    counts = groups["customers"].to_numpy().astype(float)
    revenue = groups["revenue"].to_numpy().astype(float)
    total = float(revenue.sum())
    share_of_customers = np.r_[0.0, np.cumsum(counts) / counts.sum()] if len(counts) else np.array([0.0, 1.0])
    # Without any revenue nothing is concentrated: the curve is the diagonal.
    share_of_revenue = np.r_[0.0, np.cumsum(revenue)[:-1] / total, 1.0] if total > 0 else share_of_customers
    once = one_visit["revenue"][0].as_py()
    return Concentration(
        points=tuple(zip(share_of_customers.tolist(), share_of_revenue.tolist(), strict=True)),
        top_decile_share=float(np.interp(0.1, share_of_customers, share_of_revenue)),
        top_fifth_share=float(np.interp(0.2, share_of_customers, share_of_revenue)),
        one_visit_customers=one_visit["customers"][0].as_py(),
        one_visit_revenue_share=once / total if total > 0 else 0.0,
    )
