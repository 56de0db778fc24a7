"""What the planner believes each option brings each customer: relative effects times the customer's own estimates.

The product's value model with the customers in place of draws: every customer has his own estimated hazard, rate and
margin, and the effects at what they are believed to be on average. It orders customers inside a cell.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from regulars.packs.schema import STATES, TIERS, Effect, Measure
from regulars.simulator.menu import Menu
from regulars.simulator.world import LAPSED, NEWCOMER, Bools, Standing
from regulars.strategy.draws import PSI, THETA, prior_of
from regulars.strategy.options import Option
from regulars.strategy.returns import Base, Floats, Life, Push, live, outcome

#: The step of an effect at which its worth is taken.
UNIT = 0.05
THETA_MEAN, PSI_MEAN = THETA[0] / sum(THETA), PSI[0] / sum(PSI)


def believed(
    menu: Menu, measures: Sequence[Measure], standing: Standing, may: Bools, *, discount: float, no_show: float
) -> Floats:
    """customers x options: believed value net of expected cost; -inf where the option may not be given."""
    found = np.full(may.shape, -np.inf)
    known = {m.id: m for m in measures}
    fresh = standing.hazard[standing.state == NEWCOMER]
    second = float(fresh.mean()) if fresh.size else float(standing.hazard.mean())
    for one, state in enumerate(STATES):
        who = np.flatnonzero(standing.state == one)
        if not who.size:
            continue
        hazard = np.full(who.size, second) if one == LAPSED else standing.hazard[who]
        base = Base(hazard, standing.rate[who], standing.margin[who], discount, 1.0, no_show, lapsed=one == LAPSED)
        none = live(base, {})
        alive = 1.0 if one == LAPSED else standing.alive[who]
        for place, option in enumerate(menu.options):
            if may[who, place].any():
                gain = _gain(option, known, state, base, none, standing.tier[who]) * alive
                found[who, place] = np.where(may[who, place], gain - menu.cost[place, one], -np.inf)
    return found


def per_unit(effect: Effect, standing: Standing, who: np.ndarray, *, discount: float, no_show: float) -> Floats:
    """Money that one unit of an effect (of its log; of probability) is worth for each customer."""
    lapsed = effect.primitive == "reactivation"
    base = Base(standing.hazard[who], standing.rate[who], standing.margin[who], discount, 1.0, no_show, lapsed=lapsed)
    none = live(base, {})
    step = np.full(who.size, UNIT)
    theta = {"attrition": np.ones(who.size), "frequency": np.ones(who.size)}
    push = Push(effect.primitive, step, effect.months)
    gain = outcome(base, none, [(push,)], theta=theta, psi=np.full(who.size, PSI_MEAN)).value_36
    alive = 1.0 if lapsed else standing.alive[who]
    return np.asarray(np.abs(gain * alive) / UNIT, dtype=float)


def _gain(option: Option, known: dict[str, Measure], state: str, base: Base, none: Life, tier: np.ndarray) -> Floats:
    count = base.frequency.size
    pushes = [_pushes(known[m.id], state, tier) for m in option.measures]
    theta = {name: np.full(count, THETA_MEAN) for name in ("attrition", "frequency")}
    found = outcome(base, none, pushes, theta=theta, psi=np.full(count, PSI_MEAN), contacts=option.contacts)
    return found.value_36


def _pushes(measure: Measure, state: str, tier: np.ndarray) -> tuple[Push, ...]:
    found = []
    for effect in measure.effects:
        if effect.states and state not in effect.states:
            continue
        inside = np.isin(tier, [TIERS.index(t) for t in effect.tiers or TIERS])
        found.append(Push(effect.primitive, np.where(inside, prior_of(effect).mean, 0.0), effect.months))
    return tuple(found)
