"""NBD: the published digits, closed forms, and what it says of customers who never leave."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import nbinom

from regulars.analysis.value import Statistics
from regulars.analysis.value.nbd import fit_nbd
from support.cdnow import cdnow


def test_the_sample_reaches_the_published_optimum() -> None:
    fit = fit_nbd(cdnow("sample").stats)
    assert fit.parameters == pytest.approx((0.3848, 12.0720), abs=6e-5)
    assert fit.log_likelihood == pytest.approx(-9763.6576, abs=5e-5)
    assert fit.converged and not fit.held and fit.verdict.id == "value.visits.good"


def test_the_simulated_truth_is_found_and_foretold() -> None:
    rng, n = np.random.default_rng(12), 40_000
    rate, T = rng.gamma(1.4, 1 / 9.0, n), rng.uniform(10, 104, n)
    x, future = rng.poisson(rate * T), rng.poisson(rate * 26.0)
    fit = fit_nbd(Statistics(x, np.where(x > 0, T, 0.0), T, np.ones(n)))
    off = (np.log(fit.parameters) - np.log([1.4, 9.0])) / np.sqrt(np.diag(fit.covariance))
    assert np.abs(off).max() < 3
    visits = fit.visits(x, 0.0, T, 26.0, (0.1, 0.9))
    assert future.mean() == pytest.approx(visits.mean.mean(), abs=4 * future.std() / np.sqrt(n))
    assert 0.8 <= ((future >= visits.quantiles[0]) & (future <= visits.quantiles[1])).mean() <= 0.95


def test_the_distribution_ahead_is_negative_binomial() -> None:
    fit = fit_nbd(cdnow("sample").stats)
    r, alpha = fit.parameters
    x, T, t = np.array([0.0, 7.0]), np.array([20.0, 38.0]), 39.0
    law = nbinom(r + x, (alpha + T) / (alpha + T + t))
    visits = fit.visits(x, 0.0, T, t, (0.9,))
    assert visits.mean == pytest.approx(law.mean(), rel=1e-9) == fit.expected_visits(x, 0.0, T, t)
    assert visits.variance == pytest.approx(law.var(), rel=1e-7)
    assert visits.quantiles[0] == pytest.approx(law.ppf(0.9))
    assert fit.survival_counts(x, 0.0, T, t, [1, 4]) == pytest.approx(np.array([law.sf(0), law.sf(3)]).T)
    assert fit.p_alive(x, 0.0, T).tolist() == [1.0, 1.0] and fit.lost_within(x, 0.0, T, 52.0).tolist() == [0.0, 0.0]


def test_few_are_held_and_said() -> None:
    fit = fit_nbd(Statistics.collapse([0, 2, 1], [0.0, 3.0, 4.0], [9.0, 9.0, 8.0]))
    assert fit.held and fit.verdict.id == "value.visits.few_repeaters"
    assert np.isfinite(fit.parameters).all()
