"""Everything a plan says about itself: doubt, worth of knowing, why each line, what targets and rules cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from regulars.analysis.diagnosis import Provenance
from regulars.base.estimate import Estimate
from regulars.base.settings import Business
from regulars.base.text import Local
from regulars.packs.schema import Pack
from regulars.strategy.believed import Spreads
from regulars.strategy.explain import Voice, local
from regulars.strategy.information import knowledge
from regulars.strategy.plan_uncertainty import Swing, Uncertainty
from regulars.strategy.plan_why import Why
from regulars.strategy.solve import Solved
from regulars.strategy.tornado import Tornado
from regulars.strategy.why import Case, why
from regulars.strategy.why_words import sentences, source_name

#: Streams of random numbers of their own (0 to 2 are the draws and the chances of targets).
_SEEN, _KNOWING = 3, 4


def names_of(pack: Pack) -> dict[str, Local]:
    """Names of measures."""
    return {m.id: local(m.name) for m in pack.measures}


def uncertainty(
    solved: Solved,
    found: Tornado,
    *,
    business: Business,
    pack: Pack,
    currency: str,
    seed: int,
    held: Mapping[int, int],
) -> Uncertainty:
    """The doubt of a plan and the worth of knowing more. ``held``: customers held out per line (its column)."""
    judge, x, names = solved.judge, solved.x, names_of(pack)
    rng = np.random.default_rng([seed, _SEEN])
    chances = rng.standard_normal((2, judge.evaluator.draws.count))
    levels = solved.solution.levels
    beside_12, beside_36 = judge.beside(levels, kpi="gain_12"), judge.beside(levels)
    seen_12 = judge.kpi("gain_12", x, chances[0]) + beside_12
    seen_36 = judge.kpi("gain_36", x, chances[1]) + beside_36
    known = knowledge(
        solved,
        months=business.cycle_months,
        held_out=[held.get(place, 0) for place in range(x.size)],
        rng=np.random.default_rng([seed, _KNOWING]),
    )
    spreads = judge.evaluator.draws.spreads

    def money(draws: np.ndarray) -> Estimate:
        return Estimate.of_draws(draws, unit=currency, method="tornado")

    return Uncertainty(
        money(judge.value(x, months=12) + beside_12),
        money(judge.value(x) + beside_36),
        money(seen_12),
        money(seen_36),
        float((seen_36 < 0).mean()),
        tuple(_named(row, names) for row in found.swings),
        found.remainder,
        {name: spreads.of(name).common for name in Spreads.names()},
        tuple(name for name in Spreads.names() if spreads.of(name).told),
        known.perfect,
        known.cycles,
        known.knowledge,
    )


def _named(row: Swing, names: dict[str, Local]) -> Swing:
    return replace(row, name=source_name(row.source, names))


def reasons_why(
    solved: Solved,
    doubts: Mapping[int, tuple[str, float]],
    *,
    business: Business,
    pack: Pack,
    provenance: Provenance,
    held: Mapping[int, int],
) -> dict[int, Why]:
    """The explanation of every line, by its column."""
    voice, names = Voice(business, provenance.currency), names_of(pack)
    used = [int(place) for place in np.flatnonzero(solved.x > 0)]
    if not used:
        return {}
    case = Case.of(solved, as_of=provenance.as_of, months=business.cycle_months, voice=voice, pack=pack, doubts=doubts)
    found = {}
    for place in used:
        out = held.get(place, 0)
        bare = why(place, case, held_out=out)
        found[place] = replace(bare, sentences=sentences(bare, voice, held_out=out, names=names))
    return found
