"""Shrinkage of groups: recovery of simulated truth, its limits, and how often a difference is said wrongly."""

from __future__ import annotations

import numpy as np
import pytest

from regulars.analysis.shrink import means, rates, told


def test_one_group_is_its_own_pool() -> None:
    (found,) = rates(np.array([30.0]), np.array([100.0]))
    assert found is not None and found.told == "alike"
    assert (found.n, found.raw) == (100, 0.3)
    assert found.mean == pytest.approx(0.3, abs=0.02)
    assert found.low < 0.3 < found.high


def test_nobody_watched_is_nothing_said() -> None:
    assert rates(np.array([0.0, 5.0]), np.array([0.0, 10.0]))[0] is None
    assert means(np.zeros(1), np.zeros(1), np.zeros(1)) == [None]
    assert rates(np.zeros(2), np.zeros(2)) == [None, None]


@pytest.mark.parametrize(("hits", "n"), [(0.0, 40.0), (40.0, 40.0)])
def test_rates_at_the_edge(hits: float, n: float) -> None:
    for found in rates(np.array([hits, hits]), np.array([n, n])):
        assert found is not None and 0 <= found.low <= found.mean <= found.high <= 1


def test_equal_money_has_no_spread_to_divide_by() -> None:
    for found in means(np.array([500.0, 300.0]), np.array([50_000.0, 30_000.0]), np.array([5.0, 3.0])):
        assert found is not None and found.told == "alike"
        assert found.mean == pytest.approx(100)
    for found in means(np.array([-5.0, 0.0]), np.array([25.0, 0.0]), np.array([1.0, 1.0])):
        assert found is not None and np.isfinite([found.low, found.mean, found.high]).all()


def test_small_groups_are_drawn_further_and_all_lie_between_raw_and_pool() -> None:
    hits, n = np.array([12.0, 120.0, 300.0, 700.0]), np.array([20.0, 200.0, 1000.0, 2000.0])
    found = [f for f in rates(hits, n) if f is not None]
    pool = hits.sum() / n.sum()
    kept = [abs(f.mean - pool) / abs(f.raw - pool) for f in found]
    assert kept[0] < kept[1] < 1.01
    assert [f.told for f in found][1:] == ["above", "below", "alike"]


def test_ranges_hold_nine_in_ten_and_the_shrunken_rate_is_nearer() -> None:
    rng, inside, raw, drawn, groups = np.random.default_rng(7), 0, 0.0, 0.0, 0
    for _ in range(60):
        truth, n = rng.beta(12, 20, 10), rng.integers(15, 400, 10).astype(float)
        for p, f in zip(truth, rates(rng.binomial(n.astype(int), truth).astype(float), n), strict=True):
            assert f is not None
            inside += f.low <= p <= f.high
            raw += (f.raw - p) ** 2
            drawn += (f.mean - p) ** 2
            groups += 1
    assert inside / groups == pytest.approx(0.9, abs=3 * np.sqrt(0.09 / groups) + 0.01)
    assert drawn < 0.85 * raw


def test_ranges_of_means_hold_nine_in_ten() -> None:
    rng, inside, groups = np.random.default_rng(8), 0, 0
    for _ in range(80):
        truth, n = rng.normal(1000, 150, 10), rng.integers(20, 300, 10)
        own = [rng.normal(m, 800, k) for m, k in zip(truth, n, strict=True)]
        sums, squares = np.array([o.sum() for o in own]), np.array([(o**2).sum() for o in own])
        for m, f in zip(truth, means(sums, squares, n.astype(float)), strict=True):
            assert f is not None
            inside += f.low <= m <= f.high
            groups += 1
    assert inside / groups == pytest.approx(0.9, abs=3 * np.sqrt(0.09 / groups) + 0.01)


def test_equal_sources_are_seldom_told_apart() -> None:
    rng = np.random.default_rng(9)
    wrong = 0
    for _ in range(60):
        n = rng.integers(20, 500, 8)
        wrong += any(
            f is not None and f.told != "alike" for f in rates(rng.binomial(n, 0.4).astype(float), n.astype(float))
        )
    assert wrong <= 4


def test_said_to_differ_are_the_surest_while_their_mean_doubt_is_small() -> None:
    assert told(np.array([0.99, 0.5, 0.02, 0.9])) == ["above", "alike", "below", "above"]
    assert told(np.array([0.94, 0.5])) == ["alike", "alike"]
