"""Whether a scheme is steady and worth acting on, each measured and graded in plain words."""

from __future__ import annotations

import ibis
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from regulars.analysis.results.schemes import Grade, Steadiness
from regulars.analysis.schemes.agreement import adjusted_rand

GOOD_SAME, FAIR_SAME = 0.9, 0.75
#: The same of the adjusted Rand index: where nearly all are in one class, nearly all stay in it whatever happens.
GOOD_RAND, FAIR_RAND = 0.8, 0.5
GOOD_EXPLAINED, FAIR_EXPLAINED = 0.2, 0.05
SIZE_FLOOR = 30


def pairs_query(one: ibis.Table, two: ibis.Table, *, of: str) -> ibis.Table:
    """Counts by class in two tables of the same customers."""
    a = one.select("customer", a=one[of].cast("string"))
    b = two.select("customer", b=two[of].cast("string"))
    joined = a.inner_join(b, "customer")
    return joined.group_by("a", "b").aggregate(customers=joined.count()).order_by("a", "b")


def agreement(rows: pa.Table) -> tuple[float, float] | None:
    """Share unchanged and adjusted Rand index of the executed :func:`pairs_query`; None without customers."""
    found = rows.to_pylist()
    names = sorted({row["a"] for row in found} | {row["b"] for row in found})
    counts = np.zeros((len(names), len(names)))
    for row in found:
        counts[names.index(row["a"]), names.index(row["b"])] = row["customers"]
    if not counts.sum():
        return None
    return float(np.trace(counts) / counts.sum()), round(adjusted_rand(counts), 6)


def steadiness(halves: tuple[float, float] | None, month: tuple[float, float] | None) -> Steadiness:
    """Graded by the smaller of the shares that stay the same, and by what of it is more than chance."""
    told = [pair for pair in (halves, month) if pair is not None]
    grade: Grade = "unknown"
    if told:
        share, beyond = (min(pair[i] for pair in told) for i in (0, 1))
        good, fair = share >= GOOD_SAME and beyond >= GOOD_RAND, share >= FAIR_SAME and beyond >= FAIR_RAND
        grade = "good" if good else "fair" if fair else "weak"
    same, rand = halves or (None, None)
    month_same, month_rand = month or (None, None)
    return Steadiness(same, rand, month_same, month_rand, grade)


def explained(rows: pa.Table) -> float | None:
    """Share of variance explained out of sample: class means of one half foretell the other, both ways round.

    ``rows`` are those of :func:`regulars.analysis.schemes.moves.moves_query`; newcomers had no class and do not count.
    ``1 - sum (y - mean of class)² / sum (y - mean of all)²`` with means from the other half, never below 0. None
    without spread or with fewer than 30 customers in a half.
    """
    found = [row for row in rows.to_pylist() if row["was"]]
    names = sorted({row["was"] for row in found})
    sums = np.zeros((2, len(names), 3))
    for row in found:
        sums[int(row["side"]), names.index(row["was"])] += row["customers"], row["y"], row["yy"]
    if sums[:, :, 0].sum(axis=1).min() < SIZE_FLOOR:
        return None
    missed = total = 0.0
    for side in (0, 1):
        learnt, tested = sums[1 - side], sums[side]
        overall = learnt[:, 1].sum() / learnt[:, 0].sum()
        means = np.where(learnt[:, 0] > 0, learnt[:, 1] / np.maximum(learnt[:, 0], 1), overall)
        missed += float(_squares(tested, means).sum())
        total += float(_squares(tested, np.full(len(names), overall)).sum())
    return max(0.0, 1 - missed / total) if total > 0 else None


def _squares(sums: NDArray[np.float64], mean: NDArray[np.float64]) -> NDArray[np.float64]:
    return sums[:, 2] - 2 * mean * sums[:, 1] + mean**2 * sums[:, 0]


def usefulness_grade(told: float | None, large_enough: float) -> Grade:
    """Good foretells much with classes large enough to act on; unknown where no year could be looked back on."""
    if told is None:
        return "unknown"
    if told >= GOOD_EXPLAINED and large_enough == 1:
        return "good"
    return "fair" if told >= FAIR_EXPLAINED else "weak"
