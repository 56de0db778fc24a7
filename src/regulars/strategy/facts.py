"""What the ledger holds beyond sales: it decides which measures can be carried out at all."""

from __future__ import annotations

from datetime import date

from regulars.analysis.diagnosis import Diagnosis
from regulars.ledger.store import Reader

#: What a measure that answers complaints needs: who complained, which a ledger without complaints does not tell.
UNTOLD = frozenset({"complaints"})


def known_facts(reader: Reader, diagnosis: Diagnosis) -> frozenset[str]:
    """Which of a measure's ``needs`` the ledger meets: packages, bookings, cost, pieces, complaints."""
    sales = reader.table("sales")
    counted = reader.arrow(sales.aggregate(cost=sales.cost.notnull().any(), pieces=sales.piece.notnull().any()))
    found = {name for name in ("cost", "pieces") if counted.column(name)[0].as_py()}
    if diagnosis.packages is not None:
        found.add("packages")
    if reader.has("bookings"):
        found.add("bookings")
    if reader.has("complaints"):
        found.add("complaints")
    return frozenset(found)


def no_show_rate(reader: Reader, *, as_of: date) -> float:
    """Part of kept or missed appointments that was missed, up to ``as_of``; 0 where there are no bookings."""
    if not reader.has("bookings"):
        return 0.0
    bookings = reader.table("bookings")
    past = bookings.filter((bookings.day <= as_of) & bookings.status.isin(("completed", "no_show")))
    row = reader.arrow(past.aggregate(all=past.count(), missed=(past.status == "no_show").sum())).to_pylist()[0]
    return float(row["missed"] or 0) / row["all"] if row["all"] else 0.0
