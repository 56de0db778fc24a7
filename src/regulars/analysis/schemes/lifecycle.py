"""Where customers are in their life with the business: newcomer, developing, established, declining, lapsed, returned.

In this order: *lapsed* and *newcomer* as the states of :mod:`regulars.analysis.rhythm` have them; *returned* came back
within the last 365 days after at least the pack's days to 'lost'; *declining* is overdue, or came at most half as often
in the last 365 days as in the 365 before (of at least four visits then); *established* has four visits or more; the
rest is *developing*.
"""

from __future__ import annotations

from datetime import date

import ibis

from regulars.analysis.visits import YEAR
from regulars.packs.schema import Windows

ESTABLISHED_FROM = 4
DECLINED_TO = 0.5


def marks(days: ibis.Table, *, as_of: date) -> ibis.Table:
    """Of each customer's past until ``as_of``: visits of the last year and of the one before, the longest gap that
    ended within the last year, and the sum of squared gaps (days²). Reads nothing later."""
    seen = days.filter(days.visit, days.day <= as_of)
    recent = seen.day > as_of - YEAR
    gap = seen.day.delta(seen.previous, unit="day")
    return seen.group_by("customer").aggregate(
        visits_last=seen.count(where=recent),
        visits_before=seen.count(where=~recent & (seen.day > as_of - 2 * YEAR)),
        gap_ended=gap.max(where=recent).fill_null(0),
        gaps_squared=(gap * gap).sum().cast("float64").fill_null(0.0),
    )


def definition(windows: Windows) -> dict[str, object]:
    """All figures in the rules."""
    return {
        "order": ["lapsed", "newcomer", "returned", "declining", "established", "developing"],
        "windows": windows.model_dump(mode="json"),
        "established_from_visits": ESTABLISHED_FROM,
        "declined_to": DECLINED_TO,
        "year_days": YEAR.days,
    }


def with_lifecycle(t: ibis.Table, *, windows: Windows) -> ibis.Table:
    """Add ``lifecycle`` to customers with a state and :func:`marks`."""
    fewer = (t.visits_before >= ESTABLISHED_FROM) & (t.visits_last <= t.visits_before * DECLINED_TO)
    return t.mutate(
        lifecycle=ibis.cases(
            (t.state == "lapsed", "lapsed"),
            (t.state == "newcomer", "newcomer"),
            (t.gap_ended >= windows.lost_after, "returned"),
            ((t.state == "overdue") | fewer, "declining"),
            (t.x + 1 >= ESTABLISHED_FROM, "established"),
            else_="developing",
        )
    )
