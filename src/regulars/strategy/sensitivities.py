"""What each target and rule costs: the plan solved again without it.

The price is the best value without the rule less that with it (36 months, targets kept as far as the plan keeps them).
A price of 0 says that the rule does not bind; it may still be worth having.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from regulars.base.settings import Business
from regulars.base.text import Param, say
from regulars.strategy.explain import local
from regulars.strategy.limits import limit_named
from regulars.strategy.optimise import Problem, Program
from regulars.strategy.plan_why import Cost
from regulars.strategy.solve import Solved

#: Prices below this are the solver's tolerance.
NOTHING = 0.5


def sensitivities(solved: Solved, business: Business, names: dict[str, Param]) -> tuple[Cost, ...]:
    """Prices of targets, locks and rules, the dearest first. ``names`` are those of measures."""
    found = (*_targets(solved, business), *_rules(solved), *_locks(solved, names))
    return tuple(sorted(found, key=lambda c: (-c.price, c.id)))


def _targets(solved: Solved, business: Business) -> Iterator[Cost]:
    problem = solved.offer.problem
    for goal in problem.goals:
        objective = next(o for o in business.objectives if o.id == goal.id)
        others = replace(problem, goals=tuple(g for g in problem.goals if g.id != goal.id))
        price = _gain(others, solved) if len(problem.goals) > 1 else solved.targets_price
        yield Cost(f"target:{goal.id}", "target", say("strategy.cost.target", target=local(objective.name)), price)
    if len(problem.goals) > 1:
        yield Cost("targets", "target", say("strategy.cost.targets"), solved.targets_price)


def _rules(solved: Solved) -> Iterator[Cost]:
    problem, offer = solved.offer.problem, solved.offer
    if solved.holdout_price > 0:
        yield Cost("holdout", "rule", say("strategy.cost.holdout"), solved.holdout_price)
    trials = [limit for limit in problem.limits if limit.id.startswith("trial:")]
    if trials:
        kept = tuple(limit for limit in problem.limits if not limit.id.startswith("trial:"))
        yield Cost("trial", "rule", say("strategy.cost.trial"), _gain(replace(problem, limits=kept), solved))
    if float((offer.safe_cost - offer.cost) @ solved.x) >= 1:
        # The budget without a reserve: incentives at what is expected, not at what may be.
        bold = replace(limit_named(problem, problem.money), use=offer.cost)
        limits = tuple(bold if limit.id == problem.money else limit for limit in problem.limits)
        yield Cost("reserve", "rule", say("strategy.cost.reserve"), _gain(replace(problem, limits=limits), solved))


def _locks(solved: Solved, names: dict[str, Param]) -> Iterator[Cost]:
    for id, price in solved.veto_prices.items():
        yield Cost(f"veto:{id}", "lock", say("strategy.cost.veto", measure=names.get(id, id)), price)


def _gain(problem: Problem, solved: Solved) -> float:
    gain = Program(problem).best().value - solved.solution.value
    return gain if gain > NOTHING else 0.0
