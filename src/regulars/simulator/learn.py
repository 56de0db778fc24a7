"""From estimates to beliefs: who is compared with whom, and the hierarchy of ``trial.learning`` over all that was seen.

For every measure some of those who were to have it are left without it, drawn by lot among exactly them; the held out,
who may have no promotion at all, are controls too where at the plan's prices they would have had it. How many are left
without is sized by value of information (``trial.exploring``): none where what is believed is sure or tiny. What a
quarter then shows of each effect is :mod:`regulars.simulator.estimate`'s.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.random import Generator

from regulars.packs.schema import STATES, Effect, Measure
from regulars.simulator.counts import Counts, Points, mode
from regulars.simulator.life import MONTHS
from regulars.simulator.menu import ABSENT, Menu
from regulars.simulator.world import Bools, Ints, Standing
from regulars.strategy.draws import HETEROGENEITY, prior_of
from regulars.strategy.own import OwnEffect
from regulars.strategy.returns import Floats
from regulars.trial.learning import Belief, Results, Scale, learn, scale_of
from regulars.trial.mixture import Mixture
from regulars.trial.telling import Events, told

#: Fewer outcomes on one side than this teach nothing.
LEAST = 4
#: Spread between states, as a part of the prior's sd.
TAU_PART = 0.4
#: The share of lapsed customers taken to come back within a quarter, where what they tell is asked.
BACK = 0.03

type Key = tuple[str, int, str]  # measure, place of the effect, state


@dataclass(frozen=True)
class Seen:
    """What one comparison showed, and the cycle it is of."""

    told: Counts | Points
    cycle: int


@dataclass
class Memory:
    """All estimates so far, and what is believed from them."""

    measures: tuple[Measure, ...]
    seen: dict[Key, list[Seen]] = field(default_factory=lambda: defaultdict(list))
    beliefs: dict[Key, tuple[float, float]] = field(default_factory=dict)  # mean and sd of the log (or of the points)
    scale: Scale = field(default_factory=lambda: scale_of([]))

    def believed(self, key: Key) -> tuple[float, float]:
        """Mean and sd of an effect in a state: of its log, or of its probability points."""
        if key in self.beliefs:
            return self.beliefs[key]
        effect = next(m for m in self.measures if m.id == key[0]).effects[key[1]]
        return start_of(effect)

    def updated(self, cycle: int) -> None:
        """Learn again from everything seen up to the end of ``cycle``."""
        rows = {(m.id, place): self._rows(m, place, cycle) for m in self.measures for place, _ in enumerate(m.effects)}
        known = {key: found for key, found in rows.items() if found is not None}
        self.scale = scale_of([(known[m.id, p], belief_of(e)) for m, p, e in self._effects() if (m.id, p) in known])
        for measure, place, effect in self._effects():
            self._learn(measure, place, effect, rows[measure.id, place])

    def _effects(self) -> Iterator[tuple[Measure, int, Effect]]:
        return ((m, place, effect) for m in self.measures for place, effect in enumerate(m.effects))

    def _rows(self, measure: Measure, place: int, cycle: int) -> Results | None:
        rows = [(state, s) for state in STATES for s in self.seen.get((measure.id, place, state), ())]
        if not rows:
            return None
        mean, sd = start_of(measure.effects[place])
        near = mode([s.told for _, s in rows], mean=mean, sd=sd)
        told = [s.told.told(near) for _, s in rows]
        return Results.of(
            [y for y, _ in told],
            [se for _, se in told],
            age=[3.0 * (cycle - s.cycle) for _, s in rows],
            units=[state for state, _ in rows],
        )

    def _learn(self, measure: Measure, place: int, effect: Effect, results: Results | None) -> None:
        belief = belief_of(effect)
        if results is None:
            for state in measure.states:
                self.beliefs[measure.id, place, state] = belief.mean, self.scale.wider * belief.sd
            return
        known = learn(results, belief=belief, scale=self.scale)
        for state in measure.states:
            now: Mixture = known.units.get(state) or known.new()
            self.beliefs[measure.id, place, state] = now.mean, now.sd

    def as_measures(self) -> tuple[Measure, ...]:
        """The measures with what is now believed of them, a belief per state."""
        return tuple(self._measure(m) for m in self.measures)

    def _measure(self, measure: Measure) -> Measure:
        own = any((measure.id, place, s) in self.beliefs for place, _ in enumerate(measure.effects) for s in STATES)
        if not own:
            return measure
        effects: list[Effect] = []
        for place, effect in enumerate(measure.effects):
            for state in effect.states or measure.states:
                key = measure.id, place, state
                if abs(prior_of(effect).mean) < 1e-12 or key not in self.beliefs:
                    effects.append(effect.model_copy(update={"states": (state,)}))
                    continue
                mean, sd = self.believed(key)
                if effect.primitive != "reactivation":
                    mean += 0.5 * sd**2
                given = dict(effect) | {"mean": mean, "sd": sd, "states": (state,), "own": 1.0, "root": place}
                given["apart"] = HETEROGENEITY * self.scale.wider * start_of(effect)[1]
                effects.append(OwnEffect.model_construct(**given))
        return measure.model_copy(update={"effects": tuple(effects)})


def belief_of(effect: Effect) -> Belief:
    """The prior, with states expected to differ by a part of it."""
    mean, sd = start_of(effect)
    return Belief(mean, sd, tau_scale=TAU_PART * sd)


def start_of(effect: Effect) -> tuple[float, float]:
    """The prior as the normal it is: of the log (whose mean lies below that of the multiplier), or of the points."""
    prior = prior_of(effect)
    shift = 0.0 if effect.primitive == "reactivation" else 0.5 * prior.sd**2
    return prior.mean - shift, prior.sd


@dataclass(frozen=True)
class Trial:
    """Who was to have each measure and who was left without it. Keys are (measure, state)."""

    treated: dict[tuple[str, str], Ints]
    control: dict[tuple[str, str], Ints]
    chosen: Ints


def withhold(
    intended: Ints,
    would: Ints,
    held: Bools,
    menu: Menu,
    standing: Standing,
    shares: Mapping[tuple[str, str], float],
    rng: Generator,
) -> Trial:
    """Leave some without, by lot among those who were to have a measure; ``would`` is what the held out would get.

    The held out are compared with for a measure only where it is all they lack: who would have had two promotions and
    has neither shows what both together do.
    """
    size = intended.size
    lot = {id: rng.random(size) for id in sorted({m.id for o in menu.options for m in o.measures})}
    has = {id: np.zeros(size, dtype=bool) for id in lot}
    for place, option in enumerate(menu.options):
        for m in option.measures:
            has[m.id] |= intended == place
    wants = spared(intended, would, held, menu)
    out = {id: np.zeros(size, dtype=bool) for id in lot}
    for (id, state), share in shares.items():
        who = np.flatnonzero(has[id] & (standing.state == STATES.index(state)))
        out[id][who[np.argsort(lot[id][who])[: round(share * who.size)]]] = True
    chosen = _without(intended, out, menu)
    treated: dict[tuple[str, str], Ints] = {}
    control: dict[tuple[str, str], Ints] = {}
    for id in lot:
        for one, state in enumerate(STATES):
            here = standing.state == one
            yes = np.flatnonzero(has[id] & ~out[id] & here)
            no = np.flatnonzero((out[id] | wants[id]) & here)
            if yes.size and no.size:
                treated[id, state], control[id, state] = yes, no
    return Trial(treated, control, chosen)


def spared(intended: Ints, would: Ints, held: Bools, menu: Menu) -> dict[str, Bools]:
    """By measure the held out who would have had it beside exactly what they do have."""
    found = {}
    for id in sorted({m.id for o in menu.options for m in o.measures}):
        lacks = np.append(menu.without(id), ABSENT)[would]
        found[id] = held & (lacks > ABSENT) & (lacks == intended)
    return found


def _without(intended: Ints, out: Mapping[str, Bools], menu: Menu) -> Ints:
    chosen = intended.copy()
    for place in np.unique(intended[intended >= 0]):
        option = menu.options[int(place)]
        who = np.flatnonzero(intended == place)
        marks = np.array([out[m.id][who] for m in option.measures])
        for pattern in np.unique(marks, axis=1).T:
            if pattern.any():
                left = "+".join(m.id for m, off in zip(option.measures, pattern, strict=True) if not off)
                same = who[(marks == pattern[:, None]).all(axis=0)]
                chosen[same] = menu.place[left] if left else -1
    return chosen


@dataclass(frozen=True)
class Expected:
    """What each customer was expected to do untouched: visits of a month and a quarter, loss, missed appointments."""

    first_month: Floats
    visits: Floats
    left: Floats
    missed: Floats

    @classmethod
    def of(cls, standing: Standing, *, no_show: float) -> Expected:
        """From the study, season and shocks aside: those are common to both sides."""
        stay = 1 - standing.hazard
        month = standing.alive * standing.rate
        visits = month * (stay + stay**2 + stay**3)
        return cls(month * stay, visits, standing.alive * (1 - stay**3), visits * no_show / (1 - no_show))


def information(effect: Effect, who: Ints, expected: Expected) -> float:
    """What one of these customers tells of an effect within the quarter."""
    one = Events(
        MONTHS,
        float(expected.first_month[who].mean()),
        float(expected.visits[who].mean()),
        float(expected.left[who].mean()),
        float(expected.missed[who].mean()),
        BACK,
    )
    return told(effect.primitive, effect.months, one)
