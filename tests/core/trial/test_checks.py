"""Checks before an estimate: exact tests by hand, false alarms, words."""

from __future__ import annotations

from itertools import product
from math import factorial

import numpy as np
import pytest
from scipy import stats

from regulars.base.words import render
from regulars.trial.checks import double_exposure, minimum_data, ratio_p, sample_ratio


def by_hand(seen: tuple[int, ...], shares: tuple[float, ...]) -> float:
    total = sum(seen)

    def chance(counts: tuple[int, ...]) -> float:
        value = float(factorial(total))
        for k, share in zip(counts, shares, strict=True):
            value *= share**k / factorial(k)
        return value

    every = [c for c in product(range(total + 1), repeat=len(seen)) if sum(c) == total]
    return sum(p for p in map(chance, every) if p <= chance(seen) * (1 + 1e-9))


@pytest.mark.parametrize(
    ("seen", "shares"),
    [((9, 1), (0.5, 0.5)), ((4, 0, 3), (0.2, 0.5, 0.3)), ((0, 6), (0.1, 0.9)), ((1, 1, 1, 5), (0.25,) * 4)],
)
def test_small_groups_are_counted_out(seen: tuple[int, ...], shares: tuple[float, ...]) -> None:
    assert ratio_p(seen, shares) == pytest.approx(by_hand(seen, shares))


def test_two_small_groups_are_the_binomial_test() -> None:
    for k in range(13):
        assert ratio_p([k, 12 - k], [0.3, 0.7]) == pytest.approx(stats.binomtest(k, 12, 0.3).pvalue)


def test_large_groups_are_pearsons() -> None:
    # The mismatch of Kohavi and Longbotham's guide (2017), printed as p = 1.8E-6.
    assert ratio_p([821_588, 815_482], [0.5, 0.5]) == pytest.approx(1.8e-6, rel=0.03)
    assert sample_ratio([821_588, 815_482], [1, 1]).verdict == "unreadable"


def test_false_alarms_are_as_rare_as_said() -> None:
    rng = np.random.default_rng(3)
    p = np.array([ratio_p(rng.multinomial(300, [0.05, 0.25, 0.7]), [0.05, 0.25, 0.7]) for _ in range(3000)])
    assert (p < 0.05).mean() == pytest.approx(0.05, abs=0.015)


def test_nobody_where_nobody_belongs() -> None:
    assert ratio_p([5, 1], [1, 0]) == 0.0
    assert ratio_p([0, 0], [1, 1]) == 1.0


def test_double_exposure_counts_customers() -> None:
    own = np.arange(100, dtype=np.int64)
    assert double_exposure(own, []).verdict == "fine"
    assert double_exposure(own, [np.array([7, 500], dtype=np.int64)]).verdict == "doubtful"
    found = double_exposure(own, [np.arange(90, 120, dtype=np.int64)])
    assert found.verdict == "unreadable"
    assert "10 customers (10%" in render(found.text, "en")
    assert double_exposure(np.array([1, 1, 2], dtype=np.int64), []).verdict == "unreadable"


@pytest.mark.parametrize(
    ("counts", "verdict"),
    [((100, 7, 50, 50), "unreadable"), ((100, 40, 2, 138), "unreadable"), ((100, 8, 50, 58), "fine")],
)
def test_minimum_data(counts: tuple[int, int, int, int], verdict: str) -> None:
    treated, control, events, non_events = counts
    found = minimum_data(treated=treated, control=control, events=events, non_events=non_events, detectable=0.1)
    assert found.verdict == verdict
    for language in ("en", "zh-Hant"):
        assert "{" not in render(found.text, language)
