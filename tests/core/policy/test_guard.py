"""Results among the features, and arms that were not dealt by chance."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import chi2_contingency

from regulars.trial.policy import guard
from regulars.trial.policy.campaign import Binned, bin_groups, bin_numbers

N = 8000


def world(seed: int) -> tuple[np.random.Generator, np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    x, arm = rng.normal(size=N), rng.integers(0, 3, N)
    y = (rng.random(N) < 0.15 + 0.05 * (arm > 0) + 0.05 * np.tanh(x)).astype(float)
    return rng, x, arm.astype(np.int16), y


def binned(name: str, values: np.ndarray) -> Binned:
    return bin_numbers(name, values.astype(float), most=10, rng=np.random.default_rng(0))


def reason(feature: Binned, arm: np.ndarray, y: np.ndarray, *, hinted: bool = False) -> str | None:
    return guard.after_the_deal(guard.balance(feature, arm, 3, y), hinted=hinted, others_balanced=True)


def test_balance_is_the_chi_square_of_the_table() -> None:
    _, x, arm, y = world(1)
    feature = binned("x", x)
    table = np.array([[((feature.codes == b) & (arm == a)).sum() for a in range(3)] for b in range(feature.bins)])
    found = guard.balance(feature, arm, 3, y)
    assert found.p == pytest.approx(chi2_contingency(table, correction=False).pvalue)
    assert found.fixes is None and found.p > 0.001
    assert guard.balance(feature, arm, 3, y, together=2.0).p > found.p


def test_results_are_told_from_features() -> None:
    rng, x, arm, y = world(2)
    bought = y * (rng.random(N) < 0.1)
    assert reason(binned("x", x), arm, y) is None
    assert reason(binned("copy", y * 3 + 1), arm, y) == "copy"
    assert reason(binned("bought", bought), arm, y) == "fixes", "whoever bought had come"
    assert reason(binned("came", y), arm, bought) == "fixes", "who did not come did not buy"
    assert reason(binned("spend", bought * rng.exponential(50, N)), arm, y) == "fixes"
    earned = np.where(rng.random(N) < 0.3, 0.0, rng.lognormal(8, 1, N))
    assert reason(binned("idle", earned == 0), arm, earned) == "fixes", "who earned nothing had no work"
    opened = (arm > 0) & (rng.random(N) < 0.4)
    assert reason(binned("opened", opened), arm, y) == "imbalance"


def test_a_rare_outcome_may_be_missing_from_a_small_bin() -> None:
    rng = np.random.default_rng(3)
    region = rng.integers(0, 20, 100_000)
    y = ((rng.random(100_000) < 0.02) & (region != 7)).astype(float)
    feature = bin_groups("region", region.astype(np.int32), [str(r) for r in range(20)])
    arm = rng.integers(0, 3, 100_000).astype(np.int16)
    assert reason(feature, arm, y) is None


def deal(arm: np.ndarray, *features: Binned) -> guard.Deal:
    fold = (np.random.default_rng(9).permutation(arm.size) % 5).astype(np.int8)
    codes = np.column_stack([f.codes for f in features])
    return guard.deal_of(features, arm, int(arm.max()) + 1, fold, codes=codes)[0]


def test_a_fair_deal_is_seldom_doubted_and_a_loaded_one_found() -> None:
    doubted = 0
    for seed in range(25):
        rng, x, arm, _ = world(seed)
        doubted += deal(arm, binned("x", x), binned("z", rng.normal(size=N))).verdict != "random"
    assert doubted <= 2
    rng, x, _, _ = world(4)
    loaded = (rng.random(N) < 1 / (1 + np.exp(-2 * x))).astype(np.int16)
    assert deal(loaded, binned("x", x)).verdict == "strongly"
    slightly = (rng.random(N) < 0.5 + 0.04 * np.tanh(2 * x)).astype(np.int16)
    assert deal(slightly, binned("x", x)).verdict == "slightly"


def test_estimated_chances_undo_a_loaded_deal() -> None:
    rng = np.random.default_rng(6)
    n = 40_000
    x = rng.normal(size=n)
    chance = 0.5 + 0.3 * np.tanh(x)
    arm = (rng.random(n) < chance).astype(np.int16)
    feature = bin_numbers("x", x, most=20, rng=rng)
    fold = (rng.permutation(n) % 5).astype(np.int8)
    _, told = guard.deal_of((feature,), arm, 2, fold, codes=feature.codes[:, None])
    e = guard.propensities(told, arm, fold)
    y = x + 0.5 * arm  # those with large x are treated more often and bring more anyway
    naive = y[arm == 1].mean() - y[arm == 0].mean()
    weighted = np.average(y[arm == 1], weights=1 / e[arm == 1]) - np.average(y[arm == 0], weights=1 / e[arm == 0])
    assert naive > 0.9
    assert weighted == pytest.approx(0.5, abs=0.06)
