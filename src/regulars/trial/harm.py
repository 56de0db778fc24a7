"""Watching for harm while a cycle runs: a bound that may be looked at every day without being fooled more often.

An asymptotic confidence sequence (Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas 2021, theorem 2.2 and its one-sided
form): after t customers with mean m and spread s, with rho tuned to a number of customers,

    upper_t = m + s sqrt(2 (t rho^2 + 1) / (t^2 rho^2) log(1 + sqrt(t rho^2 + 1) / (2 alpha)))

lies above the truth at all t at once with probability 1 - alpha, asymptotically. It only ever stops a measure that does
harm; what a measure is worth is decided at the end of the cycle.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from regulars.trial.mixture import Floats

ALPHA = 0.05
#: Customers before the bound is looked at at all: it holds for many, not for a handful.
FIRST_LOOK = 100


@dataclass(frozen=True, slots=True)
class Watch:
    """The running mean effect and its upper bound after each customer from the first look on.

    ``harm_at`` is the number of customers after which the bound first lay below nothing; None while it has not.
    """

    customers: np.ndarray
    mean: Floats
    upper: Floats
    alpha: float
    harm_at: int | None


def tuning(customers: float, *, alpha: float = ALPHA) -> float:
    """The rho that makes the bound tightest after so many customers (equation 10 there, one-sided)."""
    log = -2 * math.log(2 * alpha)
    return math.sqrt((log + math.log(max(log, 1e-9)) + 1) / max(customers, 1))


def terms(y: ArrayLike, treated: ArrayLike, chance: ArrayLike) -> Floats:
    """One number for each customer whose mean is the effect: the inverse-probability contrast around what was seen so
    far, (T / e - (1 - T) / (1 - e)) (y - centre).

    ``y`` is good when large (came back), in the order in which outcomes became known; ``chance`` that of being
    treated. The centre of a customer is the mean of those before, so that it knows nothing of the customer.
    """
    values, given, e = np.asarray(y, dtype=float), np.asarray(treated, dtype=bool), np.asarray(chance, dtype=float)
    weight = np.where(given, 1 / e, -1 / (1 - e))
    # The best single centre for noise lies where both arms pull alike: nearer the rarer arm's mean.
    pull = np.abs(weight)
    before_sum = np.cumsum(pull * values) - pull * values
    before = np.cumsum(pull) - pull
    centre = (before_sum + 0.5 * float(pull.mean())) / (before + float(pull.mean())) if values.size else values
    return np.asarray(weight * (values - centre), dtype=float)


def watch(
    sequence: ArrayLike, *, tuned_to: float | None = None, alpha: float = ALPHA, first_look: int = FIRST_LOOK
) -> Watch:
    """Follow a sequence of customers' terms. ``tuned_to`` is the number of customers expected (all of them)."""
    values = np.asarray(sequence, dtype=float)
    t = np.arange(1, values.size + 1)
    mean = np.cumsum(values) / t
    variance = np.maximum(np.cumsum(values**2) / t - mean**2, 0.0)
    scaled = t * tuning(tuned_to or values.size, alpha=alpha) ** 2
    reach = np.sqrt(2 * (scaled + 1) / (t * scaled) * np.log1p(np.sqrt(scaled + 1) / (2 * alpha)))
    upper = mean + np.sqrt(variance) * reach
    looked = t >= first_look
    harmful = np.flatnonzero(looked & (upper < 0))
    return Watch(t[looked], mean[looked], upper[looked], alpha, int(t[harmful[0]]) if harmful.size else None)
