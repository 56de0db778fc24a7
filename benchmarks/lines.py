"""Synthetic sale lines at scale: `python benchmarks/lines.py OUT.parquet --lines 10000000 --customers 1000000`.

A salon-like base (customers drop out, visits are Poisson while they stay, two lines a visit on average), made in
NumPy chunk by chunk so that memory does not grow with the number of lines: 100 million take ten times as long as ten.
Deterministic for a seed.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

DAYS = 3 * 365
START = np.datetime64("2023-11-01")
CHUNK = 100_000
BRANCHES = np.array(["Central", "Causeway Bay", "Mong Kok", "Sha Tin"])
ITEMS = np.array([f"Treatment {n:02d}" for n in range(40)])


def chunk(rng: np.random.Generator, first: int, customers: int, visits_each: float) -> pa.Table:
    """The lines of one block of customers."""
    joined = rng.integers(0, DAYS, customers)
    life = rng.exponential(DAYS / 2, customers)
    seen = np.minimum(life, DAYS - joined)
    rate = rng.gamma(1.2, 1 / 1.2, customers)
    scale = visits_each * customers / (rate * seen / DAYS).sum()
    repeats = rng.poisson(rate * seen / DAYS * scale)
    who = np.repeat(np.arange(customers), repeats + 1)
    starts = np.concatenate([[0], np.cumsum(repeats + 1)[:-1]])
    when = joined[who] + rng.random(who.size) * seen[who]
    when[starts] = joined
    day = when.astype(np.int64)
    lines = rng.integers(1, 4, who.size)
    visit = np.repeat(np.arange(who.size), lines)
    level = rng.gamma(4.0, 1 / 4.0, customers)
    amount = np.round(rng.lognormal(5.6, 0.5, visit.size) * level[who[visit]], 2)
    receipt = first * 1_000 + visit
    return pa.table(
        {
            "Receipt": pa.array(receipt),
            "Date": pa.array((START + day[visit]).astype("datetime64[D]")),
            "Customer ID": pa.array(first + who[visit]),
            "Branch": pa.array(BRANCHES[(first + who[visit]) % 4]),
            "Item": pa.array(ITEMS[rng.integers(0, 40, visit.size)]),
            "Amount": pa.array(amount),
        }
    )


def make(out: Path, *, lines: int, customers: int, seed: int = 7) -> int:
    """Write the file; returns how many lines it got (within a few per mille of ``lines``)."""
    rng = np.random.default_rng(seed)
    visits_each = lines / customers / 2 - 1
    written = 0
    writer: pq.ParquetWriter | None = None
    for first in range(0, customers, CHUNK):
        table = chunk(rng, first, min(CHUNK, customers - first), visits_each)
        writer = writer or pq.ParquetWriter(out, table.schema, compression="zstd")
        writer.write_table(table)
        written += table.num_rows
    assert writer is not None
    writer.close()
    return written


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--lines", type=int, default=10_000_000)
    parser.add_argument("--customers", type=int, default=1_000_000)
    args = parser.parse_args()
    print(f"{make(args.out, lines=args.lines, customers=args.customers):,} lines in {args.out}")
