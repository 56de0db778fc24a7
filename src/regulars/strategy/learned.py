"""What the business has learned from its own trials: a file of results, and the pack as it is believed with them.

``learned/effects.json`` keeps results (one estimate of one effect in one group of customers, with its error and day),
never only beliefs: the belief is worked out again from the pack's prior and all results whenever it is needed, so that
a better prior, a longer memory or a corrected result all tell. Docs: docs/methods/learning.md.
"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path
from typing import Literal

from pydantic import TypeAdapter, ValidationError

from regulars.base.errors import BadData
from regulars.base.text import say
from regulars.packs.schema import Effect, Measure, Pack
from regulars.strategy.draws import HETEROGENEITY, prior_of
from regulars.strategy.own import OwnEffect
from regulars.trial.learning import TAU_SCALE, Belief, Learned, Results, learn, scale_of

SCHEMA = "regulars.learned/1"
MONTH = 365.25 / 12
#: What is widened: all priors of the business by one factor.
ALL = "all"


@dataclass(frozen=True, slots=True)
class Result:
    """An estimate of a measure's effect (the ``place``-th of its effects) among the customers of ``unit``."""

    measure: str
    place: int
    primitive: str
    unit: str
    y: float
    se: float
    on: date
    run: str  # the assignment it comes from


@dataclass(frozen=True, slots=True)
class Believed:
    """Prior and posterior of one effect, for reading."""

    measure: str
    place: int
    primitive: str
    prior_mean: float
    prior_sd: float
    mean: float
    sd: float
    between: float  # spread between groups of customers
    own: float
    results: int


@dataclass(frozen=True, slots=True)
class Memory:
    """The file. ``wider``: the factor on the sds of all priors because own results lay further off than these say."""

    results: tuple[Result, ...] = ()
    believed: tuple[Believed, ...] = ()
    wider: dict[str, float] | None = None
    schema: Literal["regulars.learned/1"] = "regulars.learned/1"

    @property
    def today(self) -> date | None:
        """The day of the newest result: ages are counted from it."""
        return max((result.on for result in self.results), default=None)

    def with_results(self, results: tuple[Result, ...], *, run: str) -> Memory:
        """Replace the results of an assignment: measured again, it counts once."""
        kept = [result for result in self.results if result.run != run]
        return replace(
            self, results=tuple(sorted([*kept, *results], key=lambda r: (r.on, r.run, r.measure, r.place, r.unit)))
        )


def read_memory(path: Path) -> Memory:
    """The file, or an empty memory. Raises BadData when it cannot be read."""
    if not path.is_file():
        return Memory()
    try:
        return TypeAdapter(Memory).validate_json(path.read_bytes())
    except ValidationError as error:
        raise BadData(say("trial.learned.unreadable", file=str(path)), say("trial.learned.unreadable_hint")) from error


def write_memory(path: Path, memory: Memory) -> None:
    """Write the file, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".part")
    partial.write_text(json.dumps(asdict(memory), indent=1, default=str, ensure_ascii=False) + "\n", encoding="utf-8")
    partial.replace(path)


def belief_of(effect: Effect) -> Belief:
    """The prior as the plan uses it, with the spread between groups no larger than the prior itself."""
    prior = prior_of(effect)
    return Belief(prior.mean, prior.sd, tau_scale=min(TAU_SCALE, prior.sd))


def updated(pack: Pack, memory: Memory) -> tuple[Pack, Memory]:
    """The pack with effects as believed after the results, and the memory with what is believed written in.

    An effect is never given a wider prior than it had but by the factor that all results of the business speak for.
    """
    if memory.today is None:
        return pack, replace(memory, believed=(), wider={})
    by_effect: dict[tuple[str, int], list[Result]] = defaultdict(list)
    for result in memory.results:
        by_effect[result.measure, result.place].append(result)
    rows = _rows(pack, by_effect, memory.today)
    scale = scale_of(list(rows.values()))
    learned = {key: learn(results, belief=belief, scale=scale) for key, (results, belief) in rows.items()}
    told: list[Believed] = []
    measures = tuple(_measure(measure, learned, scale.wider, by_effect, told) for measure in pack.measures)
    wider = {ALL: round(scale.wider, 6)} if scale.wider > 1 else {}
    return pack.model_copy(update={"measures": measures}), replace(memory, believed=tuple(told), wider=wider)


def _rows(
    pack: Pack, by_effect: dict[tuple[str, int], list[Result]], today: date
) -> dict[tuple[str, int], tuple[Results, Belief]]:
    """Of every effect with results of its own, these and what was believed before them."""
    found = {}
    for measure in pack.measures:
        for place, effect in enumerate(measure.effects):
            own = [r for r in by_effect.get((measure.id, place), ()) if r.primitive == effect.primitive]
            if own:
                results = Results.of(
                    [r.y for r in own],
                    [r.se for r in own],
                    age=[(today - r.on).days / MONTH for r in own],
                    units=[r.unit for r in own],
                )
                found[measure.id, place] = results, belief_of(effect)
    return found


def _measure(
    measure: Measure,
    learned: dict[tuple[str, int], Learned],
    wider: float,
    by_effect: dict[tuple[str, int], list[Result]],
    told: list[Believed],
) -> Measure:
    effects: list[Effect] = []
    for place, effect in enumerate(measure.effects):
        found, prior = learned.get((measure.id, place)), belief_of(effect)
        if found is None:
            effects.append(_own(effect, prior.mean, wider * prior.sd, 0.0) if wider > 1 else effect)
            continue
        mean, between = found.mu.mean, found.tau.mean
        sd = min(found.mu.sd, wider * prior.sd)
        # Cells differ as much as they were seen to, and no less than the prior has it: the mean alone was learned.
        apart = max(between, HETEROGENEITY * wider * prior.sd)
        effects.append(_own(effect, mean, sd, found.own, apart=apart))
        count = len(by_effect[measure.id, place])
        told.append(
            Believed(measure.id, place, effect.primitive, prior.mean, prior.sd, mean, sd, between, found.own, count)
        )
    return measure.model_copy(update={"effects": tuple(effects)})


def _own(effect: Effect, mean: float, sd: float, own: float, *, apart: float | None = None) -> OwnEffect:
    given = {"mean": round(mean, 12), "sd": round(sd, 12), "own": round(own, 6)}
    return OwnEffect.model_construct(**{**dict(effect), **given, "apart": None if apart is None else round(apart, 12)})
