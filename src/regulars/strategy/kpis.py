"""Every KPI that can be aimed at, and where it would be if nothing is done: what a new target is set against."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import get_args

from regulars.base.mandate import Kpi
from regulars.base.settings import Objective
from regulars.base.text import Text, say
from regulars.ledger.store import Reader
from regulars.strategy.aims import sort_aims
from regulars.strategy.believed import spreads_of
from regulars.strategy.draws import draw
from regulars.strategy.formulate import Gathered
from regulars.strategy.objectives import LOOKS_AT, LOWER_IS_BETTER, MONEY, RATES, baseline
from regulars.strategy.options import Evaluator
from regulars.strategy.solve import feasible


@dataclass(frozen=True, slots=True)
class KpiNow:
    """A KPI of the whole business. ``baseline`` is None with the ``reason`` where the data cannot tell; ``moved``:
    measures of a plan can move it, others are only watched."""

    kpi: Kpi
    name: Text
    unit: str  # share, money or count
    baseline: float | None
    reason: Text | None
    moved: bool
    less_is_better: bool


def kpis_now(gathered: Gathered, reader: Reader) -> tuple[KpiNow, ...]:
    """Every KPI, on the same fresh draws that a plan's targets are told on; investments are left aside."""
    g = gathered
    measures = feasible(g.pack.measures, g.facts)
    fresh = draw(measures, count=g.sizes.report, seed=g.seed, stream=1, spreads=spreads_of(g.diagnosis))
    evaluator = Evaluator(
        g.cells.cells, fresh, discount=g.business.margin.monthly_discount, no_show=g.no_show, wants=g.wants
    )
    return tuple(_now(kpi, g, reader, evaluator) for kpi in get_args(Kpi.__value__))


def _now(kpi: Kpi, g: Gathered, reader: Reader, evaluator: Evaluator) -> KpiNow:
    unit = "money" if kpi in MONEY else "share" if kpi in RATES else "count"
    told = KpiNow(kpi, say(f"mandate.kpi.{kpi}"), unit, None, None, kpi in LOOKS_AT, kpi in LOWER_IS_BETTER)
    if kpi in LOOKS_AT:
        return replace(told, baseline=float(baseline(kpi, evaluator).draws.mean()))
    alone = g.business.model_copy(update={"objectives": (Objective(id=kpi, name={}, kpi=kpi, target=0.0),)})
    found = sort_aims(alone, (), reader=reader, diagnosis=g.diagnosis, seed=g.seed, draws=g.sizes.report)
    if found.watched:
        return replace(told, baseline=found.watched[0].baseline)
    return replace(told, reason=found.untold[kpi])
