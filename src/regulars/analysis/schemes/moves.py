"""Who moved from which class to which within a year, and the money that moved with them. Sums reconcile exactly."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import ibis
import pyarrow as pa

from regulars.analysis.results.schemes import Migration, Move


def moves_query(now: ibis.Table, then: ibis.Table, *, of: str, was: str, newcomers: bool) -> ibis.Table:
    """Counts and revenue by class then and now. ``now`` and ``then`` have ``customer``, ``revenue_12``, class columns.

    ``newcomers``: also those who were no customers yet (class then: ""). Everybody who had a visit by then still has.
    """
    before = then.select("customer", was=then[was], before=then.revenue_12.round(2).cast("decimal(18, 2)"))
    t = now.select("customer", now=now[of], after=now.revenue_12.round(2).cast("decimal(18, 2)"))
    joined = t.left_join(before, "customer") if newcomers else t.inner_join(before, "customer")
    return (
        joined.group_by(was=joined.was.fill_null(""), now=joined.now)
        .aggregate(
            customers=joined.count(),
            before=joined.before.sum().fill_null(0),
            after=joined.after.sum(),
        )
        .order_by("was", "now")
    )


def migration(rows: pa.Table, *, then: date, customers: int, order: tuple[str, ...]) -> Migration | None:
    """The executed :func:`moves_query`; classes in ``order``. None where nobody had a class then."""
    place = {name: i for i, name in enumerate(("", *order))}
    found = sorted(rows.to_pylist(), key=lambda row: (place[row["was"]], place[row["now"]]))
    moves = tuple(
        Move(row["was"], row["now"], row["customers"], float(row["before"]), float(row["after"])) for row in found
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
