"""How far every holder of contracts is known on a day.

A contract renewed shows when the next is bought, one that lapsed after a long silence; whichever shows first would be
counted too often among young contracts, and make holders look more or less faithful than they are. So a contract is
open, whatever is known of it, until it is older than the silence that counts as a lapse and than nine in ten of the
gaps until the next that have been seen.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

import ibis

from regulars.analysis.part import Scene
from regulars.analysis.results.renewal import Contract


def fees(scene: Scene, *, kind: Contract) -> ibis.Table:
    """The days on which customers took a contract: ``customer``, ``day``."""
    lines = scene.setting.lines
    return lines.filter(lines.customer.notnull(), lines.kind == kind).select("customer", "day").distinct()


def gaps_query(own: ibis.Table) -> ibis.Table:
    """Gaps in days between a customer's contracts, counted."""
    window = ibis.window(group_by=own.customer, order_by=own.day)
    gaps = own.mutate(before=own.day.lag().over(window))
    gaps = gaps.filter(gaps.before.notnull()).mutate(gap=lambda t: t.day.delta(t.before, unit="day"))
    return gaps.group_by("gap").aggregate(n=gaps.count()).order_by("gap")


def gaps_until(scene: Scene, *, kind: Contract, on: date, name: str) -> dict[int, int]:
    """Gaps known on a day, and how often each was seen."""
    own = fees(scene, kind=kind)
    rows = scene.setting.desk.ask(name, gaps_query(own.filter(own.day <= on))).to_pylist()
    return {row["gap"]: row["n"] for row in rows}


def told_at(gaps: Mapping[int, int], *, after: int) -> int:
    """The age in days from which a contract counts as told."""
    left = 0.9 * sum(gaps.values())
    for gap in sorted(gaps):
        left -= gaps[gap]
        if left <= 0:
            return max(gap, after)
    return after


def held(scene: Scene, *, kind: Contract, after: int, told: int, on: date) -> ibis.Table:
    """One row per holder on a day: contracts taken (``total``), contracts ``reached``, whether the last has ``lapsed``.

    ``reached`` leaves out those whose predecessor is not older than ``told`` days; lapsed is silence for longer than
    ``after`` (no further contract and, for packages, no visit) after a contract so old.
    """
    own = fees(scene, kind=kind)
    own = own.filter(own.day <= on)
    old = own.day < on - timedelta(days=told)
    each = own.group_by("customer").aggregate(total=own.count(), old=own.count(where=old), last=own.day.max())
    known = each.old == each.total  # the last one is old enough itself
    each = each.mutate(reached=each.old + (~known).cast("int64"), known=known)
    if kind == "package_sale":
        days = scene.kept.days.filter(scene.kept.days.visit, scene.kept.days.day <= on)
        seen = days.group_by("customer").aggregate(seen=days.day.max())
        each = each.left_join(seen, "customer").drop("customer_right")
        each = each.mutate(last=ibis.greatest(each["last"], each.seen.fill_null(each["last"]))).drop("seen")
    lapsed = ibis.literal(on).delta(each["last"], unit="day") > after
    return each.select("customer", "total", "reached", lapsed=each.known & lapsed)
