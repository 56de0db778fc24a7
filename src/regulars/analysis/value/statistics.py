"""What the visit models need of a base: unique (x, t_x, T) triples with counts.

x = repeat visit days, t_x = weeks from first to last visit, T = weeks from first visit to the end of observation.
Customers with the same triple are the same customer to every model here, so fits and scores cost by triples
(a few million even for 100 million customers), not by customers. Grouping a big base is the engine's work;
:meth:`Statistics.collapse` does it for arrays that already fit in memory.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from regulars.base.errors import BadData
from regulars.base.text import say

type Floats = NDArray[np.float64]
type Ints = NDArray[np.int64]
type Bools = NDArray[np.bool_]

#: A month is 1/12 of 365.25 days everywhere in the study.
WEEKS_PER_YEAR = 365.25 / 7
WEEKS_PER_MONTH = WEEKS_PER_YEAR / 12

#: Sums of log gaps that differ by less are grouped, at their mean: it moves log odds between neighbouring k by 0.1.
EVENNESS_STEP = 0.2
_SLACK = 1e-9  # weeks; rounding of day counts divided by seven


def dot(one: Floats, other: Floats) -> float:
    """Inner product on one thread: BLAS threads cost more than they bring here and change sums between machines."""
    return float(np.einsum("i,i->", one, other))


@dataclass(frozen=True, slots=True, eq=False)
class Statistics:
    """Triples in the caller's order, with how many customers share each.

    ``gaps``, where it is known, is the mean over these customers of the sum of the logarithms of a customer's own gaps
    (weeks): how even their visits came. Only the mixture of rhythms asks for it; rows are then apart by it, too.

    Raises:
        BadData: columns of unequal length, nothing in them, or values that no customer can have.
    """

    x: Ints
    t_x: Floats
    T: Floats
    weight: Floats
    gaps: Floats | None = None

    def __post_init__(self) -> None:
        counts = np.asarray(self.x, dtype=float)
        columns = [counts, *(np.asarray(c, dtype=float) for c in (self.t_x, self.T, self.weight))]
        if self.gaps is not None:
            columns.append(np.asarray(self.gaps, dtype=float))
            object.__setattr__(self, "gaps", columns[-1])
        if len({c.shape for c in columns}) != 1 or columns[0].ndim != 1:
            raise BadData(say("value.data.shapes"))
        if not all(np.isfinite(c).all() for c in columns):
            raise BadData(say("value.data.not_finite"))
        t_x, T, weight = columns[1:4]
        if (weight < 0).any() or not weight.sum() > 0:
            raise BadData(say("value.data.nobody"))
        wrong = (
            (counts < 0) | (counts != np.floor(counts)) | (t_x < 0) | (t_x > T + _SLACK) | ((counts == 0) & (t_x > 0))
        )
        if wrong.any():
            raise BadData(say("value.data.impossible", n=int(wrong.sum())), say("value.data.impossible_hint"))
        object.__setattr__(self, "x", counts.astype(np.int64))
        object.__setattr__(self, "t_x", np.minimum(t_x, T))
        object.__setattr__(self, "T", T)
        object.__setattr__(self, "weight", weight)

    @classmethod
    def collapse(
        cls,
        x: ArrayLike,
        t_x: ArrayLike,
        T: ArrayLike,
        weight: ArrayLike | None = None,
        gaps: ArrayLike | None = None,
    ) -> Statistics:
        """Group customers by triple (and evenness of their gaps); rows come out sorted by x, t_x, T."""
        every = np.ones(np.shape(x)) if weight is None else np.asarray(weight, dtype=float)
        known = None if gaps is None else np.asarray(gaps, dtype=float)
        return cls(np.asarray(x), np.asarray(t_x), np.asarray(T), every, known)._grouped()[0]

    def coarsened(self, weeks: float = 1.0) -> tuple[Statistics, Ints]:
        """The same base on a grid of ``weeks``, and for every row of this one its row there.

        Times go to the middle of their cell: the middle leaves a tenth of the bias that the lower edge does.
        """
        last = np.where(self.x > 0, (np.floor(self.t_x / weeks) + 0.5) * weeks, 0.0)
        end = (np.floor(self.T / weeks) + 0.5) * weeks
        return Statistics(self.x, last, end, self.weight, self.gaps)._grouped(EVENNESS_STEP * max(weeks, 1.0))

    def gridded(self, most: int) -> tuple[Statistics, Ints]:
        """This base where it has few enough rows, else on the finest grid of weeks that has; rows there as above."""
        if len(self) <= most:
            return self, np.arange(len(self))
        for weeks in (1.0, 2.0, 4.0):
            grid, back = self.coarsened(weeks)
            if len(grid) <= most:
                break
        return grid, back

    def condensed(self, weeks: float = 1.0) -> Statistics:
        """A base to fit on: a grid whose cells stand at their customers' mean times, not at their middles."""
        grid, cell = self.coarsened(weeks)
        last, end = (np.bincount(cell, self.weight * time) / grid.weight for time in (self.t_x, self.T))
        return Statistics(grid.x, np.minimum(last, end), end, grid.weight, grid.gaps)

    def of(self, rows: Ints | slice) -> Statistics:
        """Some of the rows."""
        gaps = None if self.gaps is None else self.gaps[rows]
        return Statistics(self.x[rows], self.t_x[rows], self.T[rows], self.weight[rows], gaps)

    def _grouped(self, step: float = EVENNESS_STEP) -> tuple[Statistics, Ints]:
        ends, end_code = np.unique(self.T, return_inverse=True)
        lasts, last_code = np.unique(self.t_x, return_inverse=True)
        key = (self.x * len(lasts) + last_code) * len(ends) + end_code
        if self.gaps is not None:
            bins, bin_code = np.unique(evenness(self.x, self.t_x, self.gaps, step), return_inverse=True)
            key = np.unique(key, return_inverse=True)[1] * len(bins) + bin_code
        unique, first, back = np.unique(key, return_index=True, return_inverse=True)
        weight = np.bincount(back, weights=self.weight, minlength=len(unique))
        gaps = None
        if self.gaps is not None:
            gaps = np.bincount(back, self.weight * self.gaps, len(unique)) / np.maximum(weight, 1e-300)
        grouped = Statistics(self.x[first], self.t_x[first], self.T[first], weight, gaps)
        return grouped, back.astype(np.int64)

    @property
    def customers(self) -> float:
        """How many customers the triples stand for."""
        return float(self.weight.sum())

    @property
    def repeaters(self) -> float:
        """How many of them came back at least once."""
        return float(self.weight[self.x > 0].sum())

    def __len__(self) -> int:
        return len(self.x)


def evenness(x: ArrayLike, t_x: ArrayLike, gaps: ArrayLike, step: float = EVENNESS_STEP) -> Ints:
    """How far the sum of log gaps lies below that of equal gaps, in steps: 0 for clockwork, large where gaps differ."""
    counts, last, known = (np.asarray(c, dtype=float) for c in (x, t_x, gaps))
    came = counts > 0
    even = counts * np.log(np.where(came, np.maximum(last, 1e-12), 1.0) / np.maximum(counts, 1.0))
    return np.asarray(np.where(came, np.round((even - known) / step), 0.0).astype(np.int64))
