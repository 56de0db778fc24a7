"""MBG/CNBD-k: regular gaps. k = 1 is MBG/NBD; the likelihood is the story's own integral; truth is found again."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import gammaln
from scipy.stats import gamma as gamma_law

from regulars.analysis.value import Statistics, VisitFit, crps, fit_mbgcnbd, fit_mbgnbd
from regulars.analysis.value.likelihood import VisitLikelihood
from support.cdnow import cdnow
from support.value import RegularLog, simulate_regular, visit_fit

TRUTH = (3.0, 2.0, 0.5, 3.0)


def fit_of(k: int, parameters: tuple[float, float, float, float] = TRUTH) -> VisitFit:
    return replace(visit_fit("mbg-nbd", parameters), model="mbg-cnbd-k", k=k)


@cache
def simulated(k: int, customers: int = 20_000) -> RegularLog:
    return simulate_regular(k, TRUTH, customers=customers, rng=np.random.default_rng(40 + k))


@pytest.mark.parametrize("which", ["sample", "master"])
def test_cdnow_is_not_regular(which: str) -> None:
    """Published: k = 1 is chosen and equals MBG/NBD."""
    base = cdnow(which)
    plain = fit_mbgnbd(base.stats)
    found = fit_mbgcnbd(base.stats, log_gaps=base.log_gaps)
    assert found.k == 1 and found.model == "mbg-nbd"
    assert found.parameters == plain.parameters and found.log_likelihood == plain.log_likelihood


def test_one_stage_is_mbgnbd() -> None:
    base = cdnow("sample")
    theta = np.log([0.5, 6.0, 0.9, 1.6])
    plain, gradient = VisitLikelihood.of(base.stats, "mbg-nbd")(theta)
    again, same = VisitLikelihood.of(base.stats, "mbg-cnbd-k", k=1, log_gaps=base.log_gaps)(theta)
    assert again == pytest.approx(plain, rel=1e-12) and same == pytest.approx(gradient, rel=1e-12)


@pytest.mark.parametrize("k", [2, 4])
def test_likelihood_is_the_integral_over_the_rate(k: int) -> None:
    """One customer, gaps 3, 2 and 4 weeks, 5 weeks silent: alive with an unfinished gap, or left after the last."""
    r, alpha, a, b = TRUTH
    gaps, silent, x = np.array([3.0, 2.0, 4.0]), 5.0, 3
    t_x = gaps.sum()

    def beta(extra_a: int, extra_b: int) -> float:
        upper = gammaln(a + extra_a) + gammaln(b + extra_b) - gammaln(a + b + extra_a + extra_b)
        return float(np.exp(upper - gammaln(a) - gammaln(b) + gammaln(a + b)))

    def integrand(rate: float) -> float:
        seen = np.prod(gamma_law.pdf(gaps, k, scale=1 / rate))
        waits = gamma_law.sf(silent, k, scale=1 / rate)
        prior = gamma_law.pdf(rate, r, scale=1 / alpha)
        return float(prior * seen * (beta(0, x + 1) * waits + beta(1, x)))

    slow = np.log(quad(integrand, 0, 40, limit=400)[0])
    stats = Statistics(np.array([x]), np.array([t_x]), np.array([t_x + silent]), np.ones(1))
    likelihood = VisitLikelihood.of(stats, "mbg-cnbd-k", k=k, log_gaps=float(np.log(gaps).sum()))
    assert likelihood(np.log(TRUTH))[0] == pytest.approx(slow, abs=1e-6)


@pytest.mark.parametrize("part", ["whole", "nbd"])
def test_gradient_is_the_slope(part: str) -> None:
    base = simulated(3, 500)
    exact = VisitLikelihood.of(base.stats, "mbg-cnbd-k", k=3, log_gaps=base.log_gaps)
    of = exact if part == "whole" else exact.nbd
    theta = np.log(TRUTH)[: 4 if part == "whole" else 2] + 0.1
    _, gradient = of(theta)
    for place in range(len(theta)):
        step = np.zeros(len(theta))
        step[place] = 1e-5
        slope = (of(theta + step)[0] - of(theta - step)[0]) / 2e-5
        assert gradient[place] == pytest.approx(slope, rel=1e-5, abs=1e-4)


@pytest.mark.parametrize("k", [1, 2, 4])
def test_regularity_and_parameters_are_found(k: int) -> None:
    base = simulated(k)
    fit = fit_mbgcnbd(base.stats, log_gaps=base.log_gaps)
    assert fit.k == k and fit.converged
    off = (np.log(fit.parameters) - np.log(TRUTH)) / np.sqrt(np.diag(fit.covariance))
    assert np.abs(off).max() < 3.5


@pytest.mark.parametrize("k", [2, 4])
def test_forecasts_are_what_happens(k: int) -> None:
    """Total, living customers and every band of past visits, on the simulated future."""
    base, fit = simulated(k), fit_of(k)
    visits = fit.visits(base.x, base.t_x, base.T, 52.0, (0.1, 0.9))
    assert visits.mean.sum() == pytest.approx(base.future.sum(), rel=0.02)
    assert fit.p_alive(base.x, base.t_x, base.T).sum() == pytest.approx(base.alive.sum(), rel=0.02)
    for low, high in ((0, 1), (1, 3), (3, 8), (8, 10**6)):
        band = (base.x >= low) & (base.x < high)
        spread = 4 * np.sqrt(visits.variance[band].sum())
        assert abs(visits.mean[band].sum() - base.future[band].sum()) < spread
    inside = (base.future >= visits.quantiles[0]) & (base.future <= visits.quantiles[1])
    assert 0.8 <= inside.mean() <= 0.98  # counts: the smallest range that holds at least 80 %


def test_forecasts_of_regular_customers_are_sharper() -> None:
    base = simulated(4)
    some = slice(0, 6000)
    columns = (base.x[some], base.t_x[some], base.T[some])
    plain, regular = (
        crps(fit, *columns, weeks=52.0, actual=base.future[some]).mean() for fit in (fit_mbgnbd(base.stats), fit_of(4))
    )
    assert regular < plain


def test_series_and_closed_terms_agree() -> None:
    fit = fit_of(3)
    x, t_x, T = np.array([0.0, 2.0, 30.0]), np.array([0.0, 9.0, 99.0]), np.array([6.0, 12.0, 104.0])
    visits = fit.visits(x, t_x, T, 40.0, marks=(1, 2, 5))
    reached = fit.survival_counts(x, t_x, T, 40.0, np.arange(1, 400))
    assert visits.mean == pytest.approx(reached.sum(axis=1), rel=1e-8)
    assert visits.reached == pytest.approx(reached[:, [0, 1, 4]].T, rel=1e-8)
    assert visits.none == pytest.approx(1 - reached[:, 0], rel=1e-8)
