"""What another policy would have brought, from rows logged with the chance each had of its arm.

Three estimators of the mean outcome under a policy that gives arm ``a`` to row ``i`` with probability ``pi_i(a)``,
from rows (x, A, y) whose arm came with probability ``e``:

* inverse propensity: ``mean(pi_A / e * y)`` (Horvitz and Thompson 1952);
* self-normalised: the same over ``mean(pi_A / e)`` (Hajek), less variance for a bias of order 1/n;
* doubly robust: ``mean(sum_a pi(a) G_a)`` with ``G_a = m_a(x) + 1{A = a} (y - m_a(x)) / e`` (Robins, Rotnitzky and
  Zhao 1994; Dudik, Langford and Li 2011). Right if the propensities are right, however wrong the prediction ``m``.

Each is a mean over rows of an influence value, so its interval is mean ± z·sd/sqrt(n), and the difference of two
policies is taken row by row: rows on which they agree contribute nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Valued:
    """A mean per row with its interval. ``level`` is the coverage aimed at, ``n`` the rows it rests on."""

    mean: float
    low: float
    high: float
    se: float
    n: int
    level: float
    estimator: str

    def interval(self, level: float) -> tuple[float, float]:
        """The central interval of another coverage."""
        reach = float(ndtri(0.5 + level / 2)) * self.se
        return self.mean - reach, self.mean + reach


def of_rows(values: Floats, *, level: float, estimator: str, cluster: NDArray[np.integer] | None = None) -> Valued:
    """The mean of independent values with its normal interval. Shape (n,); needs at least two rows.

    ``cluster`` numbers rows that were assigned together (a branch): the error is then that of G clusters, with
    G / (G - 1). With fewer than two rows or clusters it is infinite.
    """
    n = values.size
    mean = float(values.mean())
    if cluster is None:
        se = float(values.std(ddof=1) / np.sqrt(n)) if n > 1 else float("inf")
    else:
        sums = np.bincount(np.unique(cluster, return_inverse=True)[1], weights=values - mean)
        few = sums.size < 2
        se = float("inf") if few else float(np.sqrt(sums.size / (sums.size - 1) * (sums @ sums)) / n)
    reach = float(ndtri(0.5 + level / 2)) * se
    return Valued(mean, mean - reach, mean + reach, se, n, level, estimator)


def weights(*, chance: Floats, propensity: Floats) -> Floats:
    """Importance weights: the policy's chance of the arm that was logged, over the chance it had. Shape (n,)."""
    return chance / propensity


def inverse_propensity(*, outcome: Floats, chance: Floats, propensity: Floats, level: float = 0.9) -> Valued:
    """The Horvitz-Thompson estimate. ``chance`` is the policy's probability of the logged arm; all of shape (n,)."""
    return of_rows(weights(chance=chance, propensity=propensity) * outcome, level=level, estimator="ipw")


def self_normalised(*, outcome: Floats, chance: Floats, propensity: Floats, level: float = 0.9) -> Valued:
    """The Hajek estimate: zero for a policy no logged row agrees with, which then says nothing (n = 0)."""
    weight = weights(chance=chance, propensity=propensity)
    total = float(weight.mean())
    if total <= 0.0:
        return Valued(0.0, float("-inf"), float("inf"), float("inf"), 0, level, "snipw")
    mean = float((weight * outcome).mean()) / total
    found = of_rows(weight * (outcome - mean) / total, level=level, estimator="snipw")
    half = (found.high - found.low) / 2
    return Valued(mean, mean - half, mean + half, found.se, found.n, level, "snipw")


def robust_scores(
    *, outcome: Floats, arm: NDArray[np.integer], propensity: Floats, predicted: Floats
) -> NDArray[np.float64]:
    """The doubly robust score of each arm for each row, shape (n, arms).

    ``predicted`` (n, arms) must not have been fitted on the row it predicts; ``propensity`` (n,) is that of ``arm``.
    """
    scores = predicted.astype(np.float64, copy=True)
    rows = np.arange(arm.size)
    scores[rows, arm] += (outcome - predicted[rows, arm]) / propensity
    return scores


def doubly_robust(*, scores: Floats, policy: Floats, level: float = 0.9) -> Valued:
    """The value of a policy, ``policy`` (n, arms) being its probabilities, from :func:`robust_scores`."""
    return of_rows(np.einsum("na,na->n", policy, scores), level=level, estimator="aipw")


def paired(*, one: Floats, other: Floats, level: float = 0.9) -> Valued:
    """How much more the first brings than the second, row by row. Both of shape (n,)."""
    return of_rows(one - other, level=level, estimator="aipw")


def resampled(
    columns: Sequence[Floats] | Floats, *, rng: np.random.Generator, draws: int = 999, blocks: int = 1000
) -> Floats:
    """Bootstrap means of several row-wise quantities, shape (draws, columns).

    Rows are put into random blocks of equal size first, and blocks are drawn with replacement: for independent rows
    the same distribution as drawing rows, at a cost that does not grow with their number.
    """
    values = np.column_stack(list(columns)) if not isinstance(columns, np.ndarray) else columns
    n = values.shape[0]
    count = min(blocks, n)
    block = rng.permutation(n) % count
    sums = np.column_stack([np.bincount(block, weights=v, minlength=count) for v in values.T])
    sizes = np.bincount(block, minlength=count).astype(float)
    times = rng.multinomial(count, np.full(count, 1 / count), size=draws).astype(float)
    found: Floats = (times @ sums) / (times @ sizes)[:, None]
    return found
