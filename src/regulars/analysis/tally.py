"""The sums over sale lines that no customer is needed for: base facts, months, branches, kinds, data quality.

One pass over the lines gives a table of a few thousand rows (month x last year or not x kind x branch x known or
anonymous x currency); everything of this module is read off it in Python.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

import ibis
import pyarrow as pa

from regulars.analysis.visits import YEAR, Basis, redeemed_value


@dataclass(frozen=True, slots=True)
class TallyRow:
    """Sums over the lines of one month, kind and branch. ``recent`` = within the last 365 days."""

    month: date
    recent: bool
    kind: str
    branch: str
    known: bool
    currency: str
    lines: int
    first_day: date
    last_day: date
    net: Decimal
    redeemed: Decimal
    costed: int


@dataclass(frozen=True, slots=True)
class Tally:
    """All rows, and the basis on which packages are counted.

    Lines in other currencies than ``currency`` count as lines and never as money.
    """

    rows: tuple[TallyRow, ...]
    currency: str | None = None  # None: all rows are in the same

    @property
    def basis(self) -> Basis:
        """Redemption where redemptions carry values, else sale."""
        redeemed = sum((row.redeemed for row in self.rows if row.kind == "package_redemption"), Decimal(0))
        return "redemption" if redeemed > 0 or not self.lines(lambda row: row.kind == "package_sale") else "sale"

    @property
    def branches(self) -> tuple[str, ...]:
        """Branch names in the ledger, in order; '' stands for lines without one."""
        return tuple(sorted({row.branch for row in self.rows}))

    def lines(self, which: Callable[[TallyRow], bool] = lambda _: True) -> int:
        """Number of lines."""
        return sum(row.lines for row in self.rows if which(row))

    @property
    def foreign_lines(self) -> int:
        """Lines in another currency, whose amounts are in no sum."""
        return self.lines(lambda row: self.currency not in (None, row.currency))

    def own(self) -> Tally:
        """The same rows, the amounts of those in other currencies set to 0."""
        foreign = (row.currency != self.currency for row in self.rows)
        rows = (
            replace(row, net=Decimal(0), redeemed=Decimal(0), costed=0) if other else row
            for row, other in zip(self.rows, foreign, strict=True)
        )
        return replace(self, rows=tuple(rows)) if self.currency else self

    def net(self, which: Callable[[TallyRow], bool] = lambda _: True) -> float:
        """Sum of net."""
        return float(sum((row.net for row in self.rows if which(row)), Decimal(0)))

    def revenue(self, which: Callable[[TallyRow], bool] = lambda _: True) -> float:
        """Revenue earned, on the basis of the ledger."""
        return float(self.exact_revenue(which))

    def exact_revenue(self, which: Callable[[TallyRow], bool] = lambda _: True) -> Decimal:
        """:meth:`revenue` to the cent."""
        basis = self.basis
        return sum((_earned(row, basis) for row in self.rows if which(row)), Decimal(0))

    def revenue_by_month(self) -> dict[date, float]:
        """Revenue earned in every month that has lines."""
        months: defaultdict[date, Decimal] = defaultdict(Decimal)
        for row in self.rows:
            months[row.month] += _earned(row, self.basis)
        return {month: float(value) for month, value in months.items()}


def _earned(row: TallyRow, basis: Basis) -> Decimal:
    """:func:`regulars.analysis.visits.earned` of a whole row."""
    if row.kind == "gift_card_sale" or (row.kind == "package_sale" and basis == "redemption"):
        return Decimal(0)
    return row.redeemed if row.kind == "package_redemption" and basis == "redemption" else row.net


def tally_query(lines: ibis.Table, *, as_of: date) -> ibis.Table:
    """The pass over the lines."""
    return lines.group_by(
        month=lines.day.truncate("M").cast("date"),
        recent=lines.day > as_of - YEAR,
        kind=lines.kind,
        branch=lines.branch.fill_null(""),
        known=lines.customer.notnull(),
        currency=lines.currency,
    ).aggregate(
        lines=lines.count(),
        first_day=lines.day.min(),
        last_day=lines.day.max(),
        net=lines.net.sum(),
        redeemed=redeemed_value(lines).sum(),
        costed=lines.cost.count(),
    )


def tally(table: pa.Table, *, currency: str | None = None) -> Tally:
    """The executed :func:`tally_query`, in a fixed order; amounts in other currencies than ``currency`` are left out.

    Where no line at all is in ``currency`` the sums are 0: see :attr:`Tally.foreign_lines`.
    """
    rows = (TallyRow(**row) for row in table.to_pylist())
    ordered = sorted(rows, key=lambda r: (r.month, r.recent, r.kind, r.branch, r.known, r.currency))
    return Tally(tuple(ordered), currency).own()
