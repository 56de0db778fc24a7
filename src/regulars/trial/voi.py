"""How many customers to leave alone, worked out from what knowing better would be worth.

A customer held out earns nothing in this cycle, but what is learned decides the cycles to come. The value of one more
contact is delta ~ N(mu, sigma^2); after a cycle with n_T treated and n_C held out its posterior mean will have been
drawn from N(mu, v^2),

    v^2 = sigma^4 / (sigma^2 + s^2 (1 - r) (1/n_T + 1/n_C))
    value = n_T mu + R N (mu Phi(mu/v) + v phi(mu/v))

where s is the spread of the outcome between customers, r the share of its variance that a pre-period explains, R the
further cycles. Without a hold-out the decision stays as it is: N max(mu, 0) (1 + R). The same reasoning with two arms
and one roll-out is Test & Roll (Feit and Berman 2019, *Marketing Science* 38, 1038-1058).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import minimize
from scipy.special import ndtr

from regulars.trial.mixture import Floats

#: z(0.975) + z(0.8) = 2.80: what a true effect must measure in standard errors to be seen four times out of five.
SEEN = 1.959964 + 0.841621


@dataclass(frozen=True, slots=True)
class HoldOut:
    """A size of hold-out, and what it is worth beside none (in the money of mu; 0 when none is best)."""

    size: int
    share: float
    gain: float
    price: float  # what the held out would have brought in this cycle
    expected: float  # value of this cycle and the further ones with that size


def preposterior_sd(size: ArrayLike, *, customers: int, sigma: float, spread: float, explained: float = 0.0) -> Floats:
    """How far the posterior mean is expected to move (v) when ``size`` of ``customers`` are held out."""
    held = np.asarray(size, dtype=float)
    with np.errstate(divide="ignore"):
        noise = spread**2 * (1 - explained) * (1 / (customers - held) + 1 / held)
    return np.asarray(sigma**2 / np.sqrt(sigma**2 + noise), dtype=float)


def best_of_two(mu: ArrayLike, v: ArrayLike) -> Floats:
    """E max(0, M) for M ~ N(mu, v^2)."""
    mean, wide = np.asarray(mu, dtype=float), np.asarray(v, dtype=float)
    safe = np.where(wide > 0, wide, 1.0)
    # Beyond 40 standard deviations nothing changes, and the square of what lies there is no number.
    ratio = np.clip(mean / np.maximum(safe, 1e-300), -40.0, 40.0)
    density = np.exp(-0.5 * ratio**2) / math.sqrt(2 * math.pi)
    return np.asarray(np.where(wide > 0, mean * ndtr(ratio) + safe * density, np.maximum(mean, 0.0)), dtype=float)


def value_of(
    size: ArrayLike, *, customers: int, mu: float, sigma: float, spread: float, cycles: float, explained: float = 0.0
) -> Floats:
    """Expected value of this cycle and ``cycles`` further ones for each size of hold-out (0 < size < customers)."""
    v = preposterior_sd(size, customers=customers, sigma=sigma, spread=spread, explained=explained)
    return (customers - np.asarray(size, dtype=float)) * mu + cycles * customers * best_of_two(mu, v)


def hold_out(
    *,
    customers: int,
    mu: float,
    sigma: float,
    spread: float,
    cycles: float,
    explained: float = 0.0,
    least: int = 0,
    most: int | None = None,
) -> HoldOut:
    """The size of hold-out that is worth most: every size is tried.

    Args:
        customers: those who could be contacted in a cycle, N.
        mu, sigma: prior of the net value of one contact; ``spread`` is s, in the same money.
        cycles: further cycles that will use what is learned, R.
        explained: share of the outcome's variance that the time before explains (CUPED), 0..1.
        least, most: bounds that policy sets.

    Raises:
        ValueError: a spread or sigma below 0, or bounds out of order.
    """
    top = customers - 1 if most is None else min(most, customers - 1)
    if sigma < 0 or spread <= 0 or not 0 <= explained <= 1 or least < 0 or cycles < 0:
        raise ValueError("spread must be positive, sigma, cycles and least not negative, explained a share")
    none = customers * max(mu, 0.0) * (1 + cycles)
    sizes = np.arange(max(least, 1), top + 1)
    if sizes.size == 0 or sigma == 0:
        return HoldOut(least, least / max(customers, 1), 0.0, least * mu, none - least * max(mu, 0.0))
    values = value_of(sizes, customers=customers, mu=mu, sigma=sigma, spread=spread, cycles=cycles, explained=explained)
    at = int(np.argmax(values))
    if least == 0 and values[at] <= none:
        return HoldOut(0, 0.0, 0.0, 0.0, none)
    size = int(sizes[at])
    return HoldOut(size, size / customers, float(values[at] - none), size * mu, float(values[at]))


def worth_of_sample(
    *, customers: int, mu: float, sigma: float, spread: float, held: int, explained: float = 0.0
) -> float:
    """Expected value of sample information of one cycle's roll-out: N (E max(0, M) - max(0, mu))."""
    if held <= 0 or held >= customers:
        return 0.0
    v = preposterior_sd(held, customers=customers, sigma=sigma, spread=spread, explained=explained)
    return float(customers * (best_of_two(mu, v) - max(mu, 0.0)))


