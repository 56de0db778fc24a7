"""One row per customer: how often, since when, until when, and how much."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import ibis

from regulars.analysis.sums import exact
from regulars.analysis.value.statistics import EVENNESS_STEP
from regulars.analysis.visits import YEAR

#: What a visit model knows of a customer.
KEY = ("x", "t_x_days", "T_days")


def summary(days: ibis.Table, *, as_of: date, clock: ibis.Table | None = None) -> ibis.Table:
    """Summarise customer-days (as :func:`regulars.analysis.visits.in_order` gives them) to customers.

    Customers who only ever bought a package or returned something have null ``x``; :func:`visitors` leaves them out.
    ``x`` counts repeat visit days, ``t_x_days`` runs from first to last visit, ``T_days`` from first visit to
    ``as_of``; ``repeat_value`` is the mean value of the repeat visits (0 without any), net of refunds.

    ``clock`` (``day``, ``business_day``; every day up to ``as_of``) turns those two into business days; the calendar's
    are then ``t_x_calendar`` and ``T_calendar``. First and last day and ``since_days`` stay the calendar's.
    """
    since = as_of - YEAR
    sums = {name: days[name].sum().cast("float64") for name in ("costed", "cost") if name in days.columns}
    total = days.group_by("customer").aggregate(
        x=days["index"].max(),
        first_day=days.day.min(where=days.visit),
        last_day=days.day.max(where=days.visit),
        visit_days_12=days.count(where=days.visit & (days.day > since)),
        earned=days.value.sum(),
        earned_12=days.value.sum(where=days.day > since),
        earned_first=days.value.sum(where=days["index"] == 0),
        **sums,
    )
    repeat = (total.earned - total.earned_first).cast("float64") / total.x
    total = total.mutate(
        t_x_days=total.last_day.delta(total.first_day, unit="day"),
        T_days=ibis.literal(as_of).delta(total.first_day, unit="day"),
        since_days=ibis.literal(as_of).delta(total.last_day, unit="day"),
        revenue=total.earned.cast("float64"),
        revenue_12=total.earned_12.cast("float64").fill_null(0.0),
        mean_visit_value=total.earned.cast("float64") / (total.x + 1),
        repeat_value=ibis.ifelse(total.x > 0, repeat, 0.0),
    ).drop("earned", "earned_12", "earned_first")
    return total if clock is None else in_business_time(total, clock, as_of=as_of)


def in_business_time(customers: ibis.Table, clock: ibis.Table, *, as_of: date) -> ibis.Table:
    """Customers whose ``t_x_days`` and ``T_days`` are business days, at least one where somebody came again.

    Somebody came again within a closure of the whole business, or on two slow days, still came again.
    """
    first = clock.select(first_day="day", began="business_day")
    last = clock.select(last_day="day", ended="business_day")
    now = clock.filter(clock.day == as_of).business_day.max().as_scalar()
    t = customers.left_join(first, "first_day").drop("first_day_right")
    t = t.left_join(last, "last_day").drop("last_day_right")
    t = t.mutate(t_x_calendar=t.t_x_days, T_calendar=t.T_days, now=now)
    t = t.mutate(t_x_days=ibis.greatest(t.ended - t.began, ibis.ifelse(t.x > 0, 1, 0)))
    return t.mutate(T_days=ibis.greatest(t.now - t.began, t.t_x_days)).drop("began", "ended", "now")


def visitors(customers: ibis.Table) -> ibis.Table:
    """Those with at least one visit: the customers of a study."""
    return customers.filter(customers.x.notnull())


def with_gaps(customers: ibis.Table, days: ibis.Table, *, until: date) -> ibis.Table:
    """Add ``log_gaps``, the sum of the logarithms of the customer's own gaps (weeks) up to ``until``, and ``evenness``,
    how far it lies below that of equal gaps (in steps): what the mixture of rhythms knows beside (x, t_x, T).
    """
    again = days.filter(days.previous.notnull(), days.day <= until)
    weeks = again.day.delta(again.previous, unit="day").cast("float64") / 7
    again = again.mutate(log_gap=weeks.ln())
    sums = again.group_by("customer").aggregate(log_gaps=exact(again.log_gap, decimals=9).cast("float64"))
    t = customers.left_join(sums, "customer").drop("customer_right")
    t = t.mutate(log_gaps=t.log_gaps.fill_null(0.0))
    count, last = ibis.greatest(t.x, 1).cast("float64"), ibis.greatest(t.t_x_days, 1).cast("float64") / 7
    below = ((count * (last / count).ln() - t.log_gaps) / EVENNESS_STEP).round().cast("int64")
    return t.mutate(evenness=ibis.ifelse(t.x > 0, below, 0))


def history_keys(columns: Iterable[str]) -> tuple[str, ...]:
    """What makes two customers' histories one: ``evenness`` too where it is known."""
    return (*KEY, "evenness") if "evenness" in columns else KEY


def triples(customers: ibis.Table) -> ibis.Table:
    """Unique (x, t_x_days, T_days) with counts: all a visit model needs of the base; with ``evenness`` also by that,
    and the mean ``gaps``."""
    keys = history_keys(customers.columns)
    more = {}
    if "evenness" in keys:
        more["gaps"] = exact(customers.log_gaps, decimals=9).cast("float64") / customers.count()
    return customers.group_by(*keys).aggregate(customers=customers.count(), **more).order_by(*keys)


def log_gaps_query(days: ibis.Table, *, until: date) -> ibis.Table:
    """One row: the sum of the logarithms of all gaps between visits, in weeks; all the regularity of a base needs.

    Rounded: parallel sums differ in the last bits from run to run, and log-likelihoods must not.
    """
    again = days.filter(days.previous.notnull(), days.day <= until)
    weeks = again.day.delta(again.previous, unit="day").cast("float64") / 7
    return again.aggregate(total=exact(weeks.ln(), decimals=9).cast("float64").fill_null(0.0).round(6))


def repeat_values(customers: ibis.Table, *, steps: int | None) -> ibis.Table:
    """Unique (x, mean repeat value) with counts: all the spend model needs.

    ``steps`` per factor of e groups like values of a large base (None = exact): 400 steps are a quarter of a per cent.
    """
    paid = customers.filter(customers.x > 0, customers.repeat_value > 0)
    if steps is None:
        grouped = paid.group_by("x", "repeat_value").aggregate(customers=paid.count())
        return grouped.order_by("x", "repeat_value")
    step = (paid.repeat_value.ln() * steps).round().cast("int64")
    binned = paid.group_by(x=paid.x, step=step).aggregate(repeat_value=paid.repeat_value.mean(), customers=paid.count())
    return binned.order_by("x", "step")
