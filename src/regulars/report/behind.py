"""Which customers stand behind a figure: the predicate that selects them, where the language of segments has one.

A face that may show customers makes a link of it; files that leave the house carry none.
"""

from __future__ import annotations

from datetime import date, timedelta

from regulars.base.predicate.tree import All, Between, Compare, Predicate, Value
from regulars.base.predicate.write import write


def of(field: str, value: Value) -> str:
    """Customers of whom a field is just that."""
    return write(Compare(field, "=", value))


def first_seen_in(month: date) -> str:
    """Customers whose first visit fell in a month."""
    end = (month.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    return write(Between("first_day", month, end))


def rhythm(low: int, high: int | None) -> str:
    """Returning customers whose own interval lies from ``low`` days to less than ``high``."""
    parts: list[Predicate] = [Compare("visits", ">=", 2.0), Compare("rhythm_days", ">=", float(low))]
    if high is not None:
        parts.append(Compare("rhythm_days", "<", float(high)))
    return write(All(tuple(parts)))


def fifths(recency: int, money: int) -> str:
    """Customers of one square of the fifths by last visit and spending."""
    return write(All((Compare("rfm_r", "=", float(recency)), Compare("rfm_m", "=", float(money)))))
