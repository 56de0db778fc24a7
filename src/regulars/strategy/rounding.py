"""From the optimum to whole customers, with every limit kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from regulars.strategy.problem import Problem
from regulars.strategy.returns import Floats


def whole(
    x: Floats, problem: Problem, on: Sequence[str], levels: Mapping[str, float] | None = None
) -> NDArray[np.int64]:
    """Round to whole customers: down, then up again by largest remainder wherever every limit still holds.

    ``on`` are the switches that are on, ``levels`` the levels of all decisions (by id; it goes before ``on``). A floor
    (a limit of negative use) that rounding down would break is served first.
    """
    down = np.floor(x + 1e-9)
    use, upper = problem.rows()
    used = problem.used_by(levels if levels is not None else dict.fromkeys(on, 1.0))
    upper[: used.size] -= used
    left = upper - use @ down
    remainder = x - down
    order = [int(c) for c in np.lexsort((np.arange(x.size), -remainder)) if remainder[c] > 1e-6]
    for floors in (True, False):
        for column in order:
            if down[column] > x[column] + 1e-9:
                continue  # rounded up already
            rows, amounts = column_of(use, column)
            after = left[rows] - amounts
            fits = down[column] + 1 <= problem.most[column] + 1e-9 and np.all((after >= -1e-9) | (amounts < 0))
            wanted = bool(np.any((amounts < 0) & (left[rows] < -1e-9))) if floors else problem.value[column] > 0
            if fits and wanted:
                down[column] += 1
                left[rows] = after
    return down.astype(np.int64)


def broken(x: NDArray[np.integer], problem: Problem, levels: Mapping[str, float]) -> bool:
    """Whether whole customers break any limit, what decisions use included."""
    use, upper = problem.rows()
    used = problem.used_by(levels)
    upper[: used.size] -= used
    return bool(np.any(use @ x > upper + 1e-6 * np.maximum(1.0, np.abs(upper))))


def column_of(matrix: sparse.csc_array, column: int) -> tuple[NDArray[np.intp], Floats]:
    """Rows and amounts of one column."""
    part = slice(matrix.indptr[column], matrix.indptr[column + 1])
    return matrix.indices[part], matrix.data[part]
