"""The exact distribution of a customer's future visits under BG/NBD, MBG/NBD and MBG/CNBD-k.

Given alive at T, the rate is Gamma(r+x, alpha+T) and the chance to leave after a visit Beta(a, b+n), independent,
so with z = t/(alpha+T+t) (n = x for BG/NBD, x + 1 for MBG/NBD)

    P(X >= N) = P(alive) * I_z(N, r+x) * B(a, b+n+N-1)/B(a, b+n)

With Erlang gaps of k stages, j of which are finished since the last visit with weight w_j (``likelihood.stage_terms``),
I_z becomes sum_j w_j I_z(kN - j, r+kx+j); k = 1 is the line above.

Mean, variance and quantiles are sums over N of the same terms. I_z(N, R) is the upper tail of a negative binomial,
whose terms follow by recursion; no 2F1, nothing singular at a = 1, nothing that overflows. Rows are worked off in
blocks of like length so that a block stops when its longest tail is exhausted. The odd row with very many terms (a
rate known to be enormous, or hardly known at all) is summed on a grid of N instead, good to a ten-thousandth.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol, Self

import numpy as np
from scipy.special import betainc, betaln

from regulars.analysis.value.statistics import Floats, Ints

_BLOCK = 4096
_TOLERANCE = 1e-10
_LONG = 20_000  # terms
_UNDERFLOW = -600.0


class Ahead(Protocol):
    """What the sums need of a distribution of future visits, one element per customer or triple."""

    @property
    def alive(self) -> Floats:
        """P(still a customer)."""

    @property
    def z(self) -> Floats:
        """Ratio of the tail's terms in the end: when to stop."""

    def of(self, rows: Ints) -> Self:
        """Some of the rows."""

    def reach(self, n: Floats) -> Floats:
        """P(X >= n | alive) for n >= 1, of a shape that broadcasts against one element per row."""

    def walk(self) -> Iterator[Floats]:
        """P(X >= 1 | alive), P(X >= 2 | alive), ... without end, by recursion."""

    def length(self) -> Floats:
        """Number of terms after which the tail is certainly exhausted."""


@dataclass(frozen=True, slots=True, eq=False)
class Future:
    """Parameters of the distribution, one element per customer or triple."""

    shape: Floats  # r + k x
    z: Floats
    a: float
    survived: Floats  # b + n
    alive: Floats
    stages: Floats  # w_j, one row per j < k

    def of(self, rows: Ints) -> Future:
        """Some of the rows."""
        return Future(
            self.shape[rows], self.z[rows], self.a, self.survived[rows], self.alive[rows], self.stages[:, rows]
        )

    def reach(self, n: Floats) -> Floats:
        """P(X >= n | alive) for n >= 1, of a shape that broadcasts against one element per row."""
        k = len(self.stages)
        come = sum(self.stages[j] * betainc(k * n - j, self.shape + j, self.z) for j in range(k))
        return np.asarray(come * np.exp(betaln(self.a, self.survived + n - 1) - betaln(self.a, self.survived)))

    def walk(self) -> Iterator[Floats]:
        """P(X >= N | alive) for N = 1, 2, ..."""
        k = len(self.stages)
        tail = Tail.start(self.shape, self.z)
        # I_z(m, R+j) is I_z(m, R) and j terms more, each from the one before: one tail serves all stages.
        grow = [(1 - self.z) / (self.shape + (i + 1)) for i in range(k - 1)]
        keep, N = np.ones_like(self.z), 1
        while True:
            come = np.zeros_like(self.z)
            for j in reversed(range(k)):
                m = k * N - j
                tail.forward(m)
                reach = tail.above
                if j:
                    term = tail.term * self.z * ((self.shape + (m - 1)) / self.shape)
                    reach = reach + term
                for i in range(j - 1):
                    term = term * grow[i] * (self.shape + (m + i))
                    reach = reach + term
                come += self.stages[j] * reach
            yield come * keep
            keep = keep * (1 - self.a / (self.a + self.survived + (N - 1)))
            N += 1

    def length(self) -> Floats:
        """Terms until the negative binomial tail is certainly exhausted."""
        k = len(self.stages)
        return np.asarray(np.ceil(tail_length(self.shape + (k - 1), self.z) / k) + 1)


@dataclass(frozen=True, slots=True, eq=False)
class Visits:
    """Mean, variance, quantiles (one row per level), P(X = 0) and P(X >= mark) (one row per mark) of future visits."""

    mean: Floats
    variance: Floats
    quantiles: Floats
    none: Floats
    reached: Floats


