"""BG/BB: visits at fixed opportunities (yearly events, seasons, months for rare purchases).

Fader, Hardie and Shang (2010), "Customer-base analysis in a discrete-time noncontractual setting", Marketing Science
29(6). At each of n opportunities a customer first leaves for good with own chance theta ~ Beta(gamma, delta), else
comes with own chance p ~ Beta(alpha, beta). With x visits, the last at opportunity t_x,

    L = B(alpha+x, beta+n-x) B(gamma, delta+n) + sum_{i < n-t_x} B(alpha+x, beta+t_x-x+i) B(gamma+1, delta+t_x+i)

over B(alpha, beta) B(gamma, delta). Given alive at n, p ~ Beta(alpha+x, beta+n-x) and theta ~ Beta(gamma, delta+n) are
independent: opportunities left are beta-geometric, visits in them beta-binomial.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betaln, digamma, expit, gammaln

from regulars.analysis.value.optimise import maximise
from regulars.analysis.value.statistics import Floats, dot
from regulars.base.errors import BadData
from regulars.base.text import Text, say

_LOG_LIMIT = np.log(1e4)
_FEW = 20
_WEAK = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Opportunities:
    """Unique (x visits, last at opportunity t_x, n opportunities) with counts.

    Raises:
        BadData: columns of unequal length, or values no customer can have.
    """

    x: Floats
    t_x: Floats
    n: Floats
    weight: Floats

    def __post_init__(self) -> None:
        columns = [np.atleast_1d(np.asarray(c, dtype=float)) for c in (self.x, self.t_x, self.n, self.weight)]
        if len({c.shape for c in columns}) != 1:
            raise BadData(say("value.data.shapes"))
        x, t_x, n, weight = columns
        whole = all((c == np.floor(c)).all() and (c >= 0).all() for c in (x, t_x, n))
        if not whole or (x > t_x).any() or (t_x > n).any() or ((x == 0) & (t_x > 0)).any() or not weight.sum() > 0:
            raise BadData(say("value.data.impossible", n=1), say("value.data.impossible_hint"))
        for name, column in zip(("x", "t_x", "n", "weight"), columns, strict=True):
            object.__setattr__(self, name, column)


@dataclass(frozen=True, slots=True, eq=False)
class BgbbFit:
    """A fitted BG/BB; ``covariance`` is of the logarithms of (alpha, beta, gamma, delta)."""

    parameters: tuple[float, ...]
    covariance: Floats
    log_likelihood: float
    customers: int
    converged: bool
    held: bool
    verdict: Text

    @property
    def named(self) -> dict[str, float]:
        """Parameters by name."""
        return dict(zip(("alpha", "beta", "gamma", "delta"), self.parameters, strict=True))

    @property
    def standard_errors(self) -> dict[str, float]:
        """Standard errors of the parameters themselves (delta method)."""
        return dict(zip(self.named, map(float, np.sqrt(np.diag(self.covariance)) * self.parameters), strict=True))

    def p_alive(self, x: ArrayLike, t_x: ArrayLike, n: ArrayLike) -> Floats:
        """Probability of still being a customer at opportunity n + 1."""
        base = _rows(x, t_x, n)
        alive, dead = _log_parts(self.parameters, base)[:2]
        _, _, gamma, delta = self.parameters
        stays = np.log(delta + base.n) - np.log(gamma + delta + base.n)
        return np.asarray(expit(alive - dead) * np.exp(stays))

    def expected_visits(self, x: ArrayLike, t_x: ArrayLike, n: ArrayLike, ahead: int) -> Floats:
        """Expected visits in the next ``ahead`` opportunities; at x = t_x = n = 0 those of a new customer."""
        reached = self.reach(x, t_x, n, ahead)
        return np.asarray(reached.sum(axis=0))

    def reach(self, x: ArrayLike, t_x: ArrayLike, n: ArrayLike, ahead: int) -> Floats:
        """P(at least m visits in the next ``ahead`` opportunities), one row for m = 1 .. ``ahead``."""
        base = _rows(x, t_x, n)
        alpha, beta, gamma, delta = self.parameters
        alive, dead = _log_parts(self.parameters, base)[:2]
        come, stay = alpha + base.x, beta + base.n - base.x
        found = np.zeros((ahead, len(base.x)))
        for left in range(1, ahead + 1):
            # Exactly ``left`` opportunities as a customer, or all of them.
            if left < ahead:
                lasts = betaln(gamma + 1, delta + base.n + left) - betaln(gamma, delta + base.n)
            else:
                lasts = betaln(gamma, delta + base.n + ahead) - betaln(gamma, delta + base.n)
            m = np.arange(left + 1)[:, None]
            choose = gammaln(left + 1) - gammaln(m + 1) - gammaln(left - m + 1)
            mass = np.exp(choose + betaln(come + m, stay + left - m) - betaln(come, stay))
            above = np.cumsum(mass[::-1], axis=0)[::-1][1:]
            found[:left] += np.exp(lasts) * above
        return np.asarray(found * expit(alive - dead))


def fit_bgbb(base: Opportunities) -> BgbbFit:
    """Maximum likelihood BG/BB."""
    customers = float(base.weight.sum())
    back = float(base.weight[base.x > 0].sum())

    def objective(theta: Floats) -> tuple[float, Floats]:
        return _likelihood(theta, base)

    best = maximise(
        objective,
        starts=[np.log(s) for s in ((1.0, 1.0, 0.7, 2.5), (0.5, 1.5, 0.5, 5.0))],
        bounds=[(-_LOG_LIMIT, _LOG_LIMIT)] * 4,
        prior=np.log([1.0, 1.0, 0.7, 2.5]),
        customers=customers,
        always_held=back < _FEW,
    )
    if not best.converged:
        verdict = say("value.visits.not_converged")
    elif back < _FEW:
        verdict = say("value.visits.few_repeaters", n=round(back), wanted=_FEW)
    elif best.held or np.sqrt(np.diag(best.covariance)).max() > _WEAK:
        verdict = say("value.visits.weak")
    else:
        verdict = say("value.visits.good")
    parameters = tuple(map(float, np.exp(best.theta)))
    return BgbbFit(parameters, best.covariance, best.value, round(customers), best.converged, best.held, verdict)


def _rows(x: ArrayLike, t_x: ArrayLike, n: ArrayLike) -> Opportunities:
    columns = [np.atleast_1d(c) for c in np.broadcast_arrays(*(np.asarray(c, dtype=float) for c in (x, t_x, n)))]
    return Opportunities(columns[0], columns[1], columns[2], np.ones(len(columns[0])))


def _log_parts(parameters: tuple[float, ...], base: Opportunities) -> tuple[Floats, Floats, list[tuple[int, Floats]]]:
    """Logarithms of the living and of the summed dead part (-inf where t_x = n), and the dead part's terms by i."""
    alpha, beta, gamma, delta = parameters
    x, t_x, n = base.x, base.t_x, base.n
    alive = betaln(alpha + x, beta + n - x) + betaln(gamma, delta + n)
    dead, terms = np.full(len(x), -np.inf), []
    for i in range(int((n - t_x).max(initial=0.0))):
        term = betaln(alpha + x, beta + t_x - x + i) + betaln(gamma + 1, delta + t_x + i)
        term = np.where(i < n - t_x, term, -np.inf)
        terms.append((i, term))
        dead = np.logaddexp(dead, term)
    return alive, dead, terms


