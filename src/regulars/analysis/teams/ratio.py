"""A part of a whole by group, where customers weigh what they brought but err one by one.

Ten visits of one customer are one customer's doing: the error of a group's ratio comes from how customers differ
(linearised ratio of sums; Cochran 1977, section 2.11), never from the count of visits, bookings or dollars.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from regulars.analysis.results.shrunk import Shrunk
from regulars.analysis.results.teams import Span
from regulars.analysis.shrink import weighed
from regulars.analysis.teams.measured import chance
from regulars.analysis.value.statistics import Floats


@dataclass(frozen=True, slots=True, eq=False)
class Ratio:
    """By group: customers, the sums of ``x`` and of its part ``y``, and of their squares and product.

    ``bounded``: the ratio cannot leave 0..1, and no more may its range.
    """

    names: tuple[str, ...]
    n: Floats
    x: Floats
    y: Floats
    xx: Floats
    xy: Floats
    yy: Floats
    bounded: bool = True

    @property
    def overall(self) -> float:
        """The ratio of all groups together."""
        return float(self.y.sum() / self.x.sum()) if self.x.sum() > 0 else 0.0

    @property
    def within(self) -> float:
        """Variance of one customer around the group's ratio, in units of the ratio; one for all groups."""
        known = self._known
        n, x, y = self.n[known], self.x[known], self.y[known]
        raw = y / x
        squares = self.yy[known] - 2 * raw * self.xy[known] + raw**2 * self.xx[known]
        return float(max((squares * (n / x) ** 2).sum() / max(n.sum() - n.size, 1.0), 0.0))

    def shrunk(self) -> list[Shrunk | None]:
        """Every group drawn towards all; None where there is nothing to take a part of."""
        known = self._known
        found: list[Shrunk | None] = [None] * len(self.names)
        if not known.any():
            return found
        error = max(self.within, 1e-12) / self.n[known]
        drawn = weighed(self.y[known] / self.x[known], error, self.n[known], middle=self.overall)
        for at, one in zip(np.flatnonzero(known), drawn, strict=True):
            found[at] = self._inside(one) if self.bounded else one
        return found

    @staticmethod
    def _inside(s: Shrunk) -> Shrunk:
        low, mean, high = (min(max(v, 0.0), 1.0) for v in (s.low, s.mean, s.high))
        return Shrunk(s.n, s.raw, mean, low, high, s.told)

    def chance(self) -> Span | None:
        """The part of the variance of raw figures that chance alone makes."""
        known = self._known & (self.n > 1)
        return chance(self.y[known] / self.x[known], self.within / self.n[known])

    @property
    def _known(self) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
        return (self.n > 0) & (self.x > 0)
