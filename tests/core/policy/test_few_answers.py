"""A small control with hardly an answer: nobody is told that everybody should be treated, more often than chance."""

from __future__ import annotations

import numpy as np
import pytest

from regulars.trial.policy.allocate import Choice
from regulars.trial.policy.campaign import Campaign
from regulars.trial.policy.learn import LEARNERS, Learned
from regulars.trial.policy.worth import Bench, surely_above

N, RUNS = 2000, 600


def bench_of(rng: np.random.Generator, rates: tuple[float, float], control: float) -> Bench:
    """Arms dealt by a coin; predictions are the arms' own means, as for customers of whom nothing else is known."""
    shares = np.array([control, 1 - control])
    arm = rng.choice(2, N, p=shares).astype(np.int16)
    y = (rng.random(N) < np.array(rates)[arm]).astype(float)
    means = np.array([y[arm == a].mean() for a in (0, 1)])
    share = np.bincount(arm, minlength=2) / N
    campaign = Campaign((), ("none", "mail"), arm, y, y > 0, share[arm], np.zeros(2))
    nothing = np.zeros(N)
    learned = Learned(
        fold=np.zeros(N, dtype=np.int8),
        effect=np.zeros((N, 1)),
        predicted=np.tile(means, (N, 1)),
        risk=nothing,
        weights=np.zeros((5, 1, len(LEARNERS))),
        mean_effect=np.zeros((5, 1)),
        single=nothing,
        single_names=(),
        rows_learned=N,
    )
    return Bench.of(campaign, learned, 0.9)


def claims(rates: tuple[float, float], control: float, seed: int) -> float:
    rng, found = np.random.default_rng(seed), 0
    everybody = Choice.of(1, np.ones(N))
    for _ in range(RUNS):
        bench = bench_of(rng, rates, control)
        gain = bench.mean(bench.gains(everybody), bench.weights(everybody))
        found += surely_above(gain, level=0.9, looks=1)
    return found / RUNS


@pytest.mark.parametrize(("rate", "control"), [(0.01, 0.05), (0.05, 0.05), (0.02, 0.1), (0.2, 0.05), (0.1, 0.5)])
def test_one_in_twenty_at_most_is_claimed_where_nothing_works(rate: float, control: float) -> None:
    assert claims((rate, rate), control, seed=3) <= 0.05 + 3 * (0.05 * 0.95 / RUNS) ** 0.5


def test_what_works_is_still_seen() -> None:
    assert claims((0.02, 0.12), 0.05, seed=4) > 0.9
    assert claims((0.10, 0.15), 0.5, seed=5) > 0.9
