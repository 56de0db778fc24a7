"""The hidden truth of effects, and what every option would really bring every customer.

The mean effect of a measure is drawn around the pack's prior, as the product uses it:

    mu ~ N(m - s^2 / 2, (mult * s)^2)         m, s: prior mean and sd after the trust rule

(the prior mean is the log of the expected multiplier, so the log itself has the mean m - s^2 / 2; reactivation is in
probability points and needs no such term). A customer's own effect is mu times a factor with mean 1 that follows the
matching hidden trait: how forgetful he is for messages, how he minds prices for deals, how much he wants a relationship
for the rest. Discounts raise the hazard of loyal customers who do not mind prices (sleeping dogs); contacts beyond what
a customer bears raise it too. Effects of a bundle overlap by the true theta; extra visits are borrowed by the true psi.

What an option brings is exact: expected discounted margin over 36 months of survival and visits, less its true cost.
It is written here again, month by month over customers, and not taken from ``strategy.returns``, which plans.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from regulars.packs.schema import STATES, TIERS, Effect, Measure
from regulars.simulator.menu import Menu
from regulars.simulator.world import COME_BACK, LAPSED, MOST_HAZARD, Bools, Standing, World, still_there
from regulars.strategy.draws import PSI, TAKE_UP_SD, THETA, prior_of
from regulars.strategy.options import Option, taken
from regulars.strategy.returns import FATIGUE, FATIGUE_MONTHS, FLOOR, LONG, Floats

FORGETFUL, PRICE, RELATION, BEARS = range(4)
#: Log-sd of a customer's own factor on an effect: a spread of about half a prior's sd, as the planner assumes of cells.
OWN = 0.3
#: What a discount adds to the log-hazard of a loyal customer who does not mind prices.
SLEEPING_DOG = 0.10
#: Those who come back leave again with a hazard so many times their own.
SECOND_LIFE = 1.5
MESSAGES = ("sms", "whatsapp", "email", "app", "post")


@dataclass(frozen=True)
class Truth:
    """True means: ``mu`` by measure and place of the effect, take-up factors, overlap and echo."""

    mu: dict[tuple[str, int], float]
    take_up: dict[str, float]
    theta: float
    psi: float
    discount: float

    def drifted(self, measures: Sequence[Measure], share: float, rng: Generator) -> Truth:
        """The truth a cycle later: every effect moved by a normal step of ``share`` of its prior's sd."""
        if not share:
            return self
        step = {
            (m.id, place): share * prior_of(effect).sd * float(rng.standard_normal())
            for m in measures
            for place, effect in enumerate(m.effects)
        }
        return Truth(
            {key: mu + step[key] for key, mu in self.mu.items()}, self.take_up, self.theta, self.psi, self.discount
        )


def truth_of(measures: Sequence[Measure], rng: Generator, *, mult: float, discount: float) -> Truth:
    """Draw the truth of a seed."""
    mu = {}
    for measure in measures:
        for place, effect in enumerate(measure.effects):
            prior = prior_of(effect)
            mu[measure.id, place] = centre(effect) + mult * prior.sd * float(rng.standard_normal())
    take_up = {m.id: float(np.exp(TAKE_UP_SD * rng.standard_normal() - 0.5 * TAKE_UP_SD**2)) for m in measures}
    return Truth(mu, take_up, float(rng.beta(*THETA)), float(rng.beta(*PSI)), discount)


def centre(effect: Effect) -> float:
    """The mean of an effect's log that gives its expected multiplier (reactivation: the prior's mean)."""
    prior = prior_of(effect)
    return prior.mean if effect.primitive == "reactivation" else prior.mean - 0.5 * prior.sd**2


def trait_of(measure: Measure) -> int:
    """Which hidden trait the effects of a measure follow."""
    if measure.incentive > 0 or measure.relationship == "deal":
        return PRICE
    return FORGETFUL if measure.channel in MESSAGES and measure.relationship == "functional" else RELATION


def factor(world: World, measure: Measure) -> Floats:
    """A customer's own factor on the effects of a measure, mean 1 over newcomers."""
    return np.asarray(np.exp(OWN * world.wish[trait_of(measure)] - 0.5 * OWN**2), dtype=float)


def sleeping(world: World) -> Bools:
    """Loyal customers who do not mind prices: a discount makes them think."""
    hazard = world.true_hazard()
    return np.asarray((world.wish[PRICE] < -0.5) & (hazard < np.median(hazard)), dtype=bool)


@dataclass(frozen=True)
class Base:
    """True primitives of every customer for the cycle; ``visits`` is months x customers with the season in it."""

    alive: Floats
    hazard: Floats
    visits: Floats
    margin: Floats
    no_show: float
    untouched: Floats  # discounted margin of 36 months


def base_of(world: World, standing: Standing, truth: Truth, *, season: Floats, no_show: float) -> Base:
    """The base of a cycle. ``season`` holds factors of 36 months from now; lapsed customers live a second life."""
    lapsed = standing.state == LAPSED
    hazard = world.true_hazard()
    alive = np.where(lapsed, 1.0, still_there(hazard, world.rate * world.seen, world.gap))
    hazard = np.where(lapsed, np.minimum(SECOND_LIFE * hazard, MOST_HAZARD), hazard)
    visits = season[:LONG, None] * world.rate
    base = Base(alive, hazard, visits, world.margin, no_show, np.zeros(0))
    nothing = _worth(base, np.arange(world.size), {}, truth, np.zeros(world.size))
    return Base(alive, hazard, visits, world.margin, no_show, nothing)


