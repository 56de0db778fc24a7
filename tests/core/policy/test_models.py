"""The two learners: against dense algebra, explicit cross-validation, a slow tree, and what they should find."""

from __future__ import annotations

import numpy as np
import pytest

from regulars.trial.policy import additive
from regulars.trial.policy.additive import STRENGTHS, Layout
from regulars.trial.policy.boost import Growth, grow
from regulars.trial.policy.campaign import bin_numbers

LAYOUT = Layout((4, 3), (True, False))


def dense(codes: np.ndarray) -> np.ndarray:
    design = np.zeros((len(codes), LAYOUT.width))
    design[:, 0] = 1
    for f, start in enumerate(LAYOUT.starts):
        design[np.arange(len(codes)), start + codes[:, f]] = 1
    return design


def data(n: int = 300) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(5)
    codes = np.column_stack([rng.integers(0, 4, n), rng.integers(0, 3, n)]).astype(np.uint8)
    y = np.column_stack([codes[:, 0] * 0.5 + rng.normal(size=n), (codes[:, 1] == 2) + rng.normal(size=n)])
    return codes, y, rng.integers(0, 3, n).astype(np.int8)


def test_counts_and_sums_are_those_of_the_design() -> None:
    codes, y, fold = data()
    products, sides = additive.cross_products(codes, LAYOUT, fold, 3), additive.cross_targets(codes, LAYOUT, fold, 3, y)
    for k in range(3):
        design = dense(codes[fold == k])
        assert np.allclose(products[k], design.T @ design)
        assert np.allclose(sides[k], design.T @ y[fold == k])


def test_the_strength_is_the_one_explicit_cross_validation_picks() -> None:
    codes, y, fold = data()
    products, sides = additive.cross_products(codes, LAYOUT, fold, 3), additive.cross_targets(codes, LAYOUT, fold, 3, y)
    fitted, best = additive.fit(products, sides, LAYOUT.penalty(), np.arange(3))
    loss = np.zeros((len(STRENGTHS), 2))
    design = dense(codes)
    solved = {}
    for k in range(3):
        here = fold != k
        for s, strength in enumerate(STRENGTHS):
            gram = design[here].T @ design[here] + strength * LAYOUT.penalty() + 1e-6 * np.eye(LAYOUT.width)
            solved[k, s] = np.linalg.solve(gram, design[here].T @ y[here])
            loss[s] += ((y[~here] - design[~here] @ solved[k, s]) ** 2).sum(axis=0)
    assert best.tolist() == loss.argmin(axis=0).tolist()
    for k in range(3):
        for t in range(2):
            assert np.allclose(fitted[k][:, t], solved[k, int(best[t])][:, t], atol=1e-8)
        assert np.allclose(additive.predict(codes, LAYOUT, fitted[k]), design @ fitted[k])


def test_trees_find_what_no_sum_of_features_says() -> None:
    rng = np.random.default_rng(1)
    codes = rng.integers(0, 6, (4000, 3)).astype(np.uint8)
    truth = np.where((codes[:, 0] > 2) == (codes[:, 1] > 2), 1.0, -1.0)[:, None]
    y = truth + rng.normal(size=truth.shape)
    growth = Growth(60, 3, 0.3, 20, np.array([10.0]))
    forest = grow(codes, (6, 6, 6), (True, True, False), y, growth, rng)
    assert float(((forest.predict(codes) - truth) ** 2).mean()) < 0.15
    # An additive model can say nothing of it.
    layout = Layout((6, 6, 6), (True, True, False))
    fold = rng.integers(0, 2, 4000).astype(np.int8)
    products = additive.cross_products(codes, layout, fold, 2)
    sides = additive.cross_targets(codes, layout, fold, 2, y)
    fitted, _ = additive.fit(products, sides, layout.penalty(), np.arange(2))
    assert float(((additive.predict(codes, layout, fitted[0]) - truth) ** 2).mean()) > 0.9


def test_a_leaf_is_its_sum_over_its_rows_and_the_imagined() -> None:
    codes = np.repeat([0, 1], 50).astype(np.uint8)[:, None]
    y = np.repeat([0.0, 4.0], 50)[:, None]
    growth = Growth(1, 1, 1.0, 5, np.array([50.0]), share=1.0)
    found = grow(codes, (2,), (True,), y, growth, np.random.default_rng(0)).predict(codes)
    # Mean 2; leaves of 50 rows at -2 and +2 beside 50 imagined rows at nothing.
    assert np.unique(found).tolist() == pytest.approx([1.0, 3.0])


def test_groups_are_parted_whatever_their_order() -> None:
    codes = np.arange(4).repeat(100).astype(np.uint8)[:, None]
    y = np.array([1.0, 0.0, 1.0, 0.0])[codes[:, 0]][:, None]
    growth = Growth(1, 1, 1.0, 5, np.array([1e-9]), share=1.0)
    found = grow(codes, (4,), (False,), y, growth, np.random.default_rng(0)).predict(codes)
    assert np.allclose(found, y)


def test_bins_keep_the_order_and_give_gaps_their_own() -> None:
    rng = np.random.default_rng(2)
    values = np.concatenate([np.zeros(700), rng.exponential(size=290), np.full(10, np.nan)])
    found = bin_numbers("spend", values, most=10, rng=rng)
    assert found.missing and set(found.codes[-10:]) == {found.bins - 1}
    assert set(found.codes[:700]) == {0}, "a value most rows have is a bin of its own"
    there = values[:-10]
    order = np.argsort(there, kind="stable")
    assert (np.diff(found.codes[:-10][order].astype(int)) >= 0).all()
    assert 4 <= found.bins <= 12
