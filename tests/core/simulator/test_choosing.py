"""Choosing by customer against brute force: no feasible choice is missed by much, and the bound is one."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regulars.strategy.choosing import Market, bargain, left_over, second_level, worth


def market(rng: np.random.Generator, customers: int, options: int, *, fixed: bool, scale: float = 1.0) -> Market:
    value = rng.normal(20.0, 30.0, (customers, options))
    value[rng.random(value.shape) < 0.2] = -np.inf
    trial = np.zeros(options, dtype=bool)
    trial[-1] = True
    cost = rng.uniform(0.5, 10.0, (2, options))
    return Market(
        value=value,
        cost=cost,
        group=rng.integers(0, 2, customers),
        hours=np.asarray(rng.choice([0.0, 0.1, 0.3], options), dtype=float),
        place=rng.integers(0, 2, customers),
        budget=scale * 1.6 * customers,
        time=np.full(2, scale * 0.05 * customers),
        trial=trial,
        cell=rng.integers(0, 2, customers),
        caps=np.array([1.0, float(customers // 5)]),
        fixed=((8.0, np.arange(options) == 0), (3.0, np.arange(options) == 1)) if fixed else (),
    )


def keeps(m: Market, chosen: np.ndarray) -> bool:
    used = chosen[chosen >= 0]
    on = [place for place, (_, mask) in enumerate(m.fixed) if mask[used].any()]
    money, hours, caps = left_over(m, on, chosen)
    allowed = np.isfinite(m.value[np.flatnonzero(chosen >= 0), used]).all()
    return bool(allowed and money >= -1e-6 and (hours >= -1e-6).all() and (caps >= -1e-6).all())


def brute_force(m: Market) -> float:
    options = [[-1, *np.flatnonzero(np.isfinite(row))] for row in m.value]
    return max(worth(m, np.array(some)) for some in product(*options) if keeps(m, np.array(some)))


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), fixed=st.booleans())
def test_between_brute_force_and_its_bound(seed: int, fixed: bool) -> None:
    m = market(np.random.default_rng(seed), 5, 3, fixed=fixed)
    found, best = bargain(m), brute_force(m)
    assert keeps(m, found.chosen)
    assert found.value == pytest.approx(worth(m, found.chosen))
    assert found.value <= best + 1e-9
    assert found.bound >= best - 1e-9


@pytest.mark.parametrize("fixed", [False, True])
def test_gap_vanishes_with_many_customers(fixed: bool) -> None:
    m = market(np.random.default_rng(7), 1500, 8, fixed=fixed)
    found = bargain(m)
    assert keeps(m, found.chosen)
    assert 0 <= (found.bound - found.value) / found.bound < 0.005


def test_second_level_keeps_to_the_measures_that_are_on() -> None:
    m = market(np.random.default_rng(3), 300, 6, fixed=True)
    chosen, prices = second_level(m, (1,))
    assert keeps(m, chosen)
    assert not (chosen == 0).any(), "option 0 needs the first switch"
    assert (chosen == 1).any()
    assert prices.money >= 0


def test_nothing_worth_doing_is_nothing_done() -> None:
    m = market(np.random.default_rng(1), 20, 3, fixed=True)
    bad = Market(**{name: getattr(m, name) for name in m.__dataclass_fields__} | {"value": -np.ones((20, 3))})
    found = bargain(bad)
    assert (found.chosen == -1).all()
    assert found.value == found.bound == 0.0
