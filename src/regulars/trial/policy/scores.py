"""Means of rows with their errors, and how much wider they are for a policy that was learned fold by fold."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from regulars.trial.offpolicy import Valued, of_rows

Floats = NDArray[np.float64]


def mean_of(values: Floats, cluster: NDArray[np.int64] | None = None) -> Valued:
    """The mean of rows; its error by cluster (numbered from 0) where rows were dealt together."""
    return of_rows(values, level=0.9, estimator="aipw", cluster=cluster)


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
