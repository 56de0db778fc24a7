"""Service investment as return on quality (Rust, Zahorik and Keiningham 1995): quality is an investment, and one can
spend too much on it.

    satisfied' = 1 - (1 - s) exp(-d / (1 - s))            d ~ N(expected change, sd), saturating below 1
    L_h,t = slope * (satisfied' - s) / 0.10 * ramp_t      slope ~ N(-0.08, 0.10) per ten points
    arrivals' = arrivals * exp(0.04 (sd 0.06) * stars)    0 for strong chain brands

It acts on **all** customers of the branches in scope, the held out included. Levels are ordered by cost; a step up whose
extra value is less than its extra cost is *too much quality*.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from regulars.base.investment import Level, Service
from regulars.base.settings import Business
from regulars.strategy.blocks import Step, branches_of, in_scope, own
from regulars.strategy.environment import Change, Environment, gained, ramp
from regulars.strategy.newcomer import Newcomer
from regulars.strategy.options import Evaluator
from regulars.strategy.returns import QUARTER, SHORT, Floats

#: Log-hazard per ten points more satisfied customers; log arrivals per star.
SLOPE, SLOPE_SD = -0.08, 0.10
STAR, STAR_SD = 0.04, 0.06
POINTS = 0.10


@dataclass(frozen=True, slots=True)
class LevelValue:
    """A level against none, per draw. ``value_*`` net of ``spent`` (all money of the level, discounted)."""

    service: str
    level: str
    step: Step
    environment: Environment
    satisfied: Floats  # change of the share
    customers: float
    gross_36: Floats
    spent_36: float


def satisfied_after(now: float, change: Floats) -> Floats:
    """The change of the satisfied share that is reached: full for small ones, never beyond all satisfied.

    A change for the worse is not softened (down to nobody satisfied).
    """
    left = max(1 - now, 1e-9)
    return np.where(change > 0, left * -np.expm1(-change / left), np.maximum(change, -now))


def level_of(
    service: Service,
    level: Level,
    evaluator: Evaluator,
    business: Business,
    *,
    newcomer: Newcomer,
    arrivals: float,
    living: float,
) -> LevelValue:
    """Value a level. ``arrivals`` are newcomers a month of the whole business; ``living`` customers alive today."""
    cells, draws = evaluator.cells, evaluator.draws
    z = own(draws, "service:slope")[0]
    change = satisfied_after(
        service.satisfied_now, level.satisfied + level.sd * own(draws, f"service:{service.id}:audit")[0]
    )
    # One audit stands behind all levels of a programme: the same normal, so that a higher level is never luckier.
    log = (SLOPE + SLOPE_SD * z) * change / POINTS
    log = log - 0.5 * float(log.var())  # width alone must not look like a gain
    hazard = np.outer(ramp(level.months, level.lasts), log)
    nothing = np.zeros(draws.count)
    environment: dict[int, tuple[Change, ...]] = {}
    short, long, kept, lost, revenue, people = nothing, nothing, nothing, nothing, nothing, 0.0
    for at, cell in enumerate(cells):
        share = in_scope(cell, service.branches, business)
        if share <= 0 or cell.state == "lapsed":
            continue
        environment[at] = (Change(share, hazard, nothing, nothing),)
        base, none = evaluator.base(at)
        more = gained(base, none, [Change(1.0, hazard, nothing, nothing)])
        n = share * cell.customers
        people += n
        short, long = short + n * more.cash_12, long + n * more.cash_36
        kept, lost = kept + n * more.alive[SHORT - 1], lost + n * more.alive[QUARTER - 1]
        revenue = revenue + n * more.cash_12 * cell.revenue_share
    scope = sum(branches_of(cells, service.branches, business).values()) if not service.branches else _part(
        evaluator, service.branches, business
    )
    won_12, won_36 = _won(level, service, evaluator, newcomer, arrivals * scope)
    short, long = short + won_12, long + won_36
    discount = business.margin.monthly_discount
    paid = [level.cost + level.monthly * sum(discount**t for t in range(1, min(level.lasts, m) + 1)) for m in (12, 36)]
    cost = level.cost + level.monthly * min(level.lasts, business.cycle_months)
    gains = {
        "gain_12": short - paid[0],
        "gain_36": long - paid[1],
        "revenue_12": revenue + won_12,
        "retained_customers": kept,
        "retention_rate": kept / max(living, 1.0),
        "wastage_90d": -lost / max(living, 1.0),
    }
    hours = dict.fromkeys(branches_of(cells, service.branches, business), level.hours)
    step = Step(
        f"service:{service.id}:{level.id}",
        f"service:{service.id}",
        1.0,
        True,
        short - paid[0],
        long - paid[1],
        cost,
        cost,
        hours if level.hours else {},
        gains,
    )
    return LevelValue(service.id, level.id, step, environment, change, people, long, paid[1])


def _part(evaluator: Evaluator, branches: Sequence[str], business: Business) -> float:
    everybody = sum(cell.customers for cell in evaluator.cells)
    inside = sum(in_scope(cell, branches, business) * cell.customers for cell in evaluator.cells)
    return inside / everybody if everybody else 0.0


def _won(
    level: Level, service: Service, evaluator: Evaluator, newcomer: Newcomer, arrivals: float
) -> tuple[Floats, Floats]:
    """Value of newcomers whom a better rating brings, of 12 and 36 months."""
    nothing = np.zeros(evaluator.draws.count)
    if service.chain or not level.rating or arrivals <= 0:
        return nothing, nothing
    log = (STAR + STAR_SD * own(evaluator.draws, "service:star")[0]) * level.rating
    more = np.expm1(log - 0.5 * float(log.var()))
    felt = ramp(level.months, level.lasts)
    # A newcomer of month t has 36 - t months left: of the 36-month value the part that falls within them.
    short = arrivals * more * newcomer.value_12 * float((felt[:12] * (1 - np.arange(12) / 12)).sum())
    long = arrivals * more * newcomer.value_36 * float((felt * (1 - np.arange(36) / 36)).sum())
    return short, long


@dataclass(frozen=True, slots=True)
class Upward:
    """From one level to the next dearer one: what more it costs, what more it brings."""

    service: str
    level: str
    cost: float
    value: Floats

    @property
    def too_much(self) -> bool:
        """The extra value does not cover the extra cost."""
        return float(self.value.mean()) < self.cost


def margins(levels: Sequence[LevelValue]) -> tuple[Upward, ...]:
    """The steps up of one programme, by cost; the first is from nothing."""
    found, before_cost, before = [], 0.0, None
    for level in sorted(levels, key=lambda v: (v.spent_36, v.level)):
        more = level.gross_36 if before is None else level.gross_36 - before
        found.append(Upward(level.service, level.level, level.spent_36 - before_cost, more))
        before_cost, before = level.spent_36, level.gross_36
    return tuple(found)
