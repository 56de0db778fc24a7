"""Bookings beside visits: which visits were followed up by a further booking."""

from __future__ import annotations

import ibis


def rebooked(visits: ibis.Table, bookings: ibis.Table) -> ibis.Table:
    """One row per ``customer`` and ``day`` of ``visits`` with a booking for later at hand.

    ``quickly``: it was made the same or the next day (within 24 hours); ``standing``: it stood when the customer left.
    """
    made = bookings.filter(bookings.customer.notnull(), bookings.booked_at.notnull())
    made = made.select(who="customer", on=made.booked_at.cast("date"), start="day")
    pairs = visits.inner_join(made, visits.customer == made.who)
    pairs = pairs.filter(pairs.start > pairs.day, pairs.on <= pairs.day + ibis.interval(days=1))
    return pairs.group_by("customer", "day").aggregate(
        quickly=pairs.count(where=pairs.on >= pairs.day) > 0, standing=pairs.count(where=pairs.on <= pairs.day) > 0
    )
