"""Fitting and choosing the models of the study, and what stands in where the data cannot carry a model.

Which visit model is used is decided by the contest on the business's own past (:mod:`regulars.analysis.tournament`).
Where the history is too short for one, the likelihood decides: the models have four parameters each, so the higher
log-likelihood is the lower AIC; MBG/CNBD-k, whose gaps are more regular than chance, adds one whole number and is taken
where it gains more than that is worth. With fewer than :data:`FEW_REPEATERS` customers who came back none of them is
identifiable: the pack's own figures are used instead (rates around its typical interval, chance to leave from its
newcomers' benchmark) and everything that rests on them says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pyarrow as pa

from regulars.analysis.diagnosis import ModelFit
from regulars.analysis.value import SpendFit, Statistics, VisitFit, fit_bgnbd, fit_gamma_gamma, fit_mbgcnbd, fit_mbgnbd
from regulars.analysis.value.contest import MIXTURE, Standing
from regulars.analysis.value.likelihood import VisitLikelihood
from regulars.analysis.value.mixture import fit_mixture
from regulars.analysis.value.pareto import fit_pareto
from regulars.analysis.value.prior import Belief, Prior
from regulars.analysis.value.statistics import Floats
from regulars.base.text import say
from regulars.packs.schema import Pack

FEW_REPEATERS = 20
MANY_HISTORIES = 200_000
#: Share of newcomers who leave after their first visit where the pack has no benchmark for it.
_LEAVES = 0.5
_PRIOR_LOG_SD = 0.5


@dataclass(frozen=True, slots=True)
class Models:
    """The chosen models, and the unique histories they are of.

    ``from_pack`` tells that the visit model is the pack's figures, not a fit.
    """

    histories: pa.Table
    visits: VisitFit
    spend: SpendFit
    rivals: tuple[VisitFit, ...]
    from_pack: bool
    standings: Mapping[str, Standing]  # how each did in the contest; empty without one
    prior: Prior | None = None  # the one the settings ask for

    @property
    def rows(self) -> tuple[ModelFit, ...]:
        """All fits as the diagnosis lists them, the chosen visit model first."""
        rest = tuple(self._row(fit, chosen=False) for fit in self.rivals if fit is not self.visits)
        return (self._row(self.visits, chosen=True), *rest, _row(self.spend, "spend", chosen=True))

    def _row(self, fit: VisitFit, *, chosen: bool) -> ModelFit:
        row, found = _row(fit, "visits", chosen=chosen), self.standings.get(fit.model)
        if found is None:
            return row
        return replace(row, crps=found.crps, coverage_80=found.coverage[0.8], coverage_90=found.coverage[0.9])


@dataclass(frozen=True, slots=True)
class Spending:
    """Repeat visits and their mean value with counts, and the mean value of all visits of the base."""

    x: Floats
    mean_value: Floats
    customers: Floats
    overall: float


def fit_models(
    stats: Statistics,
    histories: pa.Table,
    spending: Spending,
    *,
    pack: Pack,
    log_gaps: float,
    chosen: str | None,
    standings: Mapping[str, Standing],
    prior: Prior | None = None,
) -> Models:
    """Fit what can be fitted. ``log_gaps`` as for :func:`fit_mbgcnbd`; ``chosen`` by the contest, None without one."""
    spend = fit_spend(spending)
    if stats.repeaters < FEW_REPEATERS:
        return Models(histories, pack_visits(stats, pack=pack), spend, (), from_pack=True, standings={})
    even = stats if stats.gaps is not None else None
    rivals = tuple(fit_all(stats, log_gaps=log_gaps, prior=prior, even=even).values())
    taken = next((fit for fit in rivals if fit.model == chosen and fit.converged), max(rivals, key=_preference))
    return Models(histories, taken, spend, rivals, from_pack=False, standings=standings, prior=prior)


def fit_all(
    stats: Statistics, *, log_gaps: float, prior: Prior | None = None, even: Statistics | None = None
) -> dict[str, VisitFit]:
    """Every visit model of a base by name; MBG/CNBD-k only where gaps are more regular than chance, and the mixture of
    rhythms only where they are not all alike: for that ``even`` is the same base with each customer's own gaps."""
    grid = fitting_grid(stats)
    simple = fit_mbgnbd(grid, prior=prior)
    regular = fit_mbgcnbd(grid, log_gaps=log_gaps, simplest=simple, prior=prior)
    found = {
        "bg-nbd": fit_bgnbd(grid, prior=prior),
        "mbg-nbd": simple,
        "pareto-nbd": fit_pareto(grid, prior=prior),
    }
    if regular.k == 1:
        return found
    found["mbg-cnbd-k"] = regular
    mixed = fit_mixture(even, like=regular, prior=prior) if even is not None else None
    return found if mixed is None else found | {MIXTURE: mixed}


