"""A mixture of normal distributions: what a closed form averaged over a grid gives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import ndtr

type Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Mixture:
    """Normal distributions with weights that add to one. Arrays of one length; ``sds`` may hold zeros."""

    weights: Floats
    means: Floats
    sds: Floats

    @classmethod
    def normal(cls, mean: float, sd: float) -> Mixture:
        """One normal distribution."""
        return cls(np.ones(1), np.array([mean]), np.array([sd]))

    @property
    def mean(self) -> float:
        """Its mean."""
        return float(self.weights @ self.means)

    @property
    def sd(self) -> float:
        """Its standard deviation."""
        spread = self.weights @ (self.sds**2 + (self.means - self.mean) ** 2)
        return float(np.sqrt(spread))

    def cdf(self, value: float) -> float:
        """The probability of at most ``value``."""
        safe = np.where(self.sds > 0, self.sds, 1.0)
        below = np.where(self.sds > 0, ndtr((value - self.means) / safe), (self.means <= value).astype(float))
        return float(self.weights @ below)

    def quantile(self, probability: float) -> float:
        """The value below which a share of ``probability`` (between 0 and 1, both excluded) lies."""
        reach = 12 * float(self.sds.max()) + 1e-9
        low, high = float(self.means.min()) - reach, float(self.means.max()) + reach
        return float(brentq(lambda value: self.cdf(value) - probability, low, high, xtol=1e-12))

    def interval(self, level: float = 0.8) -> tuple[float, float]:
        """The central interval of that probability."""
        return self.quantile((1 - level) / 2), self.quantile((1 + level) / 2)

    def draws(self, rng: np.random.Generator, count: int) -> Floats:
        """``count`` independent draws."""
        part = rng.choice(self.weights.size, size=count, p=self.weights / self.weights.sum())
        return self.means[part] + self.sds[part] * rng.standard_normal(count)


def mixed(parts: Sequence[Mixture], weights: Floats) -> Mixture:
    """Mixtures mixed: each with its weight."""
    return Mixture(
        np.concatenate([weight * part.weights for part, weight in zip(parts, weights, strict=True)]),
        np.concatenate([part.means for part in parts]),
        np.concatenate([part.sds for part in parts]),
    )