def _likelihood(theta: Floats, base: Opportunities) -> tuple[float, Floats]:
    """Log-likelihood and gradient at log parameters."""
    parameters = tuple(np.exp(theta))
    alpha, beta, gamma, delta = parameters
    x, t_x, n, w = base.x, base.t_x, base.n, base.weight
    alive, dead, terms = _log_parts(parameters, base)
    whole = np.logaddexp(alive, dead)
    value = dot(w, whole) - float(w.sum()) * (betaln(alpha, beta) + betaln(gamma, delta))

    def slopes(p: Floats, q: Floats, g: Floats | float, d: Floats) -> Floats:
        both, other = digamma(p + q), digamma(g + d)
        return np.array([digamma(p) - both, digamma(q) - both, digamma(g) - other, digamma(d) - other])

    gradient = (w * np.exp(alive - whole) * slopes(alpha + x, beta + n - x, gamma, delta + n)).sum(axis=1)
    for i, term in terms:
        part = slopes(alpha + x, np.maximum(beta + t_x - x + i, 1e-300), gamma + 1, delta + t_x + i)
        gradient = gradient + (w * np.exp(term - whole) * part).sum(axis=1)
    base_slopes = slopes(np.array([alpha]), np.array([beta]), gamma, np.array([delta]))[:, 0]
    return value, np.asarray((gradient - float(w.sum()) * base_slopes) * np.asarray(parameters))
