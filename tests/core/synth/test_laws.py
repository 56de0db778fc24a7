"""What is simulated obeys the laws it claims, and every trade looks like its trade."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import holidays
import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.special import gammainc

from regulars.base.new_year import NEW_YEARS
from regulars.ledger.synth import beauty, hair, retail, watch
from regulars.ledger.synth.clock import make_clock
from regulars.ledger.synth.goods import Item, Shelf
from regulars.ledger.synth.lives import Lives, draw_lives, draw_visits, expected_visits
from regulars.ledger.synth.trade import MONTH, Trade
from regulars.ledger.synth.world import World, simulate

LAST_DAY = date(2025, 9, 30)


def within(sample: NDArray[np.floating], *, mean: float) -> bool:
    """Whether the sample's mean lies within four standard errors of ``mean``."""
    return bool(abs(sample.mean() - mean) <= 4 * sample.std(ddof=1) / np.sqrt(len(sample)))


def same_lives(*, number: int, rate: float, k: int, hazard: float, rng: np.random.Generator) -> Lives:
    return Lives(
        branch=np.zeros(number, dtype=np.int64),
        began=np.zeros(number),
        rate=np.full(number, rate),
        regularity=np.full(number, k),
        hazard=np.full(number, hazard),
        once=np.zeros(number, dtype=bool),
        died=rng.exponential(size=number) / hazard,
        spend=np.zeros(number),
    )


def world_of(module: object, *, customers: int, seed: int = 7, trade: Trade | None = None) -> World:
    shape: Trade = trade or module.TRADE  # type: ignore[attr-defined]  # the trade modules share these names
    return simulate(
        trade=shape,
        customers=customers,
        last_day=LAST_DAY,
        years=shape.years,
        identify=module.customer_ids,  # type: ignore[attr-defined]
        rng=np.random.default_rng(seed),
    )


@pytest.mark.parametrize("k", [1, 2, 3, 4])
def test_visits_follow_the_closed_form(k: int) -> None:
    """The n-th return comes before T and before death with chance (b/(b+h))^(nk) P(Gamma(nk, b+h) < T)."""
    rng = np.random.default_rng(11 + k)
    rate, hazard, until = 1 / 40, 0.002, 365.0
    lives = same_lives(number=20_000, rate=rate, k=k, hazard=hazard, rng=rng)
    who, at = draw_visits(lives=lives, until=np.full(20_000, until), rng=rng)
    returns = np.bincount(who, minlength=20_000) - 1.0
    beta = k * rate
    n = np.arange(1, 60)
    chance = (beta / (beta + hazard)) ** (n * k) * gammainc(n * k, (beta + hazard) * until)
    assert within(returns, mean=float(chance.sum()))
    assert within((returns >= 1).astype(float), mean=float(chance[0]))
    assert within((returns >= 5).astype(float), mean=float(chance[4]))
    assert at.max() < until


@pytest.mark.parametrize("k", [1, 2, 4])
def test_gaps_are_erlang(k: int) -> None:
    rng = np.random.default_rng(5)
    lives = same_lives(number=4_000, rate=1 / 30, k=k, hazard=1e-9, rng=rng)
    who, at = draw_visits(lives=lives, until=np.full(4_000, 4_000.0), rng=rng)
    order = np.lexsort((at, who))
    first_gap = np.diff(at[order])[np.flatnonzero(np.diff(who[order], prepend=-1))]
    assert within(first_gap, mean=30.0)
    assert within((first_gap - 30.0) ** 2, mean=30.0**2 / k)


@pytest.mark.parametrize("k", [1, 3])
def test_expected_visits_given_silence_match_simulation(k: int) -> None:
    """Customers seen up to time 200, then followed for a year: expectation against what happens, group by group."""
    rng = np.random.default_rng(21 + k)
    number, now, horizon = 40_000, 200.0, 365.0
    lives = same_lives(number=number, rate=1 / 45, k=k, hazard=0.0015, rng=rng)
    who, at = draw_visits(lives=lives, until=np.full(number, now + horizon), rng=rng)
    last = np.zeros(number)
    past = at < now
    np.maximum.at(last, who[past], at[past])
    happened = np.bincount(who[~past], minlength=number).astype(float)
    expected = expected_visits(lives=lives, last=last, now=np.full(number, now), horizon=np.full(number, horizon))
    alive = lives.died > now
    silence = now - last
    for group in (silence < 15, (silence >= 15) & (silence < 45), (silence >= 45) & (silence < 90), silence >= 90):
        assert within((happened - expected)[alive & group], mean=0.0)
    assert np.all(expected[~alive] == 0)


