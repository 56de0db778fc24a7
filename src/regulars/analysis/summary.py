"""One row per customer: how often, since when, until when, and how much."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import ibis

from regulars.analysis.sums import exact
from regulars.analysis.value.statistics import EVENNESS_STEP
from regulars.analysis.visits import YEAR

#: What a visit model knows of a customer, by its own clock.
KEY = ("x", "t_x_clock", "T_clock")


def summary(days: ibis.Table, *, as_of: date, now: int | None = None) -> ibis.Table:
    """Summarise customer-days (as :func:`regulars.analysis.visits.in_order` gives them) to customers.

    Customers who only ever bought a package or returned something have null ``x``; :func:`visitors` leaves them out.
    ``x`` counts repeat visit days, ``t_x_days`` runs from first to last visit, ``T_days`` from first visit to
    ``as_of``; ``repeat_value`` is the mean value of the repeat visits (0 without any), net of refunds.

    ``t_x_clock`` and ``T_clock`` are those two by the models' clock: the same days, or business days where ``days`` are
    :func:`timed_days` (``now`` is then the business day of ``as_of``). Somebody who came again within a closure of the
    whole business still came again: after one business day at least.
    """
    since = as_of - YEAR
    sums = {name: days[name].sum().cast("float64") for name in ("costed", "cost") if name in days.columns}
    timed = "at" in days.columns
    if timed:
        sums |= {"began": days["at"].min(where=days.visit), "ended": days["at"].max(where=days.visit)}
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
    if not timed:
        return total.mutate(t_x_clock=total.t_x_days, T_clock=total.T_days)
    assert now is not None, "days in business time need the business day of as_of"
    total = total.mutate(t_x_clock=ibis.greatest(total.ended - total.began, ibis.ifelse(total.x > 0, 1, 0)))
    return total.mutate(T_clock=ibis.greatest(now - total.began, total.t_x_clock)).drop("began", "ended")


def timed_days(days: ibis.Table, clock: ibis.Table | None) -> ibis.Table:
    """Customer-days with ``at`` and ``previous_at``, the business days of the day and of the visit before it.

    By a clock (``day``, ``business_day``; every day there is); without one these columns are taken off.
    """
    days = days.drop(*(name for name in ("at", "previous_at") if name in days.columns))
    if clock is None:
        return days
    at, before = clock.select("day", at="business_day"), clock.select(previous="day", previous_at="business_day")
    return days.left_join(at, "day").drop("day_right").left_join(before, "previous").drop("previous_right")


def gap_weeks(days: ibis.Table) -> ibis.Value:
    """Weeks since the visit before, by the models' clock: a day at least."""
    if "at" in days.columns:
        return ibis.greatest(days["at"] - days.previous_at, 1).cast("float64") / 7
    return days.day.delta(days.previous, unit="day").cast("float64") / 7


def visitors(customers: ibis.Table) -> ibis.Table:
    """Those with at least one visit: the customers of a study."""
    return customers.filter(customers.x.notnull())


def with_gaps(customers: ibis.Table, days: ibis.Table, *, until: date) -> ibis.Table:
    """Add ``log_gaps``, the sum of the logarithms of the customer's own gaps (weeks) up to ``until``, and ``evenness``,
    how far it lies below that of equal gaps (in steps): what the mixture of rhythms knows beside (x, t_x, T).
    """
    again = days.filter(days.previous.notnull(), days.day <= until)
    again = again.mutate(log_gap=gap_weeks(again).ln())
    sums = again.group_by("customer").aggregate(log_gaps=exact(again.log_gap, decimals=9).cast("float64"))
    t = customers.left_join(sums, "customer").drop("customer_right")
    t = t.mutate(log_gaps=t.log_gaps.fill_null(0.0))
    count, last = ibis.greatest(t.x, 1).cast("float64"), ibis.greatest(t.t_x_clock, 1).cast("float64") / 7
    below = ((count * (last / count).ln() - t.log_gaps) / EVENNESS_STEP).round().cast("int64")
    return t.mutate(evenness=ibis.ifelse(t.x > 0, below, 0))


def history_keys(columns: Iterable[str]) -> tuple[str, ...]:
    """What makes two customers' histories one: ``evenness`` too where it is known."""
    return (*KEY, "evenness") if "evenness" in columns else KEY


def triples(customers: ibis.Table) -> ibis.Table:
    """Unique (x, t_x_clock, T_clock) with counts: all a visit model needs of the base; with ``evenness`` also by that,
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
    return again.aggregate(total=exact(gap_weeks(again).ln(), decimals=9).cast("float64").fill_null(0.0).round(6))


def repeat_values(customers: ibis.Table, *, steps: int | None) -> ibis.Table:
    """Unique (x, mean repeat value) with counts: all the spend model needs.

    ``steps`` per factor of e groups like values of a large base (None = exact): 400 steps are a quarter of a per cent.
    """
    paid = customers.filter(customers.x > 0, customers.repeat_value > 0)
    if steps is None:
        grouped = paid.group_by("x", "repeat_value").aggregate(customers=paid.count())
        return grouped.order_by("x", "repeat_value")
    step = (paid.repeat_value.ln() * steps).round().cast("int64")
    mean = exact(paid.repeat_value, decimals=9).cast("float64") / paid.count()
    binned = paid.group_by(x=paid.x, step=step).aggregate(repeat_value=mean, customers=paid.count())
    return binned.order_by("x", "step")
