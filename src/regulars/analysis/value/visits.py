"""Fitted visit models: what they say of a customer, and how they are fitted."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betaincinv, expit, hyp2f1

from regulars.analysis.value.likelihood import (
    VisitLikelihood,
    VisitModel,
    chances_after_first,
    log_odds_dead,
    stage_terms,
)
from regulars.analysis.value.optimise import Objective, Optimum, laplace_noise, maximise
from regulars.analysis.value.prior import LogNormal, Prior
from regulars.analysis.value.series import Ahead, Future, Visits, summarise
from regulars.analysis.value.statistics import Floats, Statistics, dot
from regulars.base.text import Text, say

_LARGE = 300_000  # triples above which the search starts on a weekly grid
FEW_REPEATERS = 20
NO_ATTRITION = 4.0  # twice the log-likelihood gained by letting customers leave
WEAK = 1.0  # standard error of a log parameter
LOG_LIMIT = np.log(1e4)
_NODES = 24  # quantiles of the chance to leave
MOST_REGULAR = 6  # stages of a gap


@dataclass(frozen=True, slots=True, eq=False)
class GapLaw:
    """What is believed of a customer's gaps: ``k`` stages at a rate that is Gamma(``shape``, ``scale``), weeks; and
    with which probability (by row) it is this law, given still a customer."""

    k: int
    shape: Floats
    scale: Floats
    share: Floats


@dataclass(frozen=True, slots=True, eq=False)
class VisitFit:
    """A BG/NBD, MBG/NBD or MBG/CNBD-k model of a base; time in weeks. ``held``: a mild prior had to hold the fit.

    ``prior`` names the prior asked for (None: maximum likelihood), ``log_prior`` is its log density against its centre.

    ``covariance`` is of the logarithms of the parameters. ``k`` is the regularity of gaps (stages of the Erlang
    distribution): 1 is pure chance, the rate is then one of visits, else of stages.
    """

    model: VisitModel
    names: tuple[str, ...]
    parameters: tuple[float, ...]
    covariance: Floats
    log_likelihood: float
    customers: int
    converged: bool
    held: bool
    verdict: Text
    k: int = 1
    prior: str | None = None
    log_prior: float = 0.0

    @property
    def log_posterior(self) -> float:
        """Log-likelihood and log prior together: what a fit with a prior was raised to."""
        return self.log_likelihood + self.log_prior

    @property
    def determined(self) -> bool:
        """Whether the verdict is that the data (and a prior asked for) determine the model."""
        found = self.verdict.params.get("verdict", self.verdict)
        return isinstance(found, Text) and found.id == "value.visits.good"

    @property
    def named(self) -> dict[str, float]:
        """Parameters by name; the regularity k first where the model has one."""
        regularity = {"k": float(self.k)} if self.model == "mbg-cnbd-k" else {}
        return regularity | dict(zip(self.names, self.parameters, strict=True))

    @property
    def standard_errors(self) -> dict[str, float]:
        """Standard errors of the parameters themselves (delta method)."""
        sds = np.sqrt(np.diag(self.covariance)) * self.parameters
        return dict(zip(self.names, map(float, sds), strict=True))

    @property
    def costly(self) -> bool:
        """Whether expected visits of very many histories are better taken from a few like ones."""
        return False

    def knowing(self, gaps: Floats | None) -> VisitFit:
        """The model asked about rows whose sums of log gaps are known: nothing new where all share one regularity."""
        return self

    def p_alive(self, x: ArrayLike, t_x: ArrayLike, T: ArrayLike) -> Floats:
        """Probability that the customer has not left for good."""
        x, t_x, T = as_floats(x, t_x, T)
        return np.asarray(expit(-log_odds_dead(self.model, self.parameters, x, t_x, T, self.k)))

    def rate_given_alive(self, x: ArrayLike, t_x: ArrayLike, T: ArrayLike) -> Floats:
        """Expected visits a week while alive."""
        x, t_x, T = as_floats(x, t_x, T)
        alpha = self.parameters[1]
        stages = np.arange(self.k) @ self.stages(x, t_x, T)
        return np.asarray((self.parameters[0] + self.k * x + stages) / (alpha + T) / self.k)

    def stages(self, x: Floats, t_x: Floats, T: Floats) -> Floats:
        """Probability that j < k stages are finished since the last visit, given alive; one row per j."""
        r, alpha, _, _ = self.parameters
        terms = stage_terms(self.k, r + self.k * x, (T - t_x) / (alpha + T))
        return np.asarray(terms / terms.sum(axis=0))

    def future(self, x: ArrayLike, t_x: ArrayLike, T: ArrayLike, t: float) -> Ahead:
        """Parameters of the distribution of visits in the next ``t`` weeks."""
        x, t_x, T = as_floats(x, t_x, T)
        r, alpha, a, b = self.parameters
        survived = b + x + chances_after_first(self.model)
        alive, stages = self.p_alive(x, t_x, T), self.stages(x, t_x, T)
        return Future(r + self.k * x, t / (alpha + T + t), a, survived, alive, stages)

    def visits(
        self,
        x: ArrayLike,
        t_x: ArrayLike,
        T: ArrayLike,
        t: float,
        levels: tuple[float, ...] = (),
        marks: tuple[int, ...] = (),
    ) -> Visits:
        """Mean, variance, quantiles and P(X >= mark) of visits in the next ``t`` weeks."""
        return summarise(self.future(x, t_x, T, t), levels, marks)

    def expected_visits(self, x: ArrayLike, t_x: ArrayLike, T: ArrayLike, t: float) -> Floats:
        """Expected visits in the next ``t`` weeks; at x = t_x = T = 0 those of a new customer."""
        return self.visits(x, t_x, T, t).mean

    def expected_ahead(self, x: ArrayLike, t_x: ArrayLike, T: ArrayLike, ahead: tuple[float, ...]) -> list[Floats]:
        """Expected visits within several horizons."""
        return [self.expected_visits(x, t_x, T, t) for t in ahead]

    def visit_quantiles(
        self, x: ArrayLike, t_x: ArrayLike, T: ArrayLike, t: float, levels: tuple[float, ...]
    ) -> Floats:
        """Smallest number of visits that is not exceeded with each probability; one row per level."""
        return self.visits(x, t_x, T, t, levels).quantiles

    def survival_counts(self, x: ArrayLike, t_x: ArrayLike, T: ArrayLike, t: float, counts: ArrayLike) -> Floats:
        """P(at least n visits in the next ``t`` weeks), customers by ``counts``."""
        future = self.future(x, t_x, T, t)
        n = np.asarray(counts, dtype=float)[:, None]
        return np.asarray(np.where(n <= 0, 1.0, future.alive * future.reach(np.maximum(n, 1))).T)

    def lost_within(self, x: ArrayLike, t_x: ArrayLike, T: ArrayLike, weeks: float) -> Floats:
        """P(leaves for good within ``weeks``), given still a customer.

        A living customer leaves after a visit with own chance p, so leaves at rate lambda p: with lambda ~ Gamma(r+x,
        alpha+T) and p ~ Beta(a, b+n) this is 1 - E_p[(1 + p z)^-(r+x)] = 1 - 2F1(r+x, a; a+b+n; -z), z = t / (alpha+T);
        taken after Pfaff's transformation, whose argument lies between 0 and 1. With Erlang gaps it is the sum over
        visits N of P(the N-th comes in time) E[p (1-p)^(N-1)].
        """
        x, t_x, T = as_floats(x, t_x, T)
        r, alpha, a, b = self.parameters
        survived = b + x + chances_after_first(self.model)
        if self.k == 1:
            z, whole = weeks / (alpha + T), a + survived
            return np.asarray(1 - np.exp(-a * np.log1p(z)) * hyp2f1(a, whole - r - x, whole, z / (1 + z)))
        lost = np.zeros(len(x))
        for visit, reach in enumerate(self.future(x, t_x, T, weeks).walk()):
            lost += reach * a / (a + survived + visit)
            if visit % 8 == 0 and float(reach.max(initial=0.0)) < 1e-9:
                break
        return lost

    def lost_quickly(self, x: ArrayLike, T: ArrayLike, weeks: float) -> Floats:
        """The same for draws, to a per cent or two: midpoints in the quantiles of p, one set for every distinct x.

        With Erlang gaps as if visits came by chance at the same rate: good enough for how draws differ from each other.
        """
        x, T = as_floats(x, T)
        r, alpha, a, b = self.parameters
        counts, of = np.unique(x, return_inverse=True)
        levels = (np.arange(_NODES) + 0.5) / _NODES
        chance = betaincinv(a, (b + counts + chances_after_first(self.model))[:, None], levels[None, :])
        each = np.log1p(chance[of] * (weeks / (self.k * (alpha + T)))[:, None])
        return np.asarray(1 - np.exp(-(r + self.k * x)[:, None] * each).mean(axis=1))

    def gap_laws(self, x: ArrayLike, t_x: ArrayLike, T: ArrayLike) -> tuple[GapLaw, ...]:
        """The laws a gap of the customer's may follow, as known at the last visit: one."""
        x, t_x, _ = as_floats(x, t_x, T)
        r, alpha = self.parameters[:2]
        return (GapLaw(self.k, r + self.k * x, alpha + t_x, np.ones_like(x)),)

    def draw_parameters(self, rng: np.random.Generator, n: int) -> list[VisitFit]:
        """``n`` fits whose parameters are drawn, in opposite pairs, from the Laplace approximation on the log scale."""
        middle = np.log(self.parameters)
        drawn = np.exp(middle + laplace_noise(self.covariance, rng, n))
        return [replace(self, parameters=tuple(map(float, row))) for row in drawn]


