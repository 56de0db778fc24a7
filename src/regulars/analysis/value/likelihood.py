"""Log-likelihood of BG/NBD, MBG/NBD and MBG/CNBD-k with analytic gradient, on unique triples.

BG/NBD: Fader, Hardie, Lee (2005), "Counting your customers the easy way", Marketing Science 24(2), eq. 6.
MBG/NBD: Batislam, Denizel, Filiztekin (2007), IJRM 24(3); the customer may also leave right after the first visit.

Both are one formula. With n = x chances to leave survived by a living BG customer (n = x + 1 for MBG):

    L = Gamma(r+x) alpha^r / Gamma(r) / B(a,b) * [ B(a, b+n) (alpha+T)^-(r+x) + {n>0} B(a+1, b+n-1) (alpha+t_x)^-(r+x) ]
      = Gamma(r+x) alpha^r / Gamma(r) * B(a, b+n)/B(a,b) * (alpha+T)^-(r+x) * (1 + e^z)
    z = log a - log(b+n-1) + (r+x) log((alpha+T)/(alpha+t_x)),   P(alive) = 1/(1 + e^z)

MBG/CNBD-k (Platzer and Reutterer 2016, Marketing Science 35(5)): gaps are Erlang, k stages at rate lambda, so visits
are regular. Stages take the place of visits (k x for x in every gamma), and a living customer may have finished
j < k stages since the last visit:

    S = sum_{j<k} u^j/j! * (r+kx)(r+kx+1)...(r+kx+j-1),  u = (T-t_x)/(alpha+T);   alive part times S, z less log S
    and the whole times  prod gap^(k-1) / Gamma(k)^x

The last factor knows the gaps through the total of their logarithms alone and does not move the parameters.

Only (1 + e^z) and S need every triple: gamma and beta functions are taken once per distinct x, logarithms once per
distinct T and t_x.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.special import betaln, digamma, expit, gammaln

from regulars.analysis.value.statistics import Floats, Ints, Statistics, dot

type VisitModel = Literal["nbd", "bg-nbd", "mbg-nbd", "mbg-cnbd-k", "pareto-nbd", "ggom-nbd", "cnbd-mixture"]


def chances_after_first(model: VisitModel) -> int:
    """Chances to leave that the first visit brings: none for BG/NBD, one for MBG/NBD."""
    return 0 if model == "bg-nbd" else 1


def stage_terms(k: int, R: Floats, u: Floats) -> Floats:
    """Terms of S for R = r + kx, one row per j < k: weights of the stages finished since the last visit."""
    terms = np.ones((k, len(u)))
    for j in range(1, k):
        terms[j] = terms[j - 1] * u * (R + (j - 1)) / j
    return terms


def log_odds_dead(
    model: VisitModel, parameters: tuple[float, ...], x: Floats | Ints, t_x: Floats, T: Floats, k: int = 1
) -> Floats:
    """z of the module's formula: log odds of having left; -inf where leaving was impossible (BG/NBD, x = 0)."""
    r, alpha, a, b = parameters
    n = np.asarray(x, dtype=float) + chances_after_first(model)
    z = np.log(a) - np.log(np.maximum(b + n - 1, b * 1e-300)) + (r + k * x) * np.log1p((T - t_x) / (alpha + t_x))
    if k > 1:
        z = z - np.log(stage_terms(k, np.asarray(r + k * x, dtype=float), (T - t_x) / (alpha + T)).sum(axis=0))
    return np.where(n > 0, z, -np.inf)


