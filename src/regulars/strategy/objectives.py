"""Objectives as KPIs linear in the plan: what they are if nothing is done, and what each option adds to them.

==================  =====================================================================================
gain_12, gain_36    value of the plan net of its cost; 0 if nothing is done
retention_rate      of the customers alive today, the share still alive in 12 months (lapsed ones left out)
retained_customers  their number
wastage_90d         of the customers alive today, the share lost within 90 days (the lower the better)
reactivated         lapsed customers back within 90 days, those who would have come anyway included
revenue_12          revenue of the next 12 months
==================  =====================================================================================
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from regulars.base.settings import Kpi, Objective
from regulars.strategy.options import Column, Evaluator, Returns
from regulars.strategy.returns import QUARTER, SHORT, Floats

#: KPI -> the field of Outcome it looks at.
LOOKS_AT: dict[str, str] = {
    "gain_12": "value_12",
    "gain_36": "value_36",
    "retention_rate": "kept_12",
    "retained_customers": "kept_12",
    "wastage_90d": "kept_90",
    "reactivated": "back",
    "revenue_12": "value_12",
}
LOWER_IS_BETTER = ("wastage_90d",)
MONEY = ("gain_12", "gain_36", "revenue_12")
RATES = ("retention_rate", "wastage_90d")


@dataclass(frozen=True, slots=True)
class Baseline:
    """A KPI if nothing is done: per draw, with the variance of chance (customers live or leave one by one)."""

    draws: Floats
    noise: float


def living_today(evaluator: Evaluator) -> float:
    """Customers alive today outside the lapsed cells."""
    return sum(c.customers * c.alive for c in evaluator.cells if c.state != "lapsed")


def baseline(kpi: Kpi, evaluator: Evaluator) -> Baseline:
    """A KPI if nothing is done."""
    zero = np.zeros(evaluator.draws.count)
    if kpi in ("gain_12", "gain_36"):
        return Baseline(zero, 0.0)
    if kpi == "reactivated":
        back = sum(c.returning for c in evaluator.cells)
        return Baseline(zero + back, back)
    if kpi == "revenue_12":
        return _revenue(evaluator)
    alive = living_today(evaluator)
    month = QUARTER if kpi == "wastage_90d" else SHORT
    kept, noise = zero, 0.0
    for at, cell in enumerate(evaluator.cells):
        if cell.state != "lapsed":
            stay = evaluator.base(at)[1].alive[month - 1] / cell.alive
            kept = kept + cell.customers * cell.alive * stay
            share = float(stay.mean())
            noise += cell.customers * cell.alive * share * (1 - share)
    if kpi == "retained_customers":
        return Baseline(kept, noise)
    rate = kept / alive if alive > 0 else zero
    noise = noise / alive**2 if alive > 0 else 0.0
    return Baseline(1 - rate if kpi == "wastage_90d" else rate, noise)


def _revenue(evaluator: Evaluator) -> Baseline:
    draws, noise = np.zeros(evaluator.draws.count), 0.0
    for at, cell in enumerate(evaluator.cells):
        base = evaluator.base(at)[0]
        factor = base.frequency * base.margin / max(cell.frequency * cell.margin, 1e-12)
        draws = draws + cell.revenue_12 * factor
        # Visits come one by one; a visit's spend varies about as much as its mean.
        noise += 2 * cell.revenue_12 * abs(cell.margin) * cell.revenue_share
    return Baseline(draws, noise)


def added(kpi: Kpi, column: Column, returns: Returns, evaluator: Evaluator, living: float) -> Floats:
    """What one customer given the option adds to the KPI, per draw (for wastage: takes off, hence negative)."""
    cell = evaluator.cells[column.cell]
    match kpi:
        case "gain_12":
            return returns.net_12
        case "gain_36":
            return returns.net_36
        case "revenue_12":
            return returns.outcome.value_12 * cell.revenue_share
        case "reactivated":
            return returns.outcome.back
        case "retained_customers":
            return returns.outcome.kept_12
        case "retention_rate":
            return returns.outcome.kept_12 / max(living, 1.0)
        case "wastage_90d":
            return -returns.outcome.kept_90 / max(living, 1.0)


def chance(kpi: Kpi, column: Column, returns: Returns, evaluator: Evaluator) -> float:
    """Variance that chance adds per customer given the option: extra visits come one by one."""
    cell = evaluator.cells[column.cell]
    if kpi in MONEY:
        visits = abs(float(returns.outcome.visits_12.mean()))
        longer = abs(float(returns.net_36.mean())) / max(abs(float(returns.net_12.mean())), 1e-9)
        scale = {"revenue_12": cell.revenue_share**2, "gain_36": min(longer, 3.0)}.get(kpi, 1.0)
        return 2 * visits * cell.margin**2 * scale
    if kpi == "reactivated":
        return abs(float(returns.outcome.back.mean()))
    return 0.0  # the baseline's variance already covers who stays


def missing(objective: Objective, value: float) -> float:
    """How far a value falls short of the target; 0 when met."""
    below = value - objective.target if objective.kpi in LOWER_IS_BETTER else objective.target - value
    return max(below, 0.0)


def sign(kpi: Kpi) -> float:
    """+1 when more is better."""
    return -1.0 if kpi in LOWER_IS_BETTER else 1.0


def looked_at(objectives: Sequence[Objective]) -> tuple[str, ...]:
    """Outcome fields that the objectives look at, beyond value itself."""
    return tuple(sorted({LOOKS_AT[o.kpi] for o in objectives if o.kpi != "gain_36"}))
