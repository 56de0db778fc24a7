"""How many customers each class has and what they bring: the small tables of the chapter."""

from __future__ import annotations

import math

import ibis
import pyarrow as pa

from regulars.analysis.results.names import CLASSES
from regulars.analysis.results.schemes import SchemeClass, SchemeId
from regulars.analysis.segment import Z80
from regulars.analysis.standings import PERMISSIONS
from regulars.base.estimate import Estimate
from regulars.base.text import Text, say

METHOD = "schemes"


def sizes_query(t: ibis.Table, column: str, *, odds: bool) -> ibis.Table:
    """By class: customers, revenue, expected revenue and reach. With ``odds``, on every row the sums over the whole
    base of each class's chance p and of p (1 - p)."""
    reach = ibis.literal(False)
    for name in PERMISSIONS:
        reach = reach | t[name].cast("boolean").fill_null(False)
    grouped = t.group_by(kind=t[column]).aggregate(
        customers=t.count(),
        revenue_12=t.revenue_12.sum().round(2),
        value_12=t.value_12.sum().round(2),
        reachable=t.count(where=reach),
    )
    if odds:
        chance = {name: t[f"class_p_{name}"] for name in CLASSES}
        sums = {f"p_{name}": p.sum().round(6) for name, p in chance.items()}
        sums |= {f"v_{name}": (p * (1 - p)).sum().round(6) for name, p in chance.items()}
        grouped = grouped.cross_join(t.aggregate(**sums))
    return grouped.order_by("kind")


def class_rows(rows: pa.Table, *, order: tuple[str, ...], id: SchemeId) -> tuple[SchemeClass, ...]:
    """The executed :func:`sizes_query`, every class of ``order``, empty ones too."""
    found = {row["kind"]: row for row in rows.to_pylist()}
    whole = next(iter(found.values()))
    n = sum(row["customers"] for row in found.values())
    classes = []
    for name in order:
        row = found.get(name, {"customers": 0, "revenue_12": 0.0, "value_12": 0.0, "reachable": 0})
        expected = _size(whole[f"p_{name}"], whole[f"v_{name}"], n) if f"p_{name}" in whole else None
        classes.append(
            SchemeClass(
                id=name,
                name=class_name(id, name),
                customers=row["customers"],
                expected=expected,
                revenue_12=float(row["revenue_12"]),
                value_12=float(row["value_12"]),
                reachable=row["reachable"],
            )
        )
    return tuple(classes)


def class_name(id: SchemeId, name: str) -> Text:
    """What a class is called; a need is called by its categories."""
    return say("study.schemes.need", name=name) if id == "need" else say(f"predicate.value.{name}")


def _size(mean: float, variance: float, n: int) -> Estimate:
    """Class membership of each customer drawn on its own: the sum has variance ``sum p (1 - p)`` (normal range)."""
    reach = Z80 * math.sqrt(max(variance, 0.0))
    low, high = max(mean - reach, 0.0), min(mean + reach, float(n))
    return Estimate(mean, low, mean, high, "customers", METHOD, n)


def grid_query(t: ibis.Table) -> ibis.Table:
    """Customers and revenue by recency and money score."""
    grouped = t.group_by(r=t.rfm_r, m=t.rfm_m)
    return grouped.aggregate(customers=t.count(), revenue_12=t.revenue_12.sum().round(2)).order_by("r", "m")


def habit_query(t: ibis.Table, parts: tuple[str, ...]) -> ibis.Table:
    """By quarter of the index's scale: customers, sums of its parts and of the chance of being alive."""
    band = ibis.least(ibis.greatest((t.habit * 4).floor().cast("int64"), 0), 3)
    sums = {name: t[f"habit_{name}"].sum().round(6) for name in parts}
    grouped = t.group_by(band=band)
    return grouped.aggregate(customers=t.count(), alive=t.p_alive.sum().round(6), **sums).order_by("band")