@dataclass(frozen=True, slots=True, eq=False)
class VisitLikelihood:
    """A base prepared for many evaluations: sums per distinct x and T, codes of every triple into them."""

    extra: int  # chances_after_first
    x: Floats  # distinct, with summed weight
    x_weight: Floats
    T: Floats
    T_weight: Floats
    T_visits: Floats  # sum of weight * k x
    t_x: Floats
    codes: tuple[Ints, Ints, Ints]  # into x, t_x, T, of triples that can be dead
    weight: Floats
    customers: float
    k: int
    constant: float  # what the gaps themselves bring; 0 for k = 1

    @classmethod
    def of(cls, stats: Statistics, model: VisitModel, *, k: int = 1, log_gaps: float = 0.0) -> VisitLikelihood:
        """Prepare ``stats``."""
        extra = chances_after_first(model)
        x, x_code = np.unique(stats.x, return_inverse=True)
        T, T_code = np.unique(stats.T, return_inverse=True)
        t_x, t_code = np.unique(stats.t_x, return_inverse=True)
        mortal = stats.x + extra > 0
        return cls(
            extra,
            x.astype(float),
            np.bincount(x_code, stats.weight),
            T,
            np.bincount(T_code, stats.weight),
            np.bincount(T_code, stats.weight * (k * stats.x)),
            t_x,
            (x_code[mortal], t_code[mortal], T_code[mortal]),
            stats.weight[mortal],
            stats.customers,
            k,
            (k - 1) * log_gaps - float(gammaln(k)) * dot(stats.weight, stats.x.astype(float)),
        )

    def __call__(self, theta: Floats) -> tuple[float, Floats]:
        """Log-likelihood and gradient at log (r, alpha, a, b)."""
        r, alpha, a, b = np.exp(theta)
        value, d_r, d_alpha = self._counting(r, alpha)
        n = self.x + self.extra
        value += dot(self.x_weight, betaln(a, b + n) - betaln(a, b))
        both = digamma(a + b) - digamma(a + b + n)
        d_a = dot(self.x_weight, both)
        d_b = dot(self.x_weight, both + digamma(b + n) - digamma(b))

        log_T, log_t = np.log(alpha + self.T), np.log(alpha + self.t_x)
        odds_x = np.log(a) - np.log(np.where(n > 0, b + n - 1, 1.0))
        of_x, of_t, of_T = self.codes
        gap = log_T[of_T] - log_t[of_t]
        shape = (r + self.k * self.x)[of_x]
        z = odds_x[of_x] + shape * gap
        if self.k > 1:
            log_s, s_r, s_alpha = self._stages(alpha, shape)
            z -= log_s
            value += dot(self.weight, log_s)
            alive = self.weight * expit(-z)
            d_r += dot(alive, s_r)
            d_alpha += dot(alive, s_alpha)
        value += dot(self.weight, _softplus(z))
        dead = self.weight * expit(z)
        d_r += dot(dead, gap)
        d_alpha += dot(dead, shape * ((1 / (alpha + self.T))[of_T] - (1 / (alpha + self.t_x))[of_t]))
        d_a += float(dead.sum()) / a
        dead_by_x = np.bincount(of_x, dead, minlength=len(n))
        d_b -= float((dead_by_x / np.where(n > 0, b + n - 1, 1.0)).sum())
        return value, np.array([d_r * r, d_alpha * alpha, d_a * a, d_b * b])

    def nbd(self, theta: Floats) -> tuple[float, Floats]:
        """The same base without attrition: NBD log-likelihood and gradient at log (r, alpha)."""
        r, alpha = np.exp(theta)
        value, d_r, d_alpha = self._counting(r, alpha)
        if self.k > 1:
            log_s, s_r, s_alpha = self._stages(alpha, (r + self.k * self.x)[self.codes[0]])
            value += dot(self.weight, log_s)
            d_r += dot(self.weight, s_r)
            d_alpha += dot(self.weight, s_alpha)
        return value, np.array([d_r * r, d_alpha * alpha])

    def _stages(self, alpha: float, shape: Floats) -> tuple[Floats, Floats, Floats]:
        """log S of every triple and its derivatives by r and alpha (every triple can be dead where k > 1)."""
        _, of_t, of_T = self.codes
        end = (alpha + self.T)[of_T]
        terms = stage_terms(self.k, shape, (self.T[of_T] - self.t_x[of_t]) / end)
        total, by_r, by_alpha, harmonic = np.ones_like(end), np.zeros_like(end), np.zeros_like(end), np.zeros_like(end)
        for j in range(1, self.k):
            harmonic = harmonic + 1 / (shape + (j - 1))
            total += terms[j]
            by_r += terms[j] * harmonic
            by_alpha -= j * terms[j]
        return np.log(total), by_r / total, by_alpha / (end * total)

    def _counting(self, r: float, alpha: float) -> tuple[float, float, float]:
        log_T = np.log(alpha + self.T)
        stages = self.k * self.x
        value = (
            dot(self.x_weight, gammaln(r + stages) - gammaln(r)) + self.customers * r * np.log(alpha) + self.constant
        )
        value -= dot(r * self.T_weight + self.T_visits, log_T)
        d_r = dot(self.x_weight, digamma(r + stages) - digamma(r)) + self.customers * np.log(alpha)
        d_r -= dot(self.T_weight, log_T)
        d_alpha = self.customers * r / alpha - dot(r * self.T_weight + self.T_visits, 1 / (alpha + self.T))
        return float(value), float(d_r), float(d_alpha)


def _softplus(z: Floats) -> Floats:
    return np.asarray(np.maximum(z, 0.0) + np.log1p(np.exp(-np.abs(z))))
