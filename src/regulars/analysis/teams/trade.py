"""The trade's figures beside the chain's, where both are defined alike, with ranges that count customers.

The definitions are those of docs/reference/kpis.md; a figure of the trade that was measured otherwise is not compared.
"""

from __future__ import annotations

from collections.abc import Callable

import ibis
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from regulars.analysis.bookings import rebooked
from regulars.analysis.lookback import Look
from regulars.analysis.results.teams import ENOUGH, Beside, Span
from regulars.analysis.staying.kpis import client_months, told_months
from regulars.analysis.teams.gathering import settled
from regulars.analysis.teams.moments import of_pairs
from regulars.analysis.teams.ratio import Ratio
from regulars.analysis.teams.tables import of_ratio
from regulars.analysis.visits import YEAR
from regulars.packs.schema import Benchmark, Defined

_NORMAL_90 = 1.6449
_BACK: tuple[Defined, ...] = ("new_back_90", "existing_back_90")
_BOOKED: tuple[Defined, ...] = ("rebooked_24h", "no_show")
_WINDOW = 90


def beside_the_trade(scene: Look) -> tuple[Beside, ...]:
    """Every figure of the trade that the pack holds, in its order."""
    benchmarks = scene.setting.pack.benchmarks
    back = None
    if any(b.defined in _BACK for b in benchmarks):
        back = scene.setting.desk.ask("teams_trade_back_90", _back(scene))
    return tuple(_beside(scene, benchmark, back) for benchmark in benchmarks)


def _beside(scene: Look, b: Benchmark, back: pa.Table | None) -> Beside:
    if b.defined is None:
        return Beside(b.id, None, b.value, b.source, 0, None, "otherwise")
    if b.defined in _BOOKED and not scene.setting.desk.reader.has("bookings"):
        return Beside(b.id, b.defined, b.value, b.source, 0, None, "no_bookings")
    if b.defined in _BACK:
        assert back is not None
        table = back.filter(pc.equal(back["new"], b.defined == "new_back_90"))
    else:
        each = _EACH[b.defined](scene).mutate(all=ibis.literal(0, "int64"))
        table = scene.setting.desk.ask(f"teams_trade_{b.defined}", of_pairs(each, "all"))
    ratio = of_ratio(("all",), ["all"] * table.num_rows, table)
    customers = int(ratio.n.sum())
    if b.defined in _BOOKED and not ratio.y.any():
        return Beside(b.id, b.defined, b.value, b.source, customers, None, "none_told")
    if customers < ENOUGH or not ratio.x.sum() > 0:
        return Beside(b.id, b.defined, b.value, b.source, customers, None, "too_few")
    return Beside(b.id, b.defined, b.value, b.source, customers, interval(ratio, bounded=b.defined != "revisit_days"))


def interval(ratio: Ratio, *, bounded: bool) -> Span:
    """The ratio of one group with the range that holds 90 %, from how customers differ."""
    half = _NORMAL_90 * float(np.sqrt(ratio.within / ratio.n.sum()))
    low, high = ratio.overall - half, ratio.overall + half
    return Span(max(low, 0.0), ratio.overall, min(high, 1.0) if bounded else high)


def _back(scene: Look) -> ibis.Table:
    """Customers' months of a year by whether they were the first, and those followed by a visit within the window."""
    start, end = told_months(scene.setting.as_of, _WINDOW)
    t = client_months(scene.kept.days, as_of=scene.setting.as_of)
    t = t.filter(t.month >= start, t.month < end)
    each = t.group_by("new", "customer").aggregate(x=t.count(), y=t.count(where=(t.wait <= _WINDOW).fill_null(False)))
    return of_pairs(each, "new")


def _rebooked(scene: Look) -> ibis.Table:
    days = scene.kept.days
    visits = days.filter(days.visit, days.day > scene.setting.as_of - YEAR).select("customer", "day")
    t = visits.left_join(rebooked(visits, scene.setting.desk.reader.table("bookings")), ["customer", "day"])
    return t.group_by("customer").aggregate(x=t.count(), y=t.count(where=t.quickly.fill_null(False)))


def _missed(scene: Look) -> ibis.Table:
    t = settled(scene)
    known = t.filter(t.customer.notnull())
    each = known.group_by("customer").aggregate(x=known.count(), y=known.count(where=known.missed))
    alone = t.filter(t.customer.isnull()).select(x=ibis.literal(1, "int64"), y=ibis._.missed.cast("int64"))
    return each.select("x", "y").union(alone)


def _waits(scene: Look) -> ibis.Table:
    days = scene.kept.days
    ended = days.filter(days.visit, days.previous.notnull(), days.day > scene.setting.as_of - YEAR)
    t = ended.mutate(wait=ended.day.delta(ended.previous, unit="day"))
    return t.group_by("customer").aggregate(x=t.count(), y=t.wait.sum())


_EACH: dict[Defined, Callable[[Look], ibis.Table]] = {
    "rebooked_24h": _rebooked,
    "no_show": _missed,
    "revisit_days": _waits,
}