def values(menu: Menu, world: World, standing: Standing, truth: Truth, base: Base, may: Bools) -> Floats:
    """customers x options: true expected value net of cost; -inf where the option may not be given."""
    found = np.full(may.shape, -np.inf)
    factors = {m.id: factor(world, m) for o in menu.options if len(o.measures) == 1 for m in o.measures}
    dogs = sleeping(world)
    ideal = 2.0 + 0.7 * world.wish[BEARS]
    for place, option in enumerate(menu.options):
        who = np.flatnonzero(may[:, place])
        if who.size:
            found[who, place] = value_of(option, who, standing, truth, base, factors, dogs, ideal)
    return found


def value_of(
    option: Option,
    who: np.ndarray,
    standing: Standing,
    truth: Truth,
    base: Base,
    factors: dict[str, Floats],
    dogs: Bools,
    ideal: Floats,
) -> Floats:
    """True value of an option for the customers at ``who``."""
    state = standing.state[who]
    gain, cost = np.zeros(who.size), np.zeros(who.size)
    for one, name in enumerate(STATES):
        inside = np.flatnonzero(state == one)
        if not inside.size:
            continue
        some = who[inside]
        logs = pushes(option, name, some, standing, truth, factors, dogs)
        tired = FATIGUE * np.maximum(option.contacts - ideal[some], 0.0)
        if one == LAPSED:
            # Nothing can keep more from coming back than would come by themselves.
            back = np.clip(sum(value for value, _ in logs.get("reactivation", ())), -COME_BACK, 1.0)
            gain[inside] = back * base.untouched[some]
        else:
            gain[inside] = _worth(base, some, logs, truth, tired) - base.untouched[some]
        for measure in option.measures:
            taking = np.minimum(taken(measure, name) * truth.take_up[measure.id], 1.0)
            cost[inside] += measure.cost + measure.incentive * taking
    return gain - cost


type Pushes = dict[str, list[tuple[Floats, float]]]


def pushes(
    option: Option,
    state: str,
    who: np.ndarray,
    standing: Standing,
    truth: Truth,
    factors: dict[str, Floats],
    dogs: Bools,
) -> Pushes:
    """True log effects of an option by primitive, overlap applied: pairs of (effect per customer, fading months)."""
    ranked = sorted(option.measures, key=lambda m: (-_strength(m, state, truth), m.id))
    found: Pushes = {}
    for rank, measure in enumerate(ranked):
        overlap = truth.theta**rank
        own = factors[measure.id][who]
        for place, effect in enumerate(measure.effects):
            if not effect.states or state in effect.states:
                log = overlap * truth.mu[measure.id, place] * own
                if effect.tiers:
                    log = np.where(np.isin(standing.tier[who], [TIERS.index(t) for t in effect.tiers]), log, 0.0)
                found.setdefault(effect.primitive, []).append((log, effect.months))
        if measure.incentive > 0 and state in ("active", "overdue"):
            found.setdefault("attrition", []).append((SLEEPING_DOG * dogs[who], 6.0))
    return found


def _strength(measure: Measure, state: str, truth: Truth) -> float:
    lapsed = state == "lapsed"
    sizes = [
        abs(truth.mu[measure.id, place])
        for place, e in enumerate(measure.effects)
        if (e.primitive == "reactivation") == lapsed and (not e.states or state in e.states)
    ]
    return max(sizes, default=0.0)


def _worth(base: Base, who: np.ndarray, logs: Pushes, truth: Truth, tired: Floats) -> Floats:
    """Discounted margin over 36 months, month by month."""
    hazard, margin, stay = base.hazard[who], base.margin[who], base.alive[who].copy()
    total, borrowed = np.zeros(who.size), np.zeros(who.size)
    attrition, frequency = logs.get("attrition", ()), logs.get("frequency", ())
    margins, missed = logs.get("margin", ()), logs.get("no_show", ())
    for month in range(LONG):
        push = np.maximum(_at(attrition, month), FLOOR) + tired * np.exp(-month / FATIGUE_MONTHS)
        stay = stay * (1 - np.minimum(hazard * np.exp(push), 1.0))
        usual = base.visits[month, who]
        visits = usual * np.exp(_at(frequency, month))
        if month == 0:
            borrowed = truth.psi * np.maximum(visits - usual, 0.0) / 2
        elif month < 3:
            visits = np.maximum(visits - borrowed, 0.0)
        if missed:
            visits = visits * (1 - np.minimum(base.no_show * np.exp(_at(missed, month)), 1.0)) / (1 - base.no_show)
        earned = visits * margin * np.exp(_at(margins, month)) if margins else visits * margin
        total += truth.discount ** (month + 1) * stay * earned
    return total


def _at(pairs: Sequence[tuple[Floats, float]], month: int) -> Floats | float:
    """The sum of fading log effects in a month (0 is the first)."""
    return sum((log * np.exp(-month / months) for log, months in pairs), start=0.0)
