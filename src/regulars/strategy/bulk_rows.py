"""Rows of a large block handed to the solver as they are needed."""

from __future__ import annotations

import highspy
import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from regulars.strategy.returns import Floats


def add_at_most(solver: highspy.Highs, matrix: sparse.csr_array, upper: Floats, rows: NDArray[np.intp]) -> None:
    """Add these rows of a matrix, each of which may come to no more than its bound."""
    part = matrix[rows]
    solver.addRows(
        rows.size,
        np.full(rows.size, -highspy.kHighsInf),
        upper[rows],
        part.nnz,
        part.indptr[:-1].astype(np.int32),
        part.indices.astype(np.int32),
        part.data,
    )
