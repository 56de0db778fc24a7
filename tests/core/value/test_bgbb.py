"""BG/BB: the published donations, its story played out, and the limits of what it takes."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pytest

from regulars.analysis.value.bgbb import BgbbFit, Opportunities, fit_bgbb
from regulars.base.errors import BadData

DATA = Path(__file__).parents[2] / "data"


@cache
def donations() -> Opportunities:
    rows = np.genfromtxt(DATA / "donations.csv", delimiter=",", names=True)
    return Opportunities(rows["frequency"], rows["recency"], rows["periods"], rows["weights"])


@cache
def fitted() -> BgbbFit:
    return fit_bgbb(donations())


def test_the_donations_reach_the_published_optimum() -> None:
    fit = fitted()
    assert donations().weight.sum() == 11_104
    assert fit.parameters == pytest.approx((1.20353, 0.74972, 0.65672, 2.78343), abs=6e-5)
    assert fit.log_likelihood == pytest.approx(-33225.5813, abs=6e-5)
    assert fit.converged and not fit.held and fit.verdict.id == "value.visits.good"


def test_published_predictions() -> None:
    fit = fitted()
    assert fit.expected_visits(0, 0, 0, 10)[0] == pytest.approx(3.179805, abs=5e-5)
    assert fit.expected_visits([0, 4], [0, 5], 6, 10) == pytest.approx([0.1302169, 3.627858], abs=2e-4)


def test_the_distribution_sums_to_the_closed_form_of_the_mean() -> None:
    alpha, beta, gamma, delta = fitted().parameters

    living = np.cumprod((delta + np.arange(10)) / (gamma + delta + np.arange(10)))
    assert fitted().expected_visits(0, 0, 0, 10)[0] == pytest.approx(alpha / (alpha + beta) * living.sum())


def test_the_simulated_truth_is_found_and_foretold() -> None:
    truth = np.array([1.2, 0.8, 0.7, 3.0])
    rng, customers, n, ahead = np.random.default_rng(6), 60_000, 8, 5
    p, theta = rng.beta(truth[0], truth[1], customers), rng.beta(truth[2], truth[3], customers)
    alive, came = np.ones(customers, bool), []
    for _ in range(n + ahead):
        alive &= rng.random(customers) > theta
        came.append(alive & (rng.random(customers) < p))
    seen = np.array(came)
    x = seen[:n].sum(axis=0)
    last = np.where(x > 0, n - seen[:n][::-1].argmax(axis=0), 0)
    key, count = np.unique(np.stack([x, last]), axis=1, return_counts=True)
    base = Opportunities(key[0].astype(float), key[1].astype(float), np.full(len(count), float(n)), count.astype(float))
    fit = fit_bgbb(base)
    off = (np.log(fit.parameters) - np.log(truth)) / np.sqrt(np.diag(fit.covariance))
    assert np.abs(off).max() < 3
    future = seen[n:].sum(axis=0)
    assert fit.expected_visits(x, last, n, ahead).mean() == pytest.approx(future.mean(), rel=0.02)
    assert fit.reach(x, last, n, ahead)[0].mean() == pytest.approx((future > 0).mean(), abs=0.01)


@pytest.mark.parametrize(("x", "t_x", "n"), [(3, 2, 6), (1, 7, 6), (0, 2, 6), (-1, 0, 6), (1.5, 2, 6)])
def test_impossible_histories_are_refused(x: float, t_x: float, n: float) -> None:
    with pytest.raises(BadData):
        Opportunities(np.array([x]), np.array([t_x]), np.array([n]), np.ones(1))
