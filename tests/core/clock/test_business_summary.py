"""Customers in business time: the engine's join against a slow loop."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import ibis
import numpy as np
import pyarrow as pa

from regulars.analysis.summary import summary
from regulars.analysis.visits import in_order

FIRST = date(2023, 1, 2)
AS_OF = date(2023, 12, 31)


def test_summary_by_a_clock_agrees_with_a_loop() -> None:
    rng = np.random.default_rng(5)
    rows: list[dict[str, Any]] = [
        {"customer": c, "day": FIRST + timedelta(days=int(d)), "value": 100.0, "visit": True}
        for c in range(40)
        for d in sorted(set(rng.integers(0, 364, 1 + c % 5).tolist()))
    ]
    speed = rng.choice([0.0, 0.5, 1.0, 1.6], 364)
    number = np.round(np.cumsum(speed)).astype(int)
    every = [FIRST + timedelta(days=d) for d in range(364)]
    engine = ibis.duckdb.connect()
    days = engine.create_table("days", pa.Table.from_pylist(rows))
    clock = engine.create_table("clock", pa.table({"day": pa.array(every, pa.date32()), "business_day": number}))
    found = engine.to_pyarrow(summary(in_order(days), as_of=AS_OF, clock=clock)).to_pylist()
    assert len(found) == 40
    at = dict(zip(every, number.tolist(), strict=True))
    for row in found:
        mine = sorted(r["day"] for r in rows if r["customer"] == row["customer"])
        t_x = max(at[mine[-1]] - at[mine[0]], 1 if len(mine) > 1 else 0)
        assert row["t_x_days"] == t_x
        assert row["T_days"] == max(at[AS_OF] - at[mine[0]], t_x)
        assert row["t_x_calendar"] == (mine[-1] - mine[0]).days
        assert row["T_calendar"] == (AS_OF - mine[0]).days
        assert row["since_days"] == (AS_OF - mine[-1]).days
