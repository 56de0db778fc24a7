"""Branches by calendar quarter: newcomers who came again, existing customers who did, and revenue of a visit.

A quarter is told by its number, four to a year: 4 * year + quarter - 1.
"""

from __future__ import annotations

from datetime import date, timedelta

import ibis

from regulars.analysis.lookback import Look
from regulars.analysis.teams.moments import of_values
from regulars.analysis.teams.queries import BACK, newcomers
from regulars.analysis.visits import YEAR

QUARTERS = 8
_DAY = timedelta(days=1)


def number(day: date) -> int:
    """The number of a day's quarter."""
    return 4 * day.year + (day.month - 1) // 3


def first_day(quarter: int) -> date:
    """The first day of a quarter."""
    return date(quarter // 4, 3 * (quarter % 4) + 1, 1)


def whole_quarters(first: date, last: date) -> range:
    """The last eight quarters, or as many as there are, that lie wholly between two days (both included)."""
    end, start = number(last + _DAY), number(first - _DAY) + 1
    return range(max(start, end - QUARTERS), max(end, start))


def _of(day: ibis.Value) -> ibis.Value:
    return (day.year() * 4 + day.quarter() - 1).cast("int64")


def newcomers_by_quarter(scene: Look) -> ibis.Table:
    """Newcomers by the branch and quarter of their first visit, and those who came again within 90 days."""
    t = newcomers(scene)
    t = t.filter(t.branch == t.branch_to).mutate(quarter=_of(ibis._.day))
    return (
        t.group_by("branch", "quarter").aggregate(n=t.count(), hits=t.count(where=t.came)).order_by("branch", "quarter")
    )


def _counted(t: ibis.Table) -> ibis.Table:
    counted = t.group_by("branch", "quarter").aggregate(n=t.count(), hits=t.count(where=t.came))
    return counted.order_by("branch", "quarter")


def existing_by_quarter(scene: Look) -> ibis.Table:
    """Customers by quarter, but for the one they first came in, and the branch of their last visit in it: those who
    came again within 90 days of that visit."""
    days = scene.kept.days
    visits = days.filter(days.visit, days.day > scene.setting.as_of - 3 * YEAR)  # eight quarters, and some to spare
    visits = visits.mutate(quarter=_of(visits.day))
    window = ibis.window(group_by=visits.customer, order_by=visits.day)
    t = visits.mutate(following=visits.day.lead().over(window), next=visits.quarter.lead().over(window))
    t = t.filter(t.next.isnull() | (t.next != t.quarter), t.quarter != _of(t.first_day), t.branch == t.branch_to)
    came = (t.following.delta(t.day, unit="day") <= BACK.days).fill_null(False)
    t = t.mutate(came=came)
    return (
        t.group_by("branch", "quarter").aggregate(n=t.count(), hits=t.count(where=t.came)).order_by("branch", "quarter")
    )


def values_by_quarter(scene: Look) -> ibis.Table:
    """Customers by branch and quarter, with each one's mean revenue of a visit there."""
    days = scene.kept.days
    recent = days.day > scene.setting.as_of - 3 * YEAR
    visits = days.filter(days.visit, recent, days.branch == days.branch_to)
    visits = visits.mutate(quarter=_of(visits.day))
    each = visits.group_by("branch", "quarter", "customer").aggregate(
        value=visits.value.sum().cast("float64") / visits.count().cast("float64")
    )
    return of_values(each, "branch", "quarter")
