"""Complaints and spending of the demos: as many as they say, with the effect that they say."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from regulars.ledger.synth import beauty, hair
from regulars.ledger.synth.grievances import LATE, OPEN, PROMPT, draw_grief
from regulars.ledger.synth.lives import Lives, draw_visits, expected_visits
from regulars.ledger.synth.marketing import LEVELS, Spending, draw_sources, shares
from regulars.ledger.synth.trade import Channel, Grievances, Trade
from regulars.ledger.synth.world import World, simulate
from support.synth import LAST_DAY, make

CARES = Grievances(
    share=0.2, prompt=0.55, late=0.25, leave_late=0.3, leave_open=0.8, kinds=("a",), severities=("b",), outcomes=("c",)
)


def world_of(module: object, *, trade: Trade | None = None, customers: int = 6_000) -> World:
    return simulate(
        trade=trade or module.TRADE,  # type: ignore[attr-defined]  # the trade modules share these names
        customers=customers,
        last_day=LAST_DAY,
        years=3,
        identify=module.customer_ids,  # type: ignore[attr-defined]
        rng=np.random.default_rng(7),
    )


def near(share: float, wanted: float, n: int) -> bool:
    """Whether a share of ``n`` lies within four standard errors of what is wanted."""
    return bool(abs(share - wanted) <= 4 * np.sqrt(wanted * (1 - wanted) / n))


@pytest.mark.parametrize("module", [beauty, hair])
def test_complaints_come_as_often_as_the_trade_says_and_are_met_so(module: object) -> None:
    world = world_of(module)
    trade, visits, grief = world.trade, world.visits, world.grief
    cares = trade.grievances
    assert cares is not None
    known = visits.customer >= 0
    home = world.lives.branch[visits.customer[known]]
    complained = np.isin(np.flatnonzero(known), grief.position)
    for b, place in enumerate(trade.places):
        here = complained[home == b]
        assert near(float(here.mean()), cares.share * place.complaints, len(here))
    met = np.bincount(grief.met, minlength=3) / len(grief)
    for code, wanted in ((PROMPT, cares.prompt), (LATE, cares.late), (OPEN, 1 - cares.prompt - cares.late)):
        assert near(float(met[code]), wanted, len(grief))
    assert grief.after[grief.met == PROMPT].max() <= 6 < 7 < grief.after[grief.met == LATE].min()
    assert np.all(grief.after[grief.met == OPEN] == -1)


@pytest.mark.parametrize("module", [beauty, hair])
def test_who_is_badly_met_leaves_so_often_and_never_comes_again(module: object) -> None:
    """The effect is found again by looking at who comes after a complaint, against visits without one."""
    world = world_of(module, customers=12_000)
    cares, visits, grief = world.trade.grievances, world.visits, world.grief
    assert cares is not None
    early = visits.day < world.clock.days - 365
    last = np.zeros(len(world.lives), dtype=np.int64)
    known = visits.customer >= 0
    np.maximum.at(last, visits.customer[known], visits.day[known])
    ends = last[visits.customer] == visits.day
    plain = known & early & ~np.isin(np.arange(len(visits)), grief.position)
    branch = world.lives.branch
    for code, effect in ((PROMPT, 0.0), (LATE, cares.leave_late), (OPEN, cares.leave_open)):
        own = grief.position[(grief.met == code) & early[grief.position]]
        usual = np.array([ends[plain & (branch[visits.customer] == b)].mean() for b in range(len(world.trade.places))])
        before = float(usual[branch[visits.customer[own]]].mean())
        assert near(float(ends[own].mean()), before + (1 - before) * effect, len(own))
    gone = visits.customer[grief.position[grief.left]]
    assert np.all(world.lives.died[gone] <= world.clock.end(branch=branch[gone]))


def test_expected_visits_know_of_complaints_to_come() -> None:
    rng = np.random.default_rng(4)
    number, horizon = 20_000, 365.0
    lives = Lives(
        branch=np.zeros(number, dtype=np.int64),
        began=np.zeros(number),
        rate=np.full(number, 1 / 40),
        regularity=np.full(number, 2),
        hazard=np.full(number, 0.001),
        once=np.zeros(number, dtype=bool),
        died=rng.exponential(size=number) / 0.001,
        spend=np.zeros(number),
    )
    trade = replace(hair.TRADE, grievances=CARES)
    who, at = draw_visits(lives=lives, until=np.full(number, horizon), rng=rng)
    grief = draw_grief(trade=trade, lives=lives, who=who, rng=rng)
    left = np.full(number, np.inf)
    # Nobody leaves over the visit that won them, as expectation looks at what follows it.
    angry = grief.position[grief.left & (grief.position >= number)]
    np.minimum.at(left, who[angry], at[angry])
    happened = np.bincount(who[at <= left[who]], minlength=number) - 1.0
    zero, lost = np.zeros(number), np.full(number, 0.2 * (0.25 * 0.3 + 0.2 * 0.8))
    expected = expected_visits(lives=lives, last=zero, now=zero, horizon=np.full(number, horizon), lost_by_visit=lost)
    error = (happened - expected).std(ddof=1) / np.sqrt(number)
    assert abs((happened - expected).mean()) < 4 * error
    assert happened.mean() < 0.85 * expected_visits(lives=lives, last=zero, now=zero, horizon=zero + horizon).mean()


def test_complaints_leave_everybody_elses_life_as_it_was() -> None:
    angry = world_of(beauty)
    calm = world_of(beauty, trade=replace(beauty.TRADE, grievances=None))
    assert angry.people.chinese == calm.people.chinese and len(calm.grief) == 0
    untouched = np.ones(6_000, dtype=bool)
    untouched[angry.lives.died < calm.lives.died] = False
    assert 0.01 < 1 - untouched.mean() < 0.1

    def days(world: World) -> NDArray[np.int64]:
        mine = (world.visits.customer >= 0) & untouched[world.visits.customer]
        return world.visits.customer[mine] * 10_000 + world.visits.day[mine]

    assert np.array_equal(np.sort(days(angry)), np.sort(days(calm)))


def test_the_truth_tells_who_left_over_a_complaint(tmp_path: Path) -> None:
    truth = make("hair", tmp_path, customers=2_000).truth.to_pylist()
    left = [row for row in truth if row["left_after_complaint"]]
    assert len(left) > 5
    assert all(row["complaints"] >= 1 and row["died_on"] and not row["passer_by"] for row in left)
    assert not any(row["complaints"] for row in make("retail", tmp_path / "retail").truth.to_pylist())


def test_more_newcomers_come_by_a_source_when_more_is_spent_on_it() -> None:
    channels = (Channel("a", 0.3, 100), Channel("b", 0.2, 100, steady=True), Channel("c", 0.5))
    level = np.array([[0.0, 1.0, 0.0], [1.0, 1.0, 0.0], [2.0, 1.0, 0.0]])
    found = shares(channels=channels, level=level)
    assert found.sum(axis=1) == pytest.approx(np.ones(3))
    # By hand: usual = mean of 1 - exp(-level) over the levels; at nothing the weight of a is 0.35 of its share.
    usual = sum(1 - np.exp(-v) for v in LEVELS) / len(LEVELS)
    assert found[0, 0] == pytest.approx(0.105 / 0.805)
    full = 0.3 * (0.35 + 0.65 * (1 - np.exp(-2.0)) / usual)
    assert found[2, 0] == pytest.approx(full / (full + 0.7))
    assert found[1, 0] - found[0, 0] > found[2, 0] - found[1, 0] > 0
    world = world_of(beauty, trade=replace(beauty.TRADE, channels=channels))
    thirds = np.array([0, 365, 730])
    drawn = draw_sources(
        world=world, spending=Spending(thirds, np.array([364, 729, 1095]), level), rng=np.random.default_rng(3)
    )
    year = np.searchsorted(thirds, world.began_day, side="right") - 1
    for at in range(3):
        mine = drawn[year == at]
        assert near(float((mine == 0).mean()), float(found[at, 0]), len(mine))


def test_sources_keep_their_shares_over_the_years(tmp_path: Path) -> None:
    people = make("beauty", tmp_path, customers=6_000).customers
    came = Counter(row["來源"] for row in people)
    for channel in beauty.TRADE.channels:
        assert came[channel.source] / len(people) == pytest.approx(channel.share, rel=0.25)
