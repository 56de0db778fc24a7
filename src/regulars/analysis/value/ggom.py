"""GGom/NBD: as Pareto/NBD, but the chance of leaving may grow with the time someone has been a customer.

Bemmaor and Glady (2012), "Modeling purchasing behavior with sudden death: a flexible customer lifetime model",
Management Science 58(5): the lifetime is Gompertz with scale b and a shape that differs between customers by
Gamma(s, beta), so that P(still a customer at t) = (beta / (beta + e^(bt) - 1))^s. Given (x, t_x, T),

    L = Gamma(r+x)/Gamma(r) alpha^r [ (alpha+T)^-(r+x) e^(-s G(T)) + s D ],    G(t) = log(1 + (e^(bt) - 1)/beta)
    D = int_{t_x}^T (alpha+t)^-(r+x) G'(t) e^(-s G(t)) dt

As b goes to nought with sigma = beta/b fixed this is Pareto/NBD with s and sigma: then b and beta are not identified
one by one, only their ratio is. So the search runs on sigma in place of beta, where that limit is a plain edge and not
a ridge. D is Gauss-Legendre quadrature on panels that widen in log((m+t)/(m+t_x)), m = min(alpha, sigma), as many as
e^(bt) asks for.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from regulars.analysis.value.optimise import climb
from regulars.analysis.value.pareto import (
    MANY_SEARCHED,
    Counted,
    Lifetimes,
    fit_pareto,
    lifetime_rule,
    quick_grid,
    rule,
)
from regulars.analysis.value.series import Ahead
from regulars.analysis.value.statistics import Floats, Statistics, dot
from regulars.analysis.value.visits import FEW_REPEATERS, LOG_LIMIT, NO_ATTRITION, VisitFit, as_floats
from regulars.base.text import Text, say

_FIRST = (0.0, 1 / 64, 1 / 16, 1 / 4)  # edges of the narrow panels, of the whole stretch
_NODES, _WEIGHTS = rule(12)
_STEEPEST = 40.0  # e-folds of the hazard within the longest history
_FLATTEST = 1e-5
_A_PANEL = 3.0  # e-folds of the hazard a panel takes


@dataclass(frozen=True, slots=True, eq=False)
class GgomFit(VisitFit):
    """A GGom/NBD model of a base; parameters r, alpha, b, s, beta with time in weeks."""

    def p_alive(self, x: ArrayLike, t_x: ArrayLike, T: ArrayLike) -> Floats:
        """Probability that the customer has not left."""
        x, t_x, T = as_floats(x, t_x, T)
        r, alpha, b, s, beta = self.parameters
        alive = -(r + x) * np.log(alpha + T) - s * _hazard(b, beta / b, T)[0]
        dead, _ = log_dead((r, alpha, b, s, beta / b), x, t_x, T)
        return np.asarray(np.exp(-np.logaddexp(0.0, np.log(s) + dead - alive)))

    def rate_given_alive(self, x: ArrayLike, t_x: ArrayLike, T: ArrayLike) -> Floats:
        """Expected visits a week while a customer."""
        x, _, T = as_floats(x, t_x, T)
        return np.asarray((self.parameters[0] + x) / (self.parameters[1] + T))

    def future(self, x: ArrayLike, t_x: ArrayLike, T: ArrayLike, t: float) -> Ahead:
        """The distribution of visits in the next ``t`` weeks: a mixture over the lifetime left, as Pareto/NBD's."""
        x, t_x, T = as_floats(x, t_x, T)
        r, alpha, b, s, beta = self.parameters
        gone = self.lost_within(x, t_x, T, t)
        level, share = lifetime_rule(gone)
        # Left with probability u: beta + e^(b (T+left)) - 1 is (1-u)^(-1/s) times what it is today.
        today = beta + np.expm1(b * T)
        inside = np.log1p(today * np.exp(-np.log1p(-level) / s) - beta) / b - T
        left = np.vstack([np.clip(inside, 0.0, t), np.full(len(T), t)])
        return Lifetimes(r + x, left / (alpha + T + left), share, self.p_alive(x, t_x, T))

    def lost_within(self, x: ArrayLike, t_x: ArrayLike, T: ArrayLike, weeks: float) -> Floats:
        """P(leaves for good within ``weeks``), given still a customer."""
        _, _, T = as_floats(x, t_x, T)
        _, _, b, s, beta = self.parameters
        grown = np.exp(b * T) * np.expm1(b * weeks) / (beta + np.expm1(b * T))
        return np.asarray(-np.expm1(-s * np.log1p(grown)))

    def lost_quickly(self, x: ArrayLike, T: ArrayLike, weeks: float) -> Floats:
        """The same: it is in closed form here."""
        return self.lost_within(x, 0.0, T, weeks)


def fit_ggom(stats: Statistics) -> GgomFit:
    """Maximum likelihood GGom/NBD.

    Where leaving does not grow likelier with time, b runs to its edge: the fit is then Pareto/NBD's, and the verdict
    says that b and beta are not identified (their ratio is).
    """
    plain = fit_pareto(stats)
    objective = GgomLikelihood.of(stats)
    longest = max(float(stats.T.max()), 1.0)
    scale = dot(stats.weight, stats.T) / stats.customers or 26.0
    around = (np.log(scale) - LOG_LIMIT, np.log(scale) + LOG_LIMIT)
    r, alpha, s, sigma = plain.parameters
    best = climb(
        objective,
        rough=GgomLikelihood.of(quick_grid(stats)) if len(stats) > MANY_SEARCHED else None,
        starts=[
            np.log([r, alpha, 0.01 / longest, s, sigma]),
            np.log([r, alpha, 3 / longest, s, 2 * sigma]),
        ],
        bounds=[
            (-LOG_LIMIT, LOG_LIMIT),
            around,
            (np.log(_FLATTEST / longest), np.log(_STEEPEST / longest)),
            (-LOG_LIMIT, LOG_LIMIT),
            around,
        ],
        customers=stats.customers,
    )
    r, alpha, b, s, sigma = map(float, np.exp(best.theta))
    to_beta = np.eye(5)
    to_beta[4, 2] = 1.0  # log beta = log b + log sigma
    return GgomFit(
        model="ggom-nbd",
        names=("r", "alpha", "b", "s", "beta"),
        parameters=(r, alpha, b, s, b * sigma),
        covariance=np.asarray(to_beta @ best.covariance @ to_beta.T),
        log_likelihood=best.value,
        customers=round(stats.customers),
        converged=best.converged,
        held=False,
        verdict=_plain_words(stats, plain, best.value, best.converged),
    )


