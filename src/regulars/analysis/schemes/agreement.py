"""How alike two partitions of the same customers are, from the table of their counts."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def table_of(one: NDArray[np.int64], two: NDArray[np.int64], weight: NDArray[np.float64]) -> NDArray[np.float64]:
    """Counts by class in the first and in the second partition."""
    counts = np.zeros((int(one.max(initial=0)) + 1, int(two.max(initial=0)) + 1))
    np.add.at(counts, (one, two), weight)
    return counts


def adjusted_rand(counts: NDArray[np.float64]) -> float:
    """The adjusted Rand index (Hubert and Arabie 1985): 1 for equal partitions, 0 expected of independent ones.

    Two partitions that both put everybody together, or everybody apart, are equal: 1.
    """

    def pairs(n: NDArray[np.float64]) -> float:
        return float((n * (n - 1)).sum()) / 2

    together, rows, columns = pairs(counts), pairs(counts.sum(axis=1)), pairs(counts.sum(axis=0))
    total = counts.sum()
    every = float(total * (total - 1)) / 2
    expected = rows * columns / every if every else 0.0
    most = (rows + columns) / 2
    return 1.0 if most == expected else (together - expected) / (most - expected)
