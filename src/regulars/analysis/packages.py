"""Prepaid packages: cash taken, value redeemed, still owed. Docs: docs/methods/packages.md.

What is owed is counted customer by customer and never below zero: sessions redeemed beyond what the ledger saw sold
(packages from before it began) do not shrink what is owed to others.
"""

from __future__ import annotations

import ibis
import pyarrow as pa

from regulars.analysis.diagnosis import Packages
from regulars.analysis.visits import redeemed_value


def balances(lines: ibis.Table) -> ibis.Table:
    """Customers who bought a package: paid, redeemed, and ``package_balance`` still owed."""
    known = lines.filter(lines.customer.notnull(), lines.kind.isin(["package_sale", "package_redemption"]))
    held = known.group_by("customer").aggregate(
        sold=known.net.sum(where=known.kind == "package_sale"),
        redeemed=redeemed_value(known).sum(where=known.kind == "package_redemption").fill_null(0),
    )
    held = held.filter(held.sold > 0)
    return held.mutate(package_balance=ibis.greatest(held.sold - held.redeemed, 0).cast("float64"))


def packages_query(balance: ibis.Table) -> ibis.Table:
    """One row over the customers who bought packages."""
    return balance.aggregate(
        owed=balance.package_balance.sum().fill_null(0.0), holders=balance.count(where=balance.package_balance > 0)
    )


def packages(row: pa.Table, *, sold: float, redeemed: float) -> Packages:
    """The packages section of a diagnosis; ``sold`` and ``redeemed`` are of the whole ledger."""
    owed = float(row["owed"][0].as_py())
    return Packages(
        sold=sold,
        redeemed=redeemed,
        outstanding=owed,
        holders=row["holders"][0].as_py(),
        unused_share=min(owed / sold, 1.0) if sold > 0 else 0.0,
    )
