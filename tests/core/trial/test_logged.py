"""A log valued at once: against the values of enumerated worlds and against simulated truth."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from regulars.trial.logged import Logged, fitted_by_arm, policy_difference, policy_value


def test_unbiased_over_every_possible_assignment() -> None:
    """Three customers, two arms: the estimators averaged over all eight assignments are the truth exactly."""
    outcomes = np.array([[1.0, 4.0], [0.0, -2.0], [3.0, 3.5]])
    chance = np.array([[0.3, 0.7], [0.5, 0.5], [0.8, 0.2]])
    policy = np.array([[0.0, 1.0], [1.0, 0.0], [0.4, 0.6]])
    model = np.array([[0.7, 3.0], [9.0, -9.0], [0.0, 1.0]])  # wrong on purpose
    ipw, aipw, gap = 0.0, 0.0, 0.0
    for arms in product((0, 1), repeat=3):
        arm = np.array(arms)
        probability = float(np.prod(chance[np.arange(3), arm]))
        logged = Logged.of(outcomes[np.arange(3), arm], arm, chance, model=model)
        value = policy_value(logged, policy)
        assert value.aipw is not None
        ipw += probability * value.ipw.mean
        aipw += probability * value.aipw.mean
        gap += probability * policy_difference(logged, policy, 0).mean
    truth = float((policy * outcomes).sum() / 3)
    assert ipw == pytest.approx(truth)
    assert aipw == pytest.approx(truth)
    assert gap == pytest.approx(truth - float(outcomes[:, 0].mean()))


def world(rng: np.random.Generator, n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    x = rng.normal(size=(n, 2))
    base = 5 + 2 * x[:, 0]
    means = np.column_stack([base, base + 1 + x[:, 1], base - 0.5 + 0.2 * x[:, 0]])
    raw = np.exp(np.column_stack([np.zeros(n), 0.5 * x[:, 1], -0.5 * x[:, 0]]))
    return x, means, raw / raw.sum(axis=1, keepdims=True), means.argmax(axis=1)


def test_ninety_per_cent_intervals_hold_the_truth() -> None:
    rng = np.random.default_rng(8)
    held: dict[str, list[bool]] = {"ipw": [], "snipw": [], "aipw": [], "difference": []}
    width: dict[str, list[float]] = {"ipw": [], "snipw": [], "aipw": []}
    _, everybody, _, _ = world(rng, 1_000_000)  # the truth is that of the population customers come from
    truth, untouched = float(everybody.max(axis=1).mean()), float(everybody[:, 0].mean())
    for _ in range(300):
        x, means, chance, best = world(rng, 600)
        arm = (rng.random(600)[:, None] > chance.cumsum(axis=1)).sum(axis=1)
        y = rng.normal(means[np.arange(600), arm], 2.0)
        model = fitted_by_arm(x, y, arm, arms=3, folds=np.arange(600) % 5)
        logged = Logged.of(y, arm, chance, model=model)
        value = policy_value(logged, best)
        assert value.unseen == 0.0
        for name in ("ipw", "snipw", "aipw"):
            found = getattr(value, name)
            low, high = found.interval(0.9)
            held[name].append(low < truth < high)
            width[name].append(high - low)
        low, high = policy_difference(logged, best, 0).interval(0.9)
        held["difference"].append(low < truth - untouched < high)
    for name, inside in held.items():
        assert np.mean(inside) == pytest.approx(0.9, abs=0.05), name
    assert np.mean(width["aipw"]) < np.mean(width["snipw"]) < np.mean(width["ipw"])


def test_clusters_widen_the_interval() -> None:
    rng = np.random.default_rng(3)
    shop = np.repeat(np.arange(20), 50)
    arm = np.repeat(rng.integers(0, 2, 20), 50)
    y = np.repeat(rng.normal(0, 1, 20), 50) + rng.normal(0, 1, 1000)
    alone = policy_value(Logged.of(y, arm, 0.5), 1).snipw
    together = policy_value(Logged.of(y, arm, 0.5, cluster=shop), 1).snipw
    assert together.mean == alone.mean
    assert together.se > 2 * alone.se


def test_what_was_never_tried_is_told() -> None:
    chance = np.array([[1.0, 0.0], [0.5, 0.5], [0.5, 0.5], [1.0, 0.0]])
    logged = Logged.of([1.0, 2.0, 3.0, 4.0], [0, 1, 0, 0], chance)
    assert policy_value(logged, 1).unseen == 0.5
    assert policy_value(Logged.of([1.0, 2.0], [0, 1], 0.5), 1).unseen is None


def test_a_uniform_log_gives_the_mean_of_the_arm() -> None:
    rng = np.random.default_rng(1)
    arm, y = rng.integers(0, 2, 500), rng.normal(size=500)
    value = policy_value(Logged.of(y, arm, 0.5), 1)
    assert value.snipw.mean == pytest.approx(float(y[arm == 1].mean()))
    assert value.snipw.se == pytest.approx(float(y[arm == 1].std()) / np.sqrt((arm == 1).sum()), rel=0.01)
    assert value.effective == pytest.approx((arm == 1).sum())


@pytest.mark.parametrize("propensity", [0.0, 1.5, -0.1])
def test_impossible_chances_are_refused(propensity: float) -> None:
    with pytest.raises(ValueError, match="propensity"):
        Logged.of([1.0], [0], propensity)
