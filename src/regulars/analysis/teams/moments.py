"""Sums and squares over customers, by group: all that a group's figure and its error need, in a few rows."""

from __future__ import annotations

import ibis

from regulars.analysis.sums import exact


def of_values(each: ibis.Table, *groups: str, **more: ibis.Value) -> ibis.Table:
    """By group: rows, and the sum and squares of their ``value``."""
    total, squares = (exact(v, decimals=6).cast("float64") for v in (each.value, each.value * each.value))
    return each.group_by(*groups).aggregate(n=each.count(), total=total, squares=squares, **more).order_by(*groups)


def of_pairs(each: ibis.Table, *groups: str) -> ibis.Table:
    """By group: rows, and the sums, squares and products of ``x`` (what is looked at) and ``y`` (the part of it)."""
    t = each.mutate(x=each.x.cast("float64"), y=each.y.cast("float64"))
    wanted = {"x": t.x, "y": t.y, "xx": t.x * t.x, "xy": t.x * t.y, "yy": t.y * t.y}
    sums = {name: exact(value, decimals=6).cast("float64") for name, value in wanted.items()}
    return t.group_by(*groups).aggregate(n=t.count(), **sums).order_by(*groups)
