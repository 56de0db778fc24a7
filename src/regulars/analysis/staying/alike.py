"""Shares counted over months or visits of the same customers: how many independent answers they are worth.

A regular who comes back every month answers twelve times and says one thing. The error of such a share comes from
customers: with n answers of a customer and k yeses, the variance is sum (k - p n)² / (sum n)² (Cochran 1977, ch. 3 on
ratios over clusters), and the answers are worth p (1 - p) / variance, at most as many as they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ibis


def alike_query(
    t: ibis.Table, asked: Mapping[str, tuple[ibis.Value, ibis.Value]], *, whose: str = "customer"
) -> ibis.Table:
    """One row of sums over customers (``whose`` a row is); ``asked`` is which rows are answers, and which of them yes,
    by name."""
    each = t.group_by(whose).aggregate(
        **{f"n_{name}": t.count(where=answer) for name, (answer, _) in asked.items()},
        **{f"k_{name}": t.count(where=answer & yes) for name, (answer, yes) in asked.items()},
    )
    sums: dict[str, ibis.Value] = {}
    for name in asked:
        n, k = each[f"n_{name}"], each[f"k_{name}"]
        sums |= {f"{name}_n": n.sum(), f"{name}_k": k.sum()}
        sums |= {f"{name}_nn": (n * n).sum(), f"{name}_nk": (n * k).sum(), f"{name}_kk": (k * k).sum()}
    return each.aggregate(**sums)


def worth(row: Mapping[str, Any], name: str) -> float | None:
    """How many independent answers a share of :func:`alike_query` is worth; None where nobody answered."""
    n, k, nn, nk, kk = (int(row[f"{name}_{part}"] or 0) for part in ("n", "k", "nn", "nk", "kk"))
    if not n:
        return None
    p = k / n
    spread = kk - 2 * p * nk + p * p * nn
    return min(float(n), p * (1 - p) * n * n / spread) if spread > 0 else float(n)
