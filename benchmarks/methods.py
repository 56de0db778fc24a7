"""What each method of a study costs beside a bare scan of the same lines: `python benchmarks/methods.py`.

One study of an invented business with branches, staff, categories, packages, sources, referrers, spend, bookings,
complaints and pieces, in one process. Processor seconds of all cores, since machines are shared; the ratio is to
DuckDB grouping the same Parquet by customer and day and then by customer, and doing nothing else, best of three in the
same process. A method's row holds what it calls; the work of several rows may overlap.
"""

from __future__ import annotations

import argparse
import importlib
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from regulars.analysis import study as whole
from regulars.analysis.screening import screen
from regulars.analysis.screening.card import parse_card, starter
from regulars.analysis.segment import segment
from regulars.analysis.summary import summary
from regulars.analysis.visits import customer_days, in_order, lines_until
from regulars.base.settings import Business, Costs, Packages
from regulars.ledger.schema import BOOKINGS, COMPLAINTS, CUSTOMERS, SALES, SPEND, Table
from regulars.ledger.store import Ledger
from regulars.packs.load import load_pack

START, AS_OF = date(2022, 1, 1), date(2025, 12, 31)
DAYS = (AS_OF - START).days + 1

#: Card of docs/methods -> functions that do its work, by module and the name it is called by there.
METHODS: dict[str, tuple[tuple[str, str], ...]] = {
    "hygiene": (("study", "clean"), ("study", "truncated"), ("study", "hygiene")),
    "clock": (("study", "timed"),),
    "tournament, trust, calibration": (("study", "tournament"),),
    "visit and spend models": (("study", "fit_models"),),
    "rhythm, classes, value of everybody": (("study", "_believed"),),
    "backtest": (("study", "backtest_of"),),
    "value by segment (portfolio)": (("study", "portfolio"),),
    "movement, retention, concentration, wastage, branches": (("study", "diagnosis"),),
    "survival": (("staying", "curves"), ("staying", "cohort_test")),
    "kpis": (("staying", "kpis"),),
    "change": (("staying", "change"),),
    "wastage-criteria": (("leaving", "criteria"),),
    "reasons": (("leaving", "reasons"),),
    "early-warning": (("leaving", "warnings"),),
    "win-back": (("leaving", "of_each"), ("leaving", "win_back"), ("leaving", "deliberate_exit")),
    "schemes, needs, relationships": (("schemes", "classify"),),
    "migration (a year ago)": (("schemes", "a_year_ago"),),
    "stability of schemes": (("schemes", "try_all"),),
    "profit": (("profit", "contributions"), ("profit", "bridge"), ("profit", "whale"), ("profit", "reconciled")),
    "profit by line and hour": (("profit", "profit_lines"),),
    "prepaid, packages": (("profit", "prepaid"),),
    "sbg-bdw (renewal)": (("renewal", "contracts"),),
    "reactivation": (("renewal", "returns"),),
    "newcomers, acquisition-response": (("parts:acquisition", "acquisition"),),
    "teams": (("parts:teams", "teams"),),
    "opportunities": (("parts:opportunity", "opportunity"),),
    "servicing": (("parts:servicing", "servicing"),),
}


def _column(values: Any) -> pa.Array:
    return values if isinstance(values, pa.Array) else pa.array(values, from_pandas=True)


def filled(table: Table, n: int, **columns: Any) -> pa.Table:
    """``n`` rows of a ledger table; columns not given are null."""
    wanted = [field for field in table.arrow if field.name not in ("import_id", "fingerprint")]
    made = {f.name: _column(columns[f.name]).cast(f.type) if f.name in columns else pa.nulls(n, f.type) for f in wanted}
    return pa.table(made, pa.schema(wanted))


