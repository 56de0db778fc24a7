"""Groups of protected attributes by cell and pattern: for the test and the rule of fair offers alone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import ibis

from regulars.analysis.screening.screen import AGES
from regulars.ledger.store import Reader
from regulars.strategy.care import Groups
from regulars.strategy.cells import ANYWHERE, CONSENT, TIER_BITS, Cells, Marking, patterned


def groups_of(
    reader: Reader,
    standings: Path,
    cells: Cells,
    *,
    attribute: str,
    as_of: date,
    assumed_permission: float,
    marking: Marking | None = None,
) -> Groups:
    """Customers of each cell by pattern and group of the attribute; empty where the ledger does not know it. Customers
    of whom it is not known are in no group."""
    if not reader.has("customers"):
        return {}
    t = patterned(reader.open_parquet(standings), marking)
    people = reader.table("customers")
    about = people.group_by("customer").aggregate(birth_year=people.birth_year.min(), district=people.district.min())
    t = t.left_join(about, "customer").drop("customer_right")
    age = as_of.year - t.birth_year
    band = ibis.cases(*[(age < limit, name) for limit, name in AGES], else_="60+")
    group = ibis.ifelse(age.isnull(), ibis.null("string"), band) if attribute == "age_band" else t.district
    t = t.mutate(group=group.cast("string"))
    known = t.filter(t.group.notnull())
    counted = known.group_by("branch", "state", "tier", "pattern", "group").aggregate(n=known.count())
    bits = sum(CONSENT[channel] for channel in cells.assumed)
    at = {(branch, c.state, tier): i for i, c in enumerate(cells.cells) for tier in c.tiers for branch in [c.branch]}
    pooled = {
        (branch, c.state, tier): i
        for i, c in enumerate(cells.cells)
        if c.branch == ANYWHERE
        for tier in c.tiers
        for branch in c.branches
    }
    found: dict[int, dict[int, dict[str, float]]] = {}
    for row in _rows(reader, counted):
        key = row[0], row[1], row[2]
        cell = at.get(key, pooled.get(key))
        if cell is None:
            continue
        pattern = row[3] + TIER_BITS.get(row[2], TIER_BITS["low"])
        shares = (
            ((pattern | bits, assumed_permission), (pattern, 1 - assumed_permission)) if bits else ((pattern, 1.0),)
        )
        for one, share in shares:
            counts = found.setdefault(cell, {}).setdefault(one, {})
            counts[row[4]] = counts.get(row[4], 0.0) + share * row[5]
    return found


def _rows(reader: Reader, table: ibis.Table) -> Sequence[tuple[str, str, str, int, str, int]]:
    return sorted(
        (str(r["branch"]), str(r["state"]), str(r["tier"]), int(r["pattern"]), str(r["group"]), int(r["n"]))
        for r in reader.arrow(table).to_pylist()
    )


def prepaid_today(reader: Reader, standings: Path) -> float:
    """What customers have paid and not yet used."""
    t = reader.open_parquet(standings)
    balance = t.package_balance.cast("float64")
    total = reader.arrow(t.aggregate(sum=balance.sum(where=~balance.isnan()))).column("sum")[0].as_py()
    return float(total or 0.0)
