"""Two years before the first plan: campaigns aimed by rule of thumb, and what a careless reader would take from them.

Those the business liked best were contacted most, so the contacted differ from the others before anything is sent.
The naive estimate (contacted against not contacted, as they come) is set beside the prior and the truth. It is shown
and not used: nothing here ever moves a prior.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from regulars.packs.schema import STATES, Measure, Windows
from regulars.simulator.learn import Key, start_of
from regulars.simulator.life import quarter
from regulars.simulator.menu import Menu, eligible
from regulars.simulator.presets import Preset
from regulars.simulator.rivals import by_rule_of_thumb
from regulars.simulator.truth import Truth
from regulars.simulator.world import World, renew, stand
from regulars.strategy.returns import Floats

#: Quarters of the past.
QUARTERS = 8


@dataclass(frozen=True)
class Past:
    """The world after its past; mean absolute errors of the naive reading and of the priors, in sds of the priors."""

    world: World
    naive_error: float
    prior_error: float


def lived_past(
    world: World,
    measures: tuple[Measure, ...],
    menu: Menu,
    preset: Preset,
    windows: Windows,
    truth: Truth,
    *,
    season: Floats,
    consent: float | None,
    rng: Generator,
) -> Past:
    """Live the past and read it as it comes."""
    counts: dict[Key, Floats] = defaultdict(lambda: np.zeros(4))
    for past in range(QUARTERS):
        standing = stand(world, windows, rng)
        may = eligible(menu, standing, np.zeros(world.size, dtype=bool))
        chosen = by_rule_of_thumb(menu, standing, may, rng)
        seen = quarter(
            world,
            standing,
            menu,
            chosen,
            truth,
            season=season[3 * past : 3 * past + 3],
            no_show=preset.no_show,
            rng=rng,
        )
        for measure in measures:
            if measure.id not in menu.place:
                continue
            had = chosen == menu.place[measure.id]
            for place, effect in enumerate(measure.effects):
                kind = {"frequency": seen.visits, "attrition": seen.left}.get(effect.primitive)
                if kind is None:
                    continue
                for state in effect.states or measure.states:
                    inside = standing.state == STATES.index(state)
                    with_, without = inside & had, inside & (chosen < 0)
                    counts[measure.id, place, state] += [
                        kind[with_].sum(), with_.sum(), kind[without].sum(), without.sum()
                    ]  # fmt: skip
        world = renew(world, preset, rng, consent=consent)
    naive, prior = _errors(measures, counts, truth)
    return Past(world, naive, prior)


def _errors(measures: tuple[Measure, ...], counts: dict[Key, Floats], truth: Truth) -> tuple[float, float]:
    known = {m.id: m for m in measures}
    naive, prior = [], []
    for (id, place, _), (with_, n, without, m) in sorted(counts.items()):
        mean, sd = start_of(known[id].effects[place])
        if min(with_, without) < 10:
            continue
        read = math.log(with_ / n) - math.log(without / m)
        naive.append(abs(read - truth.mu[id, place]) / sd)
        prior.append(abs(mean - truth.mu[id, place]) / sd)
    return (float(np.mean(naive)), float(np.mean(prior))) if naive else (0.0, 0.0)
