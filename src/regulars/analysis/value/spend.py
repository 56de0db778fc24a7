"""Gamma-Gamma model of what a customer spends on a visit.

Fader and Hardie (2013), "The Gamma-Gamma model of monetary value": a visit's value is Gamma(p, nu) given the
customer's nu, and nu is Gamma(q, gamma) over customers. With x visits of mean value m the customer's nu is
Gamma(q + p x, gamma + x m), hence expected spend a visit E[p/nu] = p (gamma + x m) / (p x + q - 1).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import digamma, gammainccinv, gammaln

from regulars.analysis.value.optimise import Optimum, laplace_noise, maximise
from regulars.analysis.value.statistics import Floats, dot
from regulars.base.errors import BadData
from regulars.base.text import Text, say

_Q_LEAST = 1.1  # at q <= 1 the average spend of the base is infinite
_Q_SPREAD = 2.5  # below it the posterior variance is infinite or nearly so
_NORMAL_80 = 2.5631  # width of the central 80 % of a normal, in standard deviations
_FEW = 20
_WEAK = 1.0
_CORRELATED = 0.3
_LOG_LIMIT = np.log(1e4)


@dataclass(frozen=True, slots=True, eq=False)
class SpendFit:
    """A Gamma-Gamma model of a base. ``covariance`` is of the logarithms of (p, q, gamma).

    ``correlation`` of visits and spend should be near 0: the model takes them as independent. ``left_out`` counts
    customers without a visit or without a positive mean value.
    """

    model: str
    names: tuple[str, ...]
    parameters: tuple[float, ...]
    covariance: Floats
    log_likelihood: float
    customers: int
    left_out: int
    correlation: float
    converged: bool
    held: bool
    verdict: Text

    @property
    def named(self) -> dict[str, float]:
        """Parameters by name."""
        return dict(zip(self.names, self.parameters, strict=True))

    @property
    def standard_errors(self) -> dict[str, float]:
        """Standard errors of the parameters themselves (delta method)."""
        sds = np.sqrt(np.diag(self.covariance)) * self.parameters
        return dict(zip(self.names, map(float, sds), strict=True))

    def posterior(self, x: ArrayLike, mean_value: ArrayLike) -> tuple[Floats, Floats]:
        """Shape and rate of the customer's nu; without visits, or with a value below 0, those of the base."""
        p, q, gamma = self.parameters
        x, mean_value = (np.asarray(column, dtype=float) for column in (x, mean_value))
        known = (x > 0) & (mean_value > 0)
        return np.where(known, q + p * x, q), np.where(known, gamma + x * mean_value, gamma)

    def expected_spend(self, x: ArrayLike, mean_value: ArrayLike) -> Floats:
        """Expected spend a visit of a customer with ``x`` visits of that mean value so far."""
        shape, rate = self.posterior(x, mean_value)
        return np.asarray(self.parameters[0] * rate / (shape - 1))

    def spend_sd(self, x: ArrayLike, mean_value: ArrayLike) -> Floats:
        """Standard deviation of what we believe of the customer's mean spend.

        Where the tail is so heavy that it does not exist, the width of the central 80 % in normal units.
        """
        shape, rate = self.posterior(x, mean_value)
        mean = self.parameters[0] * rate / (shape - 1)
        width = self.parameters[0] * rate * (1 / gammainccinv(shape, 0.9) - 1 / gammainccinv(shape, 0.1)) / _NORMAL_80
        return np.asarray(np.where(shape > _Q_SPREAD, mean / np.sqrt(np.maximum(shape - 2, 0.1)), width))

    def draw_parameters(self, rng: np.random.Generator, n: int) -> list[SpendFit]:
        """``n`` fits whose parameters are drawn, in opposite pairs, from the Laplace approximation on the log scale."""
        middle = np.log(self.parameters)
        drawn = np.exp(middle + laplace_noise(self.covariance, rng, n))
        drawn[:, 1] = np.maximum(drawn[:, 1], _Q_LEAST)
        return [replace(self, parameters=tuple(map(float, row))) for row in drawn]


