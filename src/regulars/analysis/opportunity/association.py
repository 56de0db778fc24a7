"""Whether one thing goes with another more often than chance, among customers alike: 2x2 tables over strata.

Mantel and Haenszel (1959), *Journal of the National Cancer Institute* 22, 719-748; the variance of the log odds ratio
by Robins, Breslow and Greenland (1986), *Biometrics* 42, 311-323; whether tables are large enough for the test by
Mantel and Fleiss (1980), *American Journal of Epidemiology* 112, 129-134; many tests at once by Benjamini and Hochberg
(1995), *JRSS B* 57, 289-300.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtrc

from regulars.analysis.value.statistics import Floats

type Flags = NDArray[np.bool_]

Z90 = 1.6448536269514722
#: Of the pairs that are called associated, so many may be chance.
FALSE = 0.05
_FLEISS = 5.0


@dataclass(frozen=True, slots=True, eq=False)
class Odds:
    """Per comparison: the common odds ratio with its range of 90 % and the test's ``p``; NaN where too few."""

    ratio: Floats
    low: Floats
    high: Floats
    p: Floats


def odds(both: Floats, first: Floats, second: Floats, neither: Floats) -> Odds:
    """Associations over strata; counts ``[stratum, comparison]``: both, only the first, only the second, neither."""
    n = np.maximum(both + first + second + neither, 1.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        up, down = both * neither / n, first * second / n
        r, s = up.sum(axis=0), down.sum(axis=0)
        p, q = (both + neither) / n, (first + second) / n
        variance = (p * up).sum(axis=0) / (2 * r**2)
        variance += (p * down + q * up).sum(axis=0) / (2 * r * s) + (q * down).sum(axis=0) / (2 * s**2)
        ratio, half = r / s, Z90 * np.sqrt(variance)
    row, column = both + first, both + second
    expected = row * column / n
    spread = expected * (n - row) * (n - column) / (n * np.maximum(n - 1, 1.0))
    total, middle = both.sum(axis=0), expected.sum(axis=0)
    fewest, most = np.maximum(row + column - n, 0.0).sum(axis=0), np.minimum(row, column).sum(axis=0)
    enough = np.minimum(middle - fewest, most - middle) > _FLEISS
    known = enough & (r > 0) & (s > 0)
    chi = (total - middle) ** 2 / np.maximum(spread.sum(axis=0), 1e-12)
    blank = np.full(len(r), np.nan)
    return Odds(
        np.where(known, ratio, blank),
        np.where(known, ratio * np.exp(-half), blank),
        np.where(known, ratio * np.exp(half), blank),
        np.where(known, chdtrc(1, chi), blank),
    )


def alike(n: Floats, hits_others: Floats, n_others: Floats) -> float | None:
    """The share of the others who did, at the strata of those compared (``n`` by stratum); None without any in common.

    Direct standardisation: Miettinen (1972), *American Journal of Epidemiology* 96, 383-388.
    """
    shared = (n > 0) & (n_others > 0)
    if not shared.any():
        return None
    return float((n[shared] * hits_others[shared] / n_others[shared]).sum() / n[shared].sum())