def fit_bgnbd(stats: Statistics, *, prior: Prior | None = None) -> VisitFit:
    """Maximum likelihood BG/NBD; with a ``prior`` its posterior mode."""
    return _fit(stats, "bg-nbd", prior=prior)


def fit_mbgnbd(stats: Statistics, *, prior: Prior | None = None) -> VisitFit:
    """Maximum likelihood MBG/NBD; with a ``prior`` its posterior mode."""
    return _fit(stats, "mbg-nbd", prior=prior)


def fit_mbgcnbd(
    stats: Statistics, *, log_gaps: float, simplest: VisitFit | None = None, prior: Prior | None = None
) -> VisitFit:
    """Maximum likelihood MBG/CNBD-k: k is raised from 1 while the log-likelihood gains, to 6 at most.

    ``log_gaps`` is the sum of the logarithms of all gaps between visits, in weeks: with it log-likelihoods of
    different k are comparable. ``simplest`` is the MBG/NBD of the same base where it is known already.
    """
    best = simplest or fit_mbgnbd(stats, prior=prior)
    for k in range(2, MOST_REGULAR + 1):
        r, alpha, a, b = best.parameters
        # A stage is as much quicker as there are more of them.
        start = np.log([r, alpha * (k - 1) / k, a, b])
        found = _fit(stats, "mbg-cnbd-k", k=k, log_gaps=log_gaps, starts=[start], prior=prior)
        if not (found.converged and found.log_posterior > best.log_posterior):
            break
        best = found
    return best


