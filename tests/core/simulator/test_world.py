"""The simulated world against closed forms, against simulation and against the product's own value model."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace

import numpy as np
import pytest

from regulars.packs.load import load_pack
from regulars.packs.schema import STATES, Measure
from regulars.simulator import truth as truths
from regulars.simulator.life import quarter
from regulars.simulator.menu import eligible, menu_of
from regulars.simulator.presets import PRESETS, preset_of, season
from regulars.simulator.truth import Truth, base_of, truth_of, values
from regulars.simulator.world import COME_BACK, LAPSED, Standing, World, found, newcomers, renew, stand, still_there
from regulars.strategy.draws import prior_of
from regulars.strategy.returns import LONG, Base, Push, live, outcome
from regulars.strategy.solve import feasible
from support.simulator import PACK, PRESET


def test_still_there_is_what_lives_say() -> None:
    rng = np.random.default_rng(5)
    hazard, rate, gap, count = 0.08, 0.6, 3.0, 400_000
    leaves = rng.exponential(-1 / np.log1p(-hazard), count)
    comes = rng.exponential(1 / rate, count)
    silent = comes > np.minimum(gap, leaves)  # no visit within the gap while he was a customer
    alive = leaves > gap
    told = still_there(np.array([hazard]), np.array([rate]), np.array([gap]))[0]
    assert told == pytest.approx(alive[silent].mean(), abs=0.004)


def test_traits_go_together_as_said() -> None:
    new = newcomers(PRESET, np.random.default_rng(2), 40_000, branches=1, consent=None)
    assert new.hazard.mean() == pytest.approx(PRESET.hazard, rel=0.03)
    assert new.rate.mean() == pytest.approx(PRESET.rate, rel=0.03)
    assert new.margin.mean() == pytest.approx(PRESET.margin, rel=0.03)
    assert np.corrcoef(new.wish[1], np.log(new.margin))[0, 1] == pytest.approx(-0.3, abs=0.03)


def test_a_study_is_right_on_average_and_wrong_for_each() -> None:
    rng = np.random.default_rng(3)
    world = found(PRESET, rng, 20_000, branches=2, consent=None)
    shared = []
    for _ in range(12):
        seen = stand(world, PACK.windows, rng)
        active = seen.state == STATES.index("active")
        shared.append(seen.hazard[active].mean() / world.true_hazard()[active].mean())
    assert np.mean(shared) == pytest.approx(1.0, abs=0.12)  # the error a study shares has sd 0.15: 3 of its sds in mean
    spread = np.std(np.log(seen.hazard) - np.log(world.true_hazard()))
    assert 0.2 < spread < 0.5


def test_the_number_of_customers_stays() -> None:
    rng = np.random.default_rng(4)
    world = found(PRESET, rng, 500, branches=3, consent=0.3)
    world.gap = world.gap + 6
    assert renew(world, PRESET, rng, consent=0.3).size == 500


@pytest.mark.parametrize("pack", sorted(PRESETS))
def test_a_year_of_seasons_is_about_one_and_february_2024_follows_the_rush(pack: str) -> None:
    factors = season(preset_of(pack), 24)
    assert factors.mean() == pytest.approx(1.0, abs=0.05)
    assert factors[0] > factors[1], "the New Year was on 10 February 2024: the rush fell in January"


def _plain(world: World) -> World:
    """Everybody's own factor is 1 and nobody is put off: the world the planner's model describes."""
    wish = np.full((4, world.size), truths.OWN / 2)
    return replace(world, wish=wish, quality=np.zeros_like(world.quality))


def test_truth_without_people_is_the_planner_s_value_model() -> None:
    rng = np.random.default_rng(6)
    measures = feasible(PACK.measures, frozenset(PRESET.facts))
    menu = menu_of(measures, max_contacts=2)
    world = _plain(found(PRESET, rng, 400, branches=1, consent=None))
    standing = stand(world, PACK.windows, rng)
    truth = truth_of(measures, rng, mult=1.0, discount=0.99)
    base = base_of(world, standing, truth, season=np.ones(LONG), no_show=0.03)
    may = eligible(menu, standing, np.zeros(400, dtype=bool))
    true = values(menu, world, standing, truth, base, may)
    checked = 0
    for place, option in enumerate(menu.options):
        for one, state in enumerate(STATES):
            who = np.flatnonzero(may[:, place] & (standing.state == one))
            if not who.size or any(m.incentive for m in option.measures):
                continue
            expected = _by_the_product(option.measures, state, who, base, truth, option.contacts)
            assert true[who, place] + menu.cost[place, one] == pytest.approx(expected, rel=1e-9, abs=1e-7), option.id
            checked += 1
    assert checked > 15


def _by_the_product(
    measures: tuple[Measure, ...], state: str, who: np.ndarray, base: truths.Base, truth: Truth, contacts: int
) -> np.ndarray:
    lapsed = state == "lapsed"
    there = Base(base.hazard[who], base.visits[0, who], base.margin[who], truth.discount, 1.0, 0.03, lapsed=lapsed)
    pushes = [
        tuple(
            Push(e.primitive, np.full(who.size, truth.mu[m.id, at]), e.months)
            for at, e in enumerate(m.effects)
            if not e.states or state in e.states
        )
        for m in measures
    ]
    theta = dict.fromkeys(("attrition", "frequency"), np.full(who.size, truth.theta))
    found = outcome(there, live(there, {}), pushes, theta=theta, psi=np.full(who.size, truth.psi), contacts=contacts)
    return np.asarray(found.value_36 * base.alive[who])


def test_true_means_scatter_as_the_priors_say() -> None:
    measures = load_pack("hair").measures
    rng = np.random.default_rng(8)
    z = []
    for _ in range(200):
        drawn = truth_of(measures, rng, mult=2.5, discount=0.99)
        for m in measures:
            for at, effect in enumerate(m.effects):
                z.append((drawn.mu[m.id, at] - truths.centre(effect)) / prior_of(effect).sd)
    assert np.mean(z) == pytest.approx(0.0, abs=0.1)
    assert np.std(z) == pytest.approx(2.5, rel=0.05)


def test_the_lapsed_have_a_second_life() -> None:
    rng = np.random.default_rng(9)
    world = found(PRESET, rng, 600, branches=1, consent=None)
    standing: Standing = stand(world, PACK.windows, rng)
    truth = truth_of(PACK.measures, rng, mult=1.0, discount=0.99)
    base = base_of(world, standing, truth, season=np.ones(LONG), no_show=0.0)
    lapsed = standing.state == LAPSED
    assert (base.alive[lapsed] == 1).all()
    assert (base.hazard[lapsed] >= world.true_hazard()[lapsed]).all()


def test_nobody_is_kept_from_coming_back_who_would_not_have_come() -> None:
    """The truth judges by what can be lived: of a hundred gone one comes back, so no letter costs five returns."""
    rng = np.random.default_rng(10)
    measures = tuple(m for m in PACK.measures if any(e.primitive == "reactivation" for e in m.effects))
    world = found(PRESET, rng, 600, branches=1, consent=None)
    standing = stand(world, PACK.windows, rng)
    menu = menu_of(measures, max_contacts=4)
    drawn = truth_of(measures, rng, mult=1.0, discount=0.99)
    truth = replace(drawn, mu=dict.fromkeys(drawn.mu, -0.05))
    base = base_of(world, standing, truth, season=np.ones(LONG), no_show=0.0)
    lapsed = standing.state == LAPSED
    may = np.repeat(lapsed[:, None], menu.size, axis=1)
    true = values(menu, world, standing, truth, base, may)[lapsed]
    costs = true + COME_BACK * base.untouched[lapsed][:, None]
    assert (costs <= 1e-9).all(), "what each brings less is at most what would have come back, and the measure's cost"
    dearest = max(sum(m.cost + m.incentive for m in o.measures) for o in menu.options)
    assert costs.min() >= -dearest - 1e-9


def _lived(world: World, *, seen: float = 1.0, wander: float = 1.0) -> tuple[World, int]:
    """The world after a quarter in which nobody is given anything, and the visits the till saw."""
    rng = np.random.default_rng(8)
    world = replace(deepcopy(world), seen=seen)
    standing = stand(world, PACK.windows, rng)
    nobody = np.full(world.size, -1, dtype=np.int64)
    truth = truth_of((), rng, mult=1.0, discount=0.99)
    menu = menu_of(PACK.measures, max_contacts=3)
    found = quarter(world, standing, menu, nobody, truth, season=np.ones(3), no_show=0.03, rng=rng, wander=wander)
    return world, int(found.visits.sum())


def test_visits_without_a_name_are_seen_by_nobody() -> None:
    world = found(PRESET, np.random.default_rng(7), 8000, branches=3, consent=None)
    whole, part = _lived(world)[1], _lived(world, seen=0.6)[1]
    assert part == pytest.approx(0.6 * whole, rel=0.05)
    full = stand(world, PACK.windows, np.random.default_rng(1))
    poor = stand(replace(world, seen=0.6), PACK.windows, np.random.default_rng(1))
    assert poor.rate.mean() == pytest.approx(0.6 * full.rate.mean(), rel=0.05)
    assert poor.alive.mean() > full.alive.mean(), "silence says less where visits go unseen"


def test_newcomers_come_as_often_as_told() -> None:
    rng = np.random.default_rng(3)
    world = found(PRESET, rng, 8000, branches=1, consent=None)
    world.gap = np.minimum(world.gap, PRESET.kept)  # nobody has to be forgotten
    fresh = {share: int((renew(world, PRESET, rng, consent=None, arrivals=share).age < 3).sum()) for share in (0, 1, 3)}
    came = fresh[1] - fresh[0]
    assert came > 400
    assert fresh[3] - fresh[0] == pytest.approx(3 * came, rel=0.25)


def test_the_quality_of_branches_wanders_as_far_as_told() -> None:
    world = found(PRESET, np.random.default_rng(7), 400, branches=12, consent=None)
    step = {much: _lived(world, wander=much)[0].quality - world.quality for much in (0.0, 1.0, 10.0)}
    assert not step[0.0].any()
    assert step[10.0] == pytest.approx(10 * step[1.0])
