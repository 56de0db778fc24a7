"""What the limits are worth: prices, the cost of hold-out, vetoes and targets, other budgets, and what would reach a
target that cannot be reached (elastic re-solves of the same problem)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from regulars.strategy.allocate import Offer
from regulars.strategy.cells import CONSENT, ORDINARY, TIER_BITS
from regulars.strategy.optimise import Choice, Goal, Infeasible, Limit, Problem, Program, Solution
from regulars.strategy.people import Atom, People
from regulars.strategy.returns import Floats

#: Stands for 'as much as you like' of money or hours.
PLENTY = 1e12
FRONTIER = tuple(step / 4 for step in range(9))
#: A target within this part of its gap counts as reached (looser than the solver's tolerance).
ENOUGH = 1e-4


@dataclass(frozen=True, slots=True)
class Remedy:
    """What would make a target feasible. None of a kind: it alone does not suffice."""

    money: float | None
    hours: float | None
    both: tuple[float, float] | None
    most: float  # the part of the gap that can be closed with all money and hours


def budget_of(offer: Offer) -> float:
    """The budget as the problem has it."""
    return next(limit.upper for limit in offer.problem.limits if limit.id == offer.problem.money)


def budgets(offer: Offer) -> tuple[float, ...]:
    """Nine budgets from nothing to twice the budget (without one: to the dearest possible plan)."""
    whole = budget_of(offer)
    if whole <= 0:
        most = sum(s.cost for s in offer.problem.switches)
        free = with_upper(offer.problem, {offer.problem.money: PLENTY})
        solution = Program(replace(free, goals=())).best()
        whole = (float(offer.safe_cost @ solution.x) + most) / 2
    return tuple(round(step * whole, 2) for step in FRONTIER)


def frontier(offer: Offer) -> list[tuple[float, Solution]]:
    """The most valuable plan at each budget, targets aside."""
    program = Program(replace(offer.problem, goals=()))
    points = []
    for budget in budgets(offer):
        program.move(offer.problem.money, budget)
        try:
            points.append((budget, program.best()))
        except Infeasible:
            continue  # what must be done cannot be paid with so little: there is no plan
    return points


def with_upper(problem: Problem, uppers: dict[str, float]) -> Problem:
    """The problem with other bounds."""
    limits = tuple(replace(limit, upper=uppers.get(limit.id, limit.upper)) for limit in problem.limits)
    return replace(problem, limits=limits)


def permission_worth(people: Sequence[People], prices: dict[str, float], channel: str) -> float:
    """Worth of one more customer of the cell who permits a channel, all else as it is (in the tier where it is worth
    most): he leaves the sets that hold customers without any permission and enters those with this one."""
    bit = CONSENT[channel]
    plain = [tier | ORDINARY for tier in TIER_BITS.values()]
    return max(_moved(people, prices, (pattern, False), (pattern | bit, False)) for pattern in plain)


def customer_worth(people: Sequence[People], prices: dict[str, float]) -> float:
    """Worth of one more customer whom every option may reach."""
    return sum(prices.get(p.id, 0.0) for p in people)


def _moved(people: Sequence[People], prices: dict[str, float], old: Atom, new: Atom) -> float:
    worth = 0.0
    for limit in people:
        holds_new, holds_old = limit.holds(new), limit.holds(old)
        worth += prices.get(limit.id, 0.0) * (float(holds_new) - float(holds_old))
    return max(worth, 0.0)


def remedy(offer: Offer, goal: Goal, plan: Solution) -> Remedy:
    """The least extra money, or hours, or both, with which a goal is reached and the goals of the same or higher
    priority stay where the plan has them."""
    kept = [
        Limit(f"kept:{other.id}", -other.gain, -other.gap * (1 - plan.shortfalls[other.id] - ENOUGH))
        for other in offer.problem.goals
        if other.id != goal.id and other.priority <= goal.priority
    ]
    linked = {link.choice for link in offer.problem.links}
    held = tuple(
        _kept_by(choice if choice.id in linked else _as_planned(choice, plan), kept) for choice in offer.problem.choices
    )  # what is spent on all customers alike stays as the plan has it
    problem = replace(
        offer.problem,
        goals=(replace(goal, priority=1),),
        limits=(*offer.problem.limits, *kept),
        choices=held,
        risk=None,
    )
    spent = sum(c.use.get(problem.money, 0.0) * plan.levels.get(c.id, 0.0) for c in held)
    busy = sum(
        amount * plan.levels.get(c.id, 0.0) for c in held for id, amount in c.use.items() if id.startswith("hours:")
    )
    hours = [limit for limit in problem.limits if limit.id.startswith("hours:")]
    time = np.sum([limit.use for limit in hours], axis=0) if hours else np.zeros(problem.value.size)
    own_money, own_hours = budget_of(offer), sum(limit.upper for limit in hours)
    left_money, left_hours = own_money - spent, own_hours - busy
    program = Program(problem)

    def needed(use: Floats, *, money: bool, more_hours: bool) -> tuple[float, float] | None:
        program.move(problem.money, PLENTY if money else own_money)
        for limit in hours:
            program.move(limit.id, PLENTY if more_hours else limit.upper)
        # With money to spare every switch can be on; else the plan's own measures are kept. Either way what is found
        # suffices, without a search over switches.
        if money:
            program.free()
        else:
            program.hold(plan.on, plan.levels)
        if program.shortfall([0], integer=False) > ENOUGH:
            return None
        x, on = program.least(use, integer=False)
        fixed = sum(s.cost for s in problem.switches if s.id in on)
        return max(float(offer.safe_cost @ x) + fixed - left_money, 0.0), max(float(time @ x) - left_hours, 0.0)

    both = needed(offer.safe_cost, money=True, more_hours=True)
    if both is None:
        return Remedy(None, None, None, 1 - program.shortfall([0], integer=False))
    money = needed(offer.safe_cost, money=True, more_hours=False)
    longer = needed(time, money=False, more_hours=True)
    return Remedy(money[0] if money else None, longer[1] if longer else None, both, 1.0)


def _as_planned(choice: Choice, plan: Solution) -> Choice:
    level = plan.levels.get(choice.id, 0.0)
    return replace(choice, lower=level, upper=level)


def _kept_by(choice: Choice, kept: Sequence[Limit]) -> Choice:
    """A choice that counts towards the goals that are kept as limits."""
    gains = {limit.id: -choice.gains[id] for limit in kept if (id := limit.id.removeprefix("kept:")) in choice.gains}
    return replace(choice, use={**choice.use, **gains})


def limit_named(problem: Problem, id: str) -> Limit:
    """A limit by its id."""
    return next(limit for limit in problem.limits if limit.id == id)
