"""A figure about the future or about something hidden: never a bare number."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike


@dataclass(frozen=True, slots=True)
class Estimate:
    """Mean with an 80 % interval.

    ``unit`` is a currency code for money, else a word such as ``visits`` or ``share``; ``method`` names the
    method card; ``n`` is the number of customers (or draws, for simulated quantities) it rests on.
    """

    mean: float
    p10: float
    p50: float
    p90: float
    unit: str
    method: str
    n: int

    @classmethod
    def of_draws(cls, draws: ArrayLike, *, unit: str, method: str, n: int | None = None) -> Estimate:
        """Summarise simulated draws (any shape, flattened). Raises ValueError when there are none."""
        values = np.asarray(draws, dtype=float).ravel()
        if values.size == 0:
            raise ValueError("an estimate needs at least one draw")
        p10, p50, p90 = (float(q) for q in np.quantile(values, (0.1, 0.5, 0.9)))
        return cls(float(values.mean()), p10, p50, p90, unit, method, values.size if n is None else n)
