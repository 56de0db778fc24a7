"""sBG and beta-discrete-Weibull: the published retention table, slow loops, recovery of known truth."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pytest
from scipy.special import betaln

from regulars.analysis.value.duration import DurationLikelihood, Renewals, choose_duration, fit_duration
from regulars.analysis.value.statistics import Floats
from regulars.base.errors import BadData

DATA = Path(__file__).parents[2] / "data"


@cache
def table() -> dict[str, Floats]:
    """Share of customers still there by year (Fader and Hardie 2007), in per cent."""
    rows = np.genfromtxt(DATA / "sbg_table.csv", delimiter=",", names=True)
    return {name: np.asarray(rows[name]) for name in ("regular", "high_end")}


def test_the_table_is_the_printed_one() -> None:
    printed = {
        "regular": [100, 63.1, 46.8, 38.2, 32.6, 28.9, 26.2, 24.1, 22.3, 20.7, 19.4, 18.3, 17.3],
        "high_end": [100, 86.9, 74.3, 65.3, 59.3, 55.1, 51.7, 49.1, 46.8, 44.5, 42.7, 40.9, 39.4],
    }
    assert {name: shares.tolist() for name, shares in table().items()} == printed


def seven_years(which: str) -> Renewals:
    return Renewals.of_cohorts([10 * table()[which][:8]])


@pytest.mark.parametrize(
    ("which", "model", "parameters", "log_likelihood", "later"),
    [
        ("high_end", "sbg", (0.6681, 3.8061), -1611.158, (46.0, 43.6, 41.4, 39.5, 37.8)),
        ("regular", "sbg", (0.7041, 1.1820), -1680.265, (22.0, 20.4, 19.1, 18.0, 17.0)),
        ("high_end", "bdw", (0.2143, 1.4266, 1.7236), -1605.314, (46.8, 44.8, 43.2, 41.7, 40.4)),
        ("regular", "bdw", (0.4556, 0.7793, 1.2835), -1679.603, (22.3, 20.9, 19.7, 18.6, 17.7)),
    ],
)
def test_seven_years_reach_the_reference(
    which: str, model: str, parameters: tuple[float, ...], log_likelihood: float, later: tuple[float, ...]
) -> None:
    fit = fit_duration(seven_years(which), "sbg" if model == "sbg" else "bdw")
    assert fit.parameters == pytest.approx(parameters, abs=6e-5)
    assert fit.log_likelihood == pytest.approx(log_likelihood, abs=6e-4)
    assert fit.converged and not fit.held and fit.verdict.id == "value.duration.good"
    assert 100 * fit.survival(np.arange(8, 13)) == pytest.approx(later, abs=0.06)


def test_a_published_bdw_of_four_years_is_the_top_of_the_likelihood() -> None:
    likelihood = DurationLikelihood(Renewals.of_cohorts([table()["high_end"][:5]]))
    value, gradient = likelihood(np.log([0.25934, 1.72256, 1.58435]))
    assert value == pytest.approx(-122.27493, abs=5e-6)
    assert np.abs(gradient).max() < 5e-3


def test_discounted_residual_lifetime_of_print() -> None:
    fit = fit_duration(seven_years("high_end"), "sbg")
    assert fit.residual_lifetime(7, discount=0.10) == pytest.approx(7.530, abs=5e-4)


def test_the_likelihood_is_the_slow_loop_and_its_gradient() -> None:
    cohorts = [[100, 80, 61, 50], [90, 75, 60], [40, 30]]
    a, b, c = 0.8, 2.3, 1.4

    def survival(t: float) -> float:
        return float(np.exp(betaln(a, b + t**c) - betaln(a, b)))

    slow = 0.0
    for cohort in cohorts:
        for t in range(1, len(cohort)):
            slow += (cohort[t - 1] - cohort[t]) * np.log(survival(t - 1) - survival(t))
        slow += cohort[-1] * np.log(survival(len(cohort) - 1))
    likelihood = DurationLikelihood(Renewals.of_cohorts(cohorts))
    theta = np.log([a, b, c])
    value, gradient = likelihood(theta)
    assert value == pytest.approx(slow)
    slopes = [(likelihood(theta + d)[0] - likelihood(theta - d)[0]) / 2e-6 for d in 1e-6 * np.eye(3)]
    assert gradient == pytest.approx(slopes, abs=1e-5)


def cohorts_of(truth: tuple[float, ...], *, rng: np.random.Generator) -> list[Floats]:
    """Cohorts of 3,000 holders each, seen for twelve renewals down to one."""
    a, b = truth[:2]
    c = truth[2] if len(truth) > 2 else 1.0
    found = []
    for seen in range(12, 0, -1):
        survival = np.exp(betaln(a, b + np.arange(seen + 1.0) ** c) - betaln(a, b))
        lasted = np.searchsorted(-survival, -rng.random(3000), side="left") - 1  # renewals made
        found.append(np.array([(lasted >= k).sum() for k in range(seen + 1)], dtype=float))
    return found


@pytest.mark.parametrize("truth", [(0.7, 2.0), (1.5, 9.0), (0.5, 1.6, 1.5), (1.0, 2.0, 0.7)])
def test_the_simulated_truth_is_found(truth: tuple[float, ...]) -> None:
    renewals = Renewals.of_cohorts(cohorts_of(truth, rng=np.random.default_rng(8)))
    fit = fit_duration(renewals, "sbg" if len(truth) == 2 else "bdw")
    off = (np.log(fit.parameters) - np.log(truth)) / np.sqrt(np.diag(fit.covariance))
    assert np.abs(off).max() < 3
    assert choose_duration(renewals)[0].model == fit.model


def test_the_range_of_the_future_holds_the_truth() -> None:
    truth = (0.7, 2.0)
    inside = 0
    for seed in range(40):
        rng = np.random.default_rng(seed)
        fit = fit_duration(Renewals.of_cohorts([cohorts_of(truth, rng=rng)[6]]), "sbg")
        found = fit.expected_survival(12, rng=rng)
        inside += found.p10 <= np.exp(betaln(0.7, 14.0) - betaln(0.7, 2.0)) <= found.p90
    assert 26 <= inside <= 38  # 80 % of 40, within what chance allows


@pytest.mark.parametrize("cohorts", [[], [[10, 11]], [[0, 0]], [[float("nan"), 1]]])
def test_no_cohorts_of_contracts_are_refused(cohorts: list[list[float]]) -> None:
    with pytest.raises(BadData):
        Renewals.of_cohorts(cohorts)


def test_few_lapses_are_held_and_said() -> None:
    fit = fit_duration(Renewals.of_cohorts([[12, 11, 11]]), "sbg")
    assert fit.held and fit.verdict.id == "value.duration.few"
    assert np.isfinite(fit.survival([1, 5, 50])).all()
