"""How long contracts last: sBG and beta-discrete-Weibull for packages, memberships and service plans.

A contract renewed or not at fixed times. Shifted beta-geometric (Fader and Hardie 2007, "How to project customer
retention", Journal of Interactive Marketing 21(1)): each holder lapses at every renewal with an own chance, Beta(a, b)
over holders, so retention rises with age because the likeliest to lapse go first. Beta-discrete-Weibull (Fader, Hardie,
Liu, Davin and Steenburgh 2018, JIM 43) lets the chance itself change with age, by a power c of time:

    S(t) = B(a, b + t^c) / B(a, b),   sBG is c = 1
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betaln, digamma

from regulars.analysis.value.optimise import Optimum, laplace_noise, maximise
from regulars.analysis.value.statistics import Floats, dot
from regulars.base.errors import BadData
from regulars.base.estimate import Estimate
from regulars.base.text import Text, say

type DurationModel = Literal["sbg", "bdw"]

_LOG_LIMIT = np.log(1e4)
_FEW = 20  # lapses
_WEAK = 1.0
_FOREVER = 5_000  # periods after which a discounted sum is cut


@dataclass(frozen=True, slots=True, eq=False)
class Renewals:
    """Holders by how far they are known: ``lapsed[k]`` did not renew at the (k+1)-th renewal, ``censored[k]`` are known
    to have renewed k times and no further is known. Counts or weights."""

    lapsed: Floats
    censored: Floats

    @classmethod
    def of_cohorts(cls, survivors: Sequence[ArrayLike]) -> Renewals:
        """From cohorts: each gives holders at start, after one renewal, after two, ... as far as it has been seen.

        Raises:
            BadData: a cohort grows, is empty or holds what is no count.
        """
        tables = [np.atleast_1d(np.asarray(cohort, dtype=float)) for cohort in survivors]
        if not tables or any(len(t) < 1 or not np.isfinite(t).all() or (np.diff(t) > 0).any() for t in tables):
            raise BadData(say("value.duration.cohorts"))
        length = max(len(t) for t in tables)
        lapsed, censored = np.zeros(max(length - 1, 1)), np.zeros(length)
        for table in tables:
            lapsed[: len(table) - 1] += -np.diff(table)
            censored[len(table) - 1] += table[-1]
        if lapsed.sum() + censored.sum() <= 0:
            raise BadData(say("value.duration.cohorts"))
        return cls(lapsed, censored)

    @property
    def holders(self) -> float:
        """How many there are."""
        return float(self.lapsed.sum() + self.censored.sum())


@dataclass(frozen=True, slots=True, eq=False)
class DurationFit:
    """A fitted model; ``covariance`` is of the logarithms of the parameters (a, b) or (a, b, c)."""

    model: DurationModel
    parameters: tuple[float, ...]
    covariance: Floats
    log_likelihood: float
    holders: float
    converged: bool
    held: bool
    verdict: Text

    @property
    def named(self) -> dict[str, float]:
        """Parameters by name."""
        return dict(zip(("a", "b", "c"), self.parameters, strict=False))

    @property
    def standard_errors(self) -> dict[str, float]:
        """Standard errors of the parameters themselves (delta method)."""
        sds = np.sqrt(np.diag(self.covariance)) * self.parameters
        return dict(zip(self.named, map(float, sds), strict=True))

    def survival(self, periods: ArrayLike) -> Floats:
        """Share of holders still there after so many renewals."""
        return np.asarray(np.exp(_log_survival(self.parameters, np.asarray(periods, dtype=float))))

    def retention(self, period: ArrayLike) -> Floats:
        """Share of those there after ``period`` - 1 renewals who renew once more."""
        period = np.asarray(period, dtype=float)
        return np.asarray(
            np.exp(_log_survival(self.parameters, period) - _log_survival(self.parameters, np.maximum(period - 1, 0.0)))
        )

    def residual_lifetime(self, renewed: int, *, discount: float) -> float:
        """Discounted expected periods ahead of a holder who has renewed ``renewed`` times and faces the next renewal.

        ``discount`` is the rate per period; the payment of the coming renewal counts in full (Fader and Hardie 2010,
        "Customer-base valuation in a contractual setting", Marketing Science 29(1): DERL).
        """
        ahead = np.arange(_FOREVER, dtype=float)
        logs = _log_survival(self.parameters, renewed + 1 + ahead) - _log_survival(self.parameters, float(renewed))
        return dot(np.exp(logs), (1 + discount) ** -ahead)

    def draw_parameters(self, rng: np.random.Generator, n: int) -> list[DurationFit]:
        """``n`` fits with parameters drawn from the Laplace approximation on the log scale."""
        drawn = np.exp(np.log(self.parameters) + laplace_noise(self.covariance, rng, n))
        return [replace(self, parameters=tuple(map(float, row))) for row in drawn]

    def expected_survival(self, periods: int, *, rng: np.random.Generator, draws: int = 200) -> Estimate:
        """Share still there after ``periods`` renewals with its 80 % range (doubt in the parameters alone)."""
        values = [float(fit.survival(periods)) for fit in self.draw_parameters(rng, draws)]
        spread = Estimate.of_draws(values, unit="share", method=self.model, n=round(self.holders))
        return replace(spread, mean=float(self.survival(periods)))


def fit_duration(renewals: Renewals, model: DurationModel) -> DurationFit:
    """Maximum likelihood sBG or BdW."""
    size = 2 if model == "sbg" else 3
    objective = DurationLikelihood(renewals)
    first = [np.log([0.7, 2.0]), np.log([1.0, 6.0])]
    starts = first if size == 2 else [np.r_[s, np.log(c)] for s in first for c in (1.0, 1.6)]
    best = maximise(
        objective,
        starts=starts,
        bounds=[(-_LOG_LIMIT, _LOG_LIMIT)] * 2 + [(np.log(0.05), np.log(20.0))] * (size - 2),
        prior=np.log([0.7, 2.5, 1.0])[:size],
        customers=renewals.holders,
        always_held=float(renewals.lapsed.sum()) < _FEW,
    )
    return DurationFit(
        model,
        tuple(map(float, np.exp(best.theta))),
        best.covariance,
        best.value,
        renewals.holders,
        best.converged,
        best.held,
        _verdict(renewals, best),
    )


def choose_duration(renewals: Renewals) -> tuple[DurationFit, DurationFit]:
    """Both models, the one to use first: BdW only where its further parameter gains more than it costs (AIC)."""
    sbg, bdw = fit_duration(renewals, "sbg"), fit_duration(renewals, "bdw")
    better = bdw.converged and not bdw.held and bdw.log_likelihood > sbg.log_likelihood + 1
    return (bdw, sbg) if better else (sbg, bdw)


@dataclass(frozen=True, slots=True, eq=False)
class DurationLikelihood:
    """Log-likelihood and gradient at log (a, b) or log (a, b, c)."""

    renewals: Renewals

    def __call__(self, theta: Floats) -> tuple[float, Floats]:
        """Evaluate."""
        parameters = tuple(np.exp(theta))
        t = np.arange(max(len(self.renewals.lapsed) + 1, len(self.renewals.censored)), dtype=float)
        logs, slopes = _log_survival(parameters, t), _slopes(parameters, t)
        lapsed, censored = self.renewals.lapsed, self.renewals.censored
        before, after = logs[: len(lapsed)], logs[1 : len(lapsed) + 1]
        # log(S(t-1) - S(t)), without cancelling.
        gap = before + np.log(-np.expm1(np.minimum(after - before, -1e-300)))
        some = lapsed > 0
        value = dot(lapsed[some], gap[some]) + dot(censored, logs[: len(censored)])
        share = np.exp(before - gap)
        d_gap = share * slopes[:, : len(lapsed)] - (share - 1) * slopes[:, 1 : len(lapsed) + 1]
        gradient = (lapsed * np.where(some, d_gap, 0.0)).sum(axis=1)
        gradient = gradient + (censored * slopes[:, : len(censored)]).sum(axis=1)
        return value, np.asarray(gradient * np.asarray(parameters))


def _log_survival(parameters: tuple[float, ...], t: Floats | float) -> Floats:
    a, b = parameters[:2]
    passed = np.asarray(t, dtype=float) ** (parameters[2] if len(parameters) > 2 else 1.0)
    return np.asarray(betaln(a, b + passed) - betaln(a, b))


def _slopes(parameters: tuple[float, ...], t: Floats) -> Floats:
    """Derivatives of log S by each parameter, one row each."""
    a, b = parameters[:2]
    c = parameters[2] if len(parameters) > 2 else 1.0
    passed = t**c
    both = digamma(a + b) - digamma(a + b + passed)
    by_time = digamma(b + passed) - digamma(a + b + passed)
    rows = [both, both + digamma(b + passed) - digamma(b)]
    if len(parameters) > 2:
        rows.append(by_time * passed * np.log(np.maximum(t, 1.0)))
    return np.array(rows)


def _verdict(renewals: Renewals, best: Optimum) -> Text:
    if not best.converged:
        return say("value.duration.not_converged")
    lapses = float(renewals.lapsed.sum())
    if lapses < _FEW:
        return say("value.duration.few", n=round(lapses), wanted=_FEW)
    if best.held or np.sqrt(np.diag(best.covariance)).max() > _WEAK:
        return say("value.duration.weak")
    return say("value.duration.good")
