"""What is believed of one customer: one row per identified customer with a visit, joined inside the engine.

Value of the next 12 or 36 months is expected visits times expected spend a visit (revenue, undiscounted); its 80 and
90 % ranges are :func:`regulars.analysis.value.value_factors` of the customer's history times the scale of their spend,
at the widths that the contest on the business's own past asked for. Margin is that revenue at the customer's own rate
of contribution; discounted is the margin at its present value.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import ibis
import numpy as np
import pyarrow as pa

from regulars.analysis.summary import history_keys
from regulars.analysis.tournament import Tried
from regulars.analysis.value import HORIZONS, SpendFit, Statistics, VisitFit, score, value_factors
from regulars.analysis.value.calibration import QUANTILES, Calibration
from regulars.analysis.value.outlook import CALENDAR, Outlook
from regulars.analysis.value.score import discounts
from regulars.analysis.value.statistics import Floats

PERMISSIONS = ("may_email", "may_sms", "may_whatsapp", "may_phone", "may_post")
HIGH, MIDDLE = 0.2, 0.5  # the top 20 % by value, the next 30 %

_PARTS = ("", *(f"_{quantile}" for quantile in QUANTILES))
COLUMNS = (
    *("customer", "branch", "first_day", "last_day", "visits", "x", "t_x_days", "T_days", "revenue", "revenue_12"),
    *("mean_visit_value", "rhythm_days", "due_on", "overdue_factor", "late_days", "p_alive", "rate_month"),
    *("p_active_90", "p_active_12", "leaving_90", "next_visit_from", "next_visit_on", "next_visit_by"),
    *(f"visits_{h}{part}" for h in HORIZONS for part in _PARTS),
    "spend_visit",
    *(f"value_{h}{part}" for h in HORIZONS for part in _PARTS),
    *(f"{money}_{h}" for h in HORIZONS for money in ("margin", "discounted")),
    *("margin_visit", "state", "tier", "class", "package_balance", *PERMISSIONS),
)


def statistics(triples: pa.Table) -> Statistics:
    """Unique triples for the visit models: days become weeks."""
    column = {name: triples[name].to_numpy().astype(float) for name in triples.column_names}
    weeks = (column["t_x_clock"] / 7, column["T_clock"] / 7)
    return Statistics(column["x"], *weeks, column["customers"], column.get("gaps"))


@dataclass(frozen=True, slots=True)
class Ranges:
    """How wide the ranges of visits and of value are, and what a month's delay costs."""

    visits: Calibration
    value: Calibration
    monthly_discount: float

    @classmethod
    def of(cls, tried: Tried | None, *, monthly_discount: float) -> Ranges:
        """As the contest found; nominal without one."""
        if tried is None:
            return cls(Calibration.none(), Calibration.none(), monthly_discount)
        return cls(tried.visits, tried.value, monthly_discount)


def scores(
    triples: pa.Table, *, visits: VisitFit, spend: SpendFit, ranges: Ranges, outlook: Outlook = CALENDAR
) -> pa.Table:
    """What the models say of every triple, keyed for the join. ``spend_cv`` is the spread of believed mean spend."""
    stats = statistics(triples)
    columns = score(stats, visits, calibration=ranges.visits, outlook=outlook)
    columns |= value_factors(stats, visits, spend, calibration=ranges.value, outlook=outlook)
    later = discounts(stats, visits, monthly=ranges.monthly_discount, outlook=outlook)
    columns |= {f"present_{h}": share for h, share in later.items()}
    return _keyed(triples, stats, columns, spend)


def expectations(triples: pa.Table, *, visits: VisitFit, spend: SpendFit, outlook: Outlook = CALENDAR) -> pa.Table:
    """Of :func:`scores` only P(alive) and the means: all that the classes of an earlier day ask for."""
    stats = statistics(triples)
    fit, triple = visits.knowing(stats.gaps), (stats.x, stats.t_x, stats.T)
    ahead = fit.expected_ahead(*triple, tuple(outlook.horizons.values()))
    columns = {"p_alive": fit.p_alive(*triple)}
    columns |= {f"visits_{h}": values for h, values in zip(outlook.horizons, ahead, strict=True)}
    return _keyed(triples, stats, columns, spend)


def _keyed(triples: pa.Table, stats: Statistics, columns: dict[str, Floats], spend: SpendFit) -> pa.Table:
    ones = np.ones(len(stats))
    columns["spend_cv"] = spend.spend_sd(stats.x, ones) / spend.expected_spend(stats.x, ones)
    keys = {name: triples[name] for name in history_keys(triples.column_names)}
    return pa.table(keys | {name: pa.array(values) for name, values in columns.items()})


