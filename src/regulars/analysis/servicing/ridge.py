"""What the parameters of a gap may be where never and later are hard to part.

Many pieces that never come, or few that come late, explain a short history equally well: the likelihood is a bent
ridge along the share c, and a normal around its top would leave most of it out. So c runs over a grid, shape and scale
are fitted at every step, and each step weighs as much as its likelihood times the room around its top (Laplace in two
parameters; Tierney and Kadane 1986).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from regulars.analysis.value.optimise import Objective, climb
from regulars.analysis.value.statistics import Floats

_COARSE, _FINE, _REACH = 13, 11, 4.0


@dataclass(frozen=True, slots=True, eq=False)
class Ridge:
    """Steps of the log odds of c: the best (log k, log b) at each, their covariance there, and the step's weight."""

    odds: Floats
    best: Floats
    covariance: Floats
    weight: Floats
    width: Floats

    def draw(self, rng: Generator, n: int) -> Floats:
        """``n`` rows of (log k, log b, log odds of c)."""
        at = rng.choice(len(self.odds), n, p=self.weight)
        odds = np.clip(self.odds[at] + self.width[at] * rng.uniform(-0.5, 0.5, n), self.odds[0], self.odds[-1])
        centre = np.stack([np.interp(odds, self.odds, self.best[:, i]) for i in range(2)], axis=1)
        root = np.linalg.cholesky(self.covariance)[at]
        around = np.clip(np.einsum("nij,nj->ni", root, rng.standard_normal((n, 2))), -4.0, 4.0)
        return np.column_stack([centre + around, odds])


def along(
    objective: Objective, *, top: Floats, spread: float, bounds: tuple[tuple[float, float], ...], pieces: float
) -> Ridge:
    """The ridge of ``objective`` (log posterior and gradient in all three) through its ``top``."""
    low, high = bounds[2]
    fine = top[2] + spread * np.linspace(-_REACH, _REACH, _FINE)
    odds = np.unique(np.clip(np.concatenate([np.linspace(low, high, _COARSE), fine, top[2:]]), low, high))
    start = int(np.searchsorted(odds, top[2]))
    best, covariance, value = np.empty((len(odds), 2)), np.empty((len(odds), 2, 2)), np.empty(len(odds))
    for way in (range(start, len(odds)), range(start - 1, -1, -1)):
        here = top[:2]
        for i in way:
            found = climb(_at(objective, odds[i]), starts=[here], bounds=bounds[:2], customers=pieces)
            best[i], covariance[i], value[i] = found.theta, found.covariance, found.value
            here = found.theta
    middle = (odds[1:] + odds[:-1]) / 2
    width = np.diff(np.concatenate([odds[:1], middle, odds[-1:]]))
    log_weight = value + np.linalg.slogdet(covariance)[1] / 2 + np.log(width)
    weight = np.exp(log_weight - log_weight.max())
    return Ridge(odds, best, covariance, weight / weight.sum(), width)


def _at(objective: Objective, odds: float) -> Objective:
    def two(theta: Floats) -> tuple[float, Floats]:
        value, gradient = objective(np.array([theta[0], theta[1], odds]))
        return value, gradient[:2]

    return two
