"""Joint draws of everything uncertain: effects, overlap, echo, take-up and the cells' own primitives.

Plans that are compared see the same draws. The mean of an effect is uncertain and common to all cells; on top each
cell has its own deviation (heterogeneity). Each kind of doubt has its own stream of random numbers, so that adding one
leaves the others as they were. Formulae: ``docs/methods/effects.md``.
"""

from __future__ import annotations

import math
import zlib
from dataclasses import dataclass, field

import numpy as np

from regulars.packs.schema import Effect, Measure
from regulars.strategy.believed import JUDGED, Spreads
from regulars.strategy.own import OwnEffect, root_of
from regulars.strategy.returns import Floats, Push

#: kappa and t of the trust rule: mean = kappa * x, sd = sqrt((kappa * se)^2 + t^2).
TRUST: dict[str, tuple[float, float]] = {"A": (0.9, 0.10), "B": (0.7, 0.15), "C": (0.4, 0.20), "D": (0.2, 0.25)}
TRUST["E"] = (0.0, 0.30)
#: A cell's own deviation, as a part of the prior's sd.
HETEROGENEITY = 0.5
THETA, PSI = (7.0, 3.0), (3.0, 7.0)
#: Log-sd of a take-up rate stated in a pack.
TAKE_UP_SD = 0.25
#: Log-sd of what one contact costs against the pack's figure. Its mean is the stated cost exactly.
COST_SD = 0.05
#: Log-sd of the shock that moves the visits of all customers alike: good and bad years of the whole trade.
MACRO_SD = 0.08
#: Weight of an overlap stated for a pair of measures: as much as that of the general one (Beta(7, 3)).
PAIR_WEIGHT = 10.0
#: Kinds of doubt with a stream of random numbers of their own (numbers of kinds are never used twice).
_COST, _MACRO, _PAIRS = 11, 12, 13


@dataclass(frozen=True, slots=True)
class Prior:
    """An effect's prior as it is used: wide."""

    mean: float
    sd: float
    widened: bool


def prior_of(effect: Effect) -> Prior:
    """The prior, put through the trust rule when the pack has plainly not done so (an sd below t)."""
    if isinstance(effect, OwnEffect):  # as believed after own results, the rule behind it
        return Prior(effect.mean, effect.sd, False)
    if effect.primitive == "reactivation":  # in probability points; the rule speaks of logs
        return Prior(effect.mean, effect.sd, False)
    kappa, t = TRUST[effect.trust]
    if effect.sd >= t:
        return Prior(effect.mean, effect.sd, False)
    return Prior(kappa * effect.mean, math.hypot(kappa * effect.sd, t), True)


def holding(measure: Measure, *, state: str, tiers: tuple[str, ...]) -> tuple[int, ...]:
    """Places of the effects of a measure that hold for customers of that state and those tiers."""
    return tuple(
        place
        for place, effect in enumerate(measure.effects)
        if (not effect.states or state in effect.states) and (not effect.tiers or set(tiers) <= set(effect.tiers))
    )


