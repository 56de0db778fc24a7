"""What the ledger holds beyond sales: it decides which measures can be carried out at all."""

from __future__ import annotations

from datetime import date

from regulars.analysis.diagnosis import Diagnosis
from regulars.ledger.store import Reader

#: Needs that no ledger meets: a measure that answers complaints is for who complained, whom a plan's cells do not tell.
UNTOLD = frozenset({"complaints"})


def known_facts(reader: Reader, diagnosis: Diagnosis) -> frozenset[str]:
    """Which of a measure's ``needs`` the ledger meets: packages, bookings, cost, pieces; never what is ``UNTOLD``."""
    sales = reader.table("sales")
    counted = reader.arrow(sales.aggregate(cost=sales.cost.notnull().any(), pieces=sales.piece.notnull().any()))
    found = {name for name in ("cost", "pieces") if counted.column(name)[0].as_py()}
    if diagnosis.packages is not None:
        found.add("packages")
    if reader.has("bookings"):
        found.add("bookings")
    return frozenset(found)


def no_show_rate(reader: Reader, *, as_of: date) -> float:
    """Part of kept or missed appointments that was missed, up to ``as_of``; 0 where there are no bookings."""
    if not reader.has("bookings"):
        return 0.0
    bookings = reader.table("bookings")
    past = bookings.filter((bookings.day <= as_of) & bookings.status.isin(("completed", "no_show")))
    row = reader.arrow(past.aggregate(all=past.count(), missed=(past.status == "no_show").sum())).to_pylist()[0]
    return float(row["missed"] or 0) / row["all"] if row["all"] else 0.0
