"""What trials and hold-outs of a cycle are judged on: who gains what at the plan's prices, and what is in doubt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from regulars.packs.schema import STATES, Measure
from regulars.simulator.belief import THETA_MEAN, per_unit
from regulars.simulator.learn import LEAST, Expected, Memory, information
from regulars.simulator.menu import ABSENT, Menu
from regulars.simulator.world import Bools, Ints, Standing
from regulars.strategy.choosing import Market, Prices
from regulars.strategy.draws import prior_of
from regulars.strategy.returns import Floats
from regulars.trial.exploring import Doubt, Pool, best, left_out


@dataclass(frozen=True)
class Ground:
    """``market`` holds believed values under the full limits; ``on`` the fixed costs that are paid."""

    market: Market
    on: tuple[int, ...]
    prices: Prices
    menu: Menu
    standing: Standing
    may: Bools
    memory: Memory
    expected: Expected
    cycles_left: int
    discount: float
    no_show: float

    def net(self, who: Ints, option: Ints) -> Floats:
        """Believed value less what money and hours are worth elsewhere; 0 for nothing (-1)."""
        market, prices, some = self.market, self.prices, np.maximum(option, 0)
        hours = prices.hours[market.place[who]] * market.hours[some]
        found = market.value[who, some] - prices.money * market.costs(who, some) - hours
        return np.asarray(np.where(option >= 0, found, 0.0), dtype=float)


def shares_of(intended: Ints, ground: Ground, free: Mapping[tuple[str, str], int]) -> dict[tuple[str, str], float]:
    """The share to leave without each measure, by state.

    Beliefs of one state tell of the others: one share for all states. ``free`` counts controls that the global hold-out
    gives anyway.
    """
    found: dict[tuple[str, str], float] = {}
    if ground.cycles_left <= 0:
        return found
    for measure in ground.memory.measures:
        without = ground.menu.without(measure.id)
        who = np.flatnonzero((intended >= 0) & (without[intended] > ABSENT))
        if who.size >= 10 * LEAST:
            old = without[intended[who]]
            doubts = doubts_of(measure, who, old >= 0, ground)
            value = ground.market.value
            loss = value[who, intended[who]] - np.where(old >= 0, value[who, np.maximum(old, 0)], 0.0)
            sizes = left_out(
                Pool.of(ground.net(who, intended[who]) - ground.net(who, old), doubts),
                cycles=ground.cycles_left,
                loss=float(loss.mean()),
                free=sum(free.get((measure.id, state), 0) for state in measure.states),
            )
            if (left := best(sizes)) is not None:
                found |= {(measure.id, state): left.size / who.size for state in measure.states}
    return found


def doubts_of(measure: Measure, who: Ints, beside: Bools, ground: Ground) -> list[Doubt]:
    """Effects of which something can be learned from those customers; ``beside`` another measure they count less."""
    state = ground.standing.state[who]
    found = []
    for place, effect in enumerate(measure.effects):
        if abs(prior_of(effect).mean) < 1e-12:
            continue
        worth, told, sds = np.zeros(who.size), 0.0, []
        for name in effect.states or measure.states:
            here = np.flatnonzero(state == STATES.index(name))
            events = information(effect, who[here], ground.expected) if here.size else 0.0
            if events > 0 and (name == "lapsed") == (effect.primitive == "reactivation"):
                some = per_unit(effect, ground.standing, who[here], discount=ground.discount, no_show=ground.no_show)
                worth[here] = some * np.where(beside[here], THETA_MEAN, 1.0)
                told += events * here.size / who.size
                sds.append(ground.memory.believed((measure.id, place, name))[1])
        if told > 0:
            found.append(Doubt(min(sds), worth, told))
    return found
