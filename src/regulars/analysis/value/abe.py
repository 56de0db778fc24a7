"""Pareto/NBD in Abe's hierarchical form: rates of visiting and of leaving may go together, one customer at a time.

Abe (2009), "Counting your customers one by one: a hierarchical Bayes extension to the Pareto/NBD model", Marketing
Science 28(3), model M1 (no covariates): while a customer, visits fall at random at rate lambda; the customer leaves at
rate mu. (log lambda, log mu) is bivariate normal over customers with mean beta and covariance Gamma, in place of two
independent gammas. Given (x, t_x, T) the likelihood of a customer's own rates is

    lambda^x [ mu e^(-(lambda+mu) t_x) + lambda e^(-(lambda+mu) T) ] / (lambda + mu)

There is no closed form over customers, so the posterior is sampled. Abe draws whether and when each customer left as
well; here that is integrated out as above, which mixes better. A sweep is: every customer's rates by a random-walk
Metropolis step whose size adapts to each customer while warming up, then (beta, Gamma) from its conjugate normal
inverse Wishart law; then all customers and the population together are shifted or stretched (Yu and Meng 2011),
without which variances would hardly move. Priors are those of Rossi, Allenby and McCulloch (2005, "Bayesian
Statistics and Marketing"): beta given Gamma normal around nought with Gamma/0.01, Gamma inverse Wishart with 5 degrees
of freedom around the identity.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.random import Generator
from numpy.typing import ArrayLike

from regulars.analysis.value.statistics import Floats, Statistics
from regulars.base.errors import BadData
from regulars.base.text import say

_PRECISION, _FREEDOM = 0.01, 5.0
_WANTED = 0.35  # share of steps accepted that mixes well in two dimensions


@dataclass(frozen=True, slots=True, eq=False)
class AbeFit:
    """Draws from the posterior of a base; time in weeks.

    ``population`` has one row a draw: means of log lambda and log mu, variance of log lambda, covariance, variance of
    log mu. ``log_rates`` are kept draws x customers x 2, in the order of the statistics' rows.
    """

    NAMES: ClassVar[tuple[str, ...]] = ("log_lambda", "log_mu", "var_log_lambda", "cov_log_lambda_log_mu", "var_log_mu")

    population: Floats
    log_rates: Floats
    accepted: float
    base: Statistics

    def quantiles(self, levels: tuple[float, ...] = (0.025, 0.5, 0.975)) -> dict[str, tuple[float, ...]]:
        """Posterior quantiles of the population's five parameters by name."""
        found = np.quantile(self.population, levels, axis=0)
        return {name: tuple(map(float, found[:, place])) for place, name in enumerate(self.NAMES)}

    def p_alive(self) -> Floats:
        """Probability of still being a customer, by row of the statistics."""
        lam, mu = np.exp(np.moveaxis(self.log_rates, -1, 0))
        left = mu / (lam + mu) * np.expm1(np.minimum((lam + mu) * (self.base.T - self.base.t_x), 700.0))
        return np.asarray((1 / (1 + left)).mean(axis=0))

    def expected_visits(self, t: float) -> Floats:
        """Expected visits in the next ``t`` weeks, by row of the statistics."""
        lam, mu = np.exp(np.moveaxis(self.log_rates, -1, 0))
        left = mu / (lam + mu) * np.expm1(np.minimum((lam + mu) * (self.base.T - self.base.t_x), 700.0))
        return np.asarray((lam / mu * -np.expm1(-mu * t) / (1 + left)).mean(axis=0))


def fit_abe(
    stats: Statistics, *, rng: Generator, sweeps: int = 4000, warm_up: int = 1000, keep_every: int = 20
) -> AbeFit:
    """Sample the posterior; every unit of weight is a customer, and must stand alone in its row.

    Population draws are kept of every sweep after the warm-up, customers' rates of each ``keep_every``-th. 4,000 sweeps
    of 2,400 customers take a few seconds; of a large base, sample some thousand.

    Raises:
        BadData: rows that stand for several customers (each has rates of their own here).
    """
    if not (stats.weight == 1).all():
        raise BadData(say("value.data.grouped"), say("value.data.grouped_hint"))
    state = _State.start(stats)
    population, kept, accepted = [], [], 0.0
    for sweep in range(warm_up + sweeps):
        learn = 1 / np.sqrt(1 + sweep / 4) if sweep < warm_up else 0.0
        taken = state.customers(rng, learn)
        state.population(rng)
        for move in range(3):
            state.together(rng, move, learn)
        if sweep >= warm_up:
            gamma = state.gamma
            population.append((*state.beta, gamma[0, 0], gamma[0, 1], gamma[1, 1]))
            accepted += taken
            if (sweep - warm_up) % keep_every == 0:
                kept.append(state.rates)
    return AbeFit(np.array(population), np.array(kept), accepted / sweeps, stats)


