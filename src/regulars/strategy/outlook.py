"""The quarters ahead of a plan: what is carried on, with what money, and where customers are then."""

from __future__ import annotations

import numpy as np

from regulars.base.estimate import Estimate
from regulars.base.settings import Business
from regulars.strategy.allocate import hours_of
from regulars.strategy.blocks import Step
from regulars.strategy.invest import arrivals_of
from regulars.strategy.plan_investments import LongPlan, QuarterPlan
from regulars.strategy.quarters import STATES, Followed, Terms, follow
from regulars.strategy.returns import QUARTER
from regulars.strategy.solve import Solved

_DEFAULT_RETENTION = 0.30


def long_plan(solved: Solved, business: Business, currency: str) -> LongPlan | None:
    """The plan over the quarters asked for; None where none are, or nobody is there to be followed."""
    cells = solved.judge.evaluator.cells
    if business.quarters.count == 0 or not any(c.customers for c in cells):
        return None
    terms = terms_of(solved, business)
    found = follow(solved.offer, solved.x.astype(float), solved.evaluator, solved.judge.evaluator, terms)
    quarters = tuple(_quarter(t, found, terms, currency) for t in range(business.quarters.count))
    return LongPlan(
        quarters,
        _by_state(found.customers[-1]),
        _by_state(found.customers_idle[-1]),
        Estimate.of_draws(found.gain, unit=currency, method="multi_period"),
    )


def terms_of(solved: Solved, business: Business) -> Terms:
    """Money, hours and arrivals of each quarter: a cycle's, scaled; what is paid once is paid in the first."""
    count, scale = business.quarters.count, QUARTER / business.cycle_months
    levels, invested = solved.solution.levels, solved.invested
    whole = float(business.budget.amount) * scale
    budgets = business.quarters.budgets or (whole,) * count
    once, running = 0.0, 0.0
    for step in invested.steps:
        units = levels.get(step.id, 0.0)
        if units > 0:
            first = _once(step, solved, business)
            once += units * first
            running += units * (step.cost - first) * scale
    money = [running + (once if t == 0 else 0.0) for t in range(count)]
    kept = _measures(budgets, money)
    busy = sum(levels.get(s.id, 0.0) * h for s in invested.steps for h in s.hours.values()) * scale
    branches = sorted({branch for cell in solved.judge.evaluator.cells for branch in cell.branches})
    hours = max(sum(hours_of(branch, business) for branch in branches) * scale - busy, 0.0)
    quiet = sum(c.state.arrivals for c in invested.channels) * scale
    paid = sum(float(c.curve.arrivals(_spend(c.channel.id, solved)).mean()) for c in invested.channels) * scale
    everybody = invested.arrivals or arrivals_of(solved.diagnosis, solved.judge.evaluator)
    idle = max(everybody * QUARTER - quiet, 0.0)
    retention = _retention(solved)
    discount = business.margin.monthly_discount
    return Terms(idle + paid, idle, kept, (hours,) * count, tuple(money), discount, retention)


def _measures(budgets: tuple[float, ...], money: list[float]) -> tuple[float, ...]:
    return tuple(max(budget - spent, 0.0) for budget, spent in zip(budgets, money, strict=True))


def _spend(channel: str, solved: Solved) -> float:
    return sum(u for id, u in solved.solution.levels.items() if id.startswith(f"acquisition:{channel}:"))


def _retention(solved: Solved) -> float:
    study = solved.diagnosis.acquisition if solved.diagnosis is not None else None
    told = [r.back_180 or r.back_90 for r in study.sources] if study is not None else []
    known = [s for s in told if s is not None and s.n > 0]
    total = sum(s.n for s in known)
    if total:
        return sum(s.n * s.raw for s in known) / total
    stated = [c.known.mean for c in solved.invested.channels]
    return float(np.mean(stated)) if stated else _DEFAULT_RETENTION


def _once(step: Step, solved: Solved, business: Business) -> float:
    """The part of a step's cost in the cycle that does not come again."""
    kind, name, *rest = step.id.split(":")
    if kind == "service":
        programme = next(s for s in business.service if s.id == name)
        return next(level.cost for level in programme.levels if level.id == rest[0])
    if kind == "loyalty":
        design = next(d for d in business.loyalty if d.id == rest[0])
        members = next(d.members for d in solved.invested.designs if d.design == rest[0])
        return design.fixed + design.per_member * members
    return step.cost if kind == "expansion" else 0.0


def _quarter(t: int, found: Followed, terms: Terms, currency: str) -> QuarterPlan:
    def money(draws: np.ndarray) -> Estimate:
        return Estimate.of_draws(draws, unit=currency, method="multi_period")

    def people(draws: np.ndarray) -> Estimate:
        return Estimate.of_draws(draws, unit="customers", method="multi_period")

    return QuarterPlan(
        number=t + 1,
        budget=terms.budgets[t] + terms.invested[t],
        measures=float(found.course.spent[t]),
        invested=terms.invested[t],
        hours=float(found.course.hours[t]),
        customers=_by_state(found.customers[t]),
        customers_idle=_by_state(found.customers_idle[t]),
        living=people(found.living[t]),
        living_idle=people(found.living_idle[t]),
        contribution=money(found.earned[t]),
        contribution_idle=money(found.earned_idle[t]),
        price=float(found.course.budget_prices[t]),
    )


def _by_state(customers: np.ndarray) -> dict[str, float]:
    return {state: float(n) for state, n in zip(STATES, customers, strict=True)}