def business(folder: Path, *, customers: int, seed: int = 7) -> Ledger:
    """An invented business, about ten lines a customer."""
    rng = np.random.default_rng(seed)
    joined, life = rng.integers(0, DAYS, customers), rng.exponential(500, customers)
    seen = np.minimum(life, DAYS - joined)
    repeats = rng.poisson(rng.gamma(3, 1 / 3, customers) * seen / 45)
    who = np.repeat(np.arange(customers), repeats + 1)
    day = (joined[who] + rng.random(who.size) * seen[who]).astype(np.int64)
    starts = np.concatenate([[0], np.cumsum(repeats + 1)[:-1]])
    day[starts] = joined
    visit = np.repeat(np.arange(who.size), rng.integers(1, 4, who.size))
    n = visit.size
    key, when = who[visit] + 1, day[visit]
    kinds = np.array(["service", "product", "package_sale", "package_redemption", "membership_fee", "repair"])
    kind = kinds[rng.choice(6, n, p=[0.62, 0.22, 0.02, 0.11, 0.01, 0.02])]
    price = np.round(rng.lognormal(5.6, 0.5, n) * np.where(kind == "package_sale", 6, 1), 2)
    dates = np.datetime64(START) + when
    category = rng.integers(0, 12, n)
    minute = (dates + np.timedelta64(0, "D")).astype("datetime64[m]") + rng.integers(120, 660, n)
    ledger = Ledger(folder / "ledger")
    sales = filled(
        SALES,
        n,
        system=np.full(n, "bench"),
        sale_id=np.char.add("s", visit.astype(str)),
        line_id=np.arange(n).astype(str),
        customer=key,
        day=dates,
        sold_at=minute.astype("datetime64[us]"),
        branch=np.array(["Central", "Mong Kok", "Sha Tin", "Tai Po"])[key % 4],
        staff=np.char.add("st-", rng.integers(0, 30, n).astype(str)),
        item=np.char.add("Item ", (category * 3 + rng.integers(0, 3, n)).astype(str)),
        category=np.char.add("Category ", category.astype(str)),
        kind=kind,
        gross=np.round(price * 1.05, 2),
        net=np.where(kind == "package_redemption", 0.0, price),
        cost=np.where(rng.random(n) < 0.5, np.round(price * 0.4, 2), np.nan),
        currency=np.full(n, "HKD"),
        piece=pa.array(np.char.add("p", (key % 5000).astype(str)), mask=kind != "repair"),
    )
    ledger.write("sales", sales, import_id="b1", note={})
    _beside(ledger, rng, customers=customers, key=who + 1, dates=np.datetime64(START) + day)
    return ledger


