"""Service investment as return on quality (Rust, Zahorik and Keiningham 1995): quality is an investment, and one can
spend too much on it.

    satisfied' = 1 - (1 - s) exp(-d / (1 - s))            d ~ N(expected change, sd), saturating below 1
    L_h,t = slope * (satisfied' - s) / 0.10 * ramp_t      slope ~ N(-0.08, 0.10) per ten points
    arrivals' = arrivals * exp(0.04 (sd 0.06) * stars)    0 for strong chain brands

It acts on **all** customers of the branches in scope, the held out included. Levels are ordered by cost; a step up
whose extra value is less than its extra cost is *too much quality*.
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
    left = 1 - now
    better = left * -np.expm1(-np.maximum(change, 0.0) / left) if left > 0 else np.zeros_like(change)
    return np.where(change > 0, better, np.maximum(change, -now))


def level_of(
    service: Service,
    level: Level,
    evaluator: Evaluator,
    business: Business,
    *,
    newcomer: Newcomer,
    arrivals: float,
    living: float,
    overlap: Floats | float = 1.0,
) -> LevelValue:
    """Value a level on the evaluator's ground: what other programmes taken have left.

    ``arrivals`` are newcomers a month of the whole business; ``living`` customers alive today; ``overlap`` is the part
    of its effect that is left beside those programmes.
    """
    # One audit stands behind all levels of a programme: the same normal, so that a higher level is never luckier.
    audit = own(evaluator.draws, f"service:{service.id}:audit")[0]
    change = satisfied_after(service.satisfied_now, level.satisfied + level.sd * audit)
    slope = SLOPE + SLOPE_SD * own(evaluator.draws, "service:slope")[0]
    log = overlap * slope * change / POINTS
    log = log - 0.5 * float(log.var())  # width alone must not look like a gain
    felt = _felt(service, np.outer(ramp(level.months, level.lasts), log), evaluator, business)
    scope = branches_of(evaluator.cells, service.branches, business)
    won_12, won_36 = _won(level, service, evaluator, newcomer, arrivals * _part(evaluator, service.branches, business))
    short, long = felt.short + won_12, felt.long + won_36
    discount = business.margin.monthly_discount
    paid = [level.cost + level.monthly * sum(discount**t for t in range(1, min(level.lasts, m) + 1)) for m in (12, 36)]
    cost = level.cost + level.monthly * min(level.lasts, business.cycle_months)
    gains = {
        "gain_12": short - paid[0],
        "gain_36": long - paid[1],
        "revenue_12": felt.revenue + won_12,
        "margin_12": short,
        "retained_customers": felt.kept_12,
        "active_customers": felt.kept_90,
        "retention_rate": felt.kept_12 / max(living, 1.0),
        "wastage_90d": -felt.kept_90 / max(living, 1.0),
    }
    step = Step(
        f"service:{service.id}:{level.id}",
        f"service:{service.id}",
        1.0,
        True,
        short - paid[0],
        long - paid[1],
        cost,
        cost,
        dict.fromkeys(scope, level.hours) if level.hours else {},
        gains,
        scope,
    )
    return LevelValue(service.id, level.id, step, felt.environment, change, felt.people, long, paid[1])


@dataclass(frozen=True, slots=True)
class _Felt:
    """What all customers in scope do more of, per draw."""

    environment: Environment
    people: float
    short: Floats
    long: Floats
    kept_12: Floats
    kept_90: Floats
    revenue: Floats


def _felt(service: Service, hazard: Floats, evaluator: Evaluator, business: Business) -> _Felt:
    nothing = np.zeros(evaluator.draws.count)
    environment: dict[int, tuple[Change, ...]] = {}
    short, long, kept_12, kept_90, revenue, people = nothing, nothing, nothing, nothing, nothing, 0.0
    for at, cell in enumerate(evaluator.cells):
        share = in_scope(cell, service.branches, business)
        if share <= 0 or cell.state == "lapsed":
            continue
        environment[at] = (Change(share, hazard, nothing, nothing),)
        base, none = evaluator.ground(at)
        more = gained(base, none, [Change(1.0, hazard, nothing, nothing)])
        n = share * cell.customers
        people += n
        short, long = short + n * more.cash_12, long + n * more.cash_36
        kept_12, kept_90 = kept_12 + n * more.alive[SHORT - 1], kept_90 + n * more.alive[QUARTER - 1]
        revenue = revenue + n * more.cash_12 * cell.revenue_share
    return _Felt(environment, people, short, long, kept_12, kept_90, revenue)


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
