"""Small ledgers for tests of the study, written through the real store."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from regulars.analysis.desk import Desk, Kept, Setting
from regulars.analysis.diagnosis import Diagnosis
from regulars.analysis.study import _kept, _setting, study
from regulars.base.settings import Business
from regulars.ledger.reader import Reader
from regulars.ledger.schema import BOOKINGS, COMPLAINTS, CUSTOMERS, SALES, SPEND
from regulars.ledger.store import Ledger
from regulars.packs.load import load_pack
from regulars.packs.schema import Pack

DATA = Path(__file__).parents[1] / "data"
BUSINESS = Business(name={"en": "Test Salon"}, pack="beauty")


@dataclass(frozen=True, slots=True)
class Line:
    """A sale line, with the columns the study looks at."""

    customer: int | None
    day: date
    net: float = 100.0
    kind: str = "service"
    branch: str | None = "A"
    gross: float | None = None
    cost: float | None = None
    currency: str = "HKD"
    staff: str | None = None
    category: str | None = None
    at: datetime | None = None
    item: str | None = None
    supplier: str | None = None
    piece: str | None = None


def sales_table(lines: Iterable[Line]) -> pa.Table:
    """Lines as rows of the ledger's ``sales``."""
    rows = [
        {
            "system": "test",
            "sale_id": f"s{number}",
            "line_id": "1",
            "customer": line.customer,
            "day": line.day,
            "sold_at": line.at,
            "branch": line.branch,
            "kind": line.kind,
            "gross": _money(line.gross),
            "net": _money(line.net),
            "cost": _money(line.cost),
            "currency": line.currency,
            "staff": line.staff,
            "category": line.category,
            "item": line.item,
            "supplier": line.supplier,
            "piece": line.piece,
        }
        for number, line in enumerate(lines)
    ]
    wanted = [field for field in SALES.arrow if field.name not in ("import_id", "fingerprint")]
    return pa.table({f.name: pa.array([row.get(f.name) for row in rows], f.type) for f in wanted}, pa.schema(wanted))


def customers_table(rows: Sequence[dict[str, object]]) -> pa.Table:
    """Rows of the ledger's ``customers``; ``system`` and ``kind`` are filled in."""
    filled = [{"system": "test", "kind": "person", **row} for row in rows]
    wanted = [field for field in CUSTOMERS.arrow if field.name not in ("import_id", "fingerprint")]
    return pa.table({f.name: pa.array([row.get(f.name) for row in filled], f.type) for f in wanted}, pa.schema(wanted))


def spend_table(rows: Sequence[dict[str, object]]) -> pa.Table:
    """Rows of the ledger's ``spend``; ``system``, number and ``currency`` are filled in."""
    filled = [{"system": "test", "spend_id": f"e{i}", "currency": "HKD", **row} for i, row in enumerate(rows)]
    wanted = [field for field in SPEND.arrow if field.name not in ("import_id", "fingerprint")]
    return pa.table({f.name: pa.array([row.get(f.name) for row in filled], f.type) for f in wanted}, pa.schema(wanted))


def bookings_table(rows: Sequence[dict[str, object]]) -> pa.Table:
    """Rows of the ledger's ``bookings``; ``system`` and number are filled in."""
    filled = [{"system": "test", "booking_id": f"b{i}", **row} for i, row in enumerate(rows)]
    wanted = [field for field in BOOKINGS.arrow if field.name not in ("import_id", "fingerprint")]
    return pa.table({f.name: pa.array([row.get(f.name) for row in filled], f.type) for f in wanted}, pa.schema(wanted))


def complaints_table(rows: Sequence[dict[str, object]]) -> pa.Table:
    """Rows of the ledger's ``complaints``; ``system``, number and ``currency`` are filled in."""
    filled = [{"system": "test", "complaint_id": f"k{i}", "currency": "HKD", **row} for i, row in enumerate(rows)]
    wanted = [field for field in COMPLAINTS.arrow if field.name not in ("import_id", "fingerprint")]
    return pa.table({f.name: pa.array([row.get(f.name) for row in filled], f.type) for f in wanted}, pa.schema(wanted))


def _money(amount: float | None) -> Decimal | None:
    return None if amount is None else Decimal(str(amount)).quantize(Decimal("0.01"))


@dataclass(frozen=True, slots=True)
class Studied:
    """A diagnosis and the standings written with it, by customer."""

    diagnosis: Diagnosis
    standings: pa.Table

    @property
    def by_customer(self) -> dict[int, dict[str, Any]]:
        """Standings as records."""
        return {row["customer"]: row for row in self.standings.to_pylist()}


@contextmanager
def laid_out(folder: Path, *, as_of: date, **tables: pa.Table) -> Iterator[tuple[Reader, Setting, Kept]]:
    """Write a ledger into ``folder`` and lay out what every part of a study works on, without the study itself."""
    ledger = Ledger(folder / "ledger")
    for number, (name, table) in enumerate(tables.items()):
        ledger.write(name, table, import_id=f"i{number}", note={})
    with ledger.read() as reader:
        setting = _setting(Desk(reader), business=BUSINESS, pack=load_pack("beauty"), as_of=as_of)
        yield reader, setting, _kept(setting)[0]


def studied(
    sales: pa.Table | Iterable[Line],
    *,
    folder: Path,
    as_of: date,
    pack: Pack | None = None,
    business: Business = BUSINESS,
    customers: pa.Table | None = None,
    complaints: pa.Table | None = None,
    bookings: pa.Table | None = None,
    parts: Collection[str] = (),
) -> Studied:
    """Write a ledger into ``folder`` and study it; of the deeper parts those asked for."""
    ledger = Ledger(folder / "ledger")
    ledger.write("sales", sales if isinstance(sales, pa.Table) else sales_table(sales), import_id="i1", note={})
    if customers is not None:
        ledger.write("customers", customers, import_id="i2", note={})
    if complaints is not None:
        ledger.write("complaints", complaints, import_id="i3", note={})
    if bookings is not None:
        ledger.write("bookings", bookings, import_id="i4", note={})
    out = folder / "standings.parquet"
    with ledger.read() as reader:
        of = pack or load_pack(business.pack)
        found = study(reader, business=business, pack=of, as_of=as_of, standings=out, parts=parts)
    return Studied(found, pq.read_table(out))


def cdnow_sales(which: str = "sample") -> pa.Table:
    """The CDNOW log as sale lines."""
    rows = [line.split() for line in (DATA / f"CDNOW_{which}.txt").read_text(encoding="utf-8").splitlines()]
    rows = [row for row in rows if row and row[-1].replace(".", "").isdigit()]
    key = 1 if which == "sample" else 0
    return sales_table(
        Line(int(r[key]), date(int(r[key + 1][:4]), int(r[key + 1][4:6]), int(r[key + 1][6:])), float(r[-1]), "product")
        for r in rows
    )
