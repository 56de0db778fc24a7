"""The rule of what lies far outside, against NumPy's medians and a ledger that real wholesalers bought from."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from regulars.analysis.hygiene.recognise import far
from regulars.analysis.hygiene.thresholds import FAR_DEVIATIONS, FAR_TIMES, LOG_STEPS

DATA = Path(__file__).parents[2] / "data"


def grid(values: np.ndarray) -> pa.Table:
    steps, counts = np.unique(np.round(np.log(values) * LOG_STEPS).astype(np.int64), return_counts=True)
    return pa.table({"step": steps, "n": counts})


def test_medians_agree_with_a_plain_sort() -> None:
    values = np.random.default_rng(3).lognormal(6, 1.1, 20_001)
    found = far(grid(values))
    middle = np.median(np.log(values))
    deviation = np.median(np.abs(np.log(values) - middle))
    assert found.median is not None and found.limit is not None
    assert abs(np.log(found.median) - middle) < 0.01
    wanted = middle + max(np.log(FAR_TIMES), FAR_DEVIATIONS * deviation)
    assert abs(np.log(found.limit) - wanted) < 0.1
    assert (values > found.limit).sum() == 0


def test_constant_amounts_and_few_baskets() -> None:
    same = far(grid(np.full(500, 480.0)))
    assert same.limit is not None and same.median is not None
    assert abs(same.limit / same.median - FAR_TIMES) < 1e-9
    assert far(grid(np.full(10, 480.0))).limit is None


def test_wholesalers_of_a_real_shop() -> None:
    """Online Retail sells to wholesalers: two orders of 80,995 and 74,215 pieces, and the largest accounts."""
    sold = pq.read_table(DATA / "online_retail.parquet", columns=["CustomerID", "InvoiceDate", "Quantity", "UnitPrice"])
    customer, quantity, price = (
        sold[n].to_numpy(zero_copy_only=False) for n in ("CustomerID", "Quantity", "UnitPrice")
    )
    day = sold["InvoiceDate"].to_numpy().astype("datetime64[D]").astype(np.int64)
    named = ~np.isnan(customer) & (quantity > 0)
    key = customer[named].astype(np.int64) * 100_000 + day[named]
    keys, back = np.unique(key, return_inverse=True)
    baskets = np.bincount(back, quantity[named] * price[named])
    found = far(grid(baskets[baskets > 0]))
    assert found.limit is not None
    beyond = set((keys[baskets > found.limit] // 100_000).tolist())
    assert {16446, 12346, 17450, 18102, 14646} <= beyond
    assert len(beyond) < 0.005 * len(np.unique(customer[named]))
