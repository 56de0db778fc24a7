"""Sizes of hold-outs against brute force, printed examples and Test & Roll as published."""

from __future__ import annotations

import math
from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.trial.voi import (
    detectable,
    hold_out,
    roll_size,
    roll_sizes,
    value_of,
    worth_of_certainty,
    worth_of_sample,
)

SHOP = partial(hold_out, spread=700.0, cycles=8.0, explained=0.5)


@pytest.mark.parametrize(
    ("customers", "mu", "sigma", "printed"),
    [
        (1_000, 10.0, 20.0, 350),
        (3_000, 10.0, 20.0, 1_124),
        (3_000, 30.0, 30.0, 508),
        (10_000, 30.0, 30.0, 1_234),
        (3_000, 70.0, 40.0, 0),
        (1_000, 30.0, 30.0, 0),
        (300, 10.0, 20.0, 0),
        (300, 30.0, 30.0, 0),
    ],
)
def test_the_design_examples(customers: int, mu: float, sigma: float, printed: int) -> None:
    found = SHOP(customers=customers, mu=mu, sigma=sigma)
    if printed == 0:
        assert (found.size, found.gain) == (0, 0.0)
        return
    # The printed sizes came from a coarse grid. The curve is flat at its top: they must be worth as much to 0.1 %.
    shop = {"customers": customers, "mu": mu, "sigma": sigma, "spread": 700.0, "cycles": 8.0, "explained": 0.5}
    at_printed = float(value_of(printed, **shop))  # type: ignore[arg-type]
    assert found.expected * 0.999 <= at_printed <= found.expected
    assert found.size == pytest.approx(printed, rel=0.05)


def test_the_printed_gain() -> None:
    assert SHOP(customers=1_000, mu=10, sigma=20).gain == pytest.approx(3_971, abs=0.5)


def test_value_is_that_of_simulated_cycles() -> None:
    rng = np.random.default_rng(4)
    customers, held, mu, sigma, spread, cycles = 2_000, 400, 5.0, 15.0, 200.0, 4.0
    delta = rng.normal(mu, sigma, 400_000)
    variance = spread**2 * (1 / held + 1 / (customers - held))
    seen = rng.normal(delta, math.sqrt(variance))
    posterior = (mu / sigma**2 + seen / variance) / (1 / sigma**2 + 1 / variance)
    drawn = (customers - held) * delta + cycles * customers * np.where(posterior > 0, delta, 0)
    wanted = float(value_of(held, customers=customers, mu=mu, sigma=sigma, spread=spread, cycles=cycles))
    assert wanted == pytest.approx(float(drawn.mean()), abs=4 * float(drawn.std()) / math.sqrt(drawn.size))


@given(
    mu=st.floats(-50, 50),
    sigma=st.floats(0.1, 60),
    held=st.integers(1, 999),
    spread=st.floats(10, 2000),
)
def test_a_sample_is_worth_something_and_never_more_than_certainty(
    mu: float, sigma: float, held: int, spread: float
) -> None:
    worth = worth_of_sample(customers=1_000, mu=mu, sigma=sigma, spread=spread, held=held)
    assert -1e-6 <= worth <= worth_of_certainty(customers=1_000, mu=mu, sigma=sigma) + 1e-6


@given(customers=st.integers(0, 400), mu=st.floats(-40, 80), sigma=st.floats(0, 60), least=st.integers(0, 30))
def test_no_other_size_is_worth_more(customers: int, mu: float, sigma: float, least: int) -> None:
    found = hold_out(customers=customers, mu=mu, sigma=sigma, spread=100.0, cycles=6.0, least=least)
    assert found.size >= least
    assert least > 0 or found.gain >= 0
    if sigma > 0 and customers > 2:
        for size in range(max(least, 1), customers):
            other = float(value_of(size, customers=customers, mu=mu, sigma=sigma, spread=100.0, cycles=6.0))
            assert found.expected >= other - 1e-6 * abs(other)


def test_test_and_roll_as_published() -> None:
    # Feit and Berman (2019): a web page, display advertising, catalogues.
    assert roll_size(customers=100_000, spread=math.sqrt(0.68 * 0.32), sigma=0.03) == pytest.approx(2_284, abs=0.5)
    assert roll_size(customers=1e6, spread=103.77, sigma=4.39646) == pytest.approx(11_391, abs=0.5)
    assert roll_size(customers=1e6, spread=103.77, sigma=4.40) == pytest.approx(11_382, abs=0.5)
    sizes = roll_sizes(customers=100_000, mu=(19.39, 30.06 - 0.80), sigma=(20.97, 13.48), spread=(87.69, 179.36))
    assert list(sizes) == pytest.approx([588, 1_884], abs=1)


@pytest.mark.parametrize(
    ("customers", "rate", "plain", "adjusted"),
    [
        (2_000, 0.10, 6.3, 4.4),
        (2_000, 0.30, 9.6, 6.8),
        (2_000, 0.60, 10.2, 7.2),
        (10_000, 0.60, 4.6, 3.2),
        (500, 0.60, 20.5, 14.5),
    ],
)
def test_smallest_effects_to_be_seen(customers: int, rate: float, plain: float, adjusted: float) -> None:
    sizes = {"treated": 0.9 * customers, "held": 0.1 * customers, "rate": rate}
    assert 100 * detectable(**sizes) == pytest.approx(plain, abs=0.051)
    assert 100 * detectable(**sizes, explained=0.5) == pytest.approx(adjusted, abs=0.051)


def test_nothing_is_seen_with_nobody_held_out() -> None:
    assert detectable(treated=100, held=0, rate=0.5) == math.inf
    with pytest.raises(ValueError, match="either"):
        detectable(treated=1, held=1)
