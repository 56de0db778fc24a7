"""A made-up base of customers: who they are (hidden), what has happened, and what a study would believe of them.

Everything is an array over customers. A customer visits at his own rate while he is one, leaves at his own hazard, and
spends his own margin; both rates are Gamma, the margin LogNormal, and these are correlated with how forgetful he is,
how he minds prices, how much he wants a relationship and how many contacts he bears (a normal copula).

A study never sees these. It gets a reading of each (off by a factor e^0.45 for the hazard, e^0.25 for the rate, e^0.15
for the margin) and shrinks it towards what customers of the same state are like, as models fitted to a whole base do;
on top all readings of a cycle share an error, as a fitted model is wrong for everybody at once.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy.special import gammaincinv, ndtr

from regulars.packs.schema import STATES, TIERS, Windows
from regulars.simulator.presets import Preset
from regulars.strategy.believed import JUDGED, Spreads
from regulars.strategy.cells import CONSENT, PACKAGE, TIER_BITS
from regulars.strategy.returns import Floats

type Ints = NDArray[np.int64]
type Bools = NDArray[np.bool_]

DAYS = 365.25 / 12
NEWCOMER, ACTIVE, OVERDUE, LAPSED = range(4)
#: hazard, rate, margin, forgetful, price-minded, wants a relationship, bears contacts.
CORRELATION = np.array(
    [
        [1.0, -0.2, -0.1, 0.2, 0.2, -0.3, -0.1],
        [-0.2, 1.0, 0.1, -0.3, 0.0, 0.2, 0.2],
        [-0.1, 0.1, 1.0, 0.0, -0.3, 0.3, 0.0],
        [0.2, -0.3, 0.0, 1.0, 0.0, 0.0, 0.1],
        [0.2, 0.0, -0.3, 0.0, 1.0, -0.2, 0.0],
        [-0.3, 0.2, 0.3, 0.0, -0.2, 1.0, 0.3],
        [-0.1, 0.2, 0.0, 0.1, 0.0, 0.3, 1.0],
    ]
)
#: Log-sd of a reading of one customer's hazard, rate and margin.
READING = {"hazard": 0.45, "rate": 0.25, "margin": 0.15}
#: Of a hundred who have left, so many come back in a quarter by themselves.
COME_BACK = 0.01
#: Top shares by value that make the tiers.
HIGH, MIDDLE = 0.2, 0.5
MOST_HAZARD, MOST_RATE = 0.9, 12.0


@dataclass
class World:
    """Customers and their months. ``wish`` holds standard normals: forgetful, price-minded, relationship, contacts.

    ``gap`` months since the last visit, ``age`` since the first; ``noise`` the standard normal errors of readings.
    """

    hazard: Floats
    rate: Floats
    margin: Floats
    wish: Floats  # 4 x customers
    branch: Ints
    permits: Ints  # bits of CONSENT and PACKAGE
    visits: Ints
    gap: Floats
    age: Floats
    alive: Bools
    noise: Floats  # 3 x customers
    quality: Floats = field(default_factory=lambda: np.zeros(0))  # log-hazard of each branch
    month: int = 0
    seen: float = 1.0  # share of visits that the till ties to their customer

    @property
    def size(self) -> int:
        """Customers."""
        return self.hazard.size

    def true_hazard(self) -> Floats:
        """What the hazard is at the customer's branch today."""
        return np.minimum(self.hazard * np.exp(self.quality[self.branch]), MOST_HAZARD)


_PER_PERSON = tuple(f.name for f in fields(World) if f.name not in ("quality", "month", "seen"))


