"""GGom/NBD: the published log-likelihood, Pareto/NBD at its edge, quadrature, gradient, ageing found again."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from scipy.integrate import quad

from regulars.analysis.value import Statistics
from regulars.analysis.value.ggom import GgomFit, GgomLikelihood, fit_ggom, log_dead
from regulars.analysis.value.pareto import ParetoLikelihood, fit_pareto
from regulars.analysis.value.statistics import Floats
from support.cdnow import cdnow

TRUTH = (1.5, 8.0, 0.06, 0.9, 4.0)  # r, alpha, b, s, beta


@cache
def fitted() -> GgomFit:
    return fit_ggom(cdnow("sample").stats)


def test_the_sample_reaches_the_published_log_likelihood() -> None:
    """b and beta are not identified there: print has 0.0002 and 0.0026, another program 1.1e-6 and 1.3e-5."""
    fit = fitted()
    assert fit.log_likelihood == pytest.approx(-9594.98, abs=5e-3)
    assert fit.converged and fit.verdict.id == "value.visits.no_ageing"
    named = fit.named
    assert (named["r"], named["alpha"], named["s"]) == pytest.approx((0.553, 10.578, 0.606), abs=6e-4)
    print_is_on_the_ridge, _ = GgomLikelihood.of(cdnow("sample").stats)(
        np.log([0.55313, 10.5758, 1.1e-6, 0.60682, 1.3e-5 / 1.1e-6])
    )
    assert print_is_on_the_ridge == pytest.approx(-9594.98, abs=5e-3)


def test_its_edge_is_pareto_nbd() -> None:
    stats = cdnow("sample").stats
    value, gradient = GgomLikelihood.of(stats)(np.log([0.6, 10.0, 1e-9, 0.7, 12.0]))
    plain, slopes = ParetoLikelihood.of(stats)(np.log([0.6, 10.0, 0.7, 12.0]))
    assert value == pytest.approx(plain, abs=1e-4)
    assert gradient[[0, 1, 3, 4]] == pytest.approx(slopes, abs=1e-3)
    columns = ([0, 3, 26], [0.0, 20.0, 30.857], [38.0, 38.0, 31.0])
    pareto = fit_pareto(stats)
    assert fitted().p_alive(*columns) == pytest.approx(pareto.p_alive(*columns), abs=1e-3)
    assert fitted().expected_visits(*columns, 52.0) == pytest.approx(pareto.expected_visits(*columns, 52.0), rel=2e-3)


@pytest.mark.parametrize(
    "point", [TRUTH, (0.5, 3.0, 0.2, 0.4, 30.0), (4.0, 40.0, 0.02, 5.0, 0.05), (0.4, 12.0, 1e-5, 0.6, 1e-4)]
)
def test_the_quadrature_is_the_integral(point: tuple[float, ...]) -> None:
    r, alpha, b, s, beta = point
    for x, t_x, T in ((0, 0.0, 90.0), (4, 20.0, 60.0), (40, 80.0, 104.0), (1, 0.5, 104.0)):

        def integrand(t: float, x: int = x, t_x: float = t_x) -> float:
            grown = beta + np.expm1(b * t)
            decay = -(r + x) * (np.log(alpha + t) - np.log(alpha + t_x))
            return float(np.exp(decay + b * t + s * np.log(beta) - (s + 1) * np.log(grown)) * b)

        slow = np.log(quad(integrand, t_x, T, epsabs=0, epsrel=1e-11, limit=400)[0]) - (r + x) * np.log(alpha + t_x)
        found, _ = log_dead((r, alpha, b, s, beta / b), np.array([x]), np.array([t_x]), np.array([T]))
        assert found[0] == pytest.approx(slow, abs=1e-7)


def test_the_gradient_is_that_of_the_likelihood() -> None:
    likelihood = GgomLikelihood.of(simulated(500, np.random.default_rng(2))[0])
    theta = np.log([1.2, 9.0, 0.04, 1.1, 70.0])
    slopes = [(likelihood(theta + d)[0] - likelihood(theta - d)[0]) / 2e-5 for d in 1e-5 * np.eye(5)]
    assert likelihood(theta)[1] == pytest.approx(slopes, abs=1e-4)


def simulated(customers: int, rng: np.random.Generator) -> tuple[Statistics, Floats]:
    """Play the story: a Gompertz lifetime, a rate, visits at random while alive; and the visits of the next year."""
    r, alpha, b, s, beta = TRUTH
    rate, shape = rng.gamma(r, 1 / alpha, customers), rng.gamma(s, 1 / beta, customers)
    life = np.log1p(rng.exponential(size=customers) / shape) / b
    T = rng.integers(10, 104, customers).astype(float)
    seen, ahead = np.minimum(life, T), np.clip(life - T, 0.0, 52.0)
    x = rng.poisson(rate * seen)
    t_x = np.where(x > 0, seen * rng.random(customers) ** (1 / np.maximum(x, 1)), 0.0)  # the latest of x uniforms
    return Statistics(x, t_x, T, np.ones(customers)), rng.poisson(rate * ahead).astype(float)


def test_ageing_is_found() -> None:
    base, _ = simulated(3_000, np.random.default_rng(7))
    fit = fit_ggom(Statistics.collapse(base.x, np.round(base.t_x), base.T))
    off = (np.log(fit.parameters) - np.log(TRUTH)) / np.sqrt(np.diag(fit.covariance))
    assert np.abs(off).max() < 3
    assert fit.verdict.id == "value.visits.good"


def test_forecasts_are_what_happens() -> None:
    base, future = simulated(5_000, np.random.default_rng(8))
    fit = replace(fitted(), parameters=TRUTH)
    visits = fit.visits(base.x, base.t_x, base.T, 52.0, (0.1, 0.9))
    assert future.mean() == pytest.approx(visits.mean.mean(), abs=3 * future.std() / np.sqrt(len(future)))
    assert (future == 0).mean() == pytest.approx(visits.none.mean(), abs=0.015)
    spread = (future - visits.mean) ** 2
    assert visits.variance.mean() == pytest.approx(spread.mean(), abs=3 * spread.std() / np.sqrt(len(future)))
    early, late = fit.lost_within([1, 1], 0.0, [10.0, 90.0], 13.0)
    assert late > early  # the longer a customer, the nearer the end
