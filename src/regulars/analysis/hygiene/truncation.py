"""Customers who may be older than the ledger: first seen so early that nobody can tell."""

from __future__ import annotations

from datetime import date, timedelta

import ibis
import pyarrow as pa

from regulars.analysis.hygiene.thresholds import CROWD, TRUNCATED_INTERVALS, TRUNCATED_LEAST_DAYS, TRUNCATED_MOST
from regulars.analysis.results.hygiene import Truncation


def early_until(*, first_day: date, as_of: date, interval: float) -> date:
    """The first day on which a newcomer is surely one: twice the typical interval after the start of the ledger."""
    span = (as_of - first_day).days + 1
    within = max(TRUNCATED_INTERVALS * interval, TRUNCATED_LEAST_DAYS)
    return first_day + timedelta(days=max(int(min(within, TRUNCATED_MOST * span)), 1))


def truncation(row: pa.Table, *, first_day: date, before: date, as_of: date) -> Truncation:
    """Whether early days brought a crowd of first visits; ``row`` is of :func:`facts.first_visits`."""
    early, later = row["early"][0].as_py(), row["later"][0].as_py()
    within = (before - first_day).days
    weeks, rest = within / 7, ((as_of - before).days + 1) / 7
    rate = early / weeks
    later_rate = later / rest if rest > 0 else None
    # Two standard errors of a difference of Poisson counts beside the factor: five first visits are no crowd.
    crowd = later_rate is not None and rate > CROWD * later_rate and early - later_rate * weeks > 2 * early**0.5
    return Truncation(
        within_days=within,
        before=before,
        customers=early if crowd else 0,
        crowded=crowd,
        first_visits_a_week=rate,
        later_a_week=later_rate,
    )


def flags(people: ibis.Table, found: Truncation) -> ibis.Table:
    """``customer`` and ``left_truncated``: their first visit, and so their duration, may be unknown."""
    suspected = people.first_day < found.before if found.crowded else ibis.literal(False)
    return people.select("customer", left_truncated=suspected)