def newcomers(preset: Preset, rng: Generator, count: int, *, branches: int, consent: float | None) -> World:
    """People who come for the first time now, one visit each."""
    z = np.linalg.cholesky(CORRELATION) @ rng.standard_normal((7, count))
    rate = _gamma(z[1], preset.rate_shape, preset.rate)
    wants = z[5]
    return World(
        hazard=np.clip(_gamma(z[0], preset.hazard_shape, preset.hazard), 1e-3, MOST_HAZARD),
        rate=np.clip(rate, 0.05 * preset.rate, MOST_RATE),
        margin=preset.margin * np.exp(preset.margin_spread * z[2] - 0.5 * preset.margin_spread**2),
        wish=z[3:],
        branch=np.minimum(rng.geometric(0.4, count) - 1, branches - 1) if branches > 1 else np.zeros(count, dtype=int),
        permits=_permits(preset, rng, wants, consent),
        visits=np.ones(count, dtype=np.int64),
        gap=np.zeros(count),
        age=np.zeros(count),
        alive=np.ones(count, dtype=bool),
        noise=rng.standard_normal((3, count)),
    )


def _gamma(z: Floats, shape: float, mean: float) -> Floats:
    return np.asarray(gammaincinv(shape, np.clip(ndtr(z), 1e-9, 1 - 1e-9)) / shape * mean, dtype=float)


def _permits(preset: Preset, rng: Generator, wants: Floats, consent: float | None) -> Ints:
    """Permissions go together in one person, and with wanting a relationship."""
    open_mind = 0.3 * wants + np.sqrt(1 - 0.3**2) * rng.standard_normal(wants.size)
    mean = float(np.mean(list(preset.consent.values())))
    bits = np.zeros(wants.size, dtype=np.int64)
    for channel, share in preset.consent.items():
        asked = share if consent is None else min(share * consent / mean, 1.0)
        own = 0.6 * open_mind + 0.8 * rng.standard_normal(wants.size)
        bits += np.where(ndtr(own) > 1 - asked, CONSENT[channel], 0)
    return bits + np.where(rng.random(wants.size) < preset.packages, PACKAGE, 0)


def found(preset: Preset, rng: Generator, count: int, *, branches: int, consent: float | None) -> World:
    """A base as it stands: people who came over the years, less those who stayed away for too long.

    The last of n visits in a time A is at A times the n-th root of a uniform; nothing is stepped through.
    """
    quality = 0.15 * rng.standard_normal(branches) - 0.5 * 0.15**2
    parts, have = [], 0
    while have < count:
        new = newcomers(preset, rng, 4 * count, branches=branches, consent=consent)
        new.quality = quality
        ago = rng.random(new.size) * preset.past
        leaves = rng.exponential(1.0, new.size) / -np.log1p(-new.true_hazard())
        stayed = np.minimum(leaves, ago)
        more = rng.poisson(new.rate * stayed)
        last = np.where(more > 0, stayed * rng.random(new.size) ** (1 / np.maximum(more, 1)), 0.0)
        new.visits, new.gap, new.age, new.alive = 1 + more, ago - last, ago, leaves > ago
        keep = np.flatnonzero(new.gap <= preset.kept)[: count - have]
        parts.append(select(new, keep))
        have += keep.size
    world = parts[0]
    for part in parts[1:]:
        world = joined(world, part)
    return world


def select(world: World, places: NDArray[np.intp]) -> World:
    """Some of the customers."""
    part = {name: getattr(world, name)[..., places] for name in _PER_PERSON}
    return World(**part, quality=world.quality, month=world.month, seen=world.seen)


def joined(one: World, two: World) -> World:
    """Both bases; branches, month and till of the first."""
    both = {name: np.concatenate([getattr(one, name), getattr(two, name)], axis=-1) for name in _PER_PERSON}
    return World(**both, quality=one.quality, month=one.month, seen=one.seen)


