"""The monitor may be looked at after every customer: false alarms over the whole course stay below alpha."""

from __future__ import annotations

import math

import numpy as np
import pytest

from regulars.trial.harm import terms, tuning, watch


def course(rng: np.random.Generator, effect: float, n: int = 2000, held: float = 0.1) -> np.ndarray:
    treated = rng.random(n) >= held
    y = rng.random(n) < 0.4 + effect * treated
    return terms(y, treated, np.full(n, 1 - held))


def test_peeking_after_every_customer_alarms_no_more_often_than_said() -> None:
    rng = np.random.default_rng(1)
    alarms = np.mean([watch(course(rng, 0.0)).harm_at is not None for _ in range(800)])
    assert alarms <= 0.05 + 2 * math.sqrt(0.05 * 0.95 / 800)
    # What the same peeking does to an ordinary one-sided bound: many times alpha.
    naive = []
    for _ in range(300):
        values = course(rng, 0.0)
        t = np.arange(1, values.size + 1)
        mean = values.cumsum() / t
        sd = np.sqrt((values**2).cumsum() / t - mean**2)
        naive.append(bool(np.any((mean + 1.645 * sd / np.sqrt(t) < 0)[100:])))
    assert np.mean(naive) > 0.15


def test_harm_is_found() -> None:
    rng = np.random.default_rng(2)
    found = [watch(course(rng, -0.25, n=3000)).harm_at for _ in range(60)]
    assert np.mean([at is not None for at in found]) > 0.9
    assert watch(course(rng, 0.2)).harm_at is None


def test_the_mean_of_the_terms_is_the_effect() -> None:
    rng = np.random.default_rng(3)
    values = course(rng, 0.1, n=400_000)
    assert values.mean() == pytest.approx(0.1, abs=4 * values.std() / math.sqrt(values.size))


def test_the_bound_is_the_formula() -> None:
    values = np.array([1.0, -1.0] * 100)
    found = watch(values, tuned_to=150, alpha=0.05, first_look=200)
    rho = tuning(150, alpha=0.05)
    t = 200
    wanted = math.sqrt(2 * (t * rho**2 + 1) / (t**2 * rho**2) * math.log(1 + math.sqrt(t * rho**2 + 1) / 0.1))
    assert found.upper.tolist() == pytest.approx([wanted])
    assert found.mean.tolist() == pytest.approx([0.0])


def test_tuning_makes_the_bound_about_tightest_where_it_is_tuned() -> None:
    values = np.array([1.0, -1.0] * 500)

    def width(tuned: float) -> float:
        return float(watch(values, tuned_to=tuned).upper[400 - 100])

    best = min(width(float(n)) for n in range(50, 2000, 25))
    assert width(401) <= 1.03 * best
