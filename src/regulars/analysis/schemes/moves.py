"""Who moved from which class to which within a year, and the money that moved with them. Sums reconcile exactly."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import ibis
import pyarrow as pa

from regulars.analysis.results.schemes import Migration, Move
from regulars.analysis.schemes.sampling import half
from regulars.analysis.sums import exact


def moves_query(now: ibis.Table, then: ibis.Table, *, of: str, was: str, newcomers: bool) -> ibis.Table:
    """Counts and revenue by half of the base, class then and class now.

    ``now`` and ``then`` have ``customer``, ``revenue_12`` and class columns. ``newcomers``: also those who were no
    customers yet (class then: ""). Everybody who had a visit by then still has. ``y`` and ``yy`` are sums of the
    revenue after and of its square.
    """
    before = then.select("customer", was=then[was], before=then.revenue_12.round(2).cast("decimal(18, 2)"))
    t = now.select("customer", now=now[of], y=now.revenue_12.round(2))
    t = t.mutate(after=t.y.cast("decimal(18, 2)"), side=half(t.customer))
    joined = t.left_join(before, "customer") if newcomers else t.inner_join(before, "customer")
    return (
        joined.group_by(side=joined.side, was=joined.was.fill_null(""), now=joined.now)
        .aggregate(
            customers=joined.count(),
            before=joined.before.sum().fill_null(0),
            after=joined.after.sum(),
            y=exact(joined.y, decimals=2).cast("float64"),
            yy=exact(joined.y * joined.y, decimals=4).cast("float64"),
        )
        .order_by("was", "now", "side")
    )


def migration(rows: pa.Table, *, then: date, customers: int, order: tuple[str, ...]) -> Migration | None:
    """The executed :func:`moves_query`; classes in ``order``. None where nobody had a class then."""
    place = {name: i for i, name in enumerate(("", *order))}
    found = rows.to_pylist()
    cells: dict[tuple[str, str], list[Decimal]] = {}
    for row in found:
        cell = cells.setdefault((row["was"], row["now"]), [Decimal(0)] * 3)
        cells[row["was"], row["now"]] = [
            sum_ + Decimal(row[name]) for sum_, name in zip(cell, ("customers", "before", "after"), strict=True)
        ]
    moves = tuple(
        Move(was, now, int(n), float(before), float(after))
        for (was, now), (n, before, after) in sorted(cells.items(), key=lambda c: (place[c[0][0]], place[c[0][1]]))
    )
    had = sum(move.customers for move in moves if move.from_class)
    if not had:
        return None
    seen = sum(move.customers for move in moves)
    return Migration(
        then=then,
        moves=moves,
        customers=seen,
        revenue_before=float(sum((Decimal(row["before"]) for row in found), Decimal(0))),
        revenue_after=float(sum((Decimal(row["after"]) for row in found), Decimal(0))),
        stayed=sum(move.customers for move in moves if move.from_class == move.to_class) / had,
        of_base=seen / customers,
    )
