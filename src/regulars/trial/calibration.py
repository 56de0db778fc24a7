"""Forecast and actual: did what was promised come true as often as was said?

- coverage: how many outcomes lie in their 80 % ranges, with the range that chance allows for 80 % (exact binomial);
- PIT (probability integral transform, Dawid 1984): where each outcome lies in its forecast; even from 0 to 1 when
  forecasts are honest, heaped at both ends when they are too sure;
- CRPS (Gneiting and Raftery 2007): mean distance of forecast and outcome in the outcome's own unit, smaller is better.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats
from scipy.special import ndtr

from regulars.trial.mixture import Floats

LEVEL = 0.8


@dataclass(frozen=True, slots=True)
class Calibration:
    """How forecasts fared. ``least`` and ``most``: how many of ``n`` chance lets lie inside when the level is honest
    (95 %). ``crps`` beside ``crps_nothing``: that of a forecast without any effect, of the same width. ``even`` is the
    probability of a PIT at least as uneven (Kolmogorov and Smirnov).
    """

    n: int
    inside: int
    least: int
    most: int
    pit: tuple[float, ...]
    crps: float
    crps_nothing: float
    even: float

    @property
    def coverage(self) -> float:
        """Share of outcomes inside their 80 % ranges."""
        return self.inside / self.n if self.n else math.nan

    @property
    def too_sure(self) -> bool:
        """Fewer inside than chance allows."""
        return self.n > 0 and self.inside < self.least


def crps_normal(mean: ArrayLike, sd: ArrayLike, outcome: ArrayLike) -> Floats:
    """CRPS of normal forecasts: s (z (2 Phi(z) - 1) + 2 phi(z) - 1/sqrt(pi))."""
    s = np.asarray(sd, dtype=float)
    z = (np.asarray(outcome, dtype=float) - np.asarray(mean, dtype=float)) / s
    density = np.exp(-0.5 * z**2) / math.sqrt(2 * math.pi)
    return np.asarray(s * (z * (2 * ndtr(z) - 1) + 2 * density - 1 / math.sqrt(math.pi)), dtype=float)


def crps_draws(draws: ArrayLike, outcome: ArrayLike) -> Floats:
    """CRPS of simulated forecasts (outcomes x draws): E|X - y| - E|X - X'| / 2."""
    x = np.sort(np.asarray(draws, dtype=float), axis=-1)
    count = x.shape[-1]
    away = np.abs(x - np.asarray(outcome, dtype=float)[..., None]).mean(axis=-1)
    weights = 2 * np.arange(1, count + 1) - count - 1
    return np.asarray(away - (x * weights).sum(axis=-1) / count**2, dtype=float)


def pit_draws(draws: ArrayLike, outcome: ArrayLike) -> Floats:
    """The place of each outcome among its draws (outcomes x draws): ties count half."""
    x, y = np.asarray(draws, dtype=float), np.asarray(outcome, dtype=float)[..., None]
    return np.asarray(((x < y) + 0.5 * (x == y)).mean(axis=-1), dtype=float)


def calibration(mean: ArrayLike, sd: ArrayLike, outcome: ArrayLike, *, level: float = LEVEL) -> Calibration:
    """Judge normal forecasts. ``sd`` holds the forecast's doubt and the noise of measuring together."""
    m, s, y = (np.atleast_1d(np.asarray(part, dtype=float)) for part in (mean, sd, outcome))
    pit = np.asarray(ndtr((y - m) / s), dtype=float)
    return judged(pit, crps_normal(m, s, y), crps_normal(np.zeros(m.size), s, y), level=level)


def judged(pit: Floats, crps: Floats, nothing: Floats, *, level: float = LEVEL) -> Calibration:
    """Put together what was found of each forecast."""
    n = pit.size
    if n == 0:
        return Calibration(0, 0, 0, 0, (), math.nan, math.nan, 1.0)
    inside = int((np.abs(pit - 0.5) <= level / 2).sum())
    least, most = (int(k) for k in stats.binom.interval(0.95, n, level))
    even = float(stats.kstest(pit, "uniform").pvalue)
    return Calibration(n, inside, least, most, tuple(pit.tolist()), float(crps.mean()), float(nothing.mean()), even)
