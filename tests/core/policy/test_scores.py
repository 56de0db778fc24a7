"""Scores row by row: the figures of the off-policy estimators, with errors that hold."""

from __future__ import annotations

import numpy as np
import pytest

from regulars.trial.logged import Logged, policy_value
from regulars.trial.offpolicy import Valued, resampled, robust_scores
from regulars.trial.policy.scores import mean_of, unsettled


def test_the_mean_of_scores_is_the_doubly_robust_value() -> None:
    rng = np.random.default_rng(4)
    n = 200
    arm, y, model = rng.integers(0, 3, n).astype(np.int16), rng.normal(size=n), rng.normal(size=(n, 3))
    e, policy, cluster = rng.uniform(0.1, 0.9, n), rng.dirichlet(np.ones(3), n), rng.integers(0, 40, n)
    scores = robust_scores(outcome=y, arm=arm, propensity=e, predicted=model)
    for groups in (None, cluster):
        said = policy_value(Logged.of(y, arm, e, model=model, cluster=groups), policy).aipw
        found = mean_of((policy * scores).sum(axis=1), groups)
        assert said is not None
        assert (found.mean, found.se) == pytest.approx((said.mean, said.se))


def test_a_perfect_prediction_leaves_no_noise_of_the_deal() -> None:
    truth = np.array([[1.0, 3.0, -2.0], [0.0, 5.0, 1.0], [2.0, 2.0, 4.0], [7.0, -1.0, 0.5]])
    arm = np.array([2, 0, 1, 1], dtype=np.int16)
    y, e = truth[np.arange(4), arm], np.array([0.2, 0.5, 0.3, 0.3])
    assert np.allclose(robust_scores(outcome=y, arm=arm, propensity=e, predicted=truth), truth)


def test_intervals_hold_the_truth_nine_times_in_ten() -> None:
    rng = np.random.default_rng(7)
    held, runs, n = 0, 600, 400
    for _ in range(runs):
        x = rng.normal(size=n)
        arm = rng.choice(2, n, p=[0.8, 0.2]).astype(np.int16)
        y = (rng.random(n) < 0.3 + 0.1 * arm * (x > 0)).astype(float)
        e = np.array([0.8, 0.2])[arm]
        predicted = np.column_stack([np.full(n, 0.3), np.full(n, 0.35)])
        scores = robust_scores(outcome=y, arm=arm, propensity=e, predicted=predicted)
        found = mean_of((x > 0) * (scores[:, 1] - scores[:, 0]))
        low, high = found.interval(0.9)
        held += low <= 0.05 <= high
    # 600 trials of 0.9: a standard error of 0.012.
    assert 0.86 <= held / runs <= 0.94


def test_the_bootstrap_agrees_with_the_influence_function() -> None:
    rng = np.random.default_rng(3)
    values = np.column_stack([rng.exponential(size=20_000), rng.normal(size=20_000)])
    draws = resampled(values, rng=rng, draws=2000)
    for column in range(2):
        said = mean_of(values[:, column])
        assert draws[:, column].std() == pytest.approx(said.se, rel=0.08)
        assert np.quantile(draws[:, column], [0.05, 0.95]) == pytest.approx(
            said.interval(0.9), abs=0.25 * said.se
        )  # four errors of the draws


def test_intervals_hold_where_folds_lean_on_each_other() -> None:
    """Act on a fold if the other four say so: the plain interval is too narrow near nothing, the wider one is not."""
    rng = np.random.default_rng(11)
    plain, wider = {}, {}
    for drift in (0.0, 0.5, 1.0, 2.0, 5.0):
        folds = rng.normal(drift / np.sqrt(5), 1.0, (4000, 5))
        act = folds.sum(axis=1, keepdims=True) - folds > 0
        gain, truth = (act * folds).sum(axis=1), act.sum(axis=1) * drift / np.sqrt(5)
        error = np.sqrt(act.sum(axis=1))
        factor = np.array([unsettled(Valued(g, 0.0, 0.0, s, 5, 0.9, "aipw")) for g, s in zip(gain, error, strict=True)])
        plain[drift] = float((np.abs(gain - truth) <= 1.645 * error).mean())
        wider[drift] = float((np.abs(gain - truth) <= 1.645 * error * factor).mean())
    assert min(plain.values()) < 0.84
    assert min(wider.values()) > 0.87
    assert wider[5.0] == pytest.approx(0.9, abs=0.02)
