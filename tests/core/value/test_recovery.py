"""Fits find the simulated truth, and say so in words when the data cannot determine it."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import ArrayLike

from regulars.analysis.value import Statistics, VisitFit, fit_gamma_gamma, score, visit_spend_correlation
from regulars.base.errors import BadData
from regulars.base.words import render
from support.value import FITTERS, simulate

MODELS = ("bg-nbd", "mbg-nbd")
SPEND = (2.0, 4.0, 60.0)


def fitted(model: str, x: ArrayLike, t_x: ArrayLike, T: ArrayLike) -> VisitFit:
    return FITTERS[model](Statistics.collapse(x, t_x, T))


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("truth", [(0.6, 7.0, 0.8, 2.0), (3.0, 12.0, 0.6, 6.0)])
def test_visit_models_find_the_truth(model: str, truth: tuple[float, ...]) -> None:
    base = simulate(model, truth, SPEND, customers=30_000, rng=np.random.default_rng(21))
    fit = FITTERS[model](base.stats)
    off = (np.log(fit.parameters) - np.log(truth)) / np.sqrt(np.diag(fit.covariance))
    assert np.abs(off).max() < 3.5
    assert fit.converged and fit.verdict.id == "value.visits.good"


def test_spend_model_finds_the_truth() -> None:
    base = simulate("mbg-nbd", (2.0, 9.0, 0.6, 6.0), SPEND, customers=20_000, rng=np.random.default_rng(22))
    fit = fit_gamma_gamma(base.x, base.mean_value)
    off = (np.log(fit.parameters) - np.log(SPEND)) / np.sqrt(np.diag(fit.covariance))
    assert np.abs(off).max() < 3.5
    assert fit.left_out == (base.x == 0).sum() and abs(fit.correlation) < 0.05
    assert fit.verdict.id == "value.spend.good"


@pytest.mark.parametrize("model", MODELS)
def test_collapsing_changes_nothing(model: str) -> None:
    base = simulate(model, (0.6, 7.0, 0.8, 2.0), SPEND, customers=1500, rng=np.random.default_rng(23))
    t_x, T = np.round(7 * base.t_x) / 7, np.round(7 * base.T) / 7
    whole = FITTERS[model](Statistics(base.x, t_x, T, np.ones(1500)))
    grouped = fitted(model, base.x, t_x, T)
    assert grouped.log_likelihood == pytest.approx(whole.log_likelihood, abs=1e-6)
    assert grouped.parameters == pytest.approx(whole.parameters, rel=1e-5)


DEGENERATE: dict[str, tuple[list[int], list[float], list[float]]] = {
    "one customer": ([3], [4.0], [5.0]),
    "one new customer": ([0], [0.0], [0.0]),
    "nobody came back": ([0] * 500, [0.0] * 500, np.linspace(1, 90, 500).tolist()),
    "all on one day": ([0] * 200, [0.0] * 200, [30.0] * 200),
    "no time to observe": ([0] * 100, [0.0] * 100, [0.0] * 100),
    "all alike": ([1] * 800, [3.0] * 800, [5.0] * 800),
    "clockwork": ([25] * 300, [100.0] * 300, [104.0] * 300),
    "all left at once": ([2] * 300, [1.0] * 300, [104.0] * 300),
    "one visits daily": ([700, *[0] * 400], [103.9, *[0.0] * 400], [104.0] * 401),
}


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("case", DEGENERATE)
def test_degenerate_bases_get_safe_numbers_and_a_verdict(model: str, case: str) -> None:
    stats = Statistics.collapse(*DEGENERATE[case])
    fit = FITTERS[model](stats)
    numbers = [*fit.parameters, *fit.standard_errors.values(), fit.log_likelihood]
    assert np.isfinite(numbers).all()
    assert all(np.isfinite(column).all() for column in score(stats, fit).values())
    assert all(np.isfinite(drawn.parameters).all() for drawn in fit.draw_parameters(np.random.default_rng(1), 10))
    assert fit.verdict.id != "value.visits.good"
    for language in ("en", "zh-Hant"):
        assert render(fit.verdict, language)


def test_a_base_nobody_leaves_is_recognised() -> None:
    rng = np.random.default_rng(24)
    rate, T = rng.gamma(2.0, 1 / 8.0, 3000), rng.uniform(20, 100, 3000)
    x = rng.poisson(rate * T)
    t_x = np.where(x > 0, T * rng.random(3000) ** (1 / np.maximum(x, 1)), 0.0)
    fit = fitted("mbg-nbd", x, t_x, T)
    assert fit.verdict.id == "value.visits.no_attrition"
    assert fit.p_alive(x, t_x, T).mean() > 0.97


def test_spend_without_an_average_is_guarded() -> None:
    rng = np.random.default_rng(25)
    x = rng.integers(1, 6, 4000)
    value = rng.gamma(1.5 * x) / rng.gamma(0.7, 1 / 20.0, 4000) / x
    fit = fit_gamma_gamma(x, value)
    assert fit.verdict.id == "value.spend.heavy_tail"
    for visits, mean in ((x, value), (np.zeros(3), np.zeros(3)), (np.ones(2), np.array([-5.0, 0.0]))):
        assert (fit.expected_spend(visits, mean) > 0).all()
        assert np.isfinite(fit.spend_sd(visits, mean)).all()


@pytest.mark.parametrize(
    ("x", "value", "verdict"),
    [([2, 1, 4], [30.0, 80.0, 55.0], "few"), ([3] * 400, [120.0] * 400, "weak"), ([1], [9.5], "few")],
)
def test_thin_spending_gets_safe_numbers(x: list[int], value: list[float], verdict: str) -> None:
    fit = fit_gamma_gamma(x, value)
    assert fit.verdict.id == f"value.spend.{verdict}"
    assert np.isfinite([*fit.parameters, *fit.standard_errors.values(), fit.log_likelihood]).all()
    assert fit.expected_spend(x[:1], value[:1])[0] == pytest.approx(value[0], rel=0.6)


def test_spend_that_follows_frequency_is_flagged() -> None:
    rng = np.random.default_rng(26)
    x = rng.integers(1, 20, 2000)
    value = 20.0 * x * rng.gamma(20.0, 1 / 20.0, 2000)
    assert visit_spend_correlation(x, value) > 0.9
    assert fit_gamma_gamma(x, value).verdict.id == "value.spend.correlated"
    assert visit_spend_correlation([1, 1], [3.0, 4.0]) == 0.0


@pytest.mark.parametrize(
    ("x", "value", "message"),
    [
        ([0, 0], [0.0, 0.0], "no_spend"),
        ([1], [-3.0], "no_spend"),
        ([1], [np.inf], "not_finite"),
        ([1, 2], [3.0], "shapes"),
    ],
)
def test_spending_that_cannot_be_used(x: list[int], value: list[float], message: str) -> None:
    with pytest.raises(BadData) as refused:
        fit_gamma_gamma(x, value)
    assert refused.value.text.id == f"value.data.{message}"


def test_draws_spread_like_the_covariance() -> None:
    base = simulate("mbg-nbd", (0.8, 7.0, 0.8, 2.0), SPEND, customers=3000, rng=np.random.default_rng(27))
    fit = FITTERS["mbg-nbd"](base.stats)
    drawn = np.log([draw.parameters for draw in fit.draw_parameters(np.random.default_rng(1), 4000)])
    assert drawn.mean(axis=0) == pytest.approx(np.log(fit.parameters), abs=1e-12)
    assert np.cov(drawn.T) == pytest.approx(fit.covariance, rel=0.15, abs=2e-3)
