"""What a plan was made from, kept with it so that two plans can be compared in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from regulars.base.settings import Business
from regulars.packs.schema import Measure, Pack
from regulars.strategy.draws import prior_of


@dataclass(frozen=True, slots=True)
class Believed:
    """One effect as it was believed: log change (reactivation: probability points)."""

    measure: str
    primitive: str
    mean: float
    sd: float
    months: float


@dataclass(frozen=True, slots=True)
class MeasureTerms:
    """What a measure cost per customer."""

    measure: str
    cost: float
    incentive: float
    hours: float
    fixed_cost: float


@dataclass(frozen=True, slots=True)
class Basis:
    """Settings as they stood (every key that figures depend on), and the pack's measures and effects."""

    settings: dict[str, Any]
    pack: str
    terms: tuple[MeasureTerms, ...]
    effects: tuple[Believed, ...]


def basis_of(business: Business, pack: Pack) -> Basis:
    """Keep what a plan is made from."""
    return Basis(
        business.deciding(),
        pack.id,
        tuple(MeasureTerms(m.id, m.cost, m.incentive, m.hours, m.fixed_cost) for m in pack.measures),
        tuple(one for m in pack.measures for one in _effects(m)),
    )


def _effects(measure: Measure) -> list[Believed]:
    priors = [(effect, prior_of(effect)) for effect in measure.effects]
    return [Believed(measure.id, e.primitive, p.mean, p.sd, e.months) for e, p in priors]
