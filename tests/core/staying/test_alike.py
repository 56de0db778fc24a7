"""Shares over months of the same customers: the sums by hand, and intervals that hold where customers differ."""

from __future__ import annotations

from typing import Any

import ibis
import numpy as np
import pyarrow as pa
import pytest

from regulars.analysis.staying.alike import alike_query, worth
from regulars.analysis.staying.kpis import wilson


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
