"""Acquisition cohorts by month, and how many newcomers came back within the trade's window.

A cohort is everybody whose first visit fell into one month; ``share[i][k]`` is the part of cohort i that visited in
its k-th month (k = 0 is the first month: always 100 %). Months that ``as_of`` has not completed are None.
Docs: docs/methods/retention.md.
"""

from __future__ import annotations

from datetime import date, timedelta

import ibis
import pyarrow as pa

from regulars.analysis.diagnosis import Cohorts
from regulars.analysis.movement import first_of_month, month_end, month_starts
from regulars.analysis.visits import YEAR
from regulars.packs.schema import Pack, Windows


def cohorts_query(days: ibis.Table, *, windows: Windows) -> ibis.Table:
    """Customers per cohort (month of the first visit) and month of visit, and how many of them came back from lost."""
    came = first_of_month(days)
    came = came.mutate(cohort=came.first_day.truncate("M").cast("date"))
    counted = came.group_by("cohort", "month").aggregate(
        customers=came.count(), recovered=came.count(where=came.gap > windows.lost_after)
    )
    return counted.order_by("cohort", "month")


def newcomers_query(days: ibis.Table, *, as_of: date, window: int, since: date | None = None) -> ibis.Table:
    """One row: newcomers of a year, all seen for the whole ``window`` since, and those who came back within it.

    Who was first seen before ``since`` may be no newcomer.
    """
    last = as_of - timedelta(days=window)
    visits = days.filter(days.visit)
    newcomer = visits.first_day.between(max(last - YEAR + timedelta(days=1), since or date.min), last)
    quickly = visits.day.delta(visits.first_day, unit="day") <= window
    return visits.aggregate(
        newcomers=visits.count(where=newcomer & (visits["index"] == 0)),
        returned=visits.count(where=newcomer & (visits["index"] == 1) & quickly),
    )


def cohorts(table: pa.Table, newcomers: pa.Table, *, as_of: date, pack: Pack, since: date | None = None) -> Cohorts:
    """The cohort section of a diagnosis; cohorts begun before ``since`` may hold customers older than the ledger."""
    seen = {(row["cohort"], row["month"]): row["customers"] for row in table.to_pylist()}
    months = tuple(sorted({cohort for cohort, _ in seen}))
    sizes = tuple(seen[month, month] for month in months)
    counted, returned = newcomers["newcomers"][0].as_py(), newcomers["returned"][0].as_py()
    # Only a figure of the trade that was measured alike may stand beside the own one.
    alike = f"new_back_{pack.windows.returned_within}"
    trade = next((b for b in pack.benchmarks if b.id == "newcomers_returned" and b.defined == alike), None)
    return Cohorts(
        months=months,
        sizes=sizes,
        share=tuple(
            tuple(
                seen.get((cohort, month), 0) / size if month == cohort or month_end(month) <= as_of else None
                for month in month_starts(cohort, as_of)
            )
            for cohort, size in zip(months, sizes, strict=True)
        ),
        returned_within_days=pack.windows.returned_within,
        newcomers_returned=returned / counted if counted else None,
        newcomers_counted=counted,
        benchmark=trade.value if trade else None,
        benchmark_source=trade.source if trade else "",
        truncated=0 if since is None else sum(month < since for month in months),
    )
