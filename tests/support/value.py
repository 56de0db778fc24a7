"""Simulated bases with known truth for the value models, fits with given parameters, and the slow likelihoods."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import exp, lgamma, log

import numpy as np

from regulars.analysis.value import SpendFit, Statistics, VisitFit, fit_bgnbd, fit_gamma_gamma, fit_mbgnbd
from regulars.analysis.value.statistics import Floats, Ints

FITTERS = {"bg-nbd": fit_bgnbd, "mbg-nbd": fit_mbgnbd}


@dataclass(frozen=True, slots=True, eq=False)
class Simulated:
    """One element per customer: history up to T, and visits and revenue of the ``weeks`` after it."""

    x: Ints
    t_x: Floats
    T: Floats
    mean_value: Floats  # of the x repeat visits; 0 without
    future: Ints
    revenue: Floats

    @property
    def stats(self) -> Statistics:
        return Statistics(self.x, self.t_x, self.T, np.ones(len(self.x)))


def simulate(
    model: str,
    parameters: tuple[float, ...],
    spend: tuple[float, float, float],
    *,
    customers: int,
    rng: np.random.Generator,
    observed: float = 104.0,
    weeks: float = 52.0,
) -> Simulated:
    """Play the models' own story, visit by visit: exponential gaps, a coin after each visit, gamma values."""
    r, alpha, a, b = parameters
    rate, leave = rng.gamma(r, 1 / alpha, customers), rng.beta(a, b, customers)
    T = rng.uniform(1.0, observed, customers)
    x, future = np.zeros(customers, np.int64), np.zeros(customers, np.int64)
    t_x, now = np.zeros(customers), np.zeros(customers)
    here = np.arange(customers)
    if model == "mbg-nbd":
        here = here[rng.random(customers) > leave]
    while len(here):
        now[here] += rng.exponential(1 / np.maximum(rate[here], 1e-12))
        here = here[now[here] <= T[here] + weeks]
        past = now[here] <= T[here]
        x[here] += past
        t_x[here] = np.where(past, now[here], t_x[here])
        future[here] += ~past
        here = here[rng.random(len(here)) > leave[here]]
    p, q, gamma = spend
    nu = rng.gamma(q, 1 / gamma, customers)
    earned = rng.gamma(p * np.maximum(x, 1)) / nu
    revenue = np.where(future > 0, rng.gamma(p * np.maximum(future, 1)) / nu, 0.0)
    return Simulated(x, t_x, T, np.where(x > 0, earned / np.maximum(x, 1), 0.0), future, revenue)


@dataclass(frozen=True, slots=True, eq=False)
class RegularLog:
    """One element per customer: history up to T, who is left then, and visits of the year after it."""

    x: Ints
    t_x: Floats
    T: Floats
    future: Ints
    alive: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]
    log_gaps: float

    @property
    def stats(self) -> Statistics:
        return Statistics(self.x, self.t_x, self.T, np.ones(len(self.x)))


def simulate_regular(
    k: int, parameters: tuple[float, ...], *, customers: int, rng: np.random.Generator, weeks: float = 52.0
) -> RegularLog:
    """Play the story of MBG/CNBD-k customer by customer: Erlang gaps, a coin after every visit, the first included."""
    r, alpha, a, b = parameters
    T = rng.uniform(20.0, 104.0, customers)
    x, future, t_x = np.zeros(customers, np.int64), np.zeros(customers, np.int64), np.zeros(customers)
    alive, log_gaps = np.zeros(customers, np.bool_), 0.0
    for i in range(customers):
        rate, leave = rng.gamma(r, 1 / alpha), rng.beta(a, b)
        now, here = 0.0, rng.random() > leave
        while here:
            gap = rng.gamma(k, 1 / max(rate, 1e-12))
            alive[i] = now <= T[i] < now + gap or alive[i]
            now += gap
            if now > T[i] + weeks:
                break
            if now <= T[i]:
                x[i], t_x[i], log_gaps = x[i] + 1, now, log_gaps + log(gap)
            else:
                future[i] += 1
            here = rng.random() > leave
    return RegularLog(x, t_x, T, future, alive, log_gaps)


