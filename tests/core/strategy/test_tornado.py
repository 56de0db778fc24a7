"""Shares of variance: a linear closed form, known main effects and interactions, and Sobol's pick-freeze."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from regulars.strategy.draws import Draws, draw
from regulars.strategy.options import Column, Evaluator, Option
from regulars.strategy.sources import Input, inputs_of, main_effects
from regulars.strategy.tornado import swings
from support.planning import cell, measures


def normals(count: int, size: int, seed: int = 1) -> list[np.ndarray]:
    rng = np.random.default_rng(seed)
    return [(z - z.mean()) / z.std() for z in rng.standard_normal((size, count))]


def test_a_sum_of_independent_normals_shares_out_by_its_squares() -> None:
    weights = {"a": 3.0, "b": -2.0, "c": 1.0, "d": 0.0}
    z = normals(200_000, 4)
    inputs = tuple(Input(name, one) for name, one in zip(weights, z, strict=True))
    values = 100 + np.array(list(weights.values())) @ np.array(z)
    rows, remainder = swings(values, main_effects(values, inputs))
    total = sum(w * w for w in weights.values())
    for row in rows:
        w = weights[row.source]
        assert row.share == pytest.approx(w * w / total, abs=0.005)
        assert row.low == pytest.approx(100 - 1.2816 * abs(w), abs=0.03)
        assert row.high == pytest.approx(100 + 1.2816 * abs(w), abs=0.03)
    assert [row.source for row in rows[:3]] == ["a", "b", "c"]
    assert sum(row.share for row in rows) + remainder == pytest.approx(1.0)
    assert remainder == pytest.approx(0.0, abs=0.005)


def test_a_square_is_a_main_effect_and_a_product_is_none() -> None:
    a, b = normals(200_000, 2)
    inputs = Input("a", a), Input("b", b)
    rows, remainder = swings(a + b**2, main_effects(a + b**2, inputs))
    assert {r.source: r.share for r in rows} == pytest.approx({"a": 1 / 3, "b": 2 / 3}, abs=0.01)
    assert remainder == pytest.approx(0.0, abs=0.01)
    _, remainder = swings(a * b, main_effects(a * b, inputs))
    assert remainder == pytest.approx(1.0, abs=0.01)


def test_what_does_not_vary_has_no_tornado() -> None:
    assert swings(np.full(50, 7.0), {}) == ((), 0.0)


def value(draws: Draws) -> np.ndarray:
    """A small plan: a reminder with a call, a voucher, a newsletter in two cells."""
    cells = [cell("overdue"), cell("active")]
    evaluator = Evaluator(cells, draws, discount=0.99, no_show=0.0)
    return sum((n * evaluator.returns(column).net_36 for n, column in plan()), np.zeros(draws.count))


def plan() -> list[tuple[int, Column]]:
    reminder, call, voucher, newsletter, _ = measures()
    return [
        (300, Column(0, Option.of(reminder, call))),
        (200, Column(0, Option.of(voucher))),
        (900, Column(1, Option.of(newsletter))),
    ]


def test_shares_of_a_plan_agree_with_sobols_pick_freeze() -> None:
    count = 8_000
    one, other = (draw(measures(), count=count, seed=seed, stream=1) for seed in (1, 2))
    evaluator = Evaluator([cell("overdue"), cell("active")], one, discount=0.99, no_show=0.0)
    parts: dict[str, np.ndarray] = {}
    for n, column in plan():
        for source, part in main_effects(evaluator.returns(column).net_36, inputs_of(column, evaluator)).items():
            parts[source] = parts.get(source, 0.0) + n * part
    base = value(one)
    rows, remainder = swings(base, parts)
    share = {row.source: row.share for row in rows}
    assert sum(share.values()) + remainder == pytest.approx(1.0)
    assert 0 <= remainder < 0.1
    frozen = {
        "effect:call": replace(other, effects=other.effects | keep(one, "call")),
        "effect:newsletter": replace(other, effects=other.effects | keep(one, "newsletter")),
        "macro": replace(other, macro=one.macro),
        "echo": replace(other, psi=one.psi),
        "overlap": replace(other, theta=one.theta),
    }
    for source, draws in frozen.items():
        # The covariance of two runs that share one source alone is the variance of its main effect.
        again = value(draws)
        index = np.cov(base, again)[0, 1] / base.var()
        assert share[source] == pytest.approx(index, abs=4 / count**0.5), source


def keep(draws: Draws, measure: str) -> dict[tuple[str, int], np.ndarray]:
    return {key: z for key, z in draws.effects.items() if key[0] == measure}
