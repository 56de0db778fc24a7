"""Builders for tests of rules: a plan over a ledger that knows complaints and birth years, and the solved numbers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from regulars.base.settings import Business
from regulars.ledger.store import Ledger
from regulars.packs.schema import Pack
from regulars.strategy.cells import Cell, build_cells
from regulars.strategy.formulate import formulate
from regulars.strategy.plan import Plan
from regulars.strategy.rulebook import Last
from regulars.strategy.solve import Solved, solve
from support.analysis import complaints_table, customers_table
from support.planning import QUICK, effect, measure, measures, pack_of, standings, studied
from support.report import diagnosis


def recovering() -> Pack:
    """The small pack with a measure that answers complaints and one to be tried first."""
    return pack_of(
        (
            *measures(),
            measure(
                "recovery",
                [effect("attrition", -0.35, months=12)],
                family="recover",
                channel="phone",
                purpose="service",
                contacts=0,
                cost=20.0,
                hours=0.2,
                relationship="consultant",
                states=("newcomer", "active", "overdue"),
                needs=("complaints",),
            ),
        )
    )


def planned(
    folder: Path,
    business: Business,
    *,
    customers: int = 2000,
    pack: Pack | None = None,
    complaints: list[dict[str, Any]] | None = None,
    people: list[dict[str, Any]] | None = None,
    last: Last | None = None,
    path: Path | None = None,
    **how: Any,
) -> Plan:
    """A plan; ``complaints`` and ``people`` are rows of the ledger's tables."""
    folder.mkdir(parents=True, exist_ok=True)
    path = path or standings(folder, customers, **how)
    ledger = Ledger(folder / "ledger")
    if complaints is not None:
        ledger.write("complaints", complaints_table(complaints), import_id="i1", note={})
    if people is not None:
        ledger.write("customers", customers_table(people), import_id="i2", note={})
    with ledger.read() as reader:
        return formulate(
            reader,
            standings=path,
            diagnosis=studied(),
            business=business,
            pack=pack or pack_of(measures()),
            study_run="study-1",
            sizes=QUICK,
            last=last,
        )


def cells_of(folder: Path, customers: int = 2000, **how: Any) -> tuple[Cell, ...]:
    with Ledger(folder / "ledger").read() as reader:
        path = standings(folder, customers, **how)
        return build_cells(reader, path, holdout=0.05, assumed_permission=0.5).cells


def solved(cells: tuple[Cell, ...], business: Business, pack: Pack | None = None) -> Solved:
    """The numbers alone."""
    return solve(
        cells,
        business=business,
        pack=pack or pack_of(measures()),
        facts=frozenset(),
        no_show=0.0,
        seed=1,
        sizes=QUICK,
    )


def day() -> Any:
    """The day of the study."""
    return diagnosis().provenance.as_of


def table(path: Path) -> pa.Table:
    return pq.read_table(path)


def count(values: Any) -> int:
    return int(np.sum(values))