@pytest.mark.parametrize("module", [beauty, hair, retail, watch])
def test_truth_of_every_trade_agrees_with_what_then_happens(module: object) -> None:
    world = world_of(module, customers=6_000)
    alive = world.lives.died > world.clock.end(branch=world.lives.branch)
    assert within((world.next_12 - world.expected_12)[alive], mean=0.0)


@pytest.mark.parametrize("module", [beauty, hair, retail, watch])
def test_latents_recover_their_parameters(module: object) -> None:
    trade: Trade = module.TRADE  # type: ignore[attr-defined]
    plain = replace(trade, places=tuple(replace(p, wastage=1.0, once_more=0.0) for p in trade.places))
    clock = make_clock(places=plain.places, calendar=plain.calendar, last_day=LAST_DAY, years=plain.years)
    lives = draw_lives(trade=plain, clock=clock, customers=20_000, rng=np.random.default_rng(3))
    nature = plain.nature
    assert within(lives.rate, mean=1 / nature.interval_days)
    assert within((lives.rate * nature.interval_days - 1) ** 2, mean=1 / nature.rate_shape)
    assert within(lives.hazard * MONTH, mean=nature.hazard_month)
    assert within(lives.once.astype(float), mean=nature.once)
    assert within(lives.spend, mean=0.0)
    for k, share in nature.regularity.items():
        if share < 1:
            assert within((lives.regularity == k).astype(float), mean=share)
    stayed = lives.died - lives.began
    assert within((stayed * lives.hazard)[~lives.once], mean=1.0)
    for b, place in enumerate(plain.places):
        assert within((lives.branch == b).astype(float), mean=place.share)


def test_the_clock_stands_still_when_closed() -> None:
    trade = beauty.TRADE
    clock = make_clock(places=trade.places, calendar=trade.calendar, last_day=LAST_DAY, years=3)
    assert clock.last_day == LAST_DAY
    assert clock.speed[:, : clock.days].mean(axis=1) == pytest.approx(np.ones(4))
    day = (date(2024, 2, 10) - clock.first_day).days  # first day of the Year of the Dragon
    assert np.all(clock.speed[:, day : day + 3] == 0)
    assert np.all(clock.speed[1, day - 7 : day] > 0)
    weekdays = [(clock.first_day + timedelta(days=d)).isoweekday() for d in range(clock.days)]
    for b, place in enumerate(trade.places):
        for closed in place.closed_on:
            assert all(clock.speed[b, d] == 0 for d, weekday in enumerate(weekdays) if weekday == closed)
    world = world_of(beauty, customers=2_000)
    assert np.all(clock.speed[world.visits.branch, world.visits.day] > 0)
    assert np.all(np.diff(world.visits.day) >= 0)


def test_new_year_table_agrees_with_the_calendar_of_public_holidays() -> None:
    official = holidays.country_holidays("HK", years=range(1990, 2061), observed=False, language="en_US")
    for first in NEW_YEARS:
        # a first day on a Sunday is no public holiday; the second day then is
        name = official[first + timedelta(days=1)] if first.weekday() == 6 else official[first]
        assert "Lunar New Year" in name or "Chinese New Year" in name
    assert [first.year for first in NEW_YEARS] == list(range(1990, 2061))


def test_shelf_draws_what_it_says_and_big_spenders_choose_dear() -> None:
    shelf = Shelf((Item("a", "x", 100, 2.0), Item("b", "x", 300, 1.0), Item("c", "x", 900, 0.5)))
    level = np.repeat([-1.0, 0.0, 1.0], 20_000)
    drawn = shelf.prices[shelf.draw(level=level, rng=np.random.default_rng(2))].astype(float)
    for value in (-1.0, 0.0, 1.0):
        assert within(drawn[level == value], mean=float(shelf.mean_price(level=np.array([value]))[0]))
    assert np.allclose(shelf.chances(level=np.zeros(1)), np.array([[2.0, 1.0, 0.5]]) / 3.5)
    assert np.all(np.diff(shelf.mean_price(level=np.array([-1.0, 0.0, 1.0]))) > 0)