@dataclass(frozen=True, slots=True)
class Draws:
    """``count`` draws. Effects are keyed by measure id and the effect's place in the measure."""

    count: int
    seed: int
    stream: int
    theta: dict[str, Floats]
    psi: Floats
    take_up: dict[str, Floats]  # factor around the stated rate, mean 1
    effects: dict[tuple[str, int], Floats] = field(default_factory=dict)  # standard normal, common to all cells
    common: dict[str, Floats] = field(default_factory=dict)  # standard normal per base primitive
    macro: Floats | None = None  # standard normal; None: no shock
    cost: dict[str, Floats] = field(default_factory=dict)  # factor around a contact's stated cost, mean exactly 1
    pairs: dict[frozenset[str], Floats] = field(default_factory=dict)  # overlap of two measures, where a pack states it
    spreads: Spreads = JUDGED

    def _own(self, cell: int, kind: int, size: int) -> Floats:
        # A stream per cell: what a cell draws does not depend on which other cells exist before it is asked.
        return normals(np.random.default_rng([self.seed, self.stream, 1 + kind, cell]), size, self.count)

    def pushes(
        self, measure: Measure, *, cell: int, state: str, tiers: tuple[str, ...], times: float = 1.0
    ) -> tuple[Push, ...]:
        """The effects of a measure in a cell, ``times`` as strong as expected; those that do not hold are left out."""
        own = self.deviations(measure, cell=cell)
        found = []
        for place in holding(measure, state=state, tiers=tiers):
            effect = measure.effects[place]
            prior = prior_of(effect)
            log = times * prior.mean + prior.sd * (self.effects[measure.id, place] + HETEROGENEITY * own[place])
            if effect.primitive != "reactivation":
                # The expected *multiplier* is exp(mean): width alone must not look like a gain.
                log = log - 0.5 * prior.sd**2 * (1 + HETEROGENEITY**2)
            found.append(Push(effect.primitive, log, effect.months))
        return tuple(found)

    def deviations(self, measure: Measure, *, cell: int) -> Floats:
        """A cell's own deviation from each effect of a measure: standard normal, effects x draws."""
        return self._own(cell, zlib.crc32(measure.id.encode()), len(measure.effects))

    def own_primitives(self, *, cell: int) -> dict[str, Floats]:
        """A cell's own deviation in hazard, frequency and margin: standard normal."""
        own = self._own(cell, 0, len(self.common))
        return dict(zip(self.common, own, strict=True))

    def primitives(self, *, cell: int, customers: int) -> dict[str, Floats]:
        """Factors (mean 1) around a cell's hazard, frequency and margin, the shock to visits included."""
        factors = {}
        for name, own in self.own_primitives(cell=cell).items():
            spread = self.spreads.of(name)
            alone = spread.alone(customers)
            log = spread.common * self.common[name] + alone * own
            factors[name] = np.exp(log - 0.5 * (spread.common**2 + alone**2))
        if self.macro is not None:
            factors["frequency"] = factors["frequency"] * np.exp(MACRO_SD * self.macro - 0.5 * MACRO_SD**2)
        return factors

    def overlaps(self, measures: tuple[Measure, ...]) -> dict[frozenset[int], Floats]:
        """Overlap of the pairs of a bundle for which a pack states one, by their places in it."""
        ids = [m.id for m in measures]
        places = [(i, j) for i in range(len(ids)) for j in range(i)]
        stated = {frozenset(at): frozenset((ids[at[0]], ids[at[1]])) for at in places}
        return {at: self.pairs[pair] for at, pair in stated.items() if pair in self.pairs}


def normals(rng: np.random.Generator, size: int, count: int) -> Floats:
    """Antithetic standard normals, ``size`` x ``count``: their mean is exactly 0."""
    half = rng.standard_normal((size, (count + 1) // 2))
    return np.concatenate([half, -half], axis=1)[:, :count]


def draw(measures: tuple[Measure, ...], *, count: int, seed: int, stream: int, spreads: Spreads = JUDGED) -> Draws:
    """Draw everything that is common to all cells. ``stream`` 0 is for optimising, 1 for reporting: fresh draws.

    ``spreads`` tell how sure the cells' own primitives are (from the study where it knows).
    """
    rng = np.random.default_rng([seed, stream])
    theta = {name: rng.beta(*THETA, count) for name in ("attrition", "frequency")}
    psi = rng.beta(*PSI, count)
    common = dict(zip(Spreads.names(), normals(rng, len(Spreads.names()), count), strict=True))
    take_up, effects = {}, {}
    for measure in measures:
        take_up[measure.id] = np.exp(TAKE_UP_SD * normals(rng, 1, count)[0] - 0.5 * TAKE_UP_SD**2)
        shared: dict[int, Floats] = {}
        for place, z in enumerate(normals(rng, len(measure.effects), count)):
            root = root_of(measure.effects[place])
            effects[measure.id, place] = z if root is None else shared.setdefault(root, z)
    return Draws(
        count,
        seed,
        stream,
        theta,
        psi,
        take_up,
        effects,
        common,
        macro=normals(np.random.default_rng([seed, stream, _MACRO]), 1, count)[0],
        cost=_costs(measures, count, np.random.default_rng([seed, stream, _COST])),
        pairs=_pairs(measures, count, np.random.default_rng([seed, stream, _PAIRS])),
        spreads=spreads,
    )


def _costs(measures: tuple[Measure, ...], count: int, rng: np.random.Generator) -> dict[str, Floats]:
    found = {}
    for measure in measures:
        factor = np.exp(COST_SD * normals(rng, 1, count)[0])
        found[measure.id] = factor / factor.mean()
    return found


def _pairs(measures: tuple[Measure, ...], count: int, rng: np.random.Generator) -> dict[frozenset[str], Floats]:
    stated = {frozenset((m.id, other)): mean for m in measures for other, mean in m.overlap.items()}
    found = {}
    for pair in sorted(stated, key=sorted):
        mean = stated[pair]
        known = 0 < mean < 1
        found[pair] = (
            rng.beta(mean * PAIR_WEIGHT, (1 - mean) * PAIR_WEIGHT, count) if known else np.full(count, float(mean))
        )
    return found
