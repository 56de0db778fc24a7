"""From a quarter's outcomes to beliefs: intention to treat against a lot, then the hierarchy of ``trial.learning``.

For every measure some of those who were to have it are left without it, drawn by lot among exactly them; the held out,
who may have no promotion at all, are controls too where at the plan's prices they would have had it. How many are left
without is sized by value of information (``trial.exploring``): none where what is believed is sure or tiny.

Counts are standardised by what each customer was expected to do (the covariate), so

    y = ln( (O_t / E_t) / (O_c / E_c) ) / (fade * overlap)       s^2 = phi (1/O_t + 1/O_c) / (fade * overlap)^2

for hazard (losses), frequency (visits) and missed appointments; a difference of shares for reactivation. ``fade`` is
the mean of exp(-t/tau) over the months counted, ``overlap`` the mean theta^rank among the treated, phi the dispersion.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.random import Generator

from regulars.packs.schema import STATES, Effect, Measure
from regulars.simulator.belief import THETA_MEAN
from regulars.simulator.life import MONTHS, Quarter
from regulars.simulator.menu import ABSENT, Menu
from regulars.simulator.world import Bools, Ints, Standing
from regulars.strategy.draws import prior_of
from regulars.strategy.own import OwnEffect
from regulars.strategy.returns import Floats
from regulars.trial.learning import Belief, Results, learn, transfer_error, widened
from regulars.trial.mixture import Mixture

#: Fewer outcomes on one side than this teach nothing.
LEAST = 4
#: Spread between states, as a part of the prior's sd.
TAU_PART = 0.4
#: Log-likelihood by which wider priors must explain own results better (about one chance in 45 when priors are right).
BORNE_OUT = 2.0

type Key = tuple[str, int, str]  # measure, place of the effect, state


@dataclass(frozen=True)
class Seen:
    """One estimate: value, standard error and the cycle it is of."""

    y: float
    se: float
    cycle: int


@dataclass
class Memory:
    """All estimates so far, and what is believed from them."""

    measures: tuple[Measure, ...]
    seen: dict[Key, list[Seen]] = field(default_factory=lambda: defaultdict(list))
    beliefs: dict[Key, tuple[float, float]] = field(default_factory=dict)  # mean and sd of the log (or of the points)

    def believed(self, key: Key) -> tuple[float, float]:
        """Mean and sd of an effect in a state: of its log, or of its probability points."""
        if key in self.beliefs:
            return self.beliefs[key]
        effect = next(m for m in self.measures if m.id == key[0]).effects[key[1]]
        return start_of(effect)

    def updated(self, cycle: int) -> None:
        """Learn again from everything seen up to the end of ``cycle``."""
        wider = self._transfer()
        for measure in self.measures:
            for place, effect in enumerate(measure.effects):
                points = effect.primitive == "reactivation"
                self._learn(measure, place, effect, cycle, 0.0 if points else wider)

    def _learn(self, measure: Measure, place: int, effect: Effect, cycle: int, wider: float) -> None:
        rows = [(state, s) for state in STATES for s in self.seen.get((measure.id, place, state), ())]
        mean, sd = start_of(effect)
        belief = widened(Belief(mean, sd, tau_scale=TAU_PART * sd), transfer=wider)
        if not rows:
            if wider:
                for state in measure.states:
                    self.beliefs[measure.id, place, state] = belief.mean, belief.sd
            return
        results = Results.of(
            [s.y for _, s in rows],
            [s.se for _, s in rows],
            age=[3.0 * (cycle - s.cycle) for _, s in rows],
            units=[state for state, _ in rows],
        )
        known = learn(results, belief=belief)
        for state in measure.states:
            now: Mixture = known.units.get(state) or known.new()
            self.beliefs[measure.id, place, state] = now.mean, now.sd

    def _transfer(self) -> float:
        """How much further own results lie from the priors than those say, all effects on logs together.

        One number for all classes of trust: a class has few measures, and widening on the word of two or three gaps
        would only make beliefs follow noise. It must be borne out: a log-likelihood better by :data:`BORNE_OUT`.
        """
        gaps, known = [], []
        for measure in self.measures:
            for place, effect in enumerate(measure.effects):
                rows = [s for state in STATES for s in self.seen.get((measure.id, place, state), ())]
                if rows and effect.primitive != "reactivation":
                    weight = np.array([s.se**-2 for s in rows])
                    mean, sd = start_of(effect)
                    gaps.append(float(weight @ [s.y for s in rows]) / float(weight.sum()) - mean)
                    known.append(sd**2 + 1 / float(weight.sum()))
        wider = transfer_error(gaps, known)
        squares, total = np.square(gaps), np.array(known)
        gain = 0.5 * float((squares / total - squares / (total + wider**2) - np.log1p(wider**2 / total)).sum())
        return wider if gain > BORNE_OUT else 0.0

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
                given = dict(effect) | {"mean": mean, "sd": sd, "states": (state,), "own": 1.0}
                effects.append(OwnEffect.model_construct(**given))
        return measure.model_copy(update={"effects": tuple(effects)})


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
    overlap: dict[tuple[str, str], float]


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
    overlap: dict[tuple[str, str], float] = {}
    for id in lot:
        for one, state in enumerate(STATES):
            here = standing.state == one
            yes = np.flatnonzero(has[id] & ~out[id] & here)
            no = np.flatnonzero((out[id] | wants[id]) & here)
            if yes.size and no.size:
                treated[id, state], control[id, state] = yes, no
                overlap[id, state] = overlap_of(id, state, chosen[yes], menu)
    return Trial(treated, control, chosen, overlap)


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


def overlap_of(id: str, state: str, chosen: Ints, menu: Menu) -> float:
    """Mean of theta^rank of a measure among its treated, ranked by prior strength as the value model ranks them."""
    total = 0.0
    for place, many in zip(*np.unique(chosen, return_counts=True), strict=True):
        ranked = sorted(menu.options[int(place)].measures, key=lambda m: (-_strength(m, state), m.id))
        total += many * THETA_MEAN ** [m.id for m in ranked].index(id)
    return total / max(chosen.size, 1)


def _strength(measure: Measure, state: str) -> float:
    lapsed = state == "lapsed"
    sizes = [abs(prior_of(e).mean) for e in measure.effects if (e.primitive == "reactivation") == lapsed]
    return max(sizes, default=0.0)


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


def estimates(
    trial: Trial, seen: Quarter, expected: Expected, measures: Sequence[Measure], cycle: int
) -> dict[Key, Seen]:
    """An estimate per measure, effect and state, where both sides have enough to tell."""
    found: dict[Key, Seen] = {}
    for measure in measures:
        for place, effect in enumerate(measure.effects):
            for state in effect.states or measure.states:
                arms = trial.treated.get((measure.id, state)), trial.control.get((measure.id, state))
                if arms[0] is None or arms[1] is None:
                    continue
                if (state == "lapsed") != (effect.primitive == "reactivation"):
                    continue
                one = _estimate(effect, arms[0], arms[1], seen, expected, trial.overlap[measure.id, state])
                if one is not None:
                    found[measure.id, place, state] = Seen(one[0], one[1], cycle)
    return found


def _estimate(
    effect: Effect, treated: Ints, control: Ints, seen: Quarter, expected: Expected, overlap: float
) -> tuple[float, float] | None:
    match effect.primitive:
        case "reactivation":
            return _shares(seen.back[treated], seen.back[control], overlap)
        case "frequency" if effect.months < MONTHS:
            # The first month alone: later ones give back what was borrowed from them.
            return _ratio(seen.first_month, expected.first_month, treated, control, overlap)
        case "frequency":
            return _ratio(seen.visits, expected.visits, treated, control, overlap * fade(effect.months))
        case "attrition":
            return _ratio(seen.left.astype(int), expected.left, treated, control, overlap * fade(effect.months))
        case "no_show":
            return _ratio(seen.missed, expected.missed, treated, control, overlap * fade(effect.months))
    return None


def fade(months: float) -> float:
    """Mean of exp(-t/tau) over the quarter."""
    return float(np.exp(-np.arange(MONTHS) / months).mean())


def _ratio(count: Ints, base: Floats, treated: Ints, control: Ints, part: float) -> tuple[float, float] | None:
    """Log ratio of rates and its error.

    Whether there is enough to tell, and how sure it is, is read off what was *expected* on each side at the rate of
    both together: judged by what happened there, high counts would be believed more, and low ones left out.
    """
    ot, oc = float(count[treated].sum()), float(count[control].sum())
    et, ec = float(base[treated].sum()), float(base[control].sum())
    rate = (ot + oc) / (et + ec) if et + ec > 0 else 0.0
    if min(et, ec) * rate < LEAST:
        return None
    # The half makes the logarithm of a count right on average (Haldane 1955).
    y = math.log((ot + 0.5) / et) - math.log((oc + 0.5) / ec)
    everybody = np.concatenate([treated, control])
    phi = max(_dispersion(count[everybody], base[everybody] * rate), 1.0)
    return y / part, math.sqrt(phi * (1 / (et * rate) + 1 / (ec * rate))) / part


def _dispersion(count: Ints, mean: Floats) -> float:
    return float(((count - mean) ** 2).sum() / mean.sum())


def _shares(treated: Bools, control: Bools, part: float) -> tuple[float, float] | None:
    if min(treated.size, control.size) < 10 * LEAST:
        return None
    p, q = treated.mean(), control.mean()
    pooled = (treated.sum() + control.sum() + 1) / (treated.size + control.size + 2)
    return float(p - q) / part, math.sqrt(pooled * (1 - pooled) * (1 / treated.size + 1 / control.size)) / part


def information(effect: Effect, who: Ints, expected: Expected) -> float:
    """Information per customer: events times the squared part of the effect that the quarter shows."""
    match effect.primitive:
        case "frequency" if effect.months < MONTHS:
            return float(expected.first_month[who].mean())
        case "frequency":
            return float(expected.visits[who].mean()) * fade(effect.months) ** 2
        case "attrition":
            return float(expected.left[who].mean()) * fade(effect.months) ** 2
        case "no_show":
            return float(expected.missed[who].mean()) * fade(effect.months) ** 2
        case "reactivation":
            return 1 / (0.03 * 0.97)
    return 0.0
