"""A clean ledger, and each kind of dirt to be put into it, with times, items, list prices and sale numbers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pyarrow as pa

from regulars.ledger.schema import SALES

FIRST = date(2023, 1, 2)
AS_OF = date(2024, 12, 31)


@dataclass(frozen=True, slots=True)
class Sold:
    """A sale line with what hygiene looks at."""

    customer: int | None
    day: date
    net: str
    sale: str
    item: str | None = "Facial"
    hour: int | None = 11
    minute: int = 0
    kind: str = "service"
    branch: str = "A"
    gross: str | None = None
    quantity: float = 1.0
    promotion: str | None = None
    currency: str = "HKD"


def clean() -> list[Sold]:
    """Two years, 300 customers, steady newcomers, ordinary prices: no dirt but two honest refunds."""
    lines = []
    for c in range(1, 301):
        first = FIRST + timedelta(days=2 * c)
        for i in range(1 + c % 5):
            day = first + timedelta(days=31 * i + (c * (i + 3)) % 13)
            if day <= AS_OF:
                price = f"{420 + (c * 37 + i * 11) % 260}.50"
                lines.append(Sold(c, day, price, f"s{c}-{i}", hour=10 + c % 8, branch="AB"[c % 2], gross=price))
    lines += [Sold(c, AS_OF, "-100.25", f"r{c}", kind="refund") for c in (7, 8)]
    return lines


def copied(lines: list[Sold], n: int) -> list[Sold]:
    """The first ``n`` lines once more, under another sale number."""
    return [Sold(s.customer, s.day, s.net, f"z-{s.sale}", s.item, s.hour, branch=s.branch) for s in lines[:n]]


def catch_all(key: int) -> list[Sold]:
    """'Walk-in': four receipts on nearly every day of a year."""
    days = [FIRST + timedelta(days=d) for d in range(365) if d % 7]
    return [Sold(key, d, "310.10", f"w{d}-{i}", f"Item {i}", hour=10 + i) for d in days for i in range(4)]


def house(key: int) -> list[Sold]:
    """An account of one household or firm: every other day, one receipt."""
    return [Sold(key, FIRST + timedelta(days=2 * d), "250.00", f"h{d}") for d in range(120)]


def everywhere(key: int) -> list[Sold]:
    """An account used at two branches on the same day, again and again."""
    days = [FIRST + timedelta(days=20 * d) for d in range(30)]
    return [Sold(key, d, "260.00", f"e{d}{b}", hour=11 + i, branch=b) for d in days for i, b in enumerate("AB")]


def staff(key: int) -> list[Sold]:
    """Six treatments at 95 % off."""
    return [Sold(key, FIRST + timedelta(days=60 * i), "25.00", f"t{i}", gross="500.00") for i in range(6)]


def worded_staff(key: int) -> list[Sold]:
    """Four products at the staff price, by its name."""
    return [Sold(key, FIRST + timedelta(days=70 * i), "300.00", f"u{i}", promotion="員工優惠") for i in range(4)]


def wholesale(key: int) -> list[Sold]:
    """One basket a hundred times the usual."""
    return [Sold(key, FIRST + timedelta(days=300), "60000.00", "b1"), Sold(key, AS_OF, "500.00", "b2")]


def pallet(key: int) -> list[Sold]:
    """One line of 240 pieces at a low price."""
    return [Sold(key, FIRST + timedelta(days=200), "9000.00", "p1", "Sachet", kind="product", quantity=240)]


def table(lines: Iterable[Sold]) -> pa.Table:
    """Lines as rows of ``sales``."""
    rows = [
        {
            "system": "till",
            "sale_id": s.sale,
            "line_id": str(n),
            "customer": s.customer,
            "day": s.day,
            "sold_at": None
            if s.hour is None
            else datetime(s.day.year, s.day.month, s.day.day, s.hour, s.minute, 30, tzinfo=UTC),
            "branch": s.branch,
            "item": s.item,
            "kind": s.kind,
            "quantity": s.quantity,
            "gross": None if s.gross is None else Decimal(s.gross),
            "net": Decimal(s.net),
            "currency": s.currency,
            "promotion": s.promotion,
        }
        for n, s in enumerate(lines)
    ]
    wanted = [field for field in SALES.arrow if field.name not in ("import_id", "fingerprint")]
    return pa.table({f.name: pa.array([row.get(f.name) for row in rows], f.type) for f in wanted}, pa.schema(wanted))
