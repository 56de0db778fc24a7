"""Off-policy values: against exact expectations over all deals, slow loops, and their own bootstrap."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from regulars.trial import offpolicy

OUTCOMES = np.array([[1.0, 3.0, -2.0], [0.0, 5.0, 1.0], [2.0, 2.0, 4.0], [7.0, -1.0, 0.5]])  # of each arm for each row
CHANCES = np.array([0.5, 0.3, 0.2])
POLICY = np.array([[0.0, 1.0, 0.0], [0.2, 0.3, 0.5], [1.0, 0.0, 0.0], [0.0, 0.4, 0.6]])


def expected(estimate: str, predicted: np.ndarray) -> float:
    """The mean of an estimate over every way of dealing the arms, each as likely as it is."""
    total = 0.0
    rows = np.arange(4)
    for dealt in product(range(3), repeat=4):
        arm = np.array(dealt)
        likely = float(np.prod(CHANCES[arm]))
        y, e = OUTCOMES[rows, arm], CHANCES[arm]
        if estimate == "ipw":
            value = offpolicy.inverse_propensity(outcome=y, chance=POLICY[rows, arm], propensity=e).mean
        else:
            scores = offpolicy.robust_scores(outcome=y, arm=arm, propensity=e, predicted=predicted)
            value = offpolicy.doubly_robust(scores=scores, policy=POLICY).mean
        total += likely * value
    return total


@pytest.mark.parametrize("estimate", ["ipw", "aipw"])
def test_no_bias_whatever_is_predicted(estimate: str) -> None:
    truth = float((POLICY * OUTCOMES).sum(axis=1).mean())
    for predicted in (np.zeros((4, 3)), np.full((4, 3), 9.0), OUTCOMES + 0.3):
        assert expected(estimate, predicted) == pytest.approx(truth, abs=1e-12)


def test_a_perfect_prediction_leaves_no_noise_of_the_deal() -> None:
    arm = np.array([2, 0, 1, 1])
    y, e = OUTCOMES[np.arange(4), arm], CHANCES[arm]
    scores = offpolicy.robust_scores(outcome=y, arm=arm, propensity=e, predicted=OUTCOMES)
    assert np.allclose(scores, OUTCOMES)


def test_self_normalised_is_the_weighted_mean() -> None:
    y, chance, e = np.array([1.0, 2.0, 4.0, 8.0]), np.array([1.0, 0.5, 0.0, 1.0]), np.array([0.5, 0.25, 0.25, 0.1])
    weight = [2.0, 2.0, 0.0, 10.0]
    found = offpolicy.self_normalised(outcome=y, chance=chance, propensity=e)
    assert found.mean == pytest.approx(sum(w * v for w, v in zip(weight, y, strict=True)) / sum(weight))
    moved = offpolicy.self_normalised(outcome=y + 100, chance=chance, propensity=e)
    assert moved.mean == pytest.approx(found.mean + 100) and moved.se == pytest.approx(found.se)
    nothing = offpolicy.self_normalised(outcome=y, chance=np.zeros(4), propensity=e)
    assert nothing.n == 0 and nothing.high == float("inf")


def test_policies_that_agree_differ_by_nothing() -> None:
    one, other = np.array([1.0, 5.0, 2.0, 2.0]), np.array([1.0, 5.0, 2.0, 0.0])
    found = offpolicy.paired(one=one, other=other)
    assert found.mean == pytest.approx(0.5)
    assert offpolicy.paired(one=one, other=one).se == 0.0


def test_intervals_hold_the_truth_nine_times_in_ten() -> None:
    rng = np.random.default_rng(7)
    held, runs, n = 0, 600, 400
    for _ in range(runs):
        x = rng.normal(size=n)
        arm = rng.choice(2, n, p=[0.8, 0.2])
        y = (rng.random(n) < 0.3 + 0.1 * arm * (x > 0)).astype(float)
        e = np.array([0.8, 0.2])[arm]
        predicted = np.column_stack([np.full(n, 0.3), np.full(n, 0.35)])
        scores = offpolicy.robust_scores(outcome=y, arm=arm, propensity=e, predicted=predicted)
        found = offpolicy.of_rows((x > 0) * (scores[:, 1] - scores[:, 0]), level=0.9, estimator="aipw")
        held += found.low <= 0.05 <= found.high
    # 600 trials of 0.9: a standard error of 0.012.
    assert 0.86 <= held / runs <= 0.94


def test_the_bootstrap_agrees_with_the_influence_function() -> None:
    rng = np.random.default_rng(3)
    values = np.column_stack([rng.exponential(size=20_000), rng.normal(size=20_000)])
    draws = offpolicy.resampled(values, rng=rng, draws=2000)
    for column in range(2):
        said = offpolicy.of_rows(values[:, column], level=0.9, estimator="aipw")
        assert draws[:, column].std() == pytest.approx(said.se, rel=0.08)
        ends = np.quantile(draws[:, column], [0.05, 0.95])
        assert ends == pytest.approx([said.low, said.high], abs=0.25 * said.se)  # four errors of the draws
