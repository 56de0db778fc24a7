"""What a trial is worth: against the play of many worlds, and in cases that can be told without counting."""

from __future__ import annotations

import numpy as np
import pytest

from regulars.trial.exploring import SIZES, Doubt, best_left, best_try, moved


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
    only = best_try(score, [doubt], cycles=1e6, room=score.size, paid=score.size)
    assert only is not None
    assert only.size == size, "with no end of cycles half of the customers is best"
    assert only.gain / 1e6 == pytest.approx(served, rel=0.05)


def test_two_doubts_move_a_score_more_than_one_and_never_more_than_they_are() -> None:
    one, two = Doubt(0.2, np.array([10.0]), 0.5), Doubt(0.1, np.array([30.0]), 0.2)
    both = float(moved([one, two], treated=100, left=100)[0])
    assert both > float(moved([one], treated=100, left=100)[0])
    assert both < float(np.hypot(2.0, 3.0))
    assert float(moved([one, two], treated=10**9, left=10**9)[0]) == pytest.approx(float(np.hypot(2.0, 3.0)))


def test_what_is_sure_dear_or_of_no_use_later_is_not_tried() -> None:
    score, told = np.full(600, -5.0), 0.3
    doubt = Doubt(0.3, np.full(600, 40.0), told)
    assert best_try(score, [doubt], cycles=6, room=600, paid=600) is not None
    assert best_try(score, [Doubt(0.0, doubt.worth, told)], cycles=6, room=600, paid=600) is None
    assert best_try(score, [doubt], cycles=0, room=600, paid=600) is None
    assert best_try(score, [doubt], cycles=6, room=600, paid=600, fixed=1e6) is None
    assert best_try(score, [doubt], cycles=6, room=600, paid=SIZES[0] - 1) is None
    assert best_try(score - 500, [doubt], cycles=6, room=600, paid=600) is None


def test_nobody_is_left_out_where_it_teaches_nothing() -> None:
    score, doubt = np.full(800, 3.0), Doubt(0.3, np.full(800, 40.0), 0.3)
    assert best_left(score, [doubt], cycles=6, loss=3.0) > 0
    assert best_left(score, [], cycles=6, loss=3.0) == 0
    assert best_left(score, [doubt], cycles=0, loss=3.0) == 0
    assert best_left(score + 400, [doubt], cycles=6, loss=400.0) == 0, "sure to be good"
    few = best_left(score, [doubt], cycles=6, loss=3.0, free=200)
    assert few < best_left(score, [doubt], cycles=6, loss=3.0), "those left out anyway are left out for nothing"
