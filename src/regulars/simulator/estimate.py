"""What a quarter shows of each effect: those given a measure beside those left without it, and nothing else different.

Customers are compared within what else they have (a stratum k): one who has a reminder beside the measure is no match
for one who has neither. Losses, visits and missed appointments are counted beside what each customer was expected to do
(:mod:`regulars.simulator.counts` reads them); of the effect a_k = fade theta^rank shows, where ``fade`` is the mean of
exp(-t/tau) over the months counted and the rank is that among what else they have. Reactivation is a difference of
shares, strata put together as by Mantel and Haenszel (1959).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from regulars.packs.schema import STATES, Effect, Measure
from regulars.simulator.belief import THETA_MEAN
from regulars.simulator.counts import Counts, Points
from regulars.simulator.learn import LEAST, Expected, Key, Memory, Seen, Trial
from regulars.simulator.life import MONTHS, Quarter
from regulars.simulator.menu import Menu
from regulars.simulator.world import Ints
from regulars.strategy.returns import Floats
from regulars.trial.telling import fade


@dataclass(frozen=True)
class Arms:
    """Who is compared, and the stratum of each; ``part`` of the effect that shows, by stratum."""

    treated: Ints
    control: Ints
    at_treated: Ints
    at_control: Ints
    part: Floats

    def sums(self, values: Floats) -> tuple[Floats, Floats]:
        """Of the treated and of the others, by stratum."""
        size = self.part.size
        return (
            np.bincount(self.at_treated, weights=values[self.treated], minlength=size),
            np.bincount(self.at_control, weights=values[self.control], minlength=size),
        )


def estimates(
    trial: Trial, seen: Quarter, expected: Expected, memory: Memory, menu: Menu, cycle: int
) -> dict[Key, Seen]:
    """An estimate per measure, effect and state, where both sides have enough to tell."""
    found: dict[Key, Seen] = {}
    for measure in memory.measures:
        for state in STATES:
            if (measure.id, state) not in trial.treated:
                continue
            arms = arms_of(measure, state, trial, memory, menu)
            for place, effect in enumerate(measure.effects):
                if state not in (effect.states or measure.states) or arms is None:
                    continue
                if (state == "lapsed") != (effect.primitive == "reactivation"):
                    continue
                one = _estimate(effect, arms, seen, expected)
                if one is not None:
                    found[measure.id, place, state] = Seen(one, cycle)
    return found


def arms_of(measure: Measure, state: str, trial: Trial, memory: Memory, menu: Menu) -> Arms | None:
    """Both sides by what else they have; only strata with somebody on both."""
    treated, control = trial.treated[measure.id, state], trial.control[measure.id, state]
    rest_t, rest_c = menu.without(measure.id)[trial.chosen[treated]], trial.chosen[control]
    both = np.intersect1d(rest_t, rest_c)
    if not both.size:
        return None
    yes, no = np.isin(rest_t, both), np.isin(rest_c, both)
    beside = [menu.options[int(rest)].measures if rest >= 0 else () for rest in both]
    part = np.array([THETA_MEAN ** _rank(measure, some, state, memory) for some in beside])
    at = np.searchsorted(both, rest_t[yes]), np.searchsorted(both, rest_c[no])
    return Arms(treated[yes], control[no], *at, part)


def _rank(measure: Measure, beside: Sequence[Measure], state: str, memory: Memory) -> int:
    """How many of the others are believed to be stronger: the value model counts a weaker one less."""
    own = (-_strength(measure, state, memory), measure.id)
    return sum((-_strength(other, state, memory), other.id) < own for other in beside)


def _strength(measure: Measure, state: str, memory: Memory) -> float:
    lapsed = state == "lapsed"
    sizes = [
        abs(memory.believed((measure.id, place, state))[0])
        for place, e in enumerate(measure.effects)
        if (e.primitive == "reactivation") == lapsed and (not e.states or state in e.states)
    ]
    return max(sizes, default=0.0)


def _estimate(effect: Effect, arms: Arms, seen: Quarter, expected: Expected) -> Counts | Points | None:
    match effect.primitive:
        case "reactivation":
            return _shares(seen.back.astype(float), arms)
        case "frequency" if effect.months < MONTHS:
            # The first month alone: later ones give back what was borrowed from them.
            return _ratio(seen.first_month, expected.first_month, arms, 1.0)
        case "frequency":
            return _ratio(seen.visits, expected.visits, arms, fade(effect.months, MONTHS))
        case "attrition":
            return _ratio(seen.left.astype(np.int64), expected.left, arms, fade(effect.months, MONTHS))
        case "no_show":
            return _ratio(seen.missed, expected.missed, arms, fade(effect.months, MONTHS))
    return None


def _ratio(counted: Ints, base: Floats, arms: Arms, shown: float) -> Counts | None:
    """Events of both sides; None where at the rate of both together too few were to be expected of one."""
    count = counted.astype(float)
    (ot, oc), (et, ec) = arms.sums(count), arms.sums(base)
    expected = float(et.sum() + ec.sum())
    rate = float(ot.sum() + oc.sum()) / expected if expected > 0 else 0.0
    if min(float(et.sum()), float(ec.sum())) * rate < LEAST:
        return None
    return Counts(ot, oc, et, ec, arms.part * shown, dispersion(count, base, arms))


def dispersion(count: Floats, base: Floats, arms: Arms) -> float:
    """Pearson's, within strata and arms; at least 1."""
    above, below, many, groups = 0.0, 0.0, 0, 0
    for who, at in ((arms.treated, arms.at_treated), (arms.control, arms.at_control)):
        seen = np.bincount(at, weights=count[who], minlength=arms.part.size)
        told = np.bincount(at, weights=base[who], minlength=arms.part.size)
        mean = base[who] * (seen / np.maximum(told, 1e-12))[at]
        above += float(((count[who] - mean) ** 2).sum())
        below += float(mean.sum())
        many, groups = many + who.size, groups + np.unique(at).size
    return max(above / below * many / max(many - groups, 1), 1.0) if below > 0 else 1.0


def _shares(back: Floats, arms: Arms) -> Points | None:
    if min(arms.treated.size, arms.control.size) < 10 * LEAST:
        return None
    (kt, kc), (nt, nc) = arms.sums(back), arms.sums(np.ones_like(back))
    weight = nt * nc / (nt + nc)
    pooled = (kt.sum() + kc.sum() + 1) / (nt.sum() + nc.sum() + 2)
    shown = float(weight @ arms.part)
    y = float(weight @ (kt / nt - kc / nc)) / shown
    return Points(y, math.sqrt(pooled * (1 - pooled) * float(weight.sum())) / shown)