@dataclass(frozen=True, slots=True, eq=False)
class MixedLog:
    """One element per customer: history, sum of log gaps, visits of the year after, and the true k."""

    x: Ints
    t_x: Floats
    T: Floats
    gaps: Floats
    future: Ints
    k: Ints

    @property
    def plain(self) -> Statistics:
        return Statistics.collapse(self.x, self.t_x, self.T)

    @property
    def even(self) -> Statistics:
        return Statistics.collapse(self.x, self.t_x, self.T, gaps=self.gaps)


def simulate_mixture(
    customers: int,
    rng: np.random.Generator,
    *,
    parameters: tuple[float, float, float, float] = (3.0, 12.0, 0.5, 5.0),
    shares: Mapping[int, float] | None = None,
) -> MixedLog:
    """Play the story: an own k, gaps of k stages, a coin after every visit, the first included."""
    r, alpha, a, b = parameters
    shares = shares or {1: 0.4, 4: 0.6}
    k = rng.choice(np.array(list(shares)), size=customers, p=list(shares.values()))
    rate, leaves = rng.gamma(r, 1 / alpha, customers), rng.beta(a, b, customers)
    T = rng.integers(20 * 7, 104 * 7, customers) / 7
    x, future = np.zeros(customers, np.int64), np.zeros(customers, np.int64)
    t_x, gaps, now = np.zeros(customers), np.zeros(customers), np.zeros(customers)
    here = np.flatnonzero(rng.random(customers) > leaves)
    while len(here):
        gap = rng.gamma(k[here], 1 / (k[here] * rate[here]))
        now[here] += gap
        still = now[here] <= T[here] + 52
        here, gap = here[still], gap[still]
        past = now[here] <= T[here]
        x[here] += past
        future[here] += ~past
        t_x[here] = np.where(past, now[here], t_x[here])
        gaps[here] += np.where(past, np.log(gap), 0.0)
        here = here[rng.random(len(here)) > leaves[here]]
    return MixedLog(x, t_x, T, gaps, future, k)


def visit_fit(model: str, parameters: tuple[float, float, float, float]) -> VisitFit:
    """A fit with given parameters, as if nothing were uncertain."""
    stats = Statistics(np.array([0, 1]), np.array([0.0, 2.0]), np.array([9.0, 9.0]), np.ones(2))
    return replace(FITTERS[model](stats), parameters=parameters, covariance=np.eye(4) * 1e-12)


def spend_fit(parameters: tuple[float, float, float]) -> SpendFit:
    """A spend fit with given parameters, as if nothing were uncertain."""
    fit = fit_gamma_gamma(np.array([1, 2]), np.array([10.0, 20.0]))
    return replace(fit, parameters=parameters, covariance=np.eye(3) * 1e-12)


def slow_visit_likelihood(model: str, stats: Statistics, parameters: tuple[float, ...]) -> float:
    """The papers' sum of two terms, customer by customer."""
    r, alpha, a, b = parameters

    def beta(one: float, two: float) -> float:
        return lgamma(one) + lgamma(two) - lgamma(one + two)

    total = 0.0
    for x, t_x, T, weight in zip(stats.x.tolist(), stats.t_x, stats.T, stats.weight, strict=True):
        n = x + (model == "mbg-nbd")
        likelihood = exp(beta(a, b + n) - beta(a, b)) * (alpha + T) ** -(r + x)
        if n > 0:
            likelihood += exp(beta(a + 1, b + n - 1) - beta(a, b)) * (alpha + t_x) ** -(r + x)
        total += weight * (lgamma(r + x) - lgamma(r) + r * log(alpha) + log(likelihood))
    return float(total)


def slow_spend_likelihood(x: Floats, mean_value: Floats, parameters: tuple[float, ...]) -> float:
    """Fader and Hardie's density of the mean of x values, customer by customer."""
    p, q, gamma = parameters
    return float(
        sum(
            lgamma(p * n + q)
            - lgamma(p * n)
            - lgamma(q)
            + q * log(gamma)
            + (p * n - 1) * log(m)
            + p * n * log(n)
            - (p * n + q) * log(gamma + n * m)
            for n, m in zip(x.tolist(), mean_value.tolist(), strict=True)
        )
    )