def valued(customers: ibis.Table, scored: ibis.Table, *, spend: SpendFit) -> ibis.Table:
    """Join scores to customers; add expected spend and value, with ranges where the scores tell them."""
    joined = customers.inner_join(scored, list(history_keys(scored.columns)))
    p, q, gamma = spend.parameters
    known = (joined.x > 0) & (joined.repeat_value > 0)
    base_cv = float(spend.spend_sd(0, 0.0) / spend.expected_spend(0, 0.0))
    joined = joined.mutate(
        paid_visits=ibis.ifelse(known, joined.x, 0),
        paid_value=ibis.ifelse(known, joined.repeat_value, 0.0),
        spend_cv=ibis.ifelse(known, joined.spend_cv, base_cv),
    )
    rate = gamma + joined.paid_visits * joined.paid_value
    joined = joined.mutate(spend_visit=p * rate / (p * joined.paid_visits + q - 1))
    # What value_factors multiplies: the posterior's rate, or the one that keeps the base's mean where nothing was paid.
    scale = joined.spend_visit * (q + p * joined.x - 1) / p
    values = {f"value_{h}": joined[f"visits_{h}"] * joined.spend_visit for h in HORIZONS}
    told = [f"{h}_{q}" for h in HORIZONS for q in QUANTILES if f"factor_{h}_{q}" in scored.columns]
    ranges = {f"value_{name}": joined[f"factor_{name}"] * scale for name in told}
    return joined.mutate(**values, **ranges)


def with_dates(t: ibis.Table, *, as_of: date) -> ibis.Table:
    """Add the window of the next visit (given still a customer) as days of the calendar."""
    windows = {"from": "p10", "on": "p50", "by": "p90"}
    days = {name: t[f"next_visit_{q}"].round().cast("int64").as_interval("D") for name, q in windows.items()}
    return t.mutate(
        **{f"next_visit_{name}": (ibis.literal(as_of) + ahead).cast("date") for name, ahead in days.items()}
    )


@dataclass(frozen=True, slots=True)
class Beside:
    """What is joined to customers besides the models; None where the ledger has nothing of the kind."""

    tiers: ibis.Table  # customer, tier
    home: ibis.Table | None  # customer, branch, visits
    only_branch: str
    balances: ibis.Table | None  # customer, package_balance
    permissions: ibis.Table | None  # customer, may_*


def permissions(customers: ibis.Table) -> ibis.Table:
    """Marketing permissions; where several systems know a customer, one refusal is a refusal."""
    return customers.group_by("customer").aggregate(**{name: customers[name].all() for name in PERMISSIONS})


def completed(customers: ibis.Table, beside: Beside, *, margin_share: float) -> ibis.Table:
    """Add tier, branch, visits, margin, package balance and permissions."""
    t = customers.inner_join(beside.tiers, "customer")
    rate = margin_rate(t, margin_share)
    t = t.mutate(
        margin_visit=t.spend_visit * rate,
        p_active_12=1 - t.visits_12_none,
        **{f"margin_{h}": t[f"value_{h}"] * rate for h in HORIZONS},
        **{f"discounted_{h}": t[f"value_{h}"] * rate * t[f"present_{h}"] for h in HORIZONS},
    )
    if beside.home is not None:
        t = t.inner_join(beside.home, "customer")
    else:
        t = t.mutate(branch=ibis.literal(beside.only_branch), visits=t.x + 1)
    if beside.balances is not None:
        t = t.left_join(beside.balances, "customer").drop("customer_right")
    else:
        t = t.mutate(package_balance=ibis.null("float64"))
    if beside.permissions is not None:
        t = t.left_join(beside.permissions, "customer").drop("customer_right")
    else:
        t = t.mutate(**{name: ibis.null("boolean") for name in PERMISSIONS})
    return t


def margin_rate(t: ibis.Table, share: float) -> ibis.Value:
    """Contribution per unit of revenue: from costs where the customer's lines carry them, else the business's share."""
    if "cost" not in t.columns:
        return ibis.literal(share)
    costed, cost = t.costed.fill_null(0.0), t.cost.fill_null(0.0)
    own = (costed - cost + share * (t.revenue - costed)) / t.revenue.nullif(0.0)
    return ibis.ifelse(t.revenue > 0, ibis.least(ibis.greatest(own, -1.0), 1.0), share)


def tiers(t: ibis.Table) -> ibis.Table:
    """``customer`` and ``tier`` by rank of 36-month value; equal values by customer key, so that sizes hold."""
    best_first = ibis.window(order_by=[t.value_36.desc(), t.customer])
    ranked = t.select("customer", place=ibis.row_number().over(best_first))
    size = t.count().as_scalar()
    tier = ibis.cases((ranked.place < HIGH * size, "high"), (ranked.place < MIDDLE * size, "middle"), else_="low")
    return ranked.select("customer", tier=tier)
