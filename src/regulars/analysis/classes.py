"""Value-by-duration classes: who is worth much, and who is probably still a customer.

Reinartz and Kumar (HBR, July 2002) cross expected profit with expected duration. Here: expected revenue of 36 months
above or below the median of those who are probably still customers, and that probability above or below one half.
(The median of the whole base would be that of the long gone: next to nothing.)
Docs: docs/methods/classes.md.
"""

from __future__ import annotations

import ibis

from regulars.analysis.diagnosis import Classes, ClassRow
from regulars.analysis.forecast import Portfolio
from regulars.analysis.results.names import CLASSES, Class

SCHEME = "value_36_by_p_alive"
DURATION_CUT = 0.5


def value_cut_query(customers: ibis.Table) -> ibis.Table:
    """One row: the median 36-month value of probable customers; of everybody, where nobody is probably one."""
    probable = customers.value_36.quantile(0.5, where=customers.p_alive >= DURATION_CUT)
    return customers.aggregate(cut=probable.coalesce(customers.value_36.quantile(0.5)))


def with_class(t: ibis.Table, *, value_cut: float) -> ibis.Table:
    """Add ``class``."""
    much, long = t.value_36 >= value_cut, t.p_alive >= DURATION_CUT
    kind = ibis.cases((much & long, "regulars"), (much, "passing_stars"), (long, "faithful_light"), else_="passers_by")
    return t.mutate(**{"class": kind})


def classes(portfolio: Portfolio, *, value_cut: float) -> Classes:
    """The classification section of a diagnosis."""
    return Classes(SCHEME, value_cut, DURATION_CUT, tuple(_row(portfolio, name) for name in CLASSES))


def _row(portfolio: Portfolio, name: Class) -> ClassRow:
    cells = portfolio.where(class_=name)
    return ClassRow(
        name=name,
        customers=portfolio.count(cells),
        revenue_12_past=portfolio.total("revenue_12", cells),
        value_36=portfolio.revenue(36, cells),
        mean_alive=portfolio.mean_alive(cells),
    )
