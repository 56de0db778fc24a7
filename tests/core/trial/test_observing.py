"""How effects show in a ledger: against simulated lives, and back again."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regulars.base.text import say
from regulars.strategy.observing import Told, Watched, all_told, parts_of, told_by
from regulars.strategy.plan import CellInfo
from regulars.strategy.returns import fading
from support.planning import effect, measure

REMINDER = measure("reminder", [effect("frequency", 0.4, 0.25, months=1), effect("attrition", -0.2, 0.15, months=3)])
CALL = measure("call", [effect("attrition", -0.3, 0.2, months=2)])
WINBACK = measure("winback", [effect("reactivation", 0.03, 0.02)])


def cell(state: str = "overdue", attrition: float = 0.12, frequency: float = 0.8) -> CellInfo:
    figures = (attrition, frequency, 200.0, 900.0, 1500.0)
    return CellInfo("A/overdue/all", "A", state, "all", 500, {}, *figures, say("trial.measure.all"))


def watched(kind: str, *measures: object, state: str = "overdue", alive: float = 1.0) -> Watched:
    where = cell(state)
    return Watched(kind, ((1.0, where, parts_of(measures, where)),), 3.0, 1.0, alive)  # type: ignore[arg-type]


def lives(rng: np.random.Generator, n: int, f: float, h: float) -> tuple[float, float]:
    """Visits a customer in three months, and the share seen in the last, by simulation."""
    here, visits, last = np.ones(n, dtype=bool), np.zeros(n), np.zeros(n, dtype=bool)
    extra = 0.8 * max(math.exp(f) - 1, 0)
    for month in range(3):
        here &= rng.random(n) >= min(0.12 * math.exp(max(h * fading(3)[month], -0.9)), 1)
        rate = 0.8 * math.exp(f * fading(1)[month]) - (0.3 * extra / 2 if month else 0)
        came = rng.poisson(max(rate, 0), n) * here
        visits += came
        last = came > 0
    return float(visits.mean()), float(last.mean())


@pytest.mark.parametrize(("f", "h"), [(0.4, -0.2), (-0.6, 0.3), (0.0, -0.7)])
def test_contrasts_are_those_of_simulated_lives(f: float, h: float) -> None:
    rng = np.random.default_rng(1)
    n = 400_000
    with_it, without = lives(rng, n, f, h), lives(rng, n, 0.0, 0.0)
    logs = {("reminder", 0): f, ("reminder", 1): h}
    assert watched("visits", REMINDER).contrast(logs) == pytest.approx(math.log(with_it[0] / without[0]), abs=0.01)
    # Who is lost during the last month still came in it in the model's curve: a small difference in the share.
    assert watched("seen", REMINDER).contrast(logs) == pytest.approx(with_it[1] - without[1], abs=0.02)


@settings(deadline=None, max_examples=12)
@given(f=st.floats(-0.8, 1.0), h=st.floats(-0.6, 0.8))
def test_effects_are_found_again_from_what_they_do(f: float, h: float) -> None:
    both = (watched("visits", REMINDER, alive=0.7), watched("seen", REMINDER, alive=0.7))
    truth = {("reminder", 0): f, ("reminder", 1): h}
    told = told_by(Told("all", both, tuple(one.contrast(truth) for one in both), np.diag([1e-4, 1e-4]) ** 2))
    for key, wanted in truth.items():
        assert told[key][0] == pytest.approx(wanted, abs=0.01)
        assert 0 < told[key][1] < 0.1


def test_what_is_told_is_bayes_rule_by_hand() -> None:
    """One outcome, two effects, small changes: the message is that of a linear model."""
    seen = watched("visits", REMINDER)
    at = {("reminder", 0): 0.4, ("reminder", 1): -0.2}
    c = np.array([seen.slope(key, at) for key in at])
    y = seen.contrast(at) + 0.002
    told = told_by(Told("all", (seen,), (y,), np.array([[0.05**2]])))
    doubt = (c[1] * 0.15) ** 2
    assert told["reminder", 0][1] == pytest.approx(math.sqrt(0.05**2 + doubt) / abs(c[0]), rel=0.01)
    assert told["reminder", 0][0] == pytest.approx(0.4 + 0.002 / c[0], abs=1e-3)


def test_in_a_bundle_the_second_measure_counts_as_far_as_it_overlaps() -> None:
    parts = parts_of((CALL, REMINDER), cell())
    assert {(p.key[0], p.counts) for p in parts} == {("reminder", 1.0), ("call", 0.7)}
    alone, both = watched("seen", CALL), watched("seen", CALL, REMINDER)
    logs = {("call", 0): -0.3, ("reminder", 0): 0.0, ("reminder", 1): 0.0}
    assert 0 < both.contrast(logs) < alone.contrast(logs)


def test_points_of_coming_back_are_seen_as_they_are() -> None:
    seen = watched("returned", WINBACK, state="lapsed")
    assert seen.contrast({("winback", 0): 0.05}) == pytest.approx(0.05)
    assert seen.forecast() == pytest.approx((0.03, 0.02))
    assert told_by(Told("all", (seen,), (0.08,), np.array([[1e-4]])))["winback", 0] == pytest.approx((0.08, 0.01))
    assert told_by(Told("all", (watched("visits", WINBACK, state="lapsed"),), (1.0,), np.array([[0.01]]))) == {}


def test_a_prior_that_was_far_off_is_not_held_against_each_group() -> None:
    rng = np.random.default_rng(3)
    truth = {("reminder", 0): -0.7, ("reminder", 1): 0.0}
    noise = np.array([[0.15**2, 0.0005], [0.0005, 0.03**2]])
    alone, together = [], []
    for _ in range(4):
        groups = []
        for unit in range(6):
            both = (watched("visits", REMINDER), watched("seen", REMINDER))
            y = rng.multivariate_normal([one.contrast(truth) for one in both], noise)
            groups.append(Told(str(unit), both, tuple(y.tolist()), noise))
        alone += [told_by(group)["reminder", 1] for group in groups]
        together += [message["reminder", 1] for message in all_told(groups)]
    pulls = [np.mean([y / se for y, se in found]) for found in (alone, together)]
    assert abs(pulls[1]) < 0.5 * abs(pulls[0])
