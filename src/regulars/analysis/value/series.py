"""The exact distribution of a customer's future visits under BG/NBD and MBG/NBD.

Given alive at T, the rate is Gamma(r+x, alpha+T) and the chance to leave after a visit Beta(a, b+n), independent,
so with z = t/(alpha+T+t) (METHODS section 6.2 with k = 1; n = x for BG/NBD, x + 1 for MBG/NBD)

    P(X >= N) = P(alive) * I_z(N, r+x) * B(a, b+n+N-1)/B(a, b+n)

Mean, variance and quantiles are sums over N of the same terms. I_z(N, R) is the upper tail of a negative binomial,
whose terms follow by recursion; no 2F1, nothing singular at a = 1, nothing that overflows. Rows are worked off in
blocks of like length so that a block stops when its longest tail is exhausted.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from regulars.analysis.value.statistics import Floats

_BLOCK = 4096
_TOLERANCE = 1e-10
_UNDERFLOW = -600.0


@dataclass(frozen=True, slots=True, eq=False)
class Future:
    """Parameters of the distribution, one element per customer or triple."""

    shape: Floats  # r + x
    z: Floats
    a: float
    survived: Floats  # b + n
    alive: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Visits:
    """Mean, variance, quantiles (one row per level) and P(X = 0) of future visits."""

    mean: Floats
    variance: Floats
    quantiles: Floats
    none: Floats


def summarise(future: Future, levels: tuple[float, ...] = ()) -> Visits:
    """Sum the series for every row."""
    size = len(future.z)
    mean, second = np.zeros(size), np.zeros(size)
    quantiles = np.zeros((len(levels), size))
    length = _length(future.shape, future.z)
    order = np.argsort(length, kind="stable")
    for start in range(0, size, _BLOCK):
        rows = order[start : start + _BLOCK]
        block = Future(future.shape[rows], future.z[rows], future.a, future.survived[rows], future.alive[rows])
        mean[rows], second[rows], quantiles[:, rows] = _block(block, levels, int(length[rows[-1]]))
    mean *= future.alive
    second *= future.alive
    none = 1.0 - future.alive * -np.expm1(future.shape * np.log1p(-future.z))
    return Visits(mean, np.maximum(second - mean * mean, 0.0), quantiles, none)


def _length(shape: Floats, z: Floats) -> Floats:
    """Number of terms after which the negative binomial tail is certainly exhausted."""
    centre = shape * z / (1 - z)
    spread = np.sqrt(np.maximum(shape * z, 1e-300)) / (1 - z)
    return np.asarray(np.ceil(centre + 10 * spread + 32 / -np.log(np.maximum(z, 1e-12)) + 2))


def _block(block: Future, levels: tuple[float, ...], length: int) -> tuple[Floats, Floats, Floats]:
    """Sums of P(X >= N)/P(alive), of (2N - 1) times it, and how many N exceed each level's threshold."""
    z, shape = block.z, block.shape
    log_none = shape * np.log1p(-z)
    in_logs = bool(log_none.min() < _UNDERFLOW)
    log_term = log_none
    term = np.exp(log_none)
    tail = -np.expm1(log_none)
    keep = np.ones_like(z)
    mean, second = np.zeros_like(z), np.zeros_like(z)
    thresholds = [(1 - level) / np.maximum(block.alive, 1e-300) for level in levels]
    counts = np.zeros((len(levels), len(z)))
    for N in range(1, length + 1):
        reach = tail * keep
        mean += reach
        second += (2 * N - 1) * reach
        for count, threshold in zip(counts, thresholds, strict=True):
            count += reach > threshold
        if N % 8 == 0 and float((reach / (1 - z)).max()) * N < _TOLERANCE:
            break
        step = z * ((shape + (N - 1)) / N)
        if in_logs:
            log_term = log_term + np.log(step)
            term = np.exp(log_term)
        else:
            term *= step
        tail = np.maximum(tail - term, 0.0)
        keep *= 1 - block.a / (block.a + block.survived + (N - 1))
    return mean, second, counts
