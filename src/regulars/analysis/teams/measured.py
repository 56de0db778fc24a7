"""From counts by group to a measure: shrunken figures, what can be told apart, and how much of it is chance."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from scipy.stats import chi2

from regulars.analysis.results.shrunk import Shrunk
from regulars.analysis.results.teams import ENOUGH, Foretold, Measure, Measured, Span, TeamRow
from regulars.analysis.shrink import means, rates
from regulars.analysis.value.statistics import Floats

_ORDER = {"above": 0, "alike": 1, "below": 2}


@dataclass(frozen=True, slots=True, eq=False)
class Counted:
    """By group: how many were counted, and the sum (hits of a rate, money of a mean) and sum of squares over them."""

    names: tuple[str, ...]
    n: Floats
    total: Floats
    squares: Floats | None = None  # None for a rate

    def shrunk(self) -> list[Shrunk | None]:
        """Every group drawn towards all."""
        if self.squares is None:
            return rates(self.total, self.n)
        return means(self.total, self.squares, self.n)

    @property
    def overall(self) -> float:
        """The figure of all groups together."""
        return float(self.total.sum() / max(self.n.sum(), 1.0))

    def chance(self) -> Span | None:
        """The part of the variance of raw figures that chance alone makes.

        Chance is the sampling variance, p (1 - p) / n of a rate and within-group variance / n of a mean.
        """
        known = self.n > 1
        n, total = self.n[known], self.total[known]
        raw = total / n
        if self.squares is None:
            within = self.overall * (1 - self.overall)
        else:
            within = float(max((self.squares[known].sum() - (total * raw).sum()) / max(n.sum() - n.size, 1.0), 0.0))
        return chance(raw, within / n)


def chance(raw: Floats, error: Floats) -> Span | None:
    """The part of the variance of raw figures that their mean sampling variance makes; None with fewer than three.

    The range holds 90 %: the variance of k raw figures is known as chi-square with k - 1 degrees of freedom allows.
    """
    if raw.size < 3:
        return None
    spread = float(raw.var(ddof=1))
    if spread <= 1e-12 * (1 + float(raw.mean()) ** 2):
        return None
    seen, freedom = float(error.mean()) / spread, raw.size - 1
    low, high = (min(1.0, seen * float(chi2.ppf(q, freedom)) / freedom) for q in (0.05, 0.95))
    return Span(low, min(1.0, seen), high)


class Grouped(Protocol):
    """What a measure is made of: groups by name, their figures drawn together, and all of them as one."""

    @property
    def names(self) -> tuple[str, ...]:
        """The groups."""

    @property
    def overall(self) -> float:
        """The figure of all groups together."""

    def shrunk(self) -> list[Shrunk | None]:
        """Every group drawn towards all."""

    def chance(self) -> Span | None:
        """The part of the variance of raw figures that chance alone makes."""


def as_it_is(value: float) -> float:
    """The figure as it was counted."""
    return value


def measured(
    measure: Measure,
    counted: Grouped,
    foretold: Foretold | None = None,
    *,
    shown: Callable[[float], float] = as_it_is,
) -> Measured | None:
    """The measure; None where fewer than two groups were counted.

    ``shown`` takes figures from the scale they were counted on (a logarithm) to the one they are read on.
    """
    found = [_read(s, shown) for s in counted.shrunk()]
    known = [s for s in found if s is not None]
    if len(known) < 2:
        return None
    rows = [TeamRow(name, s) for name, s in zip(counted.names, found, strict=True)]
    rows.sort(key=lambda r: (_ORDER[r.figure.told] if r.figure else 3, r.name))
    told = [s for s in known if s.n >= ENOUGH]
    pairs = sum(a.low > b.high or b.low > a.high for i, a in enumerate(told) for b in told[:i])
    of = len(told) * (len(told) - 1) // 2
    return Measured(measure, shown(counted.overall), tuple(rows), pairs, of, counted.chance(), foretold)


def _read(s: Shrunk | None, shown: Callable[[float], float]) -> Shrunk | None:
    if s is None:
        return None
    told = s.told if s.n >= ENOUGH else "alike"
    return Shrunk(s.n, shown(s.raw), shown(s.mean), shown(s.low), shown(s.high), told)


def foretold(earlier: Counted, later: Counted) -> Foretold | None:
    """Raw and shrunken figures of the earlier half against the later half's, in groups large enough in both."""
    large = (earlier.n >= ENOUGH) & (later.n >= ENOUGH)
    if large.sum() < 3:
        return None
    actual = later.total[large] / later.n[large]
    raw = earlier.total[large] / earlier.n[large]
    drawn = np.array([s.mean for s, keep in zip(earlier.shrunk(), large, strict=True) if keep and s is not None])
    return Foretold(int(large.sum()), float(((raw - actual) ** 2).mean()), float(((drawn - actual) ** 2).mean()))


def gathered(names: Sequence[str], at: Sequence[str], **columns: Floats) -> dict[str, Floats]:
    """Columns summed by name, in the order of ``names``; rows of other names are left out."""
    place = {name: i for i, name in enumerate(names)}
    known = [i for i, name in enumerate(at) if name in place]
    where = np.array([place[at[i]] for i in known], dtype=np.int64)
    return {key: np.bincount(where, column[known], len(names)) for key, column in columns.items()}
