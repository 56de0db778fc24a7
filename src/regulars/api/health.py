"""``check``: is the business folder in order, and what does it hold?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from regulars.api.business import OpenBusiness
from regulars.ledger.schema import TABLES
from regulars.ledger.store import ImportRecord


@dataclass(frozen=True)
class Holding:
    """One ledger table."""

    table: str
    rows: int
    first_day: date | None
    last_day: date | None


@dataclass(frozen=True)
class Health:
    """What a business folder holds."""

    data_version: int
    holdings: tuple[Holding, ...]
    imports: tuple[ImportRecord, ...]
    studies: int
    plans: int
    unnamed_branches: tuple[str, ...]  # in the sales but not in business.toml


def check_business(business: OpenBusiness) -> Health:
    """Open every table at its present version and count what is there. Raises what opening raises."""
    holdings = []
    unnamed: tuple[str, ...] = ()
    with business.ledger.read() as reader:
        for name in TABLES:
            if not reader.has(name):
                continue
            table = reader.table(name)
            wanted = {"rows": table.count()}
            if "day" in table.columns:
                wanted |= {"first": table.day.min(), "last": table.day.max()}
            row = reader.arrow(table.aggregate(**wanted)).to_pylist()[0]
            holdings.append(Holding(name, row["rows"], row.get("first"), row.get("last")))
        if reader.has("sales"):
            named = {b.id for b in business.settings.branches}
            found = reader.arrow(reader.table("sales").select("branch").distinct()).column("branch").to_pylist()
            unnamed = tuple(sorted(b for b in found if b is not None and b not in named))
        number = reader.version.number
    return Health(
        number,
        tuple(holdings),
        business.ledger.imports(),
        len(list(business.runs.glob("study-*/run.json"))),
        len(list(business.runs.glob("plan-*/run.json"))),
        unnamed,
    )
