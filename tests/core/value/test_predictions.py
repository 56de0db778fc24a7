"""Predictions against the closed form, an independent evaluation, simulation, and the laws they must keep."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import hyp2f1

from regulars.analysis.value import VisitFit
from support.value import simulate, visit_fit

MODELS = ("bg-nbd", "mbg-nbd")
WALKTHROUGH = (0.2425967, 4.413659, 0.7929869, 2.426164)  # the parameters the BTYD walkthrough predicts with


def test_btyd_walkthrough_digits() -> None:
    fit = visit_fit("bg-nbd", WALKTHROUGH)
    assert fit.expected_visits(0, 0, 0, 52)[0] == pytest.approx(1.444004, abs=5e-7)
    assert fit.expected_visits(26, 216 / 7, 31, 52)[0] == pytest.approx(25.75659, abs=5e-6)
    assert fit.p_alive(26, 216 / 7, 31)[0] == pytest.approx(0.9688523, abs=6e-8)
    paradox = fit.expected_visits([10, 15, 20, 25], 20, 39, 52)
    assert paradox == pytest.approx([0.3474606, 0.04283391, 0.004158973, 0.0003583685], rel=2e-7)


@pytest.mark.parametrize("model", MODELS)
def test_stress_cases_of_clvtools_are_finite(model: str) -> None:
    fit = visit_fit(model, (0.5143, 2.8845, 0.2856, 14.1087))
    x, t_x = [221, 254, 161, 204], [103.42857, 97.14286, 94.71429, 98.57143]
    T = [103.57143, 97.28571, 98.0, 99.42857]
    alive = fit.p_alive(x, t_x, T)
    visits = fit.visits(x, t_x, T, 156.0, (0.1, 0.9))
    assert ((alive > 0.5) & (alive < 1)).all()
    assert np.isfinite([visits.mean, visits.variance, *visits.quantiles]).all()
    assert (visits.mean < fit.rate_given_alive(x, t_x, T) * 156).all()


@pytest.mark.parametrize("extreme", [(900, 104.0, 104.2), (3000, 150.0, 151.0), (0, 0.0, 0.0), (5000, 10.0, 150.0)])
@pytest.mark.parametrize("model", MODELS)
def test_extreme_customers_agree_with_the_incomplete_beta(model: str, extreme: tuple[int, float, float]) -> None:
    fit = visit_fit(model, (0.5, 3.0, 0.05, 12.0))
    weeks, most = 156.0, 9000
    tail = fit.survival_counts(*extreme, weeks, np.arange(1, most))[0]
    visits = fit.visits(*extreme, weeks, (0.1, 0.5, 0.9))
    assert visits.mean[0] == pytest.approx(tail.sum(), rel=1e-7, abs=1e-12)
    second = ((2 * np.arange(1, most) - 1) * tail).sum()
    assert visits.variance[0] == pytest.approx(second - tail.sum() ** 2, rel=1e-6, abs=1e-9)
    assert visits.quantiles[:, 0].tolist() == [(tail > 1 - level).sum() for level in (0.1, 0.5, 0.9)]
    assert visits.none[0] == pytest.approx(1 - tail[0], abs=1e-12)


def test_a_rate_hardly_known_is_summed_on_a_grid() -> None:
    fit = visit_fit("bg-nbd", (0.3, 0.01, 0.4, 3.0))  # at T = 0 the rate may be anything: 200,000 terms and more
    tail = fit.survival_counts(0, 0.0, 0.0, 156.0, np.arange(1, 1_000_000))[0]
    visits = fit.visits(0, 0.0, 0.0, 156.0, (0.1, 0.5, 0.9), marks=(1, 500))
    assert visits.mean[0] == pytest.approx(tail.sum(), rel=1e-4)
    second = ((2.0 * np.arange(1, 1_000_000) - 1) * tail).sum()
    assert visits.variance[0] == pytest.approx(second - tail.sum() ** 2, rel=1e-4)
    assert visits.quantiles[:, 0].tolist() == [(tail > 1 - level).sum() for level in (0.1, 0.5, 0.9)]
    assert visits.reached[:, 0] == pytest.approx(tail[[0, 499]])


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("parameters", [WALKTHROUGH, (0.6, 7.3, 0.8, 1.2), (2.0, 8.0, 1.6, 9.0)])
def test_series_equals_the_closed_form(model: str, parameters: tuple[float, float, float, float]) -> None:
    fit = visit_fit(model, parameters)
    r, alpha, a, b = parameters
    x, t_x, T = (
        np.array([1, 2, 5, 12, 40]),
        np.array([3.0, 30.0, 8.0, 37.0, 38.0]),
        np.array([39.0, 39.0, 9.0, 38.0, 39]),
    )
    for weeks in (4.0, 52.0, 156.0):
        n = x + (model == "mbg-nbd")
        z = weeks / (alpha + T + weeks)
        gauss = (1 - z) ** (r + x) * hyp2f1(r + x, b + n, a + b + n - 1, z)
        closed = fit.p_alive(x, t_x, T) * (a + b + n - 1) / (a - 1) * (1 - gauss)
        assert fit.expected_visits(x, t_x, T, weeks) == pytest.approx(closed, rel=1e-9)


@pytest.mark.parametrize("model", MODELS)
def test_nothing_happens_at_a_equal_one(model: str) -> None:
    at = visit_fit(model, (0.6, 7.0, 1.0, 2.0)).expected_visits(3, 20, 30, 52)
    beside = visit_fit(model, (0.6, 7.0, 1.0 + 1e-9, 2.0)).expected_visits(3, 20, 30, 52)
    assert at == pytest.approx(beside, rel=1e-7)


@pytest.mark.parametrize("model", MODELS)
def test_survival_counts_agree_with_the_series(model: str) -> None:
    fit = visit_fit(model, (0.7, 6.0, 0.6, 3.0))
    x, t_x, T = [0, 1, 7, 30], [0.0, 5.0, 20.0, 50.0], [1.0, 30.0, 40.0, 52.0]
    marks = (1, 2, 3, 7, 20, 60)
    series = fit.visits(x, t_x, T, 52.0, marks=marks).reached
    assert fit.survival_counts(x, t_x, T, 52.0, marks) == pytest.approx(series.T, abs=1e-11)
    assert fit.survival_counts(x, t_x, T, 52.0, [0]) == pytest.approx(np.ones((4, 1)))


@pytest.mark.parametrize("model", MODELS)
def test_predictions_agree_with_simulated_customers(model: str) -> None:
    parameters = (1.2, 6.0, 0.5, 3.0)
    base = simulate(model, parameters, (2.0, 3.0, 40.0), customers=120_000, rng=np.random.default_rng(11))
    fit = visit_fit(model, parameters)
    visits = fit.visits(base.x, base.t_x, base.T, 52.0, (0.1, 0.9))
    for chosen in (base.x == 0, base.x == 1, (base.x > 1) & (base.x < 6), base.x >= 6):
        mean, error = visits.mean[chosen].mean(), base.future[chosen].std() / np.sqrt(chosen.sum())
        assert abs(base.future[chosen].mean() - mean) < 4 * error
        none = visits.none[chosen].mean()
        assert (base.future[chosen] == 0).mean() == pytest.approx(none, abs=4 * np.sqrt(0.25 / chosen.sum()))
    residual = (base.future - visits.mean) ** 2
    assert residual.mean() == pytest.approx(visits.variance.mean(), abs=4 * residual.std() / np.sqrt(len(residual)))
    assert (base.future < visits.quantiles[0]).mean() < 0.1 < (base.future <= visits.quantiles[0]).mean()
    assert (base.future > visits.quantiles[1]).mean() < 0.1 < (base.future >= visits.quantiles[1]).mean()


positive = st.floats(0.02, 40.0)
histories = st.tuples(st.integers(0, 120), st.floats(0.0, 1.0), st.floats(0.0, 200.0))


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(MODELS), st.tuples(positive, positive, positive, positive), histories, st.floats(0.5, 160.0))
def test_laws(
    model: str, parameters: tuple[float, float, float, float], history: tuple[int, float, float], weeks: float
) -> None:
    fit = visit_fit_quick(model, parameters)
    x, part, T = history
    t_x = part * T if x else 0.0
    alive = fit.p_alive(x, t_x, T)[0]
    assert 0.0 <= alive <= 1.0
    if x:
        assert fit.p_alive(x, T, T)[0] >= alive - 1e-12  # seen later, alive more surely
    visits = fit.visits(x, t_x, T, weeks, (0.1, 0.5, 0.9))
    assert (np.diff(visits.quantiles[:, 0]) >= 0).all()
    assert 0 <= visits.mean[0] <= alive * fit.rate_given_alive(x, t_x, T)[0] * weeks * (1 + 1e-9) + 1e-12
    assert np.isfinite(visits.variance[0]) and visits.variance[0] >= 0
    assert fit.expected_visits(x, t_x, T, 2 * weeks)[0] >= visits.mean[0] - 1e-9


QUICK = {model: visit_fit(model, WALKTHROUGH) for model in MODELS}


def visit_fit_quick(model: str, parameters: tuple[float, float, float, float]) -> VisitFit:
    return replace(QUICK[model], parameters=parameters)
