"""Laws of value: doing nothing is worth nothing, order does not matter, company adds no more than a measure alone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.strategy.returns import (
    FATIGUE,
    FLOOR,
    Base,
    Outcome,
    Push,
    compose,
    live,
    outcome,
    without_synergy,
)

DRAWS = 8
PRIMITIVES = ("attrition", "frequency", "margin", "no_show")


def base_of(h: float = 0.08, f: float = 0.6, m: float = 220.0, *, lapsed: bool = False, no_show: float = 0.0) -> Base:
    full = np.ones(DRAWS)
    return Base(h * full, f * full, m * full, 0.99, 1.0, no_show, lapsed)


def theta(value: float = 0.7) -> dict[str, np.ndarray]:
    return {"attrition": np.full(DRAWS, value), "frequency": np.full(DRAWS, value)}


logs = st.floats(-0.8, 0.8)
pushes = st.builds(
    lambda p, at, spread, months: Push(p, at + spread * np.linspace(-1, 1, DRAWS), months),
    st.sampled_from(PRIMITIVES),
    logs,
    st.floats(0, 0.4),
    st.floats(0.3, 24),
)
measures = st.lists(pushes, min_size=1, max_size=3, unique_by=lambda p: p.primitive).map(tuple)


def bundle(base: Base, chosen: Sequence[tuple[Push, ...]], overlap: float) -> Outcome:
    """The value of a bundle the way options.Evaluator builds it: capped by its parts."""
    found = outcome(base, live(base, {}), chosen, theta=theta(overlap), psi=0.3)
    if len(chosen) < 2:
        return found
    parts = [
        (bundle(base, [*chosen[:i], *chosen[i + 1 :]], overlap), bundle(base, [chosen[i]], overlap))
        for i in range(len(chosen))
    ]
    return without_synergy(found, parts)


def test_nothing_is_worth_nothing() -> None:
    base = base_of()
    found = outcome(base, live(base, {}), [], theta=theta())
    for change in (found.value_12, found.value_36, found.kept_12, found.kept_90, found.back, found.visits_12):
        assert not change.any()


def test_untouched_life_is_the_geometric_series() -> None:
    none = live(base_of(), {})
    q = 0.99 * 0.92
    assert none.cash_36[0] == pytest.approx(132 * q * (1 - q**36) / (1 - q), rel=1e-12)
    assert none.cash_12[0] == pytest.approx(132 * q * (1 - q**12) / (1 - q), rel=1e-12)
    assert none.alive[11, 0] == pytest.approx(0.92**12, rel=1e-12)


def slow_value(h: float, f: float, m: float, effects: dict[str, tuple[float, float]], psi: float, nu: float) -> float:
    """Section 5.3 as a plain loop, for one measure and one draw."""

    def log(name: str, month: int) -> float:
        at, tau = effects.get(name, (0.0, 1.0))
        return at * float(np.exp(-(month - 1) / tau))

    visits = [f * float(np.exp(log("frequency", t))) for t in range(1, 37)]
    extra = max(visits[0] - f, 0.0)
    visits[1] -= psi * extra / 2
    visits[2] -= psi * extra / 2
    total, alive, untouched = 0.0, 1.0, 1.0
    for t in range(1, 37):
        alive *= 1 - h * float(np.exp(max(log("attrition", t), FLOOR)))
        untouched *= 1 - h
        missed = nu * float(np.exp(log("no_show", t)))
        cash = alive * visits[t - 1] * m * float(np.exp(log("margin", t))) * (1 - missed) / (1 - nu)
        total += 0.99**t * (cash - untouched * f * m)
    return total


def test_value_agrees_with_a_plain_loop() -> None:
    effects = {"attrition": (-0.3, 3.0), "frequency": (0.2, 2.0), "margin": (-0.05, 12.0), "no_show": (-0.4, 6.0)}
    chosen = [tuple(Push(name, np.full(DRAWS, at), tau) for name, (at, tau) in effects.items())]
    base = base_of(no_show=0.08)
    found = outcome(base, live(base, {}), chosen, theta=theta(), psi=0.3)
    assert found.value_36[0] == pytest.approx(slow_value(0.08, 0.6, 220, effects, 0.3, 0.08), rel=1e-10)


@given(st.lists(measures, min_size=2, max_size=3), st.floats(0, 1))
def test_the_order_of_naming_does_not_matter(chosen: list[tuple[Push, ...]], overlap: float) -> None:
    base = base_of(no_show=0.05)
    mixed = list(reversed(chosen))
    one = outcome(base, live(base, {}), chosen, theta=theta(overlap), psi=0.3)
    two = outcome(base, live(base, {}), mixed, theta=theta(overlap), psi=0.3)
    np.testing.assert_allclose(one.value_36, two.value_36, rtol=1e-12, atol=1e-9)


@given(st.lists(measures, min_size=2, max_size=3), st.floats(0, 1))
def test_a_further_measure_adds_no_more_than_it_is_worth_alone(chosen: list[tuple[Push, ...]], overlap: float) -> None:
    base = base_of(no_show=0.05)
    together = bundle(base, chosen, overlap)
    for i, added in enumerate(chosen):
        rest = bundle(base, [*chosen[:i], *chosen[i + 1 :]], overlap)
        alone = bundle(base, [added], overlap)
        assert np.all(together.value_36 - rest.value_36 <= alone.value_36 + 1e-9)
        assert np.all(together.value_12 - rest.value_12 <= alone.value_12 + 1e-9)


def test_the_strongest_measure_counts_in_full_for_every_primitive() -> None:
    strong = (Push("attrition", np.full(DRAWS, -0.25), 3), Push("frequency", np.full(DRAWS, 0.05), 3))
    weak = (Push("attrition", np.full(DRAWS, -0.15), 3), Push("frequency", np.full(DRAWS, 0.10), 3))
    total = compose([weak, strong], theta=theta(), lapsed=False)
    assert total["attrition"][0, 0] == pytest.approx(-0.25 - 0.7 * 0.15)
    assert total["frequency"][0, 0] == pytest.approx(0.05 + 0.7 * 0.10)


def test_the_hazard_cannot_be_cut_without_bound() -> None:
    base = base_of()
    huge = (Push("attrition", np.full(DRAWS, -5.0), 1e9),)
    found = outcome(base, live(base, {}), [huge], theta=theta())
    kept = (1 - 0.08 * np.exp(FLOOR)) ** 12 - 0.92**12
    assert found.kept_12[0] == pytest.approx(kept, rel=1e-9)


def test_contacts_beyond_the_ideal_tire() -> None:
    base = base_of()
    none = live(base, {})
    push = (Push("frequency", np.full(DRAWS, 0.1), 2),)
    calm = outcome(base, none, [push], theta=theta(), contacts=2)
    tired = outcome(base, none, [push], theta=theta(), contacts=3)
    assert tired.value_36[0] < calm.value_36[0]
    assert tired.kept_90[0] == pytest.approx(
        np.prod([1 - 0.08 * np.exp(FATIGUE * np.exp(-t / 3)) for t in range(3)]) - 0.92**3, rel=1e-9
    )


def test_the_lapsed_are_worth_their_return_times_a_second_life() -> None:
    full = np.ones(DRAWS)
    base = Base(0.12 * full, 0.5 * full, 200 * full, 0.99, alive=0.1, lapsed=True)
    back = (Push("reactivation", np.full(DRAWS, 0.02), 3),)
    found = outcome(base, live(base, {}), [back], theta=theta())
    second = live(base_of(0.12, 0.5, 200.0), {}).cash_36
    np.testing.assert_allclose(found.value_36, 0.02 * second)
    np.testing.assert_allclose(found.back, 0.02)
    assert not found.kept_12.any()


def test_nobody_is_kept_from_coming_back_who_would_not_have_come() -> None:
    full = np.ones(DRAWS)
    base = Base(0.12 * full, 0.5 * full, 200 * full, 0.99, alive=0.1, lapsed=True, returning=0.01)
    worse = (Push("reactivation", np.full(DRAWS, -0.05), 3),)
    found = outcome(base, live(base, {}), [worse, worse], theta=theta())
    np.testing.assert_allclose(found.back, -0.01)
