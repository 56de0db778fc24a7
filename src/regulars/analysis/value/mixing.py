"""Log-likelihood of the mixture of rhythms with analytic gradient, on histories that carry their own gaps.

A customer's gaps are Erlang with k stages, k one of a few and share pi_k of the customers; the rate of *visits* is
Gamma(r, alpha) and the chance to leave Beta(a, b) whatever k is, so stages of class k come at k times that rate:

    f_k = MBG/CNBD-k at (r, alpha/k, a, b) * e^((k-1) g) / Gamma(k)^x,     L = sum_k pi_k f_k

g is the customer's own sum of the logarithms of gaps: how even they were. It moves no parameter where all share one k
(``likelihood``), but tells here which k a customer is of. With g not known, its law given (x, t_x) is integrated out:
e^((k-1) g) / Gamma(k)^x becomes t_x^(kx-1) / Gamma(kx), Dirichlet's integral over the gaps that add up to t_x.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import betaln, digamma, expit, gammaln, logsumexp

from regulars.analysis.value.likelihood import stage_terms
from regulars.analysis.value.statistics import Floats, Ints, Statistics, dot


def log_classes(
    classes: tuple[int, ...], parameters: tuple[float, ...], x: Floats, t_x: Floats, T: Floats, gaps: Floats | None
) -> Floats:
    """Logarithms of f_k at (r, alpha, a, b), classes x rows; ``gaps`` is g of the module's formula."""
    codes, index = np.unique(x, return_inverse=True)
    theta = np.log(parameters)
    shared = _Shared.at(theta, codes)
    found = [_component(k, theta, shared, index, t_x, T)[0] + _evenness(k, x, t_x, gaps) for k in classes]
    return np.array(found)


def _evenness(k: int, x: Floats, t_x: Floats, gaps: Floats | None) -> Floats:
    if gaps is not None:
        return np.asarray((k - 1) * gaps - x * gammaln(k))
    came = x > 0
    stages, within = np.where(came, k * x, 1.0), np.where(came, np.maximum(t_x, 1e-9), 1.0)
    return np.asarray(np.where(came, (stages - 1) * np.log(within) - gammaln(stages), 0.0))


@dataclass(frozen=True, slots=True, eq=False)
class MixtureLikelihood:
    """A base prepared for many evaluations, whose ``gaps`` are known."""

    classes: tuple[int, ...]
    stats: Statistics
    x: Floats  # distinct
    code: Ints  # of every row into them
    constant: Floats  # of the gaps themselves, classes x rows

    @classmethod
    def of(cls, stats: Statistics, classes: tuple[int, ...]) -> MixtureLikelihood:
        """Prepare ``stats``."""
        x, code = np.unique(stats.x.astype(float), return_inverse=True)
        each = stats.x.astype(float)
        constant = np.array([_evenness(k, each, stats.t_x, stats.gaps) for k in classes])
        return cls(classes, stats, x, code.astype(np.int64), constant)

    def __call__(self, theta: Floats) -> tuple[float, Floats]:
        """Log-likelihood and gradient at log (r, alpha, a, b) and the log odds of every class but the first."""
        odds = np.concatenate([[0.0], theta[4:]])
        log_shares = odds - logsumexp(odds)
        shared = _Shared.at(theta[:4], self.x)
        found = [_component(k, theta[:4], shared, self.code, self.stats.t_x, self.stats.T) for k in self.classes]
        logs = np.array([logs for logs, _ in found]) + self.constant + log_shares[:, None]
        top = logs.max(axis=0)
        each = np.exp(logs - top)
        total = each.sum(axis=0)
        value = dot(self.stats.weight, top + np.log(total))
        belongs = each / total * self.stats.weight
        gradient = np.array([sum(dot(b, s[i]) for b, (_, s) in zip(belongs, found, strict=True)) for i in range(4)])
        return value, np.concatenate([gradient, (belongs.sum(axis=1) - np.exp(log_shares) * self.stats.customers)[1:]])


@dataclass(frozen=True, slots=True, eq=False)
class _Shared:
    """What all classes have in common, per distinct x."""

    x: Floats
    leaving: Floats  # log B(a, b+x+1)/B(a, b)
    by_a: Floats
    by_b: Floats

    @classmethod
    def at(cls, theta: Floats, x: Floats) -> _Shared:
        a, b = np.exp(theta[2:4])
        both = digamma(a + b) - digamma(a + b + x + 1)
        return cls(
            x, betaln(a, b + x + 1) - betaln(a, b), np.asarray(both), np.asarray(both + digamma(b + x + 1) - digamma(b))
        )


def _component(
    k: int, theta: Floats, shared: _Shared, code: Ints, t_x: Floats, T: Floats
) -> tuple[Floats, tuple[Floats, ...]]:
    """log f_k without the gaps' own part, by row, and its slopes by the four log parameters."""
    r, alpha, a, b = np.exp(theta)
    alpha = alpha / k
    stages = r + k * shared.x
    shape, left = stages[code], (b + shared.x)[code]
    log_T = np.log(alpha + T)
    gap = log_T - np.log(alpha + t_x)
    terms = stage_terms(k, shape, (T - t_x) / (alpha + T))
    total, s_r, s_alpha, harmonic = terms.sum(axis=0), np.zeros_like(T), np.zeros_like(T), np.zeros_like(T)
    for j in range(1, k):
        harmonic = harmonic + 1 / (shape + (j - 1))
        s_r += terms[j] * harmonic
        s_alpha -= j * terms[j]
    s_r, s_alpha = s_r / total, s_alpha / (total * (alpha + T))
    log_s = np.log(total)
    z = np.log(a) - np.log(left) + shape * gap - log_s
    logs = (gammaln(stages) - gammaln(r) + r * np.log(alpha) + shared.leaving)[code] - shape * log_T + log_s
    logs += np.maximum(z, 0.0) + np.log1p(np.exp(-np.abs(z)))
    dead = expit(z)
    d_r = (digamma(stages) - digamma(r) + np.log(alpha))[code] - log_T + (1 - dead) * s_r + dead * gap
    d_alpha = r / alpha - shape / (alpha + T) + (1 - dead) * s_alpha
    d_alpha += dead * shape * (1 / (alpha + T) - 1 / (alpha + t_x))
    return logs, (
        d_r * r,
        d_alpha * alpha,
        (shared.by_a[code] + dead / a) * a,
        (shared.by_b[code] - dead / left) * b,
    )
