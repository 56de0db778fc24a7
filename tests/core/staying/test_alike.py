"""Shares over months of the same customers: the sums by hand, and intervals that hold where customers differ."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import Any

import ibis
import numpy as np
import pyarrow as pa
import pytest

from regulars.analysis.staying.alike import alike_query, worth
from regulars.analysis.staying.kpis import settled_query, wilson
from support.analysis import bookings_table


def row_of(customer: list[int], answer: list[bool], yes: list[bool]) -> dict[str, Any]:
    t = ibis.memtable(pa.table({"customer": customer, "answer": answer, "yes": yes}))
    found: dict[str, Any] = ibis.duckdb.connect().to_pyarrow(alike_query(t, {"q": (t.answer, t.yes)})).to_pylist()[0]
    return found


def test_what_answers_are_worth_by_hand() -> None:
    row = row_of([1, 1, 1, 2, 2, 3], [True] * 5 + [False], [True, True, True, False, False, True])
    assert [row[f"q_{part}"] for part in ("n", "k", "nn", "nk", "kk")] == [5, 3, 13, 9, 9]
    p = 3 / 5
    assert worth(row, "q") == pytest.approx(p * (1 - p) * 25 / ((3 - 3 * p) ** 2 + (0 - 2 * p) ** 2))
    assert worth(row_of([1], [False], [True]), "q") is None
    assert worth(row_of([1, 2], [True, True], [True, True]), "q") == 2.0, "all say yes"


def test_missed_bookings_of_one_customer_are_one_customer_s() -> None:
    """Nine misses of one customer tell less than nine of nine; a booking of nobody known stands for itself."""
    scene: Any = SimpleNamespace(setting=SimpleNamespace(as_of=date(2026, 6, 30)))
    kept = [("completed", customer) for customer in range(2, 22)]

    def ends(missed: list[int | None]) -> dict[str, Any]:
        rows = [*kept, *(("no_show", customer) for customer in missed)]
        booked = bookings_table([{"status": s, "customer": c, "day": date(2026, 5, 1)} for s, c in rows])
        query = settled_query(ibis.memtable(booked), scene=scene)
        found: dict[str, Any] = ibis.duckdb.connect().to_pyarrow(query).to_pylist()[0]
        return found

    p = 9 / 29
    one = worth(ends([1] * 9), "no_show")
    assert one == pytest.approx(p * (1 - p) * 29**2 / ((9 - 9 * p) ** 2 + 20 * p**2))
    somebody: list[int | None] = [*range(30, 39)]
    nobody: list[int | None] = [None] * 9
    for apart in (somebody, nobody):
        assert worth(ends(apart), "no_show") == pytest.approx(29)
    assert one is not None and one < 6


def test_intervals_hold_where_customers_differ() -> None:
    held = plain = 0
    for seed in range(200):
        rng = np.random.default_rng(seed)
        chance, months = rng.beta(1.4, 0.6, 150), rng.integers(1, 12, 150)
        k = rng.binomial(months, chance)
        p, n = k.sum() / months.sum(), int(months.sum())
        sums = {"q_n": n, "q_k": k.sum(), "q_nn": (months**2).sum(), "q_nk": (months * k).sum(), "q_kk": (k**2).sum()}
        size = worth(sums, "q")
        assert size is not None and size < n
        low, high = wilson(p * size, size)
        held += low <= 0.7 <= high
        low, high = wilson(p * n, n)
        plain += low <= 0.7 <= high
    assert 0.73 <= held / 200 <= 0.87
    assert plain / 200 < 0.65, "as if every month were somebody else's"