def _plain_words(stats: Statistics, plain: VisitFit, value: float, converged: bool) -> Text:
    if not converged:
        return say("value.visits.not_converged")
    if stats.repeaters < FEW_REPEATERS:
        return say("value.visits.few_repeaters", n=round(stats.repeaters), wanted=FEW_REPEATERS)
    if 2 * (value - plain.log_likelihood) < NO_ATTRITION:
        return say("value.visits.no_ageing")
    return say("value.visits.good")


@dataclass(frozen=True, slots=True, eq=False)
class GgomLikelihood(Counted):
    """The likelihood of a base."""

    def __call__(self, theta: Floats) -> tuple[float, Floats]:
        """Log-likelihood and gradient at log (r, alpha, b, s, sigma)."""
        r, alpha, b, s, sigma = parameters = tuple(map(float, np.exp(theta)))
        T, w, n = self.stats.T, self.stats.weight, self.stats.customers
        value, d_r = self.counting(r)
        value += n * r * np.log(alpha)
        log_T = np.log(alpha + T)
        G, by_b, by_sigma = _hazard(b, sigma, T)
        alive = -(r + self.x) * log_T - s * G
        dead, mean = log_dead(parameters, self.x, self.stats.t_x, T, gradient=True)
        dead = dead + np.log(s)
        value += dot(w, np.logaddexp(alive, dead))
        gone = w / (1 + np.exp(np.clip(alive - dead, -700, 700)))
        here = w - gone
        d_r += n * np.log(alpha) - dot(here, log_T) + dot(gone, mean[0])
        d_alpha = n * r / alpha - dot(here, (r + self.x) / (alpha + T)) + dot(gone, mean[1])
        d_b = -s * dot(here, by_b) + dot(gone, mean[2])
        d_s = -dot(here, G) + float(gone.sum()) / s + dot(gone, mean[3])
        d_sigma = -s * dot(here, by_sigma) + dot(gone, mean[4])
        return value, np.array([d_r * r, d_alpha * alpha, d_b * b, d_s * s, d_sigma * sigma])


def log_dead(
    parameters: tuple[float, ...], x: Floats, t_x: Floats, T: Floats, *, gradient: bool = False
) -> tuple[Floats, Floats]:
    """Logarithm of D by row (-inf where T = t_x) at (r, alpha, b, s, sigma), and the integrand's means of the
    derivatives of its logarithm by each of them, one row a parameter (empty without ``gradient``)."""
    r, alpha, b, s, sigma = parameters
    m = min(alpha, sigma)
    span = np.log1p((T - t_x) / (m + t_x))
    nodes, weights = _panels(b, float((m + T).max()) * float(span.max(initial=0.0)))
    t = (m + t_x) * np.expm1(nodes[:, None] * span) + t_x
    log_alpha = np.log(alpha + t)
    G, by_b, by_sigma = _hazard(b, sigma, t)
    logs = -(r + x) * log_alpha + b * t - np.log(sigma) - (s + 1) * G + np.log(m + t)  # dt = (m + t) du
    top = logs.max(axis=0)
    each = weights[:, None] * np.exp(logs - top)
    total = each.sum(axis=0)
    with np.errstate(divide="ignore"):  # nothing can have happened where T = t_x: the logarithm of nothing
        found = top + np.log(total) + np.log(span)
    if not gradient:
        return found, np.empty((0, len(x)))
    share = each / total
    slopes = (
        -log_alpha,
        -(r + x) / (alpha + t),
        t - (s + 1) * by_b,
        -G,
        -1 / sigma - (s + 1) * by_sigma,
    )
    return found, np.array([(share * slope).sum(axis=0) for slope in slopes])


def _hazard(b: float, sigma: float, t: Floats) -> tuple[Floats, Floats, Floats]:
    """G(t) of the module's formula, and its derivatives by b and sigma."""
    bt = b * t
    grown = np.expm1(bt) / b
    # (t e^bt - grown) / b, by its series where the difference would lose its digits.
    small = t * t * (0.5 + bt / 3 + bt * bt / 8)
    d_grown = np.where(bt < 1e-3, small, (t * np.exp(bt) - grown) / b)
    G = np.log1p(grown / sigma)
    return G, d_grown / (sigma + grown), -grown / (sigma * (sigma + grown))


def _panels(b: float, longest: float) -> tuple[Floats, Floats]:
    """Nodes and weights on 0..1: three narrow panels, then as many as the hazard's growth over ``longest`` asks for."""
    wide = int(np.clip(np.ceil(0.75 * b * longest / _A_PANEL), 1, 32))
    edges = np.concatenate([_FIRST, np.linspace(_FIRST[-1], 1.0, wide + 1)[1:]])
    width = np.diff(edges)
    return (edges[:-1, None] + width[:, None] * _NODES).ravel(), (width[:, None] * _WEIGHTS).ravel()
