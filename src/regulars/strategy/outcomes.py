"""What customers did after they were assigned: one row per assigned customer, read once in the engine.

Visits and revenue are counted as a study counts them (:mod:`regulars.analysis.visits`), in the days after the
assignment's and no later than its cycle. Contribution is revenue at the customer's own rate of margin.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from regulars.analysis.tally import tally, tally_query
from regulars.analysis.visits import customer_days, lines_until
from regulars.base.errors import BadData
from regulars.base.text import say
from regulars.ledger.store import Reader
from regulars.trial.chance import Ints

type Floats = NDArray[np.float64]
type Bools = NDArray[np.bool_]

MONTH = 365.25 / 12
_FROM_STUDY = ("rhythm_days", "revenue_12", "rate_month", "p_alive", "spend_visit", "margin_visit")


@dataclass(frozen=True, slots=True)
class Followed:
    """Assigned customers and what they did. ``days`` is the length of the window; ``first`` and ``last`` count days
    since the assignment (0 = never came). ``line`` and ``intended`` are rows of ``lines``, -1 for none."""

    customer: Ints
    lines: tuple[str, ...]
    line: Ints
    intended: Ints
    held: Bools
    stratum: Ints
    branch: tuple[str, ...]
    visits: Floats
    contribution: Floats
    first: Ints
    last: Ints
    found: Bools  # still in the ledger
    rhythm: Floats
    rate: Floats  # visits a month if still a customer, as believed before
    before: Floats  # customers x covariates known before the assignment
    since: date
    until: date

    @property
    def days(self) -> int:
        """Length of the window."""
        return (self.until - self.since).days

    @property
    def months(self) -> float:
        """The same in months."""
        return self.days / MONTH


def follow(
    reader: Reader,
    *,
    assignments: Path,
    standings: Path,
    since: date,
    until: date,
    currency: str,
) -> Followed:
    """Follow everybody from the day after ``since`` to ``until``.

    Raises:
        BadData: there are no sales in between.
    """
    sales = lines_until(reader.table("sales"), until)
    counted = tally(reader.arrow(tally_query(sales, as_of=until)), currency=currency)
    if counted.foreign_lines:
        sales = sales.filter(sales.currency == currency)
    later = sales.filter(sales.day > since)
    days = customer_days(later, basis=counted.basis, branches=None, costed=False)
    did = days.group_by("customer").aggregate(
        visits=days.visit.cast("int64").sum(),
        revenue=days.value.sum().cast("float64"),
        first=days.day.min(where=days.visit),
        last=days.day.max(where=days.visit),
    )
    drawn, study = reader.open_parquet(assignments), reader.open_parquet(standings)
    known = sales.filter(sales.customer.notnull()).select("customer").distinct().mutate(found=True)
    study = study.select("customer", *_FROM_STUDY)
    drawn = drawn.select("customer", "line", "intended", "held_out", "stratum", "branch")
    joined = drawn.left_join(study, "customer").drop("customer_right")
    joined = joined.left_join(did, "customer").drop("customer_right")
    joined = joined.left_join(known, "customer").drop("customer_right")
    table = reader.arrow(joined).sort_by("customer")
    if not table.num_rows or pc.sum(pc.fill_null(table["visits"], 0)).as_py() == 0:
        raise BadData(say("trial.measure.no_sales", since=since), say("trial.measure.no_sales_hint"))
    return _followed(table, since, until)


def _numbers(table: pa.Table, name: str) -> Floats:
    return np.asarray(pc.fill_null(table[name].cast(pa.float64()), 0.0).to_numpy(), dtype=float)


def _days_since(table: pa.Table, name: str, since: date) -> Ints:
    days = pc.fill_null(table[name].cast(pa.date32()).cast(pa.int32()), 0).to_numpy().astype(np.int64)
    return np.where(days > 0, days - (since - date(1970, 1, 1)).days, 0)


def _codes(column: pa.ChunkedArray, names: dict[str, int]) -> Ints:
    encoded = column.cast(pa.string()).combine_chunks().dictionary_encode()
    table = np.array([names[name] for name in encoded.dictionary.to_pylist()] + [-1], dtype=np.int64)
    return np.asarray(
        table[pc.fill_null(encoded.indices, len(table) - 1).to_numpy(zero_copy_only=False)], dtype=np.int64
    )


def _followed(table: pa.Table, since: date, until: date) -> Followed:
    names = sorted({n for c in ("line", "intended") for n in pc.unique(table[c].cast(pa.string())).to_pylist() if n})
    at = {name: i for i, name in enumerate(names)}
    strata = {name: i for i, name in enumerate(sorted(pc.unique(table["stratum"].cast(pa.string())).to_pylist()))}
    spend, margin = _numbers(table, "spend_visit"), _numbers(table, "margin_visit")
    rate = np.divide(margin, spend, out=np.zeros(spend.size), where=spend > 0)
    expected = _numbers(table, "rate_month") * _numbers(table, "p_alive")
    return Followed(
        customer=np.asarray(table["customer"].to_numpy(), dtype=np.int64),
        lines=tuple(names),
        line=_codes(table["line"], at),
        intended=_codes(table["intended"], at),
        held=np.asarray(table["held_out"].to_numpy(), dtype=bool),
        stratum=_codes(table["stratum"], strata),
        branch=tuple(pc.fill_null(table["branch"].cast(pa.string()), "").to_pylist()),
        visits=_numbers(table, "visits"),
        contribution=_numbers(table, "revenue") * rate,
        first=_days_since(table, "first", since),
        last=_days_since(table, "last", since),
        found=np.asarray(pc.fill_null(table["found"], False).to_numpy(), dtype=bool),
        rhythm=np.maximum(_numbers(table, "rhythm_days"), 1.0),
        rate=_numbers(table, "rate_month"),
        before=np.column_stack([_numbers(table, "revenue_12"), expected]),
        since=since,
        until=until,
    )


def window_end(since: date, cycle_months: int, last_day: date) -> date:
    """The last day that counts: the cycle's, or the ledger's if it ends sooner."""
    return min(last_day, since + timedelta(days=round(cycle_months * MONTH)))
