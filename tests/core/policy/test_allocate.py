"""Who gets what: against a linear programme, brute force and the laws of a budget."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from regulars.trial.policy.allocate import Choice, by_budget, by_reach, ranks, top

FOLD = np.zeros(6, dtype=np.int8)
gains = st.lists(
    st.lists(st.integers(-5, 9), min_size=3, max_size=3), min_size=6, max_size=6
)  # small whole numbers: ties on purpose


def programme(gain: np.ndarray, cost: np.ndarray, money: float) -> float:
    """The best value of the relaxed knapsack: one arm or part of arms each, within the money."""
    n, arms = gain.shape
    each = np.kron(np.eye(n), np.ones(arms))
    found = linprog(
        -gain.ravel().astype(float),
        A_ub=np.vstack([each, np.tile(cost, n)]),
        b_ub=np.append(np.ones(n), money),
        bounds=(0, 1),
    )
    return float(-found.fun)


@settings(max_examples=60, deadline=None)
@given(gains, st.lists(st.integers(0, 4), min_size=3, max_size=3), st.floats(0.1, 12))
def test_a_budget_buys_what_the_linear_programme_buys(
    gain_: list[list[int]], cost_: list[int], money: float
) -> None:
    gain, cost = np.array(gain_, dtype=float), np.array(cost_, dtype=float)
    choice = by_budget(gain=gain, cost=cost, fold=FOLD, budget=money / 6)
    value = choice.blend(np.column_stack([np.zeros(6), gain])).sum()
    spent = choice.blend(np.tile(np.append(0.0, cost), (6, 1))).sum()
    assert spent <= money + 1e-9
    assert value == pytest.approx(programme(gain, cost, money), abs=1e-6)


@settings(max_examples=60, deadline=None)
@given(gains, st.floats(0.05, 1.0))
def test_a_reach_takes_the_best_and_nobody_at_a_loss(gain_: list[list[int]], reach: float) -> None:
    gain = np.array(gain_, dtype=float)
    choice = by_reach(gain=gain, fold=FOLD, reach=reach)
    value = choice.blend(np.column_stack([np.zeros(6), gain])).sum()
    best = np.sort(np.maximum(gain.max(axis=1), 0.0))[::-1]
    heads = reach * 6
    whole = int(heads + 1e-9)
    most = best[:whole].sum() + (heads - whole) * (best[whole] if whole < 6 else 0.0)
    assert value == pytest.approx(most, abs=1e-6)
    assert choice.of_arm(0).sum() >= 6 - heads - 1e-9
    filled = by_reach(gain=gain, fold=FOLD, reach=reach, fill=True)
    assert 6 - filled.of_arm(0).sum() == pytest.approx(heads)


def test_ties_at_the_edge_share_what_is_left() -> None:
    assert top(np.array([3.0, 1.0, 1.0, 1.0]), 0.5).tolist() == pytest.approx([1.0, 1 / 3, 1 / 3, 1 / 3])
    assert top(np.array([2.0, 1.0]), 0.0).tolist() == [0.0, 0.0]
    assert top(np.array([2.0, -1.0]), 1.0, floor=0.0).tolist() == [1.0, 0.0]


def test_places_run_from_best_to_worst_in_each_fold() -> None:
    fold = np.array([0, 0, 1, 1, 1], dtype=np.int8)
    assert ranks(fold, np.array([1.0, 2.0, 5.0, 5.0, 0.0])).tolist() == pytest.approx([0.75, 0.25, 1 / 3, 1 / 3, 5 / 6])


def test_a_choice_adds_up() -> None:
    choice = Choice(np.array([1, 2, 0]), np.array([0.25, 1.0, 1.0]), np.array([0, 0, 0]))
    assert sum(choice.of_arm(a) for a in range(3)).tolist() == [1.0, 1.0, 1.0]  # type: ignore[union-attr]
    assert choice.logged(np.array([0, 1, 0])).tolist() == [0.75, 0.0, 1.0]
    assert choice.shares(3).tolist() == pytest.approx([1.75 / 3, 0.25 / 3, 1 / 3])
