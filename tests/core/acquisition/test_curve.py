"""The response curve: recovery from simulated truth, and when none is drawn."""

from __future__ import annotations

import numpy as np
import pytest

from regulars.analysis.acquisition.curve import response
from regulars.analysis.results.acquisition import Response

USD = "USD"


def drawn(seed: int, *, most: float = 20.0, weeks: int = 104) -> Response:
    rng = np.random.default_rng(seed)
    spend = rng.uniform(0, 4000, weeks)
    came = rng.poisson(5 + most * (1 - np.exp(-spend / 1500))).astype(float)
    return response("ads", spend, came, currency=USD, rng=rng)


def test_the_curve_and_the_cost_of_one_more_are_found_again() -> None:
    inside = points = priced = 0
    for seed in range(25):
        found = drawn(seed)
        assert found.refused is None and found.clear and found.next_cost is not None
        x = np.array(found.spend)
        truth = 5 + 20 * (1 - np.exp(-x / 1500))
        seen = x <= found.largest
        inside += int(((np.array(found.low) <= truth) & (truth <= np.array(found.high)))[seen].sum())
        points += int(seen.sum())
        cost = 1500 / 20 * np.exp(found.usual / 1500)
        priced += found.next_cost.p10 <= cost <= found.next_cost.p90
    assert 0.82 <= inside / points <= 0.98
    assert 0.8 - 3 * np.sqrt(0.16 / 25) <= priced / 25


def test_nothing_is_drawn_beyond_half_as_much_again() -> None:
    found = drawn(1)
    assert found.spend[-1] == pytest.approx(1.5 * found.largest)
    assert found.spend[0] == 0
    assert np.all(np.diff(found.newcomers) >= 0)
    assert np.all(np.diff(np.diff(found.newcomers)) <= 1e-9)


def test_money_that_does_nothing_is_seldom_called_clear() -> None:
    assert sum(drawn(seed, most=0.0).clear for seed in range(100, 125)) <= 4


@pytest.mark.parametrize(
    ("spend", "came", "why"),
    [
        (np.linspace(0, 100, 25), np.full(25, 5.0), "few_weeks"),
        (np.zeros(0), np.zeros(0), "few_weeks"),
        (np.full(60, 100.0), np.full(60, 5.0), "flat_spend"),
        (np.zeros(60), np.full(60, 5.0), "flat_spend"),
        (np.tile([100.0, 120.0, 110.0], 20), np.full(60, 5.0), "flat_spend"),
        (np.linspace(-50, 100, 60), np.full(60, 5.0), "flat_spend"),
        (np.linspace(0, 100, 60), np.r_[np.ones(29), np.zeros(31)], "few_newcomers"),
    ],
)
def test_when_there_is_no_curve(spend: np.ndarray, came: np.ndarray, why: str) -> None:
    found = response("ads", spend, came, currency=USD, rng=np.random.default_rng(1))
    assert (found.refused, found.spend, found.next_cost, found.clear) == (why, (), None, False)