def fit_gamma_gamma(x: ArrayLike, mean_value: ArrayLike, weight: ArrayLike | None = None) -> SpendFit:
    """Maximum likelihood Gamma-Gamma of customers with ``x`` visits of mean value ``mean_value`` each.

    ``x`` is the number of visits behind the mean. Customers without visits or with a mean value not above zero
    are left out.

    Raises:
        BadData: nobody is left, or a value is not a number.
    """
    visits, values = (np.atleast_1d(np.asarray(column, dtype=float)) for column in (x, mean_value))
    weights = np.ones_like(visits) if weight is None else np.atleast_1d(np.asarray(weight, dtype=float))
    if not visits.shape == values.shape == weights.shape or visits.ndim != 1:
        raise BadData(say("value.data.shapes"))
    if not (np.isfinite(visits).all() and np.isfinite(values).all() and np.isfinite(weights).all()):
        raise BadData(say("value.data.not_finite"))
    usable = (visits > 0) & (values > 0) & (weights > 0)
    if not usable.any():
        raise BadData(say("value.data.no_spend"))
    left_out = float(weights[~usable].sum())
    visits, values, weights = visits[usable], values[usable], weights[usable]
    customers = float(weights.sum())
    scale = dot(weights, values) / customers
    best = maximise(
        SpendLikelihood.of(visits, values, weights),
        starts=[np.log([p, q, q * scale / p]) for p, q in ((2.0, 3.0), (6.0, 4.0), (1.0, 10.0))],
        bounds=[
            (-_LOG_LIMIT, _LOG_LIMIT),
            (np.log(_Q_LEAST), _LOG_LIMIT),
            (np.log(scale) - _LOG_LIMIT, np.log(scale) + _LOG_LIMIT),
        ],
        prior=np.log([3.0, 4.0, scale]),
        customers=customers,
        always_held=customers < _FEW,
    )
    correlation = visit_spend_correlation(visits, values, weights)
    return SpendFit(
        "gamma-gamma",
        ("p", "q", "gamma"),
        tuple(map(float, np.exp(best.theta))),
        best.covariance,
        best.value,
        round(customers),
        round(left_out),
        correlation,
        best.converged,
        best.held,
        _verdict(best, customers, correlation),
    )


def visit_spend_correlation(x: ArrayLike, mean_value: ArrayLike, weight: ArrayLike | None = None) -> float:
    """Weighted correlation of visits and mean value; 0 where one of them does not vary."""
    x, mean_value = (np.asarray(column, dtype=float) for column in (x, mean_value))
    spread = np.atleast_2d(np.cov(x, mean_value, aweights=None if weight is None else np.asarray(weight), ddof=0))
    product = spread[0, 0] * spread[1, 1]
    return float(spread[0, 1] / np.sqrt(product)) if product > 0 else 0.0


@dataclass(frozen=True, slots=True, eq=False)
class SpendLikelihood:
    """A base prepared for many evaluations of the Gamma-Gamma log-likelihood."""

    x: Floats  # distinct
    x_weight: Floats
    of_x: np.ndarray[tuple[int, ...], np.dtype[np.int64]]
    total: Floats  # x * m of every customer
    weight: Floats
    log_total: float  # sum of weight * x * log(x m)
    log_value: float  # sum of weight * log m

    @classmethod
    def of(cls, x: Floats, mean_value: Floats, weight: Floats) -> SpendLikelihood:
        """Prepare a base of positive values."""
        distinct, code = np.unique(x, return_inverse=True)
        total = x * mean_value
        return cls(
            distinct,
            np.bincount(code, weight),
            code.astype(np.int64),
            total,
            weight,
            dot(weight * x, np.log(total)),
            dot(weight, np.log(mean_value)),
        )

    def __call__(self, theta: Floats) -> tuple[float, Floats]:
        """Log-likelihood and gradient at log (p, q, gamma)."""
        p, q, gamma = np.exp(theta)
        px = p * self.x
        logs = self.weight * np.log(gamma + self.total)
        by_x = np.bincount(self.of_x, logs, minlength=len(self.x))
        inverse_by_x = np.bincount(self.of_x, self.weight / (gamma + self.total), minlength=len(self.x))
        customers = float(self.x_weight.sum())
        value = dot(self.x_weight, gammaln(px + q) - gammaln(px)) + customers * (q * np.log(gamma) - gammaln(q))
        value += p * self.log_total - self.log_value - dot(px + q, by_x)
        psi = digamma(px + q)
        d_p = dot(self.x_weight * self.x, psi - digamma(px)) + self.log_total - dot(self.x, by_x)
        d_q = dot(self.x_weight, psi) - customers * (digamma(q) - np.log(gamma)) - by_x.sum()
        d_gamma = customers * q / gamma - dot(px + q, inverse_by_x)
        return float(value), np.array([d_p * p, d_q * q, d_gamma * gamma])


def _verdict(best: Optimum, customers: float, correlation: float) -> Text:
    if not best.converged:
        return say("value.spend.not_converged")
    if customers < _FEW:
        return say("value.spend.few", n=round(customers), wanted=_FEW)
    if best.theta[1] < np.log(_Q_LEAST) + 0.05:
        return say("value.spend.heavy_tail")
    if abs(correlation) > _CORRELATED:
        return say("value.spend.correlated", correlation=round(correlation, 2))
    if best.held or np.sqrt(np.diag(best.covariance)).max() > _WEAK:
        return say("value.spend.weak")
    return say("value.spend.good")