def summarise(future: Ahead, levels: tuple[float, ...] = (), marks: tuple[int, ...] = ()) -> Visits:
    """Sum the series for every row; ``marks`` are counts N >= 1 whose P(X >= N) is wanted besides."""
    size = len(future.z)
    mean, second = np.zeros(size), np.zeros(size)
    quantiles, reached = np.zeros((len(levels), size)), np.zeros((len(marks), size))
    length = future.length()
    order = np.argsort(length, kind="stable")
    short = int(np.searchsorted(length[order], _LONG))
    for row in order[short:]:
        mean[row], second[row], quantiles[:, row], reached[:, row] = _long(future, row, length[row], levels, marks)
    for start in range(0, short, _BLOCK):
        rows = order[start : min(start + _BLOCK, short)]
        sums = _Sums.empty(future, rows, levels, marks)
        sums.run(int(length[rows[-1]]))
        mean[rows], second[rows] = sums.mean, sums.second
        quantiles[:, rows], reached[:, rows] = sums.counts, sums.reached
    mean *= future.alive
    second *= future.alive
    reached *= future.alive
    none = 1.0 - future.alive * future.reach(np.ones(size))
    return Visits(mean, np.maximum(second - mean * mean, 0.0), quantiles, none, reached)


def tail_length(shape: Floats, z: Floats) -> Floats:
    """Number of terms after which the negative binomial tail is certainly exhausted."""
    centre = shape * z / (1 - z)
    spread = np.sqrt(np.maximum(shape * z, 1e-300)) / (1 - z)
    return np.asarray(np.ceil(centre + 10 * spread + 32 / -np.log(np.maximum(z, 1e-12)) + 2))


def _long(
    future: Ahead, row: int, length: float, levels: tuple[float, ...], marks: tuple[int, ...]
) -> tuple[float, float, Floats, Floats]:
    """The sums of one row, linear between points of N that are dense below 1,000 and geometric above."""
    N = np.unique(np.round(np.concatenate([np.arange(1, 1000), np.geomspace(1000, length, 6000)])))
    one = future.of(np.array([row]))
    at, gap = one.reach(N), np.diff(N)
    sums = [float(term[0] + (gap * term[:-1] + (gap + 1) / 2 * np.diff(term)).sum()) for term in (at, (2 * N - 1) * at)]
    upper = (1 - np.asarray(levels, dtype=float)) / max(future.alive[row], 1e-300)
    counts = np.floor(np.interp(-upper, -at, N, left=0.0))
    return sums[0], sums[1], counts, one.reach(np.asarray(marks, dtype=float))


@dataclass(slots=True, eq=False)
class _Sums:
    """Running sums of one block, all given alive; ``thresholds`` are the tail probabilities of the levels."""

    block: Ahead
    thresholds: Floats
    marks: dict[int, int]
    mean: Floats
    second: Floats
    counts: Floats
    reached: Floats

    @classmethod
    def empty(cls, future: Ahead, rows: Ints, levels: tuple[float, ...], marks: tuple[int, ...]) -> _Sums:
        block = future.of(rows)
        size = len(rows)
        upper = (1 - np.asarray(levels, dtype=float))[:, None] / np.maximum(block.alive, 1e-300)
        places = {mark: place for place, mark in enumerate(marks)}
        sums = (np.zeros(size), np.zeros(size), np.zeros((len(levels), size)), np.zeros((len(marks), size)))
        return cls(block, upper, places, *sums)

    def run(self, length: int) -> None:
        """Add P(X >= N) and (2N - 1) P(X >= N), and count the N above each threshold, until the tail is exhausted."""
        z = self.block.z
        for N, reach in enumerate(self.block.walk(), 1):
            self._add(N, reach)
            if length <= N or (N % 8 == 0 and float((reach / (1 - z)).max()) * N < _TOLERANCE):
                break

    def _add(self, N: int, reach: Floats) -> None:
        self.mean += reach
        self.second += (2 * N - 1) * reach
        if len(self.thresholds):
            self.counts += reach > self.thresholds
        if N in self.marks:
            self.reached[self.marks[N]] = reach


@dataclass(slots=True, eq=False)
class Tail:
    """``above`` = P(count >= m) of a negative binomial, by recursion over its terms."""

    shape: Floats
    z: Floats
    m: int
    log_term: Floats
    term: Floats
    above: Floats
    in_logs: bool

    @classmethod
    def start(cls, shape: Floats, z: Floats) -> Tail:
        """At m = 1."""
        log_term = shape * np.log1p(-z)
        return cls(shape, z, 1, log_term, np.exp(log_term), -np.expm1(log_term), bool(log_term.min() < _UNDERFLOW))

    def forward(self, m: int) -> None:
        """Go on to ``m``."""
        while self.m < m:
            step = self.z * ((self.shape + (self.m - 1)) / self.m)
            if self.in_logs:
                self.log_term = self.log_term + np.log(step)
                self.term = np.exp(self.log_term)
            else:
                self.term *= step
            self.above = np.maximum(self.above - self.term, 0.0)
            self.m += 1