def refit(stats: Statistics, model: str, *, log_gaps: float, prior: Prior | None = None) -> VisitFit:
    """The same kind of visit model on another base (its regularity is found anew)."""
    grid = fitting_grid(stats)
    simple = {"bg-nbd": fit_bgnbd, "mbg-nbd": fit_mbgnbd, "pareto-nbd": fit_pareto}
    if model in simple:
        return simple[model](grid, prior=prior)
    regular = fit_mbgcnbd(grid, log_gaps=log_gaps, prior=prior)
    mixed = fit_mixture(stats, like=regular, prior=prior) if model == MIXTURE and stats.gaps is not None else None
    return mixed or regular


def fitting_grid(stats: Statistics) -> Statistics:
    """What a model is fitted on: the base itself, or one on weeks above :data:`MANY_HISTORIES` unique histories.

    Every cell of the grid stands at the mean of its customers, which moves parameters by less than a tenth of a per
    cent at that size (a test holds it to that). Scores are always exact to the day.
    """
    if len(stats) <= MANY_HISTORIES:
        return stats
    return stats.condensed()


def _preference(fit: VisitFit) -> tuple[bool, float]:
    # Each whole number or share beside the four parameters costs one.
    return fit.converged, fit.log_posterior - (fit.k > 1) - (len(fit.parameters) - 4)


def named_prior(wanted: Literal["none", "pack"], *, pack: Pack) -> Prior | None:
    """The prior that the settings ask for: none (maximum likelihood), or the pack's figures.

    The spreads are a judgement: the rate of visits is known to a factor of 1.6, the chance to leave to one of 2.7.
    Where customers leave by the calendar (Pareto/NBD) the pack has only its rate of visits to say.
    """
    if wanted == "none":
        return None
    r, alpha, a, b = _pack_figures(pack)
    rate, leaving = _PRIOR_LOG_SD, 2 * _PRIOR_LOG_SD
    return Prior(
        name="pack",
        source=say("study.model.prior_pack", pack=pack.id),
        beliefs={
            "r": Belief(r, rate),
            "alpha": Belief(alpha, rate),
            "a": Belief(a, leaving),
            "b": Belief(b, leaving),
        },
    )


def _pack_figures(pack: Pack) -> tuple[float, float, float, float]:
    """(r, alpha, a, b) of an MBG/NBD that visits and leaves as the pack's trade does.

    Rate: Gamma with shape ``prior_strength`` and mean one visit per typical interval. Chance to leave p: such that
    newcomers come back within the pack's window as often as its benchmark says; Beta(2 p, 2 (1 - p)).
    """
    windows = pack.windows
    r, alpha = windows.prior_strength, windows.prior_strength * windows.typical_interval / 7
    benchmark = next((b.value for b in pack.benchmarks if b.id == "newcomers_returned"), None)
    in_time = 1 - (alpha / (alpha + windows.returned_within / 7)) ** r
    leaves = _LEAVES if benchmark is None else float(np.clip(1 - benchmark / in_time, 0.05, 0.9))
    return r, alpha, 2 * leaves, 2 * (1 - leaves)


def pack_visits(stats: Statistics, *, pack: Pack) -> VisitFit:
    """An MBG/NBD whose parameters are the pack's: nothing in it was learnt from this business."""
    parameters = _pack_figures(pack)
    value, _ = VisitLikelihood.of(stats, "mbg-nbd")(np.log(parameters))
    return VisitFit(
        model="mbg-nbd",
        names=("r", "alpha", "a", "b"),
        parameters=parameters,
        covariance=np.eye(4) * _PRIOR_LOG_SD**2,
        log_likelihood=value,
        customers=round(stats.customers),
        converged=True,
        held=True,
        verdict=say("study.model.from_pack", n=round(stats.repeaters), wanted=FEW_REPEATERS),
    )


def fit_spend(spending: Spending) -> SpendFit:
    """Gamma-Gamma of repeat visits; without any paid repeat visit everybody is expected to spend the base's mean."""
    if len(spending.x):
        return fit_gamma_gamma(spending.x, spending.mean_value, spending.customers)
    level = max(spending.overall, 0.01)
    p, q = 4.0, 4.0
    return SpendFit(
        model="gamma-gamma",
        names=("p", "q", "gamma"),
        parameters=(p, q, level * (q - 1) / p),
        covariance=np.eye(3) * _PRIOR_LOG_SD**2,
        log_likelihood=0.0,
        customers=0,
        left_out=0,
        correlation=0.0,
        converged=True,
        held=True,
        verdict=say("study.model.spend_of_all"),
    )


def _row(fit: VisitFit | SpendFit, role: Literal["visits", "spend"], *, chosen: bool) -> ModelFit:
    return ModelFit(
        model=fit.model,
        parameters=fit.named,
        standard_errors=fit.standard_errors,
        log_likelihood=fit.log_likelihood,
        customers=fit.customers,
        chosen=chosen,
        role=role,
        converged=fit.converged,
        verdict=fit.verdict,
        prior=fit.prior if isinstance(fit, VisitFit) else None,
    )
