"""The mixes of purchases of a base: counted in the engine, clustered outside, and brought back to each customer."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import add

import ibis
import numpy as np
import pyarrow as pa

from regulars.analysis.desk import Desk
from regulars.analysis.schemes.baskets import Menu
from regulars.analysis.schemes.needs import STEPS, Clusters, cluster, halves_agree, named, shares_of
from regulars.analysis.schemes.sampling import half

_BASE = STEPS + 1


@dataclass(frozen=True, slots=True)
class Needs:
    """The needs found, their names (largest first), and customers with ``need`` and ``need_then`` (null before)."""

    clusters: Clusters
    names: tuple[str, ...]
    half_same: tuple[float, float] | None
    of_each: ibis.Table


def coded(baskets: ibis.Table, menu: Menu) -> ibis.Table:
    """Customers with the code of their mix now and then: fifths of each kind as digits of one number."""

    def code(suffix: str) -> ibis.Value:
        lines = baskets[f"lines{suffix}"]
        kinds = [baskets[f"kind_{i}{suffix}"] for i in range(len(menu.kinds))]
        rest = lines - reduce(add, kinds)
        digits = [
            ((2 * STEPS * kind + lines) // (2 * lines.nullif(0))).cast("int64") * _BASE**i
            for i, kind in enumerate([*kinds, rest])
        ]
        return reduce(add, digits)

    return baskets.select("customer", mix=code(""), mix_then=code("_then"))


def find_needs(desk: Desk, baskets: ibis.Table, menu: Menu) -> Needs | None:
    """Cluster the mixes of a base; None where lines name nothing or everybody buys the same."""
    if menu.column is None:
        return None
    each = desk.keep("schemes_mixes", coded(baskets, menu))
    now = each.group_by("mix").aggregate(
        half_0=each.count(where=half(each.customer) == 0), half_1=each.count(where=half(each.customer) == 1)
    )
    then = each.filter(each.mix_then.notnull()).select(mix="mix_then").distinct()
    then = then.mutate(half_0=ibis.literal(0, "int64"), half_1=ibis.literal(0, "int64"))
    every = now.filter(now.mix.notnull()).union(then)
    every = every.group_by("mix").aggregate(half_0=every.half_0.sum(), half_1=every.half_1.sum())
    rows = desk.ask("schemes_mix_counts", every.order_by("mix"))
    codes = rows["mix"].to_numpy().astype(np.int64)
    shares = shares_of(np.stack([(codes // _BASE**i) % _BASE for i in range(len(menu.names))], axis=1).astype(float))
    halves = np.stack([rows[f"half_{side}"].to_numpy().astype(float) for side in (0, 1)], axis=1)
    found = cluster(shares, halves)
    if found is None:
        return None
    names = named(found.centres, menu.names)
    of = found.of(shares)
    table = pa.table({"mix": pa.array(codes), "need": pa.array([names[c] for c in of], pa.string())})
    book = desk.reader.take_in(table, "study_schemes_need_of_mix")
    earlier = book.select(mix_then=book.mix, need_then=book.need)
    joined = each.left_join(book, "mix").left_join(earlier, "mix_then")
    return Needs(
        found, names, halves_agree(shares, halves, len(found.anchors)), joined.select("customer", "need", "need_then")
    )
