"""What a pack must keep to beyond its shape: priors that follow the trust rule, both languages, nobody left out.

The trust rule turns a published log effect x into a prior: ``mean = kappa * x``, ``sd >= t``. kappa and t fall and
rise with how far the study is from this measure in this trade (:data:`TRUST`). A prior may leave the rule only with
a reason in ``departs``. Anchor: the default proper prior on relative lift of GrowthBook is N(0, 0.3).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from itertools import combinations
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from regulars.base.problem import Problem, Severity
from regulars.base.text import say
from regulars.base.words import LANGUAGES
from regulars.packs.read import file_of, read_pack
from regulars.packs.schema import STATES, TIERS, Effect, Measure, Pack
from regulars.packs.starters import starter_problems

#: Trust class -> (kappa, t).
TRUST: dict[str, tuple[float, float]] = {
    "A": (0.9, 0.10),
    "B": (0.7, 0.15),
    "C": (0.4, 0.20),
    "D": (0.2, 0.25),
    "E": (0.0, 0.30),
}
#: The library rounds means; a stated mean may lie so far from kappa * published.
ROUNDING = 0.02
#: An 80 % range wholly beyond this needs a reason.
BOLD = math.log(1.3)
_Z90 = 1.2816

type Finding = tuple[str, str, Severity, dict[str, str | float]]  # key, code, severity, parameters


def _effects(pack: Pack) -> Iterator[tuple[str, Measure, Effect]]:
    for measure in pack.measures:
        for number, effect in enumerate(measure.effects):
            yield f"measures.{measure.id}.effects.{number}", measure, effect


def _trust_rule(pack: Pack) -> Iterator[Finding]:
    for key, _, effect in _effects(pack):
        if effect.departs:
            continue
        kappa, t = TRUST[effect.trust]
        wanted = kappa * (effect.published or 0.0)
        if abs(effect.mean - wanted) > (ROUNDING if effect.published else 0.0):
            yield f"{key}.mean", "mean_off_rule", "rejected", {"wanted": f"{wanted:.2f}", "trust": effect.trust}
        if effect.sd < t:
            yield f"{key}.sd", "sd_below_trust", "rejected", {"wanted": f"{t:.2f}", "trust": effect.trust}
        # 1e-9: a published 0.77 at trust B must not fail on the last bit.
        if abs(effect.mean) - _Z90 * effect.sd > BOLD + 1e-9:
            yield f"{key}.mean", "too_bold", "rejected", {}


def _scope(pack: Pack) -> Iterator[Finding]:
    for key, measure, effect in _effects(pack):
        if stray := [s for s in effect.states if s not in measure.states]:
            yield f"{key}.states", "beyond_measure", "rejected", {"found": ", ".join(stray)}
        if stray_tiers := [t for t in effect.tiers if t not in measure.tiers]:
            yield f"{key}.tiers", "beyond_measure", "rejected", {"found": ", ".join(stray_tiers)}
        if effect.primitive == "reactivation" and set(effect.states or measure.states) != {"lapsed"}:
            yield f"{key}.states", "reactivation_state", "rejected", {}


def _once(pack: Pack) -> Iterator[Finding]:
    """Two effects of one measure on one primitive may not meet in one cell: their durations could not be composed."""
    for measure in pack.measures:
        for (_, a), (n, b) in combinations(enumerate(measure.effects), 2):
            states = set(a.states or measure.states) & set(b.states or measure.states)
            tiers = set(a.tiers or measure.tiers) & set(b.tiers or measure.tiers)
            if a.primitive == b.primitive and states and tiers:
                key = f"measures.{measure.id}.effects.{n}.primitive"
                yield key, "effect_twice", "rejected", {"found": a.primitive}


def _incentives(pack: Pack) -> Iterator[Finding]:
    for measure in pack.measures:
        if stray := [s for s in measure.take_up if s not in measure.states]:
            yield f"measures.{measure.id}.take_up", "beyond_measure", "rejected", {"found": ", ".join(stray)}
        if measure.take_up and not measure.incentive:
            yield f"measures.{measure.id}.take_up", "take_up_alone", "rejected", {}
        if measure.id in measure.conflicts:
            yield f"measures.{measure.id}.conflicts", "conflict_self", "rejected", {}


def _nobody_left_out(pack: Pack) -> Iterator[Finding]:
    for state in STATES:
        if not any(state in m.states for m in pack.measures):
            yield "measures", "nobody_serves", "warning", {"found": state}
    for tier in TIERS:
        if not any(tier in m.tiers for m in pack.measures):
            yield "measures", "nobody_serves", "warning", {"found": tier}


_NAMED = ("name", "about", "why", "mission", "finding", "departs")


def _names(key: str, value: object) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Every bilingual text below ``value`` with its key."""
    if isinstance(value, BaseModel):
        for field in type(value).model_fields:
            inner: Any = getattr(value, field)
            where = f"{key}.{field}" if key else field
            if field in _NAMED:
                yield where, inner
            else:
                yield from _names(where, inner)
    elif isinstance(value, tuple):
        for number, item in enumerate(value):
            yield from _names(f"{key}.{getattr(item, 'id', number)}", item)


def _languages(pack: Pack) -> Iterator[Finding]:
    texts: list[tuple[str, Mapping[str, str]]] = [*_names("", pack)]
    texts += [(f"words.{word}", {str(k): v for k, v in names.items()}) for word, names in pack.words.items()]
    for key, names in texts:
        if not names and key.rsplit(".", 1)[-1] in ("finding", "departs"):
            continue
        for language in LANGUAGES:
            if not names.get(language, "").strip():
                yield f"{key}.{language}", "language_missing", "warning", {}
        if names.get("en") and names.get("en") == names.get("zh-Hant"):
            yield f"{key}.zh-Hant", "language_same", "warning", {}


_RULES: tuple[Callable[[Pack], Iterator[Finding]], ...] = (
    _trust_rule,
    _scope,
    _once,
    _incentives,
    _nobody_left_out,
    _languages,
)


def pack_problems(pack: Pack, *, folder: Path) -> tuple[Problem, ...]:
    """Everything a well-shaped pack still does wrong. Rejected findings keep it from being used, warnings do not."""
    return tuple(
        Problem(str(folder / file_of(key)), None, key, f"pack_{code}", say(f"packs.reason.{code}", **params), severity)
        for rule in _RULES
        for key, code, severity, params in rule(pack)
    )


def check_pack(path: Path) -> tuple[Problem, ...]:
    """All findings about the pack in a folder, at once: for people writing one.

    Raises:
        NotThere: the folder lacks ``pack.toml`` or ``measures.toml``.
        BadSettings: a file is no TOML.
    """
    read = read_pack(path)
    found = read.problems if read.pack is None else pack_problems(read.pack, folder=path)
    return (*found, *starter_problems(path))
