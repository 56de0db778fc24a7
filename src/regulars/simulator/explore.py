"""Small trials of what the plan would not do: measures whose doubt is worth more than their trial costs.

    gain = R N (E max(0, M) - max(0, mu)) - n max(-mu', 0)       M ~ N(mu, v^2),  v^2 = s^4 / (s^2 + d^2 2/n)

mu is the mean score (value net of the plan's prices) of the N customers whom the measure would suit best, as many as
half the money and hours could pay for; s its doubt in money, d what one customer tells of it, R the cycles to come, n
the customers treated and as many more that are only watched; mu' the mean score of anybody who might be drawn. Trials
are drawn by lot from everybody who may have the measure beside what he has, and paid from a small reserve.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.random import Generator
from scipy.special import ndtr

from regulars.packs.schema import STATES, Measure
from regulars.simulator.belief import per_unit
from regulars.simulator.learn import LEAST, Expected, Memory, Trial, information, overlap_of
from regulars.simulator.menu import Menu
from regulars.simulator.world import Bools, Ints, Standing
from regulars.strategy.choosing import Market, Prices, fitting, left_over
from regulars.strategy.draws import prior_of
from regulars.strategy.returns import Floats

#: Part of money and hours that a plan leaves for trials while there is time to use what they tell.
RESERVE = 0.08
#: Sizes tried for one side of a trial, and trials in one cycle at most.
SIZES, MOST = (60, 120, 200), 4


@dataclass(frozen=True)
class Idea:
    """A measure that might be tried in a state, for whom, and what trying it is worth."""

    measure: str
    state: str
    gain: float
    size: int
    who: Ints


def explored(
    trial: Trial,
    market: Market,
    on: tuple[int, ...],
    prices: Prices,
    menu: Menu,
    standing: Standing,
    may: Bools,
    memory: Memory,
    expected: Expected,
    *,
    cycles_left: int,
    discount: float,
    no_show: float,
    rng: Generator,
) -> Trial:
    """The trial with further arms added. ``market`` holds believed values under the full limits."""
    ideas = [
        idea
        for measure in memory.measures
        for state in measure.states
        if (measure.id, state) not in trial.treated and measure.id in menu.place
        for idea in [
            _idea(
                measure, state, trial.chosen, market, on, prices, menu, standing, may, memory, expected,
                cycles_left=cycles_left, discount=discount, no_show=no_show,
            )
        ]
        if idea is not None and idea.gain > 0
    ]  # fmt: skip
    for idea in sorted(ideas, key=lambda i: -i.gain)[:MOST]:
        trial = _tried(trial, idea, market, on, menu, may, rng)
    return trial


def _with(menu: Menu, chosen: Ints, measure: str) -> Ints:
    """The option of each customer with the measure added (-1: there is no such bundle, or he has it)."""
    place = np.full(menu.size + 1, -1, dtype=np.int64)
    for at, option in enumerate(menu.options):
        ids = {m.id for m in option.measures}
        if measure not in ids:
            place[at] = menu.place.get("+".join(sorted(ids | {measure})), -1)
    place[-1] = menu.place[measure]
    return place[chosen]


def _idea(
    measure: Measure,
    state: str,
    chosen: Ints,
    market: Market,
    on: tuple[int, ...],
    prices: Prices,
    menu: Menu,
    standing: Standing,
    may: Bools,
    memory: Memory,
    expected: Expected,
    *,
    cycles_left: int,
    discount: float,
    no_show: float,
) -> Idea | None:
    alone = menu.place[measure.id]
    if any(mask[alone] and place not in on for place, (_, mask) in enumerate(market.fixed)):
        return None
    new = _with(menu, chosen, measure.id)
    who = np.flatnonzero((standing.state == STATES.index(state)) & (new >= 0) & may[np.arange(new.size), new])
    who = who[may[who, alone]]
    if who.size < 2 * SIZES[0]:
        return None
    sigma, told = 0.0, 1.0
    for place, effect in enumerate(measure.effects):
        events = information(effect, who, expected)
        counts = (state == "lapsed") == (effect.primitive == "reactivation")
        if not counts or events <= 0 or abs(prior_of(effect).mean) < 1e-12:
            continue
        slope = per_unit(effect, standing, who, discount=discount, no_show=no_show)
        doubt = slope * memory.believed((measure.id, place, state))[1]
        if doubt > sigma:
            sigma, told = doubt, slope / math.sqrt(events)
    score = market.value[who, alone] - prices.money * market.costs(who, np.full(who.size, alone))
    score = score - prices.hours[market.place[who]] * market.hours[alone]
    many = _affordable(market, alone, who)
    return _best(measure.id, state, score, who, many, sigma, told, cycles_left)


def _affordable(market: Market, alone: int, who: Ints) -> int:
    cost = float(market.costs(who, np.full(who.size, alone)).mean())
    money = 0.5 * market.budget / cost if cost > 0 else np.inf
    hours = 0.5 * float(market.time.sum()) / market.hours[alone] if market.hours[alone] > 0 else np.inf
    return int(min(who.size, money, hours))


def _best(
    id: str, state: str, score: Floats, who: Ints, many: int, sigma: float, told: float, cycles_left: int
) -> Idea | None:
    if many < LEAST or sigma <= 0:
        return None
    mu = float(np.sort(score)[::-1][:many].mean())
    price = max(-float(score.mean()), 0.0)
    found = None
    for size in SIZES:
        if 2 * size > who.size:
            break
        v = sigma**2 / math.sqrt(sigma**2 + told**2 * 2 / size)
        ratio = float(np.clip(mu / v, -40, 40))
        hoped = mu * float(ndtr(ratio)) + v * math.exp(-0.5 * ratio**2) / math.sqrt(2 * math.pi)
        gain = cycles_left * many * (hoped - max(mu, 0.0)) - size * price
        if found is None or gain > found.gain:
            found = Idea(id, state, gain, size, who)
    return found


def _tried(
    trial: Trial, idea: Idea, market: Market, on: tuple[int, ...], menu: Menu, may: Bools, rng: Generator
) -> Trial:
    """Add one arm by lot, as far as what is left of money, hours and trial places goes."""
    chosen, alone = trial.chosen, menu.place[idea.measure]
    drawn = rng.permutation(idea.who)[: 2 * idea.size]
    new = _with(menu, chosen, idea.measure)
    drawn = drawn[(new[drawn] >= 0) & may[drawn, new[drawn]]]  # an earlier trial may have changed what he has
    treated, control = np.sort(drawn[: drawn.size // 2]), np.sort(drawn[drawn.size // 2 :])
    money, hours, caps = left_over(market, on, chosen)
    treated = treated[fitting(market, money, hours, caps, treated, np.full(treated.size, alone))]
    if treated.size < SIZES[0] // 2:
        return trial
    chosen = chosen.copy()
    chosen[treated] = new[treated]
    key = idea.measure, idea.state
    arms: Mapping[tuple[str, str], Ints] = {**trial.treated, key: treated}
    overlap = {**trial.overlap, key: overlap_of(idea.measure, idea.state, chosen[treated], menu)}
    return replace(trial, treated=dict(arms), control={**trial.control, key: control}, chosen=chosen, overlap=overlap)
