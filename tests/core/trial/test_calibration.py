"""Forecast and actual: scores by brute force, honest forecasts pass, sure ones are caught."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import integrate, stats

from regulars.trial.calibration import calibration, crps_draws, crps_normal, pit_draws


@pytest.mark.parametrize(("mean", "sd", "y"), [(0.0, 1.0, 0.0), (2.0, 0.5, 3.1), (-1.0, 3.0, 4.0)])
def test_crps_is_its_integral(mean: float, sd: float, y: float) -> None:
    left = integrate.quad(lambda x: stats.norm.cdf(x, mean, sd) ** 2, mean - 12 * sd, y)[0]
    right = integrate.quad(lambda x: stats.norm.sf(x, mean, sd) ** 2, y, mean + 12 * sd)[0]
    assert float(crps_normal(mean, sd, y)) == pytest.approx(left + right, rel=1e-6)


def test_crps_of_draws_is_all_pairs() -> None:
    rng = np.random.default_rng(1)
    draws, y = rng.normal(size=(3, 40)), np.array([0.1, -2.0, 0.7])
    pairs = np.abs(draws[:, :, None] - draws[:, None, :]).mean(axis=(1, 2))
    wanted = np.abs(draws - y[:, None]).mean(axis=1) - pairs / 2
    assert crps_draws(draws, y) == pytest.approx(wanted)
    assert pit_draws(np.array([[1.0, 2.0, 2.0, 3.0]]), np.array([2.0])) == pytest.approx([0.5])


def test_honest_forecasts_pass_and_sure_ones_are_caught() -> None:
    rng = np.random.default_rng(4)
    mean, sd = rng.normal(size=200), np.full(200, 0.5)
    honest = calibration(mean, sd, rng.normal(mean, sd))
    assert honest.least <= honest.inside <= honest.most
    assert (honest.too_sure, honest.even > 0.01) == (False, True)
    assert honest.crps < honest.crps_nothing
    sure = calibration(mean, sd / 2.5, rng.normal(mean, sd))
    assert sure.too_sure
    assert sure.even < 0.001
    assert sure.coverage < 0.6


def test_nothing_forecast_is_nothing_judged() -> None:
    assert calibration([], [], []).n == 0
