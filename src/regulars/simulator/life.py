"""A quarter of life: who leaves, who comes how often, who comes back, what it costs. Here alone chance plays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from regulars.packs.schema import STATES
from regulars.simulator.menu import Menu
from regulars.simulator.truth import BEARS, Truth, factor, pushes, sleeping
from regulars.simulator.world import COME_BACK, LAPSED, MOST_HAZARD, Bools, Ints, Standing, World
from regulars.strategy.options import taken
from regulars.strategy.returns import FATIGUE, FATIGUE_MONTHS, FLOOR, Floats

MONTHS = 3
#: Log-sd of a quarter's shock to everybody's visits and to everybody's hazard, and of a branch's quality a quarter.
SHOCK, BRANCH = {"visits": 0.08, "hazard": 0.10}, 0.03


@dataclass(frozen=True)
class Quarter:
    """What was seen. Counts per customer; ``spent`` is money paid out for the measures given."""

    first_month: Ints  # visits
    visits: Ints
    missed: Ints  # appointments
    left: Bools  # alive at the start and gone at the end
    back: Bools  # lapsed and seen again
    spent: float


@dataclass
class _Push:
    """Log effects per customer, months x customers."""

    attrition: Floats
    frequency: Floats
    no_show: Floats
    back: Floats


def quarter(
    world: World,
    standing: Standing,
    menu: Menu,
    chosen: Ints,
    truth: Truth,
    *,
    season: Floats,
    no_show: float,
    rng: Generator,
    wander: float = 1.0,
) -> Quarter:
    """Live three months under what was given; the world is moved on. What is counted is what the till sees."""
    push = _pushed(world, standing, menu, chosen, truth)
    size = world.size
    shock = {name: float(np.exp(sd * rng.standard_normal() - 0.5 * sd**2)) for name, sd in SHOCK.items()}
    lapsed = standing.state == LAPSED
    back = lapsed & (rng.random(size) < COME_BACK + push.back) & ((push.back > 0) | ~world.alive)
    was, hazard = world.alive.copy(), world.true_hazard() * shock["hazard"]
    counts = np.zeros((MONTHS, size), dtype=np.int64)
    missed = np.zeros(size, dtype=np.int64)
    gap = world.gap
    for month in range(MONTHS):
        stays = rng.random(size) >= np.minimum(hazard * np.exp(push.attrition[month]), MOST_HAZARD)
        world.alive &= stays
        rate = world.rate * season[month] * shock["visits"] * np.exp(push.frequency[month])
        away = np.minimum(no_show * np.exp(push.no_show[month]), 1.0)
        counts[month] = rng.poisson(np.where(world.alive, rate * (1 - away) / (1 - no_show), 0.0))
        if world.seen < 1:
            counts[month] = rng.binomial(counts[month], world.seen)
        missed += rng.poisson(np.where(world.alive, rate * away / (1 - no_show), 0.0))
        gap = np.where(counts[month] > 0, rng.random(size) ** counts[month], gap + 1)
    counts[MONTHS - 1] += back
    world.alive |= back
    world.gap = np.where(back, rng.random(size), gap)
    world.age = world.age + MONTHS
    world.visits = world.visits + counts.sum(axis=0)
    world.month += MONTHS
    world.quality = world.quality + wander * BRANCH * rng.standard_normal(world.quality.size)
    seen = lapsed & (counts.sum(axis=0) > 0)
    spent = _spent(standing, menu, chosen, truth, rng)
    return Quarter(counts[0], counts.sum(axis=0), missed, was & ~world.alive, seen, spent)


def _pushed(world: World, standing: Standing, menu: Menu, chosen: Ints, truth: Truth) -> _Push:
    size = world.size
    push = _Push(np.zeros((MONTHS, size)), np.zeros((MONTHS, size)), np.zeros((MONTHS, size)), np.zeros(size))
    fade = np.arange(MONTHS)
    dogs, ideal = sleeping(world), 2.0 + 0.7 * world.wish[BEARS]
    factors = {m.id: factor(world, m) for o in menu.options if len(o.measures) == 1 for m in o.measures}
    for place in np.unique(chosen[chosen >= 0]):
        option = menu.options[int(place)]
        for one, state in enumerate(STATES):
            who = np.flatnonzero((chosen == place) & (standing.state == one))
            if not who.size:
                continue
            found = pushes(option, state, who, standing, truth, factors, dogs)
            for name in ("attrition", "frequency", "no_show"):
                for log, months in found.get(name, ()):
                    getattr(push, name)[:, who] += np.exp(-fade / months)[:, None] * log
            for log, _ in found.get("reactivation", ()):
                push.back[who] += log
            tired = FATIGUE * np.maximum(option.contacts - ideal[who], 0.0)
            push.attrition[:, who] += np.exp(-fade / FATIGUE_MONTHS)[:, None] * tired
    push.attrition = np.maximum(push.attrition, FLOOR)
    return push


def _spent(standing: Standing, menu: Menu, chosen: Ints, truth: Truth, rng: Generator) -> float:
    """Contacts paid, incentives as taken up, fixed costs of the measures used."""
    total, used = 0.0, {}
    for place in np.unique(chosen[chosen >= 0]):
        for measure in menu.options[int(place)].measures:
            used[measure.id] = measure.fixed_cost
            for one, state in enumerate(STATES):
                many = int(((chosen == place) & (standing.state == one)).sum())
                odds = min(taken(measure, state) * truth.take_up[measure.id], 1.0)
                total += many * measure.cost
                if measure.incentive and many:
                    total += measure.incentive * float(rng.binomial(many, odds))
    return total + sum(used.values())
