"""Draws: wide, joint, without a gain from width alone, and the same for everybody who is compared."""

from __future__ import annotations

import numpy as np
import pytest

from regulars.packs.schema import Effect
from regulars.strategy.draws import HETEROGENEITY, draw, prior_of
from regulars.strategy.own import OwnEffect
from support.planning import effect, measure, measures


def prior(**how: object) -> tuple[float, float, bool]:
    found = prior_of(Effect.model_validate({**effect("attrition", -0.3), **how}))
    return found.mean, found.sd, found.widened


def test_a_prior_below_its_trust_is_widened_by_the_rule() -> None:
    assert prior(mean=-0.3, sd=0.05, trust="B") == pytest.approx((-0.21, np.hypot(0.7 * 0.05, 0.15), True))
    assert prior(mean=-0.3, sd=0.15, trust="B") == (-0.3, 0.15, False)
    assert prior(mean=0.4, sd=0.1, trust="E") == pytest.approx((0.0, 0.3, True))
    assert prior(primitive="reactivation", mean=0.02, sd=0.01, trust="E") == (0.02, 0.01, False)


def test_width_alone_is_no_gain() -> None:
    wide = measure("wide", [effect("frequency", 0.0, sd=0.5)])
    drawn = draw((wide,), count=100_000, seed=1, stream=0)
    (push,) = drawn.pushes(wide, cell=0, state="active", tiers=("low",))
    factor = np.exp(push.draws)
    assert factor.mean() == pytest.approx(1.0, abs=4 * factor.std() / np.sqrt(factor.size))
    assert push.draws.std() == pytest.approx(0.5 * np.sqrt(1 + HETEROGENEITY**2), rel=0.01)


def test_cells_share_the_mean_of_an_effect_but_not_all_of_it() -> None:
    chosen = measures()
    drawn = draw(chosen, count=20_000, seed=1, stream=0)
    one, two = (drawn.pushes(chosen[0], cell=c, state="active", tiers=("low",))[0].draws for c in (0, 1))
    expected = 1 / (1 + HETEROGENEITY**2)
    assert np.corrcoef(one, two)[0, 1] == pytest.approx(expected, abs=0.02)


def test_two_measures_of_like_name_deviate_apart() -> None:
    pair = (measure("winback_a", [effect("attrition", -0.1)]), measure("winback_b", [effect("attrition", -0.1)]))
    drawn = draw(pair, count=20_000, seed=1, stream=0)
    one, two = (drawn.pushes(m, cell=0, state="active", tiers=("low",))[0].draws for m in pair)
    assert abs(np.corrcoef(one, two)[0, 1]) < 0.03


def test_effects_hold_only_where_they_are_said_to() -> None:
    narrow = measure("narrow", [{**effect("attrition", -0.1), "states": ("overdue",), "tiers": ("high",)}])
    drawn = draw((narrow,), count=10, seed=1, stream=0)
    assert drawn.pushes(narrow, cell=0, state="overdue", tiers=("high",))
    assert not drawn.pushes(narrow, cell=0, state="active", tiers=("high",))
    assert not drawn.pushes(narrow, cell=0, state="overdue", tiers=("high", "middle"))


def test_a_cells_draws_do_not_depend_on_other_cells() -> None:
    chosen = measures()
    one, two = (draw(chosen, count=50, seed=7, stream=0) for _ in range(2))
    two.pushes(chosen[0], cell=0, state="active", tiers=("low",))
    for drawn in (one, two):
        drawn.primitives(cell=3, customers=100)
    np.testing.assert_array_equal(
        one.primitives(cell=5, customers=40)["hazard"], two.primitives(cell=5, customers=40)["hazard"]
    )


def test_streams_are_fresh_and_overlap_and_echo_have_their_means() -> None:
    a, b = (draw(measures(), count=50_000, seed=1, stream=s) for s in (0, 1))
    assert not np.array_equal(a.psi, b.psi)
    assert a.theta["attrition"].mean() == pytest.approx(0.7, abs=0.003)
    assert a.psi.mean() == pytest.approx(0.3, abs=0.003)
    assert a.take_up["voucher"].mean() == pytest.approx(1.0, abs=0.005)
    for factor in a.primitives(cell=0, customers=200).values():
        assert factor.mean() == pytest.approx(1.0, abs=0.005)


def test_one_effect_believed_by_state_is_in_doubt_in_all_of_them_together() -> None:
    """The error of its mean is one, so that the states' sum is as uncertain as one effect's is."""
    plain = Effect.model_validate(effect("attrition", -0.3))
    by_state = [
        OwnEffect.model_construct(**(dict(plain) | {"states": (state,), "own": 1.0, "root": root}))
        for state, root in (("active", 0), ("overdue", 0), ("newcomer", 1))
    ]
    several = measure("several", [effect("attrition", -0.3)]).model_copy(update={"effects": tuple(by_state)})
    drawn = draw((several,), count=2000, seed=1, stream=0).effects
    assert np.array_equal(drawn["several", 0], drawn["several", 1])
    assert abs(np.corrcoef(drawn["several", 0], drawn["several", 2])[0, 1]) < 0.1
