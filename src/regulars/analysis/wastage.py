"""Customers silently leaving, and what it costs. Docs: docs/methods/wastage.md.

State (newcomer, active, overdue, lapsed) is judged on each customer's own rhythm; *lost* is the trade's calendar
window. What is at risk among the overdue is the revenue of the next 12 months they would bring if they were surely
still customers, less what they are expected to bring as it is.
"""

from __future__ import annotations

import ibis
import pyarrow as pa

from regulars.analysis.diagnosis import StateRow, Wastage
from regulars.analysis.forecast import Portfolio
from regulars.analysis.results.names import STATES, State
from regulars.analysis.visits import YEAR
from regulars.packs.schema import Windows


def lost_query(customers: ibis.Table, days: ibis.Table, *, windows: Windows) -> ibis.Table:
    """One row: customers who passed the lost window within the last 365 days, and what they earned us in the 365
    days up to their last visit."""
    after = windows.lost_after
    gone = customers.filter((customers.since_days > after) & (customers.since_days <= after + YEAR.days))
    paid = days.select("customer", "day", "value").join(gone.select("customer", "last_day"), "customer")
    paid = paid.filter(paid.day <= paid.last_day, paid.day > paid.last_day - ibis.interval(days=YEAR.days))
    who = gone.aggregate(customers=gone.count())
    what = paid.aggregate(revenue=paid.value.sum().cast("float64").fill_null(0.0))
    return who.cross_join(what)


def wastage(portfolio: Portfolio, lost: pa.Table) -> Wastage:
    """The wastage section of a diagnosis."""
    return Wastage(
        states=tuple(_row(portfolio, state) for state in STATES),
        overdue_value_at_risk=portfolio.at_risk(portfolio.where(state="overdue")),
        lost_last_12=lost["customers"][0].as_py(),
        lost_last_12_revenue=lost["revenue"][0].as_py(),
        expected_lost_next_90=portfolio.lost_next_90(portfolio.where()),
    )


def _row(portfolio: Portfolio, state: State) -> StateRow:
    cells = portfolio.where(state=state)
    return StateRow(
        state=state,
        customers=portfolio.count(cells),
        revenue_12_past=portfolio.total("revenue_12", cells),
        mean_alive=portfolio.mean_alive(cells),
        value_12=portfolio.revenue(12, cells),
    )
