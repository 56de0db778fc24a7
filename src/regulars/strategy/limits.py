"""What the limits are worth: prices, the cost of hold-out, vetoes and targets, other budgets, and what would reach a
target that cannot be reached (elastic re-solves of the same problem)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from regulars.strategy.allocate import Offer, People
from regulars.strategy.cells import CONSENT
from regulars.strategy.optimise import Goal, Limit, Problem, Program, Solution
from regulars.strategy.returns import Floats

#: Stands for 'as much as you like' of money or hours.
PLENTY = 1e12
FRONTIER = tuple(step / 4 for step in range(9))
#: A target within this part of its gap counts as reached (the solver's tolerance).
REACHED = 1e-4


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
        points.append((budget, program.best()))
    return points


def with_upper(problem: Problem, uppers: dict[str, float]) -> Problem:
    """The problem with other bounds."""
    limits = tuple(replace(limit, upper=uppers.get(limit.id, limit.upper)) for limit in problem.limits)
    return replace(problem, limits=limits)


def without(problem: Problem, id: str) -> Problem:
    """The problem without one limit."""
    return replace(problem, limits=tuple(limit for limit in problem.limits if limit.id != id))


def price_of_veto(offer: Offer, id: str, value: float) -> float:
    """Best value without the veto less best value with it."""
    return max(Program(without(offer.problem, id)).best().value - value, 0.0)


def permission_worth(people: Sequence[People], prices: dict[str, float], channel: str) -> float:
    """Worth of one more customer of the cell who permits a channel, all else as it is: he leaves the sets that hold
    customers without any permission and enters those that hold customers with this one."""
    bit = CONSENT[channel]
    return _moved(people, prices, (0, False), (bit, False))


def customer_worth(people: Sequence[People], prices: dict[str, float]) -> float:
    """Worth of one more customer whom every option may reach."""
    return sum(prices.get(p.id, 0.0) for p in people)


def _moved(people: Sequence[People], prices: dict[str, float], old: tuple[int, bool], new: tuple[int, bool]) -> float:
    worth = 0.0
    for limit in people:
        holds_new, holds_old = _holds(limit, new), _holds(limit, old)
        worth += prices.get(limit.id, 0.0) * (float(holds_new) - float(holds_old))
    return max(worth, 0.0)


def _holds(limit: People, atom: tuple[int, bool]) -> bool:
    # A set holds every pattern that has at least the bits of one of its members.
    return any(atom[0] & member[0] == member[0] and atom[1] == member[1] for member in limit.atoms)


def remedy(offer: Offer, goal: Goal) -> Remedy:
    """The least extra money, or hours, or both, with which a goal is reached."""
    problem = replace(offer.problem, goals=(replace(goal, priority=1),))
    budget = problem.money
    hours = [limit for limit in problem.limits if limit.id.startswith("hours:")]
    time = np.sum([limit.use for limit in hours], axis=0) if hours else np.zeros(problem.value.size)
    own_hours = sum(limit.upper for limit in hours)
    free_hours = {limit.id: PLENTY for limit in hours}
    money = _least(with_upper(problem, {budget: PLENTY}), offer.safe_cost, goal)
    # Hours count a thousandfold, so that fixed costs do not decide which hours are cheapest.
    more_time = _least(with_upper(problem, free_hours), 1e3 * time, goal)
    both = _least(with_upper(problem, {budget: PLENTY, **free_hours}), offer.safe_cost, goal)
    best = Program(with_upper(problem, {budget: PLENTY, **free_hours})).best()
    return Remedy(
        None if money is None else max(_spent(offer, money) - budget_of(offer), 0.0),
        None if more_time is None else max(float(time @ more_time.x) - own_hours, 0.0),
        None
        if both is None
        else (max(_spent(offer, both) - budget_of(offer), 0.0), max(float(time @ both.x) - own_hours, 0.0)),
        1 - best.shortfalls[goal.id],
    )


def _spent(offer: Offer, plan: Solution) -> float:
    return float(offer.safe_cost @ plan.x) + sum(s.cost for s in offer.problem.switches if s.id in plan.on)


def _least(problem: Problem, use: Floats, goal: Goal) -> Solution | None:
    """The plan that reaches the goal with the least of something; None: it cannot be reached."""
    solution = Program(replace(problem, value=-use)).best()
    return solution if solution.shortfalls[goal.id] <= REACHED else None


def limit_named(problem: Problem, id: str) -> Limit:
    """A limit by its id."""
    return next(limit for limit in problem.limits if limit.id == id)
