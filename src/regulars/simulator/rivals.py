"""Simple policies under the plan's limits and with its hold-out: what a business might do instead.

equal          every customer gets some single measure that fits him, by lot, until money or hours run out
top_value      one measure for the most valuable first; every single measure is tried, each a rival of its own
highest_risk   one measure for those most likely to leave first; likewise
reminder       the cheapest plain message for everybody who may have one
best_measure   the one measure with the best believed return on what it costs, for everybody who may have it, by lot
last_year      what was done a year ago, for customers of the same state and tier; in the first year what was done
               before there was a plan: campaigns aimed by recency, frequency and money
uplift         each customer's strongest measure, those first whose behaviour it moves most, whatever it costs or brings
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from regulars.simulator.menu import Menu
from regulars.simulator.world import LAPSED, Bools, Ints, Standing
from regulars.strategy.choosing import Market, fitting
from regulars.strategy.returns import Floats
from regulars.strategy.rivals import MESSAGES

#: What an hour of staff is reckoned at where a rival reckons a return (HK$).
HOUR = 80.0


@dataclass(frozen=True)
class Scene:
    """What rivals know: the market around believed values, who may have what, and the study."""

    market: Market
    menu: Menu
    may: Bools
    standing: Standing
    rng: Generator

    @property
    def worth(self) -> Floats:
        """Own value of each customer, untouched."""
        s = self.standing
        return s.alive * s.rate * s.margin * s.months_36

    @property
    def singles(self) -> Ints:
        """Places of single measures."""
        return np.array([p for p, o in enumerate(self.menu.options) if len(o.measures) == 1], dtype=np.int64)


def policies(scene: Scene, names: Sequence[str], before: Ints) -> dict[str, Ints]:
    """What each rival gives each customer, by name. ``before`` is what was done a year ago."""
    found: dict[str, Ints] = {"nothing": np.full(scene.may.shape[0], -1, dtype=np.int64)}
    leaving = 1 - scene.standing.alive * (1 - scene.standing.hazard) ** 3
    risk: Floats = np.where(scene.standing.state == LAPSED, -1.0, leaving)
    if "equal" in names:
        found["equal"] = _equal(scene)
    orders: dict[str, Floats] = {"top_value": scene.worth, "highest_risk": risk}
    for name, order in orders.items():
        if name in names:
            for place in scene.singles:
                id = scene.menu.options[int(place)].id
                found[f"{name}:{id}"] = one_for_all(scene, int(place), order)
    if "reminder" in names:
        found["reminder"] = _reminder(scene)
    if "best_measure" in names:
        found["best_measure"] = one_for_all(scene, _best_return(scene), _lot(scene))
    if "last_year" in names:
        found["last_year"] = given(scene, np.where(_may(scene, before), before, -1), scene.rng.random(before.size))
    if "uplift" in names:
        found["uplift"] = _uplift(scene)
    return found


def given(scene: Scene, wanted: Ints, order: Floats) -> Ints:
    """Give what is wanted, highest ``order`` first, until a limit is reached; dear fixed costs go first if need be."""
    market = scene.market
    wanted = wanted.copy()
    while True:
        used = np.unique(wanted[wanted >= 0])
        fixed = [(cost, mask) for cost, mask in market.fixed if mask[used].any()]
        if sum(cost for cost, _ in fixed) <= market.budget:
            break
        dearest = max(fixed, key=lambda pair: pair[0])[1]
        wanted[(wanted >= 0) & dearest[wanted]] = -1
    who = np.argsort(-order, kind="stable")
    who = who[wanted[who] >= 0]
    money = market.budget - sum(cost for cost, _ in fixed)
    fits = fitting(market, money, market.time, market.caps, who, wanted[who])
    found = np.full(wanted.size, -1, dtype=np.int64)
    found[who[fits]] = wanted[who[fits]]
    return found


def one_for_all(scene: Scene, place: int, order: Floats) -> Ints:
    """One option for everybody who may have it."""
    return given(scene, np.where(scene.may[:, place], place, -1), order)


def _lot(scene: Scene) -> Floats:
    return np.asarray(scene.rng.random(scene.may.shape[0]), dtype=float)


def _may(scene: Scene, wanted: Ints) -> Bools:
    return (wanted >= 0) & scene.may[np.arange(wanted.size), wanted]


def _equal(scene: Scene) -> Ints:
    lot = np.where(scene.may[:, scene.singles], scene.rng.random((scene.may.shape[0], scene.singles.size)), -1.0)
    wanted = np.where(lot.max(axis=1) >= 0, scene.singles[np.argmax(lot, axis=1)], -1)
    return given(scene, wanted, scene.rng.random(wanted.size))


def _reminder(scene: Scene) -> Ints:
    plain = [
        int(p)
        for p in scene.singles
        if (m := scene.menu.options[int(p)].measures[0]).channel in MESSAGES and not m.incentive
    ]
    if not plain:
        return np.full(scene.may.shape[0], -1, dtype=np.int64)
    cost = np.where(scene.may[:, plain], scene.market.cost[scene.market.group][:, plain], np.inf)
    wanted = np.where(np.isfinite(cost.min(axis=1)), np.array(plain)[np.argmin(cost, axis=1)], -1)
    return given(scene, wanted, scene.worth)


def _best_return(scene: Scene) -> int:
    best, most = int(scene.singles[0]), -np.inf
    for place in scene.singles:
        may = scene.may[:, place]
        if may.any():
            fixed = sum(cost for cost, mask in scene.market.fixed if mask[place])
            cost = float(scene.market.cost[scene.market.group[may], place].sum()) + fixed
            cost += HOUR * scene.market.hours[place] * int(may.sum())
            gain = float(scene.market.value[may, place].sum()) - fixed
            if gain / (cost + 1.0) > most:
                best, most = int(place), gain / (cost + 1.0)
    return best


def _uplift(scene: Scene) -> Ints:
    gross = scene.market.value[:, scene.singles] + scene.market.cost[scene.market.group][:, scene.singles]
    moved = np.where(scene.may[:, scene.singles], gross / np.maximum(scene.worth, 1.0)[:, None], -np.inf)
    best = np.argmax(moved, axis=1)
    most = moved[np.arange(best.size), best]
    return given(scene, np.where(most > 0, scene.singles[best], -1), np.where(np.isfinite(most), most, -1.0))


def last_year(chosen: Ints, then: Standing, now: Standing, rng: Generator) -> Ints:
    """A year-old allocation for today's customers: of each state and tier the same shares get the same, by lot."""
    found = np.full(now.state.size, -1, dtype=np.int64)
    for key in range(12):
        was = chosen[(then.state * 3 + then.tier) == key]
        here = np.flatnonzero((now.state * 3 + now.tier) == key)
        if was.size and here.size:
            found[here] = rng.choice(was, size=here.size)
    return found


def by_rule_of_thumb(menu: Menu, standing: Standing, may: Bools, rng: Generator) -> Ints:
    """What a business does by rule of thumb: of those it likes best, most; a single measure, by lot among what fits."""
    like = standing.rate * standing.margin * np.where(standing.state >= 2, 1.5, 1.0)
    rank = np.argsort(np.argsort(like)) / like.size
    singles = np.array([p for p, o in enumerate(menu.options) if len(o.measures) == 1])
    lot = np.where(may[:, singles], rng.random((like.size, singles.size)), -1.0)
    wanted = singles[np.argmax(lot, axis=1)]
    return np.where((lot.max(axis=1) >= 0) & (rng.random(like.size) < 0.8 * rank), wanted, -1)
