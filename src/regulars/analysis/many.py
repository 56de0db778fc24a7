"""Many tests at once: which to believe."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from regulars.analysis.value.statistics import Floats

type Flags = npt.NDArray[np.bool_]


def surviving(p: Floats, *, false: float) -> Flags:
    """Which tests to believe so that no more than ``false`` of those believed are chance; NaN is never believed.

    The step-up procedure of Benjamini and Hochberg (1995), *Journal of the Royal Statistical Society* B 57, 289-300.
    """
    told = np.flatnonzero(~np.isnan(p))
    order = told[np.argsort(p[told], kind="stable")]
    below = np.flatnonzero(p[order] <= false * np.arange(1, len(order) + 1) / max(len(order), 1))
    kept = np.zeros(len(p), dtype=bool)
    if below.size:
        kept[order[: below[-1] + 1]] = True
    return kept
