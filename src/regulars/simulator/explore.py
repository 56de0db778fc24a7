"""Small trials of what the plan would not do: measures whose doubt is worth more than their trial costs.

What a trial is worth, and how many customers it takes, is :mod:`regulars.trial.exploring`'s; here is who might be
tried on: everybody who may have the measure beside what he has, whatever his state, as beliefs of one state tell of the
others. They are drawn by lot; all the others are what they are compared with. A trial competes for money and hours with
the plan at the plan's own prices.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.random import Generator

from regulars.packs.schema import STATES, Measure
from regulars.simulator.ground import Ground, doubts_of
from regulars.simulator.learn import LEAST, Trial
from regulars.simulator.menu import Menu
from regulars.simulator.world import Ints
from regulars.strategy.choosing import Market, fitting, left_over
from regulars.trial.exploring import SIZES, Pool, best, tries

#: At most so many trials in one cycle, on at most this part of money and hours.
MOST, RESERVE = 8, 0.2
#: Part of money and hours that a measure might have in a later cycle.
LATER = 0.5


@dataclass(frozen=True)
class Idea:
    """A measure that might be tried, on whom and how many of them, and what trying it is worth."""

    measure: Measure
    gain: float
    size: int
    who: Ints
    paid: tuple[int, ...]  # fixed costs to be paid beside the plan's


def ideas(trial: Trial, ground: Ground) -> list[Idea]:
    """What is worth trying, best first."""
    found = (_idea(m, trial, ground) for m in ground.memory.measures if m.id in ground.menu.place)
    return sorted((i for i in found if i is not None), key=lambda i: (-i.gain, i.measure.id))[:MOST]


def reserve(found: Sequence[Idea], ground: Ground) -> float:
    """The part of money and hours that a plan leaves for these trials."""
    market = ground.market
    money = sum(i.size * _mean_cost(i, ground) + sum(market.fixed[place][0] for place in i.paid) for i in found) / max(
        market.budget, 1e-9
    )
    hours = sum(i.size * float(market.hours[ground.menu.place[i.measure.id]]) for i in found)
    return min(max(money, hours / max(float(market.time.sum()), 1e-9)), RESERVE)


def explored(trial: Trial, ground: Ground, rng: Generator) -> Trial:
    """The trial with further arms added; who is in two trials counts in neither."""
    drawn: list[tuple[Idea, Ints]] = []
    on = ground.on
    for idea in ideas(trial, ground):
        paid = tuple(place for place in idea.paid if place not in on)
        treated = _drawn(trial.chosen, idea, replace(ground, on=(*on, *paid)), rng)
        if treated.size >= SIZES[0] // 2:
            on = (*on, *paid)
            chosen = trial.chosen.copy()
            chosen[treated] = _with(ground.menu, chosen, idea.measure.id)[treated]
            trial = replace(trial, chosen=chosen)
            drawn.append((idea, treated))
    for idea, treated in drawn:
        others = [t for one, t in drawn if one is not idea]
        trial = _with_arms(trial, idea, treated, np.unique(np.concatenate([*others, np.zeros(0, int)])), ground)
    return trial


def _with_arms(trial: Trial, idea: Idea, treated: Ints, elsewhere: Ints, ground: Ground) -> Trial:
    id, state = idea.measure.id, ground.standing.state
    yes = np.setdiff1d(treated, elsewhere)
    no = np.setdiff1d(np.setdiff1d(idea.who, treated), elsewhere)
    found = replace(trial, treated=dict(trial.treated), control=dict(trial.control))
    for one, name in enumerate(STATES):
        arms = yes[state[yes] == one], no[state[no] == one]
        if arms[0].size and arms[1].size:
            found.treated[id, name], found.control[id, name] = arms
    return found


def _with(menu: Menu, chosen: Ints, measure: str) -> Ints:
    """The option of each customer with the measure added (-1: there is no such bundle, or he has it)."""
    place = np.full(menu.size + 1, -1, dtype=np.int64)
    for at, option in enumerate(menu.options):
        ids = {m.id for m in option.measures}
        if measure not in ids:
            place[at] = menu.place.get("+".join(sorted(ids | {measure})), -1)
    place[-1] = menu.place[measure]
    return place[chosen]


def _candidates(measure: Measure, trial: Trial, ground: Ground) -> tuple[Ints, Ints]:
    """Customers who might be tried on, of states in which nobody is, and the option each would have."""
    new = _with(ground.menu, trial.chosen, measure.id)
    states = [STATES.index(s) for s in measure.states if (measure.id, s) not in trial.treated]
    who = np.flatnonzero(np.isin(ground.standing.state, states) & (new >= 0))
    who = who[ground.may[who, new[who]] & ground.may[who, ground.menu.place[measure.id]]]
    return who, new[who]


def _idea(measure: Measure, trial: Trial, ground: Ground) -> Idea | None:
    market, alone = ground.market, ground.menu.place[measure.id]
    who, new = _candidates(measure, trial, ground)
    if who.size < 2 * SIZES[0]:
        return None
    paid = tuple(p for p, (_, mask) in enumerate(market.fixed) if mask[alone] and p not in ground.on)
    fixed = sum(market.fixed[p][0] for p in paid) * (1 + ground.prices.money)
    doubts = doubts_of(measure, who, trial.chosen[who] >= 0, ground)
    room = _room(market, alone, who, LATER)
    if room < LEAST or not doubts:
        return None
    sizes = tries(
        Pool.of(_scores(who, trial.chosen[who], new, ground), doubts),
        cycles=ground.cycles_left,
        room=room,
        paid=_room(market, alone, who, RESERVE),
        fixed=fixed,
    )
    found = best(sizes)
    return Idea(measure, found.gain, found.size, who, paid) if found is not None else None


def _scores(who: Ints, old: Ints, new: Ints, ground: Ground) -> np.ndarray:
    """What the measure adds to what each has, net of what money and hours are worth."""
    return ground.net(who, new) - ground.net(who, old)


def _room(market: Market, alone: int, who: Ints, part: float) -> int:
    cost = float(market.costs(who, np.full(who.size, alone)).mean())
    money = part * market.budget / cost if cost > 0 else np.inf
    hours = part * float(market.time.sum()) / market.hours[alone] if market.hours[alone] > 0 else np.inf
    caps = float(market.caps[np.unique(market.cell[who])].sum()) if market.trial[alone] else np.inf
    return int(min(who.size, money, hours, caps))


def _mean_cost(idea: Idea, ground: Ground) -> float:
    alone = np.full(idea.who.size, ground.menu.place[idea.measure.id])
    return float(ground.market.costs(idea.who, alone).mean())


def _drawn(chosen: Ints, idea: Idea, ground: Ground, rng: Generator) -> Ints:
    """Who is tried on: by lot, as far as what is left of money, hours and trial places goes."""
    alone = ground.menu.place[idea.measure.id]
    drawn = rng.permutation(idea.who)[: idea.size]
    new = _with(ground.menu, chosen, idea.measure.id)
    drawn = drawn[new[drawn] >= 0]  # an earlier trial may have changed what he has
    drawn = drawn[ground.may[drawn, new[drawn]]]
    money, hours, caps = left_over(ground.market, ground.on, chosen)
    if money < 0:  # not even the fixed costs can be paid
        return np.zeros(0, dtype=np.int64)
    fits = fitting(ground.market, money, hours, caps, drawn, np.full(drawn.size, alone))
    return np.sort(drawn[fits])
