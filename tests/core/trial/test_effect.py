"""Estimators against closed forms and, above all, coverage: 90 % intervals must hold the truth nine times in ten."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from scipy import stats

from regulars.trial.effect import Arms, Contrast, beta_binomial, difference, explained, log_ratio, share

type World = Callable[[np.random.Generator], tuple[Contrast, float]]


def strata(rng: np.random.Generator, n: int = 600, groups: int = 12) -> tuple[np.ndarray, np.ndarray]:
    """Ten per cent left out of each stratum, drawn at random."""
    stratum = np.arange(n) % groups
    order = rng.random(n)
    place = np.array([(order[stratum == s] < order[i]).sum() for i, s in enumerate(stratum)])
    return place >= n // groups // 10, stratum


def came_back(rng: np.random.Generator) -> tuple[Contrast, float]:
    treated, stratum = strata(rng)
    base = 0.2 + 0.04 * stratum
    return share(rng.random(600) < base + 0.08 * treated, Arms.of(treated, stratum)), 0.08


def fell_silent(rng: np.random.Generator) -> tuple[Contrast, float]:
    treated, stratum = strata(rng)
    lost = 1 - np.exp(-0.5 * np.exp(-0.4 * treated))
    return share(rng.random(600) < lost, Arms.of(treated, stratum), scale="log_hazard"), -0.4


def rare(rng: np.random.Generator) -> tuple[Contrast, float]:
    treated = np.arange(400) >= 60
    return share(rng.random(400) < np.where(treated, 0.07, 0.03), Arms.of(treated)), 0.04


def few_visits(rng: np.random.Generator) -> tuple[Contrast, float]:
    treated = np.arange(68) >= 8
    rate = rng.gamma(1.5, 1 / 1.5, 68) * np.exp(0.15 * treated)
    return log_ratio(rng.poisson(rate), Arms.of(treated)), 0.15


def visits(rng: np.random.Generator) -> tuple[Contrast, float]:
    treated, stratum = strata(rng)
    rate = rng.gamma(1.5, 1 / 1.5, 600) * (0.5 + 0.2 * stratum) * np.exp(0.15 * treated)
    return log_ratio(rng.poisson(rate), Arms.of(treated, stratum)), 0.15


def money(rng: np.random.Generator) -> tuple[Contrast, float]:
    treated, stratum = strata(rng)
    before = rng.gamma(1.0, 500.0, 600)
    y = 0.7 * before + 100 * stratum + rng.gamma(0.5, 400.0, 600) + 90 * treated
    return difference(y, Arms.of(treated, stratum), before=before), 90.0


def by_branch(rng: np.random.Generator) -> tuple[Contrast, float]:
    branch = np.repeat(np.arange(14), 40)
    treated = np.isin(branch, rng.permutation(14)[:7])
    y = np.repeat(rng.normal(0, 60, 14), 40) + rng.normal(0, 200, 560) + 40 * treated
    return difference(y, Arms.of(treated, cluster=branch)), 40.0


@pytest.mark.parametrize("world", [came_back, fell_silent, rare, few_visits, visits, money, by_branch])
def test_ninety_per_cent_intervals_hold_the_truth_nine_times_in_ten(world: World) -> None:
    rng = np.random.default_rng(len(world.__name__))
    inside, errors = [], []
    for _ in range(400):
        found, truth = world(rng)
        low, high = found.interval(0.9)
        inside.append(low < truth < high)
        errors.append((found.mean - truth) / found.se)
    assert np.mean(inside) == pytest.approx(0.9, abs=0.05)
    assert np.mean(errors) == pytest.approx(0, abs=0.25)


def test_without_strata_the_share_is_jeffreys() -> None:
    found = beta_binomial((30, 5), (100, 50))
    one, two = stats.beta(30.5, 70.5), stats.beta(5.5, 45.5)
    assert found.mean == pytest.approx(one.mean() - two.mean(), abs=1e-4)
    drawn = one.rvs(400_000, random_state=1) - two.rvs(400_000, random_state=2)
    assert list(found.interval(0.9)) == pytest.approx(list(np.quantile(drawn, (0.05, 0.95))), abs=0.001)


def test_the_log_ratio_is_the_delta_method_by_hand() -> None:
    y, treated = np.array([2.0, 1, 1, 2, 1, 1, 0, 0]), np.array([1, 1, 1, 1, 0, 0, 0, 0], dtype=bool)
    found = log_ratio(y, Arms.of(treated))
    assert found.mean == pytest.approx(math.log(1.5 / 0.5))
    # Underdispersed: phi is 1; mu = 1, var of each mean = 1/4.
    assert found.se == pytest.approx(math.sqrt(0.25 / 1.5**2 + 0.25 / 0.5**2))


def test_strata_with_nobody_on_one_side_tell_nothing() -> None:
    treated = np.array([1, 1, 0, 1, 1, 1], dtype=bool)
    y = np.array([3.0, 5.0, 1.0, 100.0, 200.0, 300.0])
    arms = Arms.of(treated, [0, 0, 0, 1, 1, 1])
    assert arms.sizes == (2, 1)
    assert arms.means(y) == (4.0, 1.0)


def test_a_stratified_difference_is_that_of_mantel_and_haenszel() -> None:
    rng = np.random.default_rng(2)
    treated, stratum = strata(rng, 120, 3)
    y = rng.normal(size=120)
    weights, gaps = [], []
    for s in range(3):
        one, two = y[(stratum == s) & treated], y[(stratum == s) & ~treated]
        weights.append(one.size * two.size / (one.size + two.size))
        gaps.append(one.mean() - two.mean())
    assert difference(y, Arms.of(treated, stratum)).mean == pytest.approx(np.average(gaps, weights=weights))


def test_the_time_before_narrows_the_interval_as_far_as_it_explains() -> None:
    rng = np.random.default_rng(7)
    treated, stratum = strata(rng, 6000, 6)
    before = rng.normal(size=6000)
    y = before + rng.normal(size=6000)
    arms = Arms.of(treated, stratum)
    plain, adjusted = difference(y, arms), difference(y, arms, before=before)
    assert explained(y, before, arms) == pytest.approx(0.5, abs=0.03)
    assert (adjusted.se / plain.se) ** 2 == pytest.approx(0.5, abs=0.05)


@pytest.mark.parametrize("estimate", [share, log_ratio, difference])
def test_with_nobody_left_out_nothing_is_told(estimate: Callable[..., Contrast]) -> None:
    found = estimate(np.array([1.0, 0.0, 1.0]), Arms.of(np.ones(3, dtype=bool)))
    assert not found.told
    assert found.interval() == (-math.inf, math.inf)
