"""How far a target has come and how far it should have come: on a straight line from where it began to its day.

What is followed is the figure as it is (a KPI if nothing more is done), from plan to plan: the first plan in which the
target stands is where its way begins. Nothing is extrapolated, and a figure is held against the line on its own day.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from regulars.strategy.objectives import LOWER_IS_BETTER

#: KPIs that say where the business stands. What a plan adds (gains, customers won back) begins at nothing with every
#: plan, and is found by measuring the cycle.
FOLLOWED = frozenset(
    {
        *("retention_rate", "retained_customers", "wastage_90d", "revenue_12", "active_customers", "margin_12"),
        *("new_customers", "complaints_in_time"),
    }
)

#: A difference of so small a part of the way is none: figures are floats.
SAME = 1e-9

type Verdict = Literal["begins", "ahead", "behind", "reached", "missed"]


@dataclass(frozen=True, slots=True)
class Pace:
    """One target's way. ``due`` is where the line is today; ``travelled`` the part of the way gone (below nothing:
    further off than at the beginning), ``elapsed`` the part of the time. ``days_left`` is negative after the day.

    ``verdict``: begins (one figure only), reached, missed (the day has passed), else ahead of the line or behind it.
    """

    begun: date
    start: float
    as_of: date
    now: float
    by: date
    due: float
    travelled: float
    elapsed: float
    days_left: int
    verdict: Verdict


def pace_of(
    *, kpi: str, target: float, begun: date, start: float, as_of: date, now: float, by: date, today: date
) -> Pace:
    """The pace of one target. ``begun`` and ``start``: the day and the figure its way begins with; ``as_of`` and
    ``now``: those of the newest plan."""
    sign = -1.0 if kpi in LOWER_IS_BETTER else 1.0
    way = target - start

    def gone(day: date) -> float:
        whole = (by - begun).days
        return min(1.0, max(0.0, (day - begun).days / whole)) if whole > 0 else 1.0

    ahead = sign * (now - (start + way * gone(as_of)))
    verdict: Verdict = "ahead" if ahead >= -SAME * abs(way) else "behind"
    if sign * (now - target) >= 0:
        verdict = "reached"
    elif today > by:
        verdict = "missed"
    elif as_of <= begun:
        verdict = "begins"
    return Pace(
        begun=begun,
        start=start,
        as_of=as_of,
        now=now,
        by=by,
        due=start + way * gone(today),
        travelled=(now - start) / way if way * sign > 0 else float(verdict == "reached"),
        elapsed=gone(today),
        days_left=(by - today).days,
        verdict=verdict,
    )
