"""Joint draws of everything uncertain: effects, overlap, echo, take-up and the cells' own primitives.

Plans that are compared see the same draws. The mean of an effect is uncertain and common to all cells; on top each
cell has its own deviation (heterogeneity). Formulae: STRATEGY 5.2-5.3 and 5.12 of the design notes, restated in
``docs/methods/effects.md``.
"""

from __future__ import annotations

import math
import zlib
from dataclasses import dataclass, field

import numpy as np

from regulars.packs.schema import Effect, Measure
from regulars.strategy.returns import Floats, Push

#: kappa and t of the trust rule: mean = kappa * x, sd = sqrt((kappa * se)^2 + t^2).
TRUST: dict[str, tuple[float, float]] = {"A": (0.9, 0.10), "B": (0.7, 0.15), "C": (0.4, 0.20), "D": (0.2, 0.25)}
TRUST["E"] = (0.0, 0.30)
#: A cell's own deviation, as a part of the prior's sd.
HETEROGENEITY = 0.5
THETA, PSI = (7.0, 3.0), (3.0, 7.0)
#: Log-sd of a take-up rate stated in a pack.
TAKE_UP_SD = 0.25
#: Log-sd of hazard, frequency, margin of a cell: common to all cells, own, and of one customer's estimate.
PRIMITIVE_SD = {"hazard": (0.15, 0.15, 0.45), "frequency": (0.07, 0.07, 0.25), "margin": (0.04, 0.04, 0.15)}


@dataclass(frozen=True, slots=True)
class Prior:
    """An effect's prior as it is used: wide."""

    mean: float
    sd: float
    widened: bool


class LearnedEffect(Effect):
    """An effect as it is believed after own results: taken as it is, the trust rule is for what others measured."""


def prior_of(effect: Effect) -> Prior:
    """The prior, put through the trust rule when the pack has plainly not done so (an sd below t)."""
    if isinstance(effect, LearnedEffect) or effect.primitive == "reactivation":  # in probability points; the rule speaks of logs
        return Prior(effect.mean, effect.sd, False)
    kappa, t = TRUST[effect.trust]
    if effect.sd >= t:
        return Prior(effect.mean, effect.sd, False)
    return Prior(kappa * effect.mean, math.hypot(kappa * effect.sd, t), True)


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

    def _own(self, cell: int, kind: int, size: int) -> Floats:
        # A stream per cell: what a cell draws does not depend on which other cells exist before it is asked.
        return normals(np.random.default_rng([self.seed, self.stream, 1 + kind, cell]), size, self.count)

    def pushes(self, measure: Measure, *, cell: int, state: str, tiers: tuple[str, ...]) -> tuple[Push, ...]:
        """The effects of a measure in a cell; effects that do not hold there are left out."""
        own = self._own(cell, zlib.crc32(measure.id.encode()), len(measure.effects))
        found = []
        for place, effect in enumerate(measure.effects):
            if (effect.states and state not in effect.states) or (effect.tiers and not set(tiers) <= set(effect.tiers)):
                continue
            prior = prior_of(effect)
            log = prior.mean + prior.sd * (self.effects[measure.id, place] + HETEROGENEITY * own[place])
            if effect.primitive != "reactivation":
                # The expected *multiplier* is exp(mean): width alone must not look like a gain.
                log = log - 0.5 * prior.sd**2 * (1 + HETEROGENEITY**2)
            found.append(Push(effect.primitive, log, effect.months))
        return tuple(found)

    def primitives(self, *, cell: int, customers: int) -> dict[str, Floats]:
        """Factors (mean 1) around a cell's hazard, frequency and margin."""
        own = self._own(cell, 0, len(PRIMITIVE_SD))
        factors = {}
        for place, (name, (shared, alone, single)) in enumerate(PRIMITIVE_SD.items()):
            spread = math.hypot(alone, single / math.sqrt(max(customers, 1)))
            log = shared * self.common[name] + spread * own[place]
            factors[name] = np.exp(log - 0.5 * (shared**2 + spread**2))
        return factors


def normals(rng: np.random.Generator, size: int, count: int) -> Floats:
    """Antithetic standard normals, ``size`` x ``count``: their mean is exactly 0."""
    half = rng.standard_normal((size, (count + 1) // 2))
    return np.concatenate([half, -half], axis=1)[:, :count]


def draw(measures: tuple[Measure, ...], *, count: int, seed: int, stream: int) -> Draws:
    """Draw everything that is common to all cells. ``stream`` 0 is for optimising, 1 for reporting: fresh draws."""
    rng = np.random.default_rng([seed, stream])
    theta = {name: rng.beta(*THETA, count) for name in ("attrition", "frequency")}
    psi = rng.beta(*PSI, count)
    common = dict(zip(PRIMITIVE_SD, normals(rng, len(PRIMITIVE_SD), count), strict=True))
    take_up, effects = {}, {}
    for measure in measures:
        take_up[measure.id] = np.exp(TAKE_UP_SD * normals(rng, 1, count)[0] - 0.5 * TAKE_UP_SD**2)
        for place, z in enumerate(normals(rng, len(measure.effects), count)):
            effects[measure.id, place] = z
    return Draws(count, seed, stream, theta, psi, take_up, effects, common)