def renew(world: World, preset: Preset, rng: Generator, *, consent: float | None, arrivals: float = 1.0) -> World:
    """Newcomers of a quarter in place of those who stayed away longest; the number of customers stays."""
    gone = world.gap > preset.kept
    share = arrivals * 3 / preset.past  # in a steady state as many come as have come
    new = min(max(int(gone.sum()), rng.poisson(share * world.size)), world.size // 2)
    keep = np.argsort(world.gap, kind="stable")[: world.size - new]
    kept = select(world, np.sort(keep))
    fresh = newcomers(preset, rng, new, branches=world.quality.size, consent=consent)
    fresh.age = rng.random(new) * 3
    fresh.gap = fresh.age.copy()
    return joined(kept, fresh)


def still_there(hazard: Floats, rate: Floats, gap: Floats) -> Floats:
    """P(alive | no visit for ``gap`` months) of one who leaves and visits at known rates (Schmittlein et al. 1987).

    mu / (mu + lam) is the chance to leave before the next visit; both clocks are exponential.
    """
    mu = -np.log1p(-np.minimum(hazard, MOST_HAZARD))
    both = mu + rate
    return np.asarray(1 / (1 + mu / both * np.expm1(np.minimum(both * gap, 50.0))), dtype=float)


@dataclass(frozen=True)
class Standing:
    """What a study believes of every customer. ``state`` and ``tier`` are places in STATES and TIERS."""

    hazard: Floats
    rate: Floats
    margin: Floats
    alive: Floats
    state: Ints
    tier: Ints
    branch: Ints
    pattern: Ints  # permission, package and tier bits
    months_12: Floats  # survival summed over so many months
    months_36: Floats

    @property
    def visits_12(self) -> Floats:
        """Expected visits of a year."""
        return self.alive * self.rate * self.months_12


def stand(world: World, windows: Windows, rng: Generator) -> Standing:
    """The study of a base. ``rng`` gives the error that all readings of the study share."""
    usual = world.rate * world.seen
    own = _state(world, windows, usual)
    shared = {name: rng.standard_normal() for name in Spreads.names()}
    rate = _read(usual, world.noise[1], READING["rate"], own, shared["frequency"] * JUDGED.frequency.common)
    state = _state(world, windows, rate)
    hazard = _read(
        world.true_hazard(), world.noise[0], READING["hazard"], state, shared["hazard"] * JUDGED.hazard.common
    )
    hazard = np.clip(hazard, 1e-4, MOST_HAZARD)
    margin = _read(world.margin, world.noise[2], READING["margin"], state, shared["margin"] * JUDGED.margin.common)
    alive = still_there(hazard, rate, world.gap)
    months_12, months_36 = _months(hazard, 12), _months(hazard, 36)
    value = alive * rate * margin * months_36
    rank = np.argsort(np.argsort(-value, kind="stable"), kind="stable")
    tier = np.where(rank < HIGH * world.size, 0, np.where(rank < MIDDLE * world.size, 1, 2))
    bits = np.array([TIER_BITS[name] for name in TIERS])
    return Standing(
        hazard, rate, margin, alive, state, tier, world.branch, world.permits + bits[tier], months_12, months_36
    )


def _months(hazard: Floats, months: int) -> Floats:
    stay = 1 - hazard
    return np.asarray(stay * (1 - stay**months) / hazard, dtype=float)


def _read(truth: Floats, noise: Floats, spread: float, state: Ints, shared: float) -> Floats:
    """Readings shrunk within each state, so that a mean belief is right on average; then the shared error."""
    reading = np.log(truth) + spread * noise
    believed = np.empty_like(truth)
    for one in range(len(STATES)):
        inside = state == one
        if not inside.any():
            continue
        logs = np.log(truth[inside])
        centre, wide = float(logs.mean()), float(logs.var())
        keep = wide / (wide + spread**2)
        shrunk = centre + keep * (reading[inside] - centre)
        believed[inside] = np.exp(shrunk) * truth[inside].mean() / np.exp(shrunk).mean()
    return np.asarray(believed * np.exp(shared - 0.5 * shared**2), dtype=float)


def _state(world: World, windows: Windows, rate: Floats) -> Ints:
    interval = 1 / np.maximum(rate, 1e-6)
    once = (world.visits == 1) & (world.age * DAYS <= windows.newcomer_for)
    lapsed = world.gap > np.maximum(windows.lapsed_at * interval, windows.lapsing_after / DAYS)
    overdue = world.gap > windows.overdue_at * interval
    return np.where(once, NEWCOMER, np.where(lapsed, LAPSED, np.where(overdue, OVERDUE, ACTIVE))).astype(np.int64)


assert STATES == ("newcomer", "active", "overdue", "lapsed")