def worth_of_certainty(*, customers: int, mu: float, sigma: float) -> float:
    """Expected value of perfect information of one cycle's roll-out: no sample can be worth more."""
    return float(customers * (best_of_two(mu, sigma) - max(mu, 0.0)))


def detectable(
    *, treated: float, held: float, rate: float | None = None, sd: float | None = None, explained: float = 0.0
) -> float:
    """The smallest true effect seen four times out of five at the 5 % level: 2.80 sd sqrt(1/n_T + 1/n_C).

    ``rate`` is the share expected without the measure (the effect is then in the same unit), else ``sd`` the spread of
    the outcome. ``explained`` is the share of variance the time before explains. Infinite with nobody on one side.

    Raises:
        ValueError: neither or both of ``rate`` and ``sd`` are given.
    """
    if (rate is None) == (sd is None):
        raise ValueError("give either a rate or a spread")
    variance = rate * (1 - rate) if rate is not None else float(sd or 0.0) ** 2
    if treated <= 0 or held <= 0:
        return math.inf
    return SEEN * math.sqrt(variance * (1 - explained) * (1 / treated + 1 / held))


def roll_size(*, customers: float, spread: float, sigma: float) -> float:
    """Customers in each of two like arms before the better one is rolled out to the rest (Feit and Berman, eq. 10)."""
    s2, g2 = spread**2, sigma**2
    return (-3 * s2 + math.sqrt(9 * s2**2 + 4 * customers * s2 * g2)) / (4 * g2)


def roll_sizes(
    *, customers: float, mu: tuple[float, float], sigma: tuple[float, float], spread: tuple[float, float]
) -> tuple[float, float]:
    """The same where the arms' priors or spreads differ (a hold-out and a mailing): sizes of both arms."""

    def lost(logs: Floats) -> float:
        one, two = np.exp(logs)
        if one + two >= customers:
            return 0.0
        v = math.hypot(*(g**2 / math.sqrt(g**2 + s**2 / n) for g, s, n in zip(sigma, spread, (one, two), strict=True)))
        best = mu[1] + float(best_of_two(mu[0] - mu[1], v))
        return -float(mu[0] * one + mu[1] * two + (customers - one - two) * best) / customers

    start = np.log(np.full(2, max(customers * 0.01, 2.0)))
    found = minimize(lost, start, method="Nelder-Mead", options={"xatol": 1e-7, "fatol": 1e-13, "maxiter": 4000})
    return float(np.exp(found.x[0])), float(np.exp(found.x[1]))
