"""At which branches the ledger knows customers: by their sales, their bookings, and where lists say they belong."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable

import pyarrow as pa

from regulars.api.business import OpenBusiness
from regulars.api.people import number_of

#: Table -> the column that says where a row belongs.
_PLACE = {"customers": "home_branch", "sales": "branch", "bookings": "branch"}


def branches_of(
    business: OpenBusiness, keys: Iterable[str], *, tables: Collection[str] = tuple(_PLACE)
) -> dict[str, frozenset[str | None]]:
    """Each key with the branches its rows of these tables lie at, None for rows of no branch; empty for whom they do
    not know.

    Raises:
        NotThere: a key is none.
    """
    found: dict[str, set[str | None]] = defaultdict(set)
    asked = {str(number_of(key)): key for key in keys}
    with business.ledger.read() as reader:
        wanted = reader.take_in(pa.table({"wanted": pa.array([int(key) for key in asked], pa.int64())}), "wanted")
        for table, place in _PLACE.items():
            if not asked or table not in tables or not reader.has(table):
                continue
            held = reader.table(table)
            met = held.inner_join(wanted, held.customer == wanted.wanted).select("wanted", place).distinct()
            for row in reader.arrow(met).to_pylist():
                found[str(row["wanted"])].add(row[place])
    return {key: frozenset(found[number]) for number, key in asked.items()}