def returned_within(world: World, days: int) -> float:
    """Share of newcomers old enough to tell who came a second time within so many days."""
    order = np.lexsort((world.visits.day, world.visits.customer))
    customer, day, number = (a[order] for a in (world.visits.customer, world.visits.day, world.visits.number))
    first = np.flatnonzero((customer >= 0) & (number == 0) & (day < world.clock.days - days))
    after = np.minimum(first + 1, len(day) - 1)
    back = (customer[after] == customer[first]) & (day[after] - day[first] <= days)
    return float(back.mean())


def mean_gap(world: World) -> float:
    order = np.lexsort((world.visits.day, world.visits.customer))
    customer, day = world.visits.customer[order], world.visits.day[order]
    same = (np.diff(customer) == 0) & (customer[1:] >= 0)
    return float(np.diff(day)[same].mean())


def test_beauty_looks_like_its_trade() -> None:
    """Newcomers back in 90 days 30-40 %, about 41 days between visits (Phorest, Kitomba)."""
    world = world_of(beauty, customers=6_000)
    assert 0.30 <= returned_within(world, 90) <= 0.40
    assert 37 <= mean_gap(world) <= 45


def test_hair_looks_like_its_trade() -> None:
    """About 7.1 weeks between visits (Kitomba, New Zealand 2023)."""
    assert 45 <= mean_gap(world_of(hair, customers=4_000)) <= 55


def test_retail_is_mostly_one_and_done() -> None:
    """74 % of customers buy once; about 20 % of newcomers buy again within the year (Bluecore)."""
    world = world_of(retail, customers=8_000)
    visits = np.bincount(world.visits.customer[world.visits.customer >= 0])
    assert 0.64 <= (visits == 1).mean() <= 0.78
    assert 0.15 <= returned_within(world, 365) <= 0.35


def test_one_branch_of_each_trade_loses_visibly_more() -> None:
    for module in (beauty, hair, retail, watch):
        world = world_of(module, customers=6_000)
        worst = int(np.argmax([place.wastage for place in module.TRADE.places]))
        alive = world.lives.died > world.clock.end(branch=world.lives.branch)
        shares = [float(alive[world.lives.branch == b].mean()) for b in range(len(module.TRADE.places))]
        others = [share for b, share in enumerate(shares) if b != worst]
        assert shares[worst] < min(others) - 0.03


def test_share_of_watch_services_follows_renewal_theory() -> None:
    """Over a century of faithful owners one visit in 1 + sum of P(Gamma(nk, k rate) <= 4 years) is a service."""
    faithful = replace(
        watch.TRADE.nature, once=0.0, hazard_month=1e-9, regularity={2: 1.0}, rate_shape=1e6, hazard_with_rate=0.0
    )
    places = tuple(replace(place, once_more=0.0) for place in watch.TRADE.places)
    trade = replace(watch.TRADE, nature=faithful, places=places, years=100)
    world = world_of(watch, customers=400, trade=trade)
    due = watch.services_due(world=world)
    n = np.arange(1, 60)
    between = gammainc(2 * n, 2 * watch.DUE_DAYS / faithful.interval_days).sum()
    cycles = [visits for visits in _visits_by_service(world, due) if visits]
    assert within(np.array(cycles, dtype=float), mean=1 + float(between))


def _visits_by_service(world: World, due: NDArray[np.bool_]) -> list[int]:
    """Visits in each customer's first five complete cycles."""
    order = np.lexsort((world.visits.number, world.visits.customer))
    customer, number, service = world.visits.customer[order], world.visits.number[order], due[order]
    lengths = []
    for who in np.unique(customer[customer >= 0]):
        at = number[(customer == who) & service][:5]
        if len(at) == 5 and world.began_day[who] < 60 * 365:
            lengths.extend(np.diff(at, prepend=0).tolist())
    return lengths