@dataclass(slots=True, eq=False)
class _State:
    """Where the chain stands: everybody's log rates with their log-likelihoods, the population, sizes of steps."""

    x: Floats
    t_x: Floats
    T: Floats
    rates: Floats
    logs: Floats
    beta: Floats
    gamma: Floats
    size: Floats  # by customer
    reach: Floats  # of the three moves of all together

    @classmethod
    def start(cls, stats: Statistics) -> _State:
        x, t_x, T = stats.x.astype(float), stats.t_x, stats.T
        rates = np.log(np.stack([(x + 0.5) / (T + 5.0), 1.0 / (T + 20.0)], axis=1))
        logs = _log_likelihood(rates, x, t_x, T)
        return cls(x, t_x, T, rates, logs, rates.mean(axis=0), np.eye(2), np.full(len(x), 1.5), np.full(3, 0.05))

    def customers(self, rng: Generator, learn: float) -> float:
        """A Metropolis step for each customer; the share that moved."""
        precision = np.linalg.inv(self.gamma)
        # As far as the population and x visits leave both rates open: what one is known by must not hold up the other.
        known = precision[0, 0] + self.x
        left = known * precision[1, 1] - precision[0, 1] ** 2
        first = np.sqrt(precision[1, 1] / left)
        across = -precision[0, 1] / (left * first)
        second = np.sqrt(known / left - across**2)
        one, other = rng.standard_normal((2, len(self.x))) * self.size
        moved = self.rates + np.stack([first * one, across * one + second * other], axis=1)
        there = _log_likelihood(moved, self.x, self.t_x, self.T)
        gain = _log_normal(moved - self.beta, precision) - _log_normal(self.rates - self.beta, precision)
        taken = np.log(rng.random(len(moved))) < there - self.logs + gain
        self.rates, self.logs = np.where(taken[:, None], moved, self.rates), np.where(taken, there, self.logs)
        self.size = np.clip(self.size * np.exp(learn * (taken - _WANTED)), 0.05, 5.0)
        return float(taken.mean())

    def population(self, rng: Generator) -> None:
        """Draw (beta, Gamma) given every customer's log rates."""
        n = len(self.rates)
        mean = self.rates.sum(axis=0) / (n + _PRECISION)
        off = self.rates - mean
        scatter = _FREEDOM * np.eye(2) + off.T @ off + _PRECISION * np.outer(mean, mean)
        # Bartlett's decomposition of a Wishart draw, whose inverse it is.
        root = np.linalg.cholesky(np.linalg.inv(scatter))
        free = np.sqrt(rng.chisquare([_FREEDOM + n, _FREEDOM + n - 1]))
        half = root @ np.array([[free[0], 0.0], [rng.standard_normal(), free[1]]])
        self.gamma = np.linalg.inv(half @ half.T)
        self.beta = mean + np.linalg.cholesky(self.gamma / (n + _PRECISION)) @ rng.standard_normal(2)

    def together(self, rng: Generator, move: int, learn: float) -> None:
        """Shift everybody and the mean alike (move 0), or stretch one rate of everybody around it (1 and 2): how
        customers lie within the population stays, so only their likelihoods and the prior have a say."""
        step = self.reach[move] * rng.standard_normal(2 if move == 0 else 1)
        stretch = np.ones(2)
        if move == 0:
            beta = self.beta + step
        else:
            beta, stretch[move - 1] = self.beta, float(np.exp(step[0]))
        gamma = self.gamma * np.outer(stretch, stretch)
        moved = beta + (self.rates - self.beta) * stretch
        there = _log_likelihood(moved, self.x, self.t_x, self.T)
        gain = there.sum() - self.logs.sum() + _log_prior(beta, gamma) - _log_prior(self.beta, self.gamma)
        gain += 3 * np.log(stretch).sum()  # of the symmetric matrix Gamma under the stretch
        taken = np.log(rng.random()) < gain
        if taken:
            self.rates, self.logs, self.beta, self.gamma = moved, there, beta, gamma
        self.reach[move] *= np.exp(learn * (float(taken) - _WANTED))


def _log_prior(beta: Floats, gamma: Floats) -> float:
    """Of the population: beta normal given Gamma, Gamma inverse Wishart."""
    precision = np.linalg.inv(gamma)
    inverse_wishart = -0.5 * (_FREEDOM + 3) * np.log(np.linalg.det(gamma)) - 0.5 * _FREEDOM * np.trace(precision)
    return float(inverse_wishart - 0.5 * np.log(np.linalg.det(gamma)) - 0.5 * _PRECISION * beta @ precision @ beta)


def _log_likelihood(rates: Floats, x: Floats, t_x: Floats, T: Floats) -> Floats:
    """Of every customer's own rates (their logarithms, customers x 2)."""
    lam, mu = np.exp(rates[:, 0]), np.exp(rates[:, 1])
    both = lam + mu
    ends = np.logaddexp(rates[:, 1] - both * t_x, rates[:, 0] - both * T)
    return np.asarray(x * rates[:, 0] + ends - np.log(both))


def _log_normal(off: Floats, precision: Floats) -> Floats:
    return np.asarray(-0.5 * ((off @ precision) * off).sum(axis=1))


def own_likelihood(lam: ArrayLike, mu: ArrayLike, x: ArrayLike, t_x: ArrayLike, T: ArrayLike) -> Floats:
    """Likelihood of one customer's history at given rates."""
    columns = [np.atleast_1d(np.asarray(c, dtype=float)) for c in (lam, mu, x, t_x, T)]
    lam, mu, x, t_x, T = np.broadcast_arrays(*columns)
    return np.exp(_log_likelihood(np.log(np.stack([lam, mu], axis=1)), x, t_x, T))
