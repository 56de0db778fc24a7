"""Doubly robust scores row by row, and means of rows with their errors.

``G_a = m_a(x) + 1{A = a} (y - m_a(x)) / e`` (Robins, Rotnitzky and Zhao 1994; Dudik, Langford and Li 2011): its mean is
that of the outcome under arm ``a`` if the chances are right, however wrong the prediction ``m``. The value of any
policy is the mean of ``sum_a pi(a) G_a``, the same figure as :func:`regulars.trial.offpolicy.policy_value` gives; kept
row by row because hundreds of policies, rivals and points of curves are valued on the same rows.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from regulars.trial.offpolicy import Valued

Floats = NDArray[np.float64]


def robust_scores(*, outcome: Floats, arm: NDArray[np.int16], propensity: Floats, predicted: Floats) -> Floats:
    """The score of each arm for each row, shape (n, arms).

    ``predicted`` (n, arms) must not have been fitted on the row it predicts; ``propensity`` (n,) is that of ``arm``.
    """
    scores = predicted.astype(np.float64, copy=True)
    rows = np.arange(arm.size)
    scores[rows, arm] += (outcome - predicted[rows, arm]) / propensity
    return scores


def mean_of(values: Floats, cluster: NDArray[np.int64] | None = None) -> Valued:
    """The mean of rows; its error by cluster (numbered from 0) where rows were dealt together."""
    n, mean = values.size, float(values.mean())
    if cluster is None:
        return Valued(mean, float(values.std(ddof=1)) / math.sqrt(n), n)
    sums = np.bincount(cluster, weights=values - mean)
    return Valued(mean, math.sqrt(sums.size / (sums.size - 1) * float(sums @ sums)) / n, n)


def unsettled(found: Valued) -> float:
    """By how much the error of a cross-fitted policy's gain grows while data do not settle whether to act at all.

    Where an effect is near nothing, each fold's policy hangs on the same few customers as the others' values, and
    folds are no longer independent (Luedtke and van der Laan 2016: the law is not regular there). For five folds with
    means ``m_k ~ N(d, 1)`` and the policy "act if the other four say so" the terms of two folds have a covariance of
    ``E[phi(S)^2] = exp(-9 d^2 / 7) / (2 pi sqrt(7))`` with ``S ~ N(3 d, 3)`` the sum of the other three, beside a
    variance of ``Phi(sqrt(5) d)`` each. ``d`` is taken from the estimate, drawn towards nothing by one and a half
    errors, so that a chance success does not look settled. At an effect of nothing the factor is 1.22; from five
    errors on it is 1.
    """
    if found.se <= 0:
        return 1.0
    t = max(abs(found.mean) / found.se - 1.5, 0.0)
    between = 20 * math.exp(-9 / 35 * t**2) / (2 * math.pi * math.sqrt(7))
    return math.sqrt(1 + between / (5 * float(ndtr(t))))


def resampled(
    values: Floats,
    *,
    rng: np.random.Generator,
    cluster: NDArray[np.int64] | None = None,
    draws: int = 999,
    blocks: int = 1000,
) -> Floats:
    """Bootstrap means of row-wise quantities (n, columns), shape (draws, columns).

    Rows (or clusters) are put into random blocks of about equal size first, and blocks are drawn with replacement: for
    independent rows the same distribution as drawing rows, at a cost that does not grow with their number.
    """
    n = values.shape[0] if cluster is None else int(cluster.max()) + 1
    count = min(blocks, n)
    block = rng.permutation(n) % count
    block = block if cluster is None else block[cluster]
    sums = np.column_stack([np.bincount(block, weights=v, minlength=count) for v in values.T])
    sizes = np.bincount(block, minlength=count).astype(float)
    times = rng.multinomial(count, np.full(count, 1 / count), size=draws).astype(float)
    found: Floats = (times @ sums) / (times @ sizes)[:, None]
    return found