def _beside(ledger: Ledger, rng: np.random.Generator, *, customers: int, key: Any, dates: Any) -> None:
    """Customers, bookings, complaints and money spent on sources."""
    ids = np.arange(1, customers + 1)
    sources = np.array(["Referral", "Walk-in", "Search", "Street"])
    referrer = np.where(rng.random(customers) < 0.1, np.maximum(ids - 50, 1), 0)
    people = filled(
        CUSTOMERS,
        customers,
        system=np.full(customers, "bench"),
        customer=ids,
        kind=np.full(customers, "person"),
        source=sources[rng.integers(0, 4, customers)],
        referrer=pa.array(referrer, mask=referrer == 0),
        birth_year=rng.integers(1950, 2006, customers),
        may_email=rng.random(customers) < 0.7,
    )
    ledger.write("customers", people, import_id="b2", note={})
    n = key.size
    booked = filled(
        BOOKINGS,
        n,
        system=np.full(n, "bench"),
        booking_id=np.arange(n).astype(str),
        customer=key,
        day=dates,
        service=np.char.add("Item ", rng.integers(0, 36, n).astype(str)),
        minutes=rng.integers(2, 9, n) * 15,
        status=np.array(["completed", "no_show", "cancelled"])[rng.choice(3, n, p=[0.9, 0.04, 0.06])],
    )
    ledger.write("bookings", booked, import_id="b3", note={})
    some = rng.integers(0, n, n // 50)
    grumbled = filled(
        COMPLAINTS,
        some.size,
        system=np.full(some.size, "bench"),
        complaint_id=np.arange(some.size).astype(str),
        customer=key[some],
        day=dates[some],
        currency=np.full(some.size, "HKD"),
    )
    ledger.write("complaints", grumbled, import_id="b4", note={})
    weeks = DAYS // 7
    spent = filled(
        SPEND,
        weeks,
        system=np.full(weeks, "bench"),
        spend_id=np.arange(weeks).astype(str),
        day=[START + timedelta(days=7 * w) for w in range(weeks)],
        source=np.full(weeks, "Search"),
        amount=np.round(rng.gamma(2, 900, weeks), 2),
        currency=np.full(weeks, "HKD"),
    )
    ledger.write("spend", spent, import_id="b5", note={})


def processor(run: Callable[[], object], times: int = 3) -> float:
    """Fewest processor seconds of some runs."""
    found = []
    for _ in range(times):
        started = time.process_time()
        run()
        found.append(time.process_time() - started)
    return min(found)


def scan(files: list[str]) -> float:
    """The lines grouped by customer and day, then by customer, by DuckDB alone."""
    listed = ", ".join(f"'{file}'" for file in files)
    query = f"""with v as (select customer c, day d, sum(net) a from read_parquet([{listed}])
        where customer is not null group by all)
        select c, count(*) n, min(d) f, max(d) l, sum(a) a from v group by c"""

    def run() -> None:
        with duckdb.connect() as engine:
            engine.execute(f"create table s as {query}")

    return processor(run)


def summarised(ledger: Ledger) -> float:
    """The study's own summary step: lines to customer-days in order, and those to customers."""

    def run() -> None:
        with ledger.read() as reader:
            lines = lines_until(reader.table("sales"), AS_OF)
            days = reader.keep(customer_days(lines, basis="redemption", branches=None, costed=False), "bench_days")
            days = reader.keep(in_order(days), "bench_visits")
            reader.keep(summary(days, as_of=AS_OF), "bench_customers")

    return processor(run)


def watched(spent: dict[str, float]) -> None:
    """Put a clock around every function of :data:`METHODS`."""
    for name, places in METHODS.items():
        for module, attribute in places:
            if module.startswith("parts:"):
                table = importlib.import_module("regulars.analysis.parts").PARTS
                table[attribute] = _clocked(table[attribute], name, spent)
            else:
                home = importlib.import_module(f"regulars.analysis.{module}")
                setattr(home, attribute, _clocked(getattr(home, attribute), name, spent))


def _clocked(run: Callable[..., Any], name: str, spent: dict[str, float]) -> Callable[..., Any]:
    def clocked(*args: Any, **named: Any) -> Any:
        started = time.process_time()
        try:
            return run(*args, **named)
        finally:
            spent[name] += time.process_time() - started

    return clocked


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=100_000)
    args = parser.parse_args()
    spent: dict[str, float] = defaultdict(float)
    costs = Costs(staff_hour=90, service_minutes=45, payment_fee=0.02)  # type: ignore[arg-type]
    settings = Business(name={"en": "Bench"}, pack="beauty", costs=costs, packages=Packages(valid_months=18))
    with tempfile.TemporaryDirectory() as folder:
        ledger = business(Path(folder), customers=args.customers)
        bare = scan([str(file) for file in ledger.files_now("sales")])
        own = summarised(ledger)
        watched(spent)
        standings = Path(folder) / "standings.parquet"
        with ledger.read() as reader:
            started = time.process_time()
            found = whole.study(reader, business=settings, pack=load_pack("beauty"), as_of=AS_OF, standings=standings)
            total = time.process_time() - started
        with ledger.read() as reader:
            read = parse_card(starter().encode(), file="starter.toml")
            spent["screening"] = processor(
                lambda: screen(reader, standings, read, as_of=AS_OF, out=Path(folder) / "scores.parquet"), 1
            )
            spent["segments"] = processor(
                lambda: segment(reader, standings, "state = overdue and visits >= 3", diagnosis=found), 1
            )
    lines = found.base.sale_lines
    print(f"{lines:,} lines, {args.customers:,} customers; bare DuckDB scan {bare:.2f} s of processor\n")
    print("| method | processor seconds | times a bare scan |\n| --- | --- | --- |")
    print(f"| **summary step** | {own:.2f} | {own / bare:.1f} |")
    for name in (*METHODS, "screening", "segments"):
        print(f"| {name} | {spent[name]:.2f} | {spent[name] / bare:.1f} |")
    print(f"| **whole study** | {total:.1f} | {total / bare:.0f} |")


if __name__ == "__main__":
    main()
