"""Objectives as KPIs linear in the plan: what they are if nothing is done, and what each option adds to them.

==================  =====================================================================================
gain_12, gain_36    value of the plan net of its cost; 0 if nothing is done
retention_rate      of the customers alive today, the share still alive in 12 months (lapsed ones left out)
retained_customers  their number
active_customers    of the same, those not lost within 90 days, and the lapsed who are back by then
wastage_90d         of the customers alive today, the share lost within 90 days (the lower the better)
reactivated         lapsed customers back within 90 days, those who would have come anyway included
revenue_12          revenue of the next 12 months
margin_12           contribution of the next 12 months, before what the measures cost
==================  =====================================================================================

A KPI of some branches counts the customers of those branches. Where small groups of several branches were joined to
one cell, the part of the cell that is theirs counts. Other KPIs are watched or cannot be judged: see ``aims``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from regulars.base.mandate import Kpi
from regulars.base.settings import Objective
from regulars.strategy.cells import Cell
from regulars.strategy.options import Column, Evaluator, Returns
from regulars.strategy.returns import QUARTER, SHORT, Floats

#: KPI -> the fields of Outcome it looks at. The KPIs a plan can be made for.
LOOKS_AT: dict[str, tuple[str, ...]] = {
    "gain_12": ("value_12",),
    "gain_36": ("value_36",),
    "retention_rate": ("kept_12",),
    "retained_customers": ("kept_12",),
    "active_customers": ("kept_90", "back"),
    "wastage_90d": ("kept_90",),
    "reactivated": ("back",),
    "revenue_12": ("value_12",),
    "margin_12": ("value_12",),
}
LOWER_IS_BETTER = ("wastage_90d",)
MONEY = ("gain_12", "gain_36", "revenue_12", "margin_12")
PEOPLE = ("retained_customers", "active_customers", "reactivated", "new_customers")  # numbers of customers
RATES = ("retention_rate", "wastage_90d", "complaints_in_time", "satisfied_share")


@dataclass(frozen=True, slots=True)
class Baseline:
    """A KPI if nothing is done: per draw, with the variance of chance (customers live or leave one by one)."""

    draws: Floats
    noise: float


def part_of(cell: Cell, branches: Sequence[str]) -> float:
    """The part of a cell's customers whose home is one of the branches; all of them when none is named."""
    if not branches:
        return 1.0
    return sum(cell.branches.get(branch, 0) for branch in dict.fromkeys(branches)) / max(cell.customers, 1)


def living_today(evaluator: Evaluator, branches: Sequence[str] = ()) -> float:
    """Customers alive today outside the lapsed cells."""
    return sum(c.customers * c.alive * part_of(c, branches) for c in evaluator.cells if c.state != "lapsed")


def baseline(kpi: Kpi, evaluator: Evaluator, branches: Sequence[str] = ()) -> Baseline:
    """A KPI if nothing is done."""
    zero = np.zeros(evaluator.draws.count)
    if kpi in ("gain_12", "gain_36"):
        return Baseline(zero, 0.0)
    back = sum(c.returning * part_of(c, branches) for c in evaluator.cells)
    if kpi == "reactivated":
        return Baseline(zero + back, back)
    if kpi in ("revenue_12", "margin_12"):
        return _earned(kpi, evaluator, branches)
    alive = living_today(evaluator, branches)
    month = QUARTER if kpi in ("wastage_90d", "active_customers") else SHORT
    kept, noise = zero, 0.0
    for at, cell in enumerate(evaluator.cells):
        if cell.state != "lapsed":
            counted = cell.customers * cell.alive * part_of(cell, branches)
            stay = evaluator.base(at)[1].alive[month - 1] / cell.alive
            kept = kept + counted * stay
            share = float(stay.mean())
            noise += counted * share * (1 - share)
    if kpi == "active_customers":
        return Baseline(kept + back, noise + back)
    if kpi == "retained_customers":
        return Baseline(kept, noise)
    rate = kept / alive if alive > 0 else zero
    noise = noise / alive**2 if alive > 0 else 0.0
    return Baseline(1 - rate if kpi == "wastage_90d" else rate, noise)


def _earned(kpi: Kpi, evaluator: Evaluator, branches: Sequence[str]) -> Baseline:
    draws, noise = np.zeros(evaluator.draws.count), 0.0
    for at, cell in enumerate(evaluator.cells):
        base = evaluator.base(at)[0]
        factor = base.frequency * base.margin / max(cell.frequency * cell.margin, 1e-12)
        per_margin = cell.revenue_share if kpi == "revenue_12" else 1.0
        expected = cell.revenue_12 * part_of(cell, branches)
        if kpi == "margin_12":
            expected /= cell.revenue_share or 1.0
        draws = draws + expected * factor
        # Visits come one by one; a visit's spend varies about as much as its mean.
        noise += 2 * expected * abs(cell.margin) * per_margin
    return Baseline(draws, noise)


def added(
    kpi: Kpi,
    column: Column,
    returns: Returns,
    evaluator: Evaluator,
    living: float,
    branches: Sequence[str] = (),
) -> Floats:
    """What one customer given the option adds to the KPI, per draw (for wastage: takes off, hence negative).

    ``living`` is :func:`living_today` of the same branches.
    """
    cell, found = evaluator.cells[column.cell], returns.outcome
    by_kpi: dict[str, Floats] = {
        "gain_12": returns.net_12,
        "gain_36": returns.net_36,
        "revenue_12": found.value_12 * cell.revenue_share,
        "margin_12": found.value_12,
        "reactivated": found.back,
        "active_customers": found.kept_90 + found.back,
        "retained_customers": found.kept_12,
        "retention_rate": found.kept_12 / max(living, 1.0),
        "wastage_90d": -found.kept_90 / max(living, 1.0),
    }
    return by_kpi[kpi] * part_of(cell, branches)


def chance(kpi: Kpi, column: Column, returns: Returns, evaluator: Evaluator, branches: Sequence[str] = ()) -> float:
    """Variance that chance adds per customer given the option: extra visits come one by one."""
    cell = evaluator.cells[column.cell]
    if kpi in MONEY:
        visits = abs(float(returns.outcome.visits_12.mean()))
        longer = abs(float(returns.net_36.mean())) / max(abs(float(returns.net_12.mean())), 1e-9)
        scale = {"revenue_12": cell.revenue_share**2, "gain_36": min(longer, 3.0)}.get(kpi, 1.0)
        return 2 * visits * cell.margin**2 * scale * part_of(cell, branches)
    if kpi in ("reactivated", "active_customers"):
        return abs(float(returns.outcome.back.mean())) * part_of(cell, branches)
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
    return tuple(sorted({field for o in objectives if o.kpi != "gain_36" for field in LOOKS_AT[o.kpi]}))
