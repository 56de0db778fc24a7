"""Movement of the base month by month on the trade's calendar windows.

active = new + retained + recovered, where *recovered* came back after more than ``lost_after`` days. *Lapsing* and
*lost* are stocks at the end of the month (at ``as_of`` for the running month): the last visit lies more than
``lapsing_after`` (but not ``lost_after``), or more than ``lost_after``, days back. Docs: docs/methods/movement.md.

The stocks need no scan per month: only gaps longer than ``lapsing_after`` and the last visits move them, so counts of
those by day, cumulated, give the stock at any day.
"""

from __future__ import annotations

from calendar import monthrange
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import ibis
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from regulars.analysis.diagnosis import Movement, MovementMonth
from regulars.packs.schema import Windows


def month_starts(first: date, last: date) -> list[date]:
    """The first days of all months from one day to another."""
    count = (last.year - first.year) * 12 + last.month - first.month + 1
    return [date(first.year + (first.month - 1 + i) // 12, (first.month - 1 + i) % 12 + 1, 1) for i in range(count)]


def month_end(start: date) -> date:
    """The last day of a month."""
    return start.replace(day=monthrange(start.year, start.month)[1])


def first_of_month(days: ibis.Table) -> ibis.Table:
    """Of customer-days, the visits that are the customer's first in their month, with that ``month`` and ``gap``."""
    visits = days.filter(days.visit)
    visits = visits.mutate(
        month=visits.day.truncate("M").cast("date"), gap=visits.day.delta(visits.previous, unit="day")
    )
    return visits.filter(visits.previous.isnull() | (visits.previous.truncate("M").cast("date") != visits.month))


def absences_query(days: ibis.Table, customers: ibis.Table, *, windows: Windows) -> ibis.Table:
    """Absences longer than ``lapsing_after``, counted by the day they began and the day they ended (null = open)."""
    visits = days.filter(days.visit, days.previous.notnull())
    gap = visits.day.delta(visits.previous, unit="day")
    ended = visits.filter(gap > windows.lapsing_after).select(began="previous", ended="day")
    running = customers.filter(customers.since_days > windows.lapsing_after)
    running = running.select(began="last_day", ended=ibis.null("date"))
    every = ended.union(running)
    return every.group_by("began", "ended").aggregate(customers=every.count()).order_by("began", "ended")


@dataclass(frozen=True, slots=True)
class Absences:
    """Absences as day numbers; an open one ends at infinity."""

    began: NDArray[np.int64]
    ended: NDArray[np.int64]
    customers: NDArray[np.int64]

    @classmethod
    def of(cls, table: pa.Table) -> Absences:
        """From the executed query."""
        began = table["began"].to_numpy().astype("datetime64[D]").astype(np.int64)
        ended = table["ended"].to_numpy().astype("datetime64[D]")
        late = np.where(np.isnat(ended), np.iinfo(np.int64).max, ended.astype(np.int64))
        return cls(began, late, table["customers"].to_numpy().astype(np.int64))

    def away(self, on: date, *, longer_than: int) -> int:
        """Customers whose last visit by that day lies more than so many days back."""
        day = np.datetime64(on).astype(np.int64)
        return int(self.customers[(self.began < day - longer_than) & (day < self.ended)].sum())


def movement(
    cohorts: pa.Table, absences: pa.Table, *, revenue: Mapping[date, float], as_of: date, windows: Windows
) -> Movement:
    """The movement section of a diagnosis: every month from the first visit to ``as_of``.

    ``cohorts`` is the executed :func:`regulars.analysis.retention.cohorts_query`.
    """
    seen, new, back = Counter[date](), Counter[date](), Counter[date]()
    for row in cohorts.to_pylist():
        seen[row["month"]] += row["customers"]
        back[row["month"]] += row["recovered"]
        new[row["month"]] += row["customers"] if row["month"] == row["cohort"] else 0
    away = Absences.of(absences)
    rows = []
    for start in month_starts(min(seen), as_of):
        end = min(month_end(start), as_of)
        lost = away.away(end, longer_than=windows.lost_after)
        rows.append(
            MovementMonth(
                month=start,
                active=seen[start],
                new=new[start],
                retained=seen[start] - new[start] - back[start],
                recovered=back[start],
                lapsing=away.away(end, longer_than=windows.lapsing_after) - lost,
                lost=lost,
                revenue=revenue.get(start, 0.0),
            )
        )
    return Movement(windows.lapsing_after, windows.lost_after, tuple(rows))
