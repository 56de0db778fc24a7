"""NBD: customers who never leave, the yardstick of every model in which they do.

Ehrenberg (1959), "The pattern of consumer purchases", Applied Statistics 8(1): visits fall at random at rate
lambda ~ Gamma(r, alpha) for ever. Given (x, T), t_x tells nothing more,

    L = Gamma(r+x)/Gamma(r) alpha^r (alpha+T)^-(r+x)

in the convention of the other models of this package (the density of the visits themselves, not of their count alone),
so that log-likelihoods compare. The rate stays Gamma(r+x, alpha+T): visits ahead are negative binomial.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from regulars.analysis.value.likelihood import VisitLikelihood
from regulars.analysis.value.optimise import Objective, maximise
from regulars.analysis.value.pareto import Lifetimes
from regulars.analysis.value.series import Ahead
from regulars.analysis.value.statistics import Floats, Statistics, dot
from regulars.analysis.value.visits import FEW_REPEATERS, LOG_LIMIT, VisitFit, as_floats
from regulars.base.text import say


@dataclass(frozen=True, slots=True, eq=False)
class NbdFit(VisitFit):
    """An NBD model of a base; parameters r, alpha with time in weeks."""

    def p_alive(self, x: ArrayLike, t_x: ArrayLike, T: ArrayLike) -> Floats:
        """One: nobody leaves."""
        return np.ones_like(as_floats(x, t_x, T)[0])

    def rate_given_alive(self, x: ArrayLike, t_x: ArrayLike, T: ArrayLike) -> Floats:
        """Expected visits a week."""
        x, _, T = as_floats(x, t_x, T)
        return np.asarray((self.parameters[0] + x) / (self.parameters[1] + T))

    def future(self, x: ArrayLike, t_x: ArrayLike, T: ArrayLike, t: float) -> Ahead:
        """The distribution of visits in the next ``t`` weeks."""
        x, _, T = as_floats(x, t_x, T)
        r, alpha = self.parameters
        sure = np.ones((1, len(x)))
        return Lifetimes(r + x, (t / (alpha + T + t))[None, :], sure, sure[0])

    def expected_visits(self, x: ArrayLike, t_x: ArrayLike, T: ArrayLike, t: float) -> Floats:
        """Expected visits in the next ``t`` weeks."""
        return np.asarray(self.rate_given_alive(x, t_x, T) * t)

    def lost_within(self, x: ArrayLike, t_x: ArrayLike, T: ArrayLike, weeks: float) -> Floats:
        """Nought: nobody leaves."""
        return np.zeros_like(as_floats(x, t_x, T)[0])

    def lost_quickly(self, x: ArrayLike, T: ArrayLike, weeks: float) -> Floats:
        """The same."""
        return self.lost_within(x, 0.0, T, weeks)


def fit_nbd(stats: Statistics) -> NbdFit:
    """Maximum likelihood NBD."""
    # Nothing of the likelihood without attrition knows t_x: the base may be grouped without it.
    base = Statistics.collapse(stats.x, np.zeros(len(stats)), stats.T, stats.weight)
    objective: Objective = VisitLikelihood.of(base, "bg-nbd").nbd
    scale = dot(stats.weight, stats.T) / stats.customers or 26.0
    rate = max(dot(stats.weight, stats.x.astype(float)) / (stats.customers * scale), 0.01 / scale)
    few = stats.repeaters < FEW_REPEATERS
    best = maximise(
        objective,
        starts=[np.log([r, r / rate]) for r in (0.4, 1.5)],
        bounds=[(-LOG_LIMIT, LOG_LIMIT), (np.log(scale) - LOG_LIMIT, np.log(scale) + LOG_LIMIT)],
        prior=np.log([1.0, scale]),
        customers=stats.customers,
        always_held=few,
    )
    if not best.converged:
        verdict = say("value.visits.not_converged")
    elif few:
        verdict = say("value.visits.few_repeaters", n=round(stats.repeaters), wanted=FEW_REPEATERS)
    else:
        verdict = say("value.visits.held" if best.held else "value.visits.good")
    return NbdFit(
        model="nbd",
        names=("r", "alpha"),
        parameters=tuple(map(float, np.exp(best.theta))),
        covariance=best.covariance,
        log_likelihood=best.value,
        customers=round(stats.customers),
        converged=best.converged,
        held=best.held,
        verdict=verdict,
    )
