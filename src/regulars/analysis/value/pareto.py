"""Pareto/NBD: customers leave by the calendar, not after a visit.

Schmittlein, Morrison and Colombo (1987), "Counting your customers", Management Science 33(1): while a customer, visits
fall at random at rate lambda ~ Gamma(r, alpha); the customer leaves at rate mu ~ Gamma(s, beta). Given (x, t_x, T),

    L = Gamma(r+x)/Gamma(r) alpha^r beta^s [ (alpha+T)^-(r+x) (beta+T)^-s + s D ],
    D = int_{t_x}^T (alpha+t)^-(r+x) (beta+t)^-(s+1) dt

The textbook writes the integral as a difference of two 2F1, which loses all digits where the parameters are large or
unlike. Here it is Gauss-Legendre quadrature in u = log((m+t)/(m+t_x)), m being the smaller of alpha and beta: there the
logarithm of the integrand is concave, so that the stretch that matters is known beforehand. Everything stays in
logarithms, and the gradient is the same quadrature with four more weights.

Given still a customer at T, lambda ~ Gamma(r+x, alpha+T) and mu ~ Gamma(s, beta+T) are independent, so visits ahead
are negative binomial over the lifetime left, which is Pareto(s, beta+T): a mixture over it by quadrature, exact in its
mean (closed form) and to about 1e-8 in its probabilities.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.polynomial.legendre import leggauss
from numpy.typing import ArrayLike
from scipy.special import betainc, digamma, gammaln

from regulars.analysis.value.optimise import maximise
from regulars.analysis.value.prior import Prior
from regulars.analysis.value.series import Ahead, Tail, tail_length
from regulars.analysis.value.statistics import Floats, Ints, Statistics, dot
from regulars.analysis.value.visits import FEW_REPEATERS, LOG_LIMIT, VisitFit, as_floats, plain_words, said


def rule(points: int) -> tuple[Floats, Floats]:
    """Gauss-Legendre nodes and weights on 0..1."""
    nodes, weights = leggauss(points)
    return (nodes + 1) / 2, weights / 2


#: Points of the quadrature: to a ten-billionth in general, to a hundred-millionth where there are very many histories.
_FINE, _QUICK, _VERY_MANY = rule(32), rule(16), 50_000
MANY_SEARCHED = 2_500  # histories above which the search begins on a grid
_GONE = 40.0  # e-folds after which nothing is left to add up
_LIVES, _LIFE_WEIGHTS = rule(14)


@dataclass(frozen=True, slots=True, eq=False)
class ParetoFit(VisitFit):
    """A Pareto/NBD model of a base; parameters r, alpha, s, beta with time in weeks."""

    def p_alive(self, x: ArrayLike, t_x: ArrayLike, T: ArrayLike) -> Floats:
        """Probability that the customer has not left."""
        x, t_x, T = as_floats(x, t_x, T)
        r, alpha, s, beta = self.parameters
        alive = -(r + x) * np.log(alpha + T) - s * np.log(beta + T)
        dead, _ = _log_dead(r, alpha, s, beta, x, t_x, T)
        return np.asarray(np.exp(-np.logaddexp(0.0, np.log(s) + dead - alive)))

    def rate_given_alive(self, x: ArrayLike, t_x: ArrayLike, T: ArrayLike) -> Floats:
        """Expected visits a week while a customer."""
        x, _, T = as_floats(x, t_x, T)
        return np.asarray((self.parameters[0] + x) / (self.parameters[1] + T))

    def future(self, x: ArrayLike, t_x: ArrayLike, T: ArrayLike, t: float) -> Ahead:
        """The distribution of visits in the next ``t`` weeks."""
        x, t_x, T = as_floats(x, t_x, T)
        r, alpha, s, beta = self.parameters
        level, share = lifetime_rule(self.lost_within(x, t_x, T, t))
        inside = (beta + T) * np.expm1(-np.log1p(-level) / s)
        left = np.vstack([np.minimum(inside, t), np.full(len(T), t)])
        return Lifetimes(r + x, left / (alpha + T + left), share, self.p_alive(x, t_x, T))

    def expected_visits(self, x: ArrayLike, t_x: ArrayLike, T: ArrayLike, t: float) -> Floats:
        """Expected visits in the next ``t`` weeks, in closed form; at x = t_x = T = 0 those of a new customer."""
        return self.expected_ahead(x, t_x, T, (t,))[0]

    def expected_ahead(self, x: ArrayLike, t_x: ArrayLike, T: ArrayLike, ahead: tuple[float, ...]) -> list[Floats]:
        """Expected visits within several horizons; what they share is computed once."""
        x, t_x, T = as_floats(x, t_x, T)
        r, alpha, s, beta = self.parameters
        rate = self.p_alive(x, t_x, T) * (r + x) / (alpha + T) * (beta + T)
        found = []
        for t in ahead:
            logs = np.log1p(t / (beta + T))
            found.append(np.asarray(rate * (logs if abs(s - 1) < 1e-7 else -np.expm1(-(s - 1) * logs) / (s - 1))))
        return found

    def lost_within(self, x: ArrayLike, t_x: ArrayLike, T: ArrayLike, weeks: float) -> Floats:
        """P(leaves for good within ``weeks``), given still a customer."""
        _, _, T = as_floats(x, t_x, T)
        return np.asarray(-np.expm1(-self.parameters[2] * np.log1p(weeks / (self.parameters[3] + T))))

    def lost_quickly(self, x: ArrayLike, T: ArrayLike, weeks: float) -> Floats:
        """The same: it is in closed form here."""
        return self.lost_within(x, 0.0, T, weeks)


@dataclass(frozen=True, slots=True, eq=False)
class Lifetimes:
    """Visits ahead as a mixture over the lifetime left; ``ratio`` and ``share`` are lifetimes x rows."""

    shape: Floats  # r + x
    ratio: Floats  # lifetime / (alpha + T + lifetime)
    share: Floats
    alive: Floats

    @property
    def z(self) -> Floats:
        """That of the longest lifetime, the whole horizon."""
        return np.asarray(self.ratio[-1])

    def of(self, rows: Ints) -> Lifetimes:
        """Some of the rows."""
        return Lifetimes(self.shape[rows], self.ratio[:, rows], self.share[:, rows], self.alive[rows])

    def reach(self, n: Floats) -> Floats:
        """P(X >= n | alive)."""
        n = np.asarray(n, dtype=float)
        parts = (share * betainc(n, self.shape, ratio) for share, ratio in zip(self.share, self.ratio, strict=True))
        return np.asarray(sum(parts))

    def walk(self) -> Iterator[Floats]:
        """P(X >= N | alive) for N = 1, 2, ..."""
        tail = Tail.start(np.broadcast_to(self.shape, self.ratio.shape), self.ratio)
        while True:
            yield np.asarray((self.share * tail.above).sum(axis=0))
            tail.forward(tail.m + 1)

    def length(self) -> Floats:
        """Terms until the tail of the longest lifetime is exhausted."""
        return tail_length(self.shape, self.z)


def fit_pareto(stats: Statistics, *, prior: Prior | None = None) -> VisitFit:
    """Maximum likelihood Pareto/NBD; with a ``prior`` its posterior mode."""
    names = ("r", "alpha", "s", "beta")
    belief = prior.on(names) if prior is not None else None
    exact = ParetoLikelihood.of(stats)
    scale = dot(stats.weight, stats.T) / stats.customers or 26.0
    rate = max(dot(stats.weight, stats.x.astype(float)) / (stats.customers * scale), 0.01 / scale)
    few = stats.repeaters < FEW_REPEATERS
    best = maximise(
        exact,
        rough=ParetoLikelihood.of(quick_grid(stats)) if len(stats) > MANY_SEARCHED else None,
        starts=[np.log([r, r / rate, s, b * scale]) for r, s, b in ((0.6, 0.6, 0.4), (1.5, 0.8, 2.0))],
        bounds=[
            (-LOG_LIMIT, LOG_LIMIT),
            (np.log(scale) - LOG_LIMIT, np.log(scale) + LOG_LIMIT),
            (-LOG_LIMIT, LOG_LIMIT),
            (np.log(scale) - LOG_LIMIT, np.log(scale) + LOG_LIMIT),
        ],
        prior=np.log([1.0, scale, 0.7, 0.5 * scale]),
        customers=stats.customers,
        always_held=few,
        belief=belief,
    )
    name, log_prior = said(prior, belief, best)
    return ParetoFit(
        model="pareto-nbd",
        names=names,
        parameters=tuple(map(float, np.exp(best.theta))),
        covariance=best.covariance,
        log_likelihood=best.value,
        customers=round(stats.customers),
        converged=best.converged,
        held=best.held,
        verdict=plain_words(stats, exact.nbd, best, prior),
        prior=name,
        log_prior=log_prior,
    )


def quick_grid(stats: Statistics) -> Statistics:
    """The base on the finest grid of few enough histories."""
    grid = stats
    for weeks in (1.0, 2.0, 4.0, 8.0, 13.0):
        grid = stats.coarsened(weeks)[0]
        if len(grid) <= MANY_SEARCHED:
            break
    return grid


@dataclass(frozen=True, slots=True, eq=False)
class Counted:
    """A base prepared for many evaluations: what its numbers of visits need is taken once for each distinct x."""

    stats: Statistics
    x: Floats
    distinct: Floats
    distinct_weight: Floats

    @classmethod
    def of(cls, stats: Statistics) -> Self:
        """Prepare ``stats``."""
        distinct, code = np.unique(stats.x, return_inverse=True)
        return cls(stats, stats.x.astype(float), distinct.astype(float), np.bincount(code, stats.weight))

    def counting(self, r: float) -> tuple[float, float]:
        """Sum of log Gamma(r + x) / Gamma(r) over customers, and its derivative by r."""
        value = dot(self.distinct_weight, gammaln(r + self.distinct) - gammaln(r))
        return value, dot(self.distinct_weight, digamma(r + self.distinct) - digamma(r))


@dataclass(frozen=True, slots=True, eq=False)
class ParetoLikelihood(Counted):
    """The likelihood of a base."""

    def __call__(self, theta: Floats) -> tuple[float, Floats]:
        """Log-likelihood and gradient at log (r, alpha, s, beta)."""
        r, alpha, s, beta = np.exp(theta)
        T, w = self.stats.T, self.stats.weight
        value, d_r = self.counting(r)
        value += self.stats.customers * (r * np.log(alpha) + s * np.log(beta))
        log_T, log_beta_T = np.log(alpha + T), np.log(beta + T)
        alive = -(r + self.x) * log_T - s * log_beta_T
        dead, mean = _log_dead(r, alpha, s, beta, self.x, self.stats.t_x, T, gradient=True)
        dead = dead + np.log(s)
        value += dot(w, np.logaddexp(alive, dead))
        gone = w / (1 + np.exp(np.clip(alive - dead, -700, 700)))
        here = w - gone
        n = self.stats.customers
        d_r += n * np.log(alpha) - dot(here, log_T) + dot(gone, mean[0])
        d_alpha = n * r / alpha - dot(here, (r + self.x) / (alpha + T)) + dot(gone, (r + self.x) * mean[1])
        d_s = n * np.log(beta) - dot(here, log_beta_T) + float(gone.sum()) / s + dot(gone, mean[2])
        d_beta = n * s / beta - dot(here, s / (beta + T)) + dot(gone, (s + 1) * mean[3])
        return value, np.array([d_r * r, d_alpha * alpha, d_s * s, d_beta * beta])

    def nbd(self, theta: Floats) -> tuple[float, Floats]:
        """The same base if nobody ever left, at log (r, alpha)."""
        r, alpha = np.exp(theta)
        T, w = self.stats.T, self.stats.weight
        value, d_r = self.counting(r)
        logs = np.log(alpha + T)
        value += self.stats.customers * r * np.log(alpha) - dot(w, (r + self.x) * logs)
        d_r += self.stats.customers * np.log(alpha) - dot(w, logs)
        d_alpha = self.stats.customers * r / alpha - dot(w, (r + self.x) / (alpha + T))
        return value, np.array([d_r * r, d_alpha * alpha])


def _log_dead(
    r: float, alpha: float, s: float, beta: float, x: Floats, t_x: Floats, T: Floats, *, gradient: bool = False
) -> tuple[Floats, Floats]:
    """Logarithm of the integral of the module's formula by row (-inf where T = t_x), and the integrand's means of
    -log(alpha+t), -1/(alpha+t), -log(beta+t), -1/(beta+t), one row each (empty without ``gradient``)."""
    m = min(alpha, beta)
    span = np.log1p((T - t_x) / (m + t_x))
    slope = (r + x) * (m + t_x) / (alpha + t_x) + (s + 1) * (m + t_x) / (beta + t_x) - 1
    # The logarithm of the integrand is concave in u: it falls at least as fast later as it does at the start.
    span = np.minimum(span, _GONE / np.maximum(slope, _GONE / np.maximum(span, 1e-300)))
    nodes, weights = _QUICK if len(x) > _VERY_MANY else _FINE
    u = nodes[:, None] * span
    t = (m + t_x) * np.expm1(u) + t_x
    log_alpha, log_beta = np.log(alpha + t), np.log(beta + t)
    logs = -(r + x) * log_alpha - (s + 1) * log_beta + np.log(m + t)  # dt = (m + t) du
    top = logs.max(axis=0)
    each = weights[:, None] * np.exp(logs - top)
    total = each.sum(axis=0)
    with np.errstate(divide="ignore"):  # nothing can have happened where T = t_x: the logarithm of nothing
        found = top + np.log(total) + np.log(span)
    if not gradient:
        return found, np.empty((0, len(x)))
    share = each / total
    means = [(share * -part).sum(axis=0) for part in (log_alpha, 1 / (alpha + t), log_beta, 1 / (beta + t))]
    return found, np.array(means)


def lifetime_rule(gone: Floats) -> tuple[Floats, Floats]:
    """Where a mixture over the lifetime left is taken, of customers who leave within the horizon with chance ``gone``.

    Levels of its distribution, lifetimes x rows; and how likely each of them is, the whole horizon last (sum one).
    """
    return _LIVES[:, None] * gone, np.vstack([_LIFE_WEIGHTS[:, None] * gone, 1 - gone])
