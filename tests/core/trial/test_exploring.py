"""What a trial is worth: against the play of many worlds, and in cases that can be told without counting."""

from __future__ import annotations

import numpy as np
import pytest

from regulars.trial.exploring import SIZES, Doubt, Pool, best, left_out, moved, tries


def test_what_trials_gain_when_they_are_played() -> None:
    """Draw the truth, see a noisy estimate, give the measure to whom it now suits: the mean gain is the one told."""
    rng = np.random.default_rng(4)
    score = rng.normal(-2, 3, 400)
    doubt = Doubt(0.2, np.linspace(5, 30, 400), 0.3)
    size = 200
    noise = (1 / size + 1 / (score.size - size)) / doubt.told
    truth = rng.normal(0, doubt.sd, 20_000)
    seen = truth + rng.normal(0, np.sqrt(noise), truth.size)
    kept = doubt.sd**2 / (doubt.sd**2 + noise)
    believed = score + np.outer(kept * seen, doubt.worth)
    played = np.where(believed > 0, score + np.outer(truth, doubt.worth), 0.0).sum(axis=1).mean()
    served = played - np.maximum(score, 0.0).sum()
    only = best(tries(Pool.of(score, [doubt]), cycles=1e6, room=score.size, paid=score.size))
    assert only is not None
    assert only.size == size, "with no end of cycles half of the customers is best"
    assert only.gain / 1e6 == pytest.approx(served, rel=0.05)


def test_two_doubts_move_a_score_more_than_one_and_never_more_than_they_are() -> None:
    one, two = Doubt(0.2, np.array([10.0]), 0.5), Doubt(0.1, np.array([30.0]), 0.2)
    both = float(moved([one, two], treated=100, left=100)[0])
    assert both > float(moved([one], treated=100, left=100)[0])
    assert both < float(np.hypot(2.0, 3.0))
    assert float(moved([one, two], treated=10**9, left=10**9)[0]) == pytest.approx(float(np.hypot(2.0, 3.0)))


def tried(score: np.ndarray, doubts: list[Doubt], *, cycles: float = 6, paid: int = 600, fixed: float = 0.0) -> int:
    found = best(tries(Pool.of(score, doubts), cycles=cycles, room=600, paid=paid, fixed=fixed))
    return found.size if found is not None else 0


def spared(score: np.ndarray, doubts: list[Doubt], *, cycles: float = 6, loss: float = 3.0, free: int = 0) -> int:
    found = best(left_out(Pool.of(score, doubts), cycles=cycles, loss=loss, free=free))
    return found.size if found is not None else 0


def test_what_is_sure_dear_or_of_no_use_later_is_not_tried() -> None:
    score, told = np.full(600, -5.0), 0.3
    doubt = Doubt(0.3, np.full(600, 40.0), told)
    assert tried(score, [doubt])
    assert not tried(score, [Doubt(0.0, doubt.worth, told)])
    assert not tried(score, [doubt], cycles=0)
    assert not tried(score, [doubt], fixed=1e6)
    assert not tried(score, [doubt], paid=SIZES[0] - 1)
    assert not tried(score - 500, [doubt])


def test_nobody_is_left_out_where_it_teaches_nothing() -> None:
    score, doubt = np.full(800, 3.0), Doubt(0.3, np.full(800, 40.0), 0.3)
    assert spared(score, [doubt]) > 0
    assert not spared(score, [])
    assert not spared(score, [doubt], cycles=0)
    assert not spared(score + 400, [doubt], loss=400.0), "sure to be good"
    few = spared(score, [doubt], free=200)
    assert few < spared(score, [doubt]), "those left out anyway are left out for nothing"


def test_customers_alike_may_be_counted_instead_of_listed() -> None:
    """A plan knows its cells, the simulator every customer: the sizes are the same."""
    score, worth, many = np.array([-4.0, 2.0, 9.0]), np.array([30.0, 40.0, 10.0]), np.array([300, 200, 100])
    cells = Pool(score, [Doubt(0.2, worth, 0.3)], many.astype(float))
    everybody = Pool.of(np.repeat(score, many), [Doubt(0.2, np.repeat(worth, many), 0.3)])
    for one, other in zip(
        (*tries(cells, cycles=5, room=250, paid=400, fixed=50.0), *left_out(cells, cycles=5, loss=3.0, free=9)),
        (*tries(everybody, cycles=5, room=250, paid=400, fixed=50.0), *left_out(everybody, cycles=5, loss=3.0, free=9)),
        strict=True,
    ):
        assert one.size == other.size
        assert one.worth == pytest.approx(other.worth)
        assert one.price == pytest.approx(other.price)