def _fit(
    stats: Statistics,
    model: VisitModel,
    *,
    k: int = 1,
    log_gaps: float = 0.0,
    starts: list[Floats] | None = None,
    prior: Prior | None = None,
) -> VisitFit:
    exact = VisitLikelihood.of(stats, model, k=k, log_gaps=log_gaps)
    coarse = stats.coarsened()[0] if len(stats) > _LARGE else None
    rough = VisitLikelihood.of(coarse, model, k=k, log_gaps=log_gaps) if coarse is not None else None
    scale = dot(stats.weight, stats.T) / stats.customers or 26.0  # weeks; T = 0 throughout has no scale of its own
    few = stats.repeaters < FEW_REPEATERS
    names = ("r", "alpha", "a", "b")
    belief = prior.on(names, k=k) if prior is not None else None
    best = maximise(
        exact,
        rough=rough,
        starts=starts or _starts(stats, scale),
        bounds=[
            (-LOG_LIMIT, LOG_LIMIT),
            (np.log(scale) - LOG_LIMIT, np.log(scale) + LOG_LIMIT),
            (-LOG_LIMIT, LOG_LIMIT),
            (-LOG_LIMIT, LOG_LIMIT),
        ],
        prior=np.log([1.0, scale, 0.7, 2.5]),
        customers=stats.customers,
        always_held=few,
        belief=belief,
    )
    return VisitFit(
        model,
        names,
        tuple(map(float, np.exp(best.theta))),
        best.covariance,
        best.value,
        round(stats.customers),
        best.converged,
        best.held,
        plain_words(stats, exact.nbd, best, prior),
        k,
        *said(prior, belief, best),
    )


def said(prior: Prior | None, belief: LogNormal | None, best: Optimum) -> tuple[str | None, float]:
    """What a fit says of its prior: the name, and the log density at the optimum."""
    return (prior.name, belief(best.theta)[0]) if prior is not None and belief is not None else (None, 0.0)


def _starts(stats: Statistics, scale: float) -> list[Floats]:
    """Starting points: the base's own mean rate, with early, late and rare attrition."""
    rate = max(dot(stats.weight, stats.x.astype(float)) / (stats.customers * scale), 0.01 / scale)
    return [np.log([r, r / rate, a, b]) for r, a, b in ((0.5, 0.8, 2.0), (1.0, 0.5, 6.0), (0.3, 0.1, 3.0))]


def plain_words(stats: Statistics, nbd: Objective, best: Optimum, prior: Prior | None = None) -> Text:
    """Whether the data determine the model; ``nbd`` is the same base if nobody ever left. A ``prior`` is named."""
    found = _plain_words(stats, nbd, best)
    return found if prior is None else say("value.prior.took_part", source=prior.source, verdict=found)


def _plain_words(stats: Statistics, nbd: Objective, best: Optimum) -> Text:
    if not best.converged:
        return say("value.visits.not_converged")
    if stats.repeaters < FEW_REPEATERS:
        return say("value.visits.few_repeaters", n=round(stats.repeaters), wanted=FEW_REPEATERS)
    start = best.theta[:2]
    bounds = [(value - 12, value + 12) for value in start]
    immortal = maximise(nbd, starts=[start], bounds=bounds, prior=start, customers=stats.customers)
    if 2 * (best.value - immortal.value) < NO_ATTRITION:
        return say("value.visits.no_attrition")
    if best.held:
        return say("value.visits.held")
    if np.sqrt(np.diag(best.covariance)).max() > WEAK:
        return say("value.visits.weak")
    return say("value.visits.good")


def as_floats(*columns: ArrayLike) -> list[Floats]:
    return [np.atleast_1d(c) for c in np.broadcast_arrays(*(np.asarray(column, dtype=float) for column in columns))]
