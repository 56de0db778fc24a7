"""What each target and rule costs: the plan solved again without it.

The price is the best value without less that with it over 36 months (of a rule: targets aside).
A price of 0 says that the rule does not bind; it may still be worth having.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from regulars.base.settings import Business
from regulars.base.text import say
from regulars.packs.schema import Pack
from regulars.strategy.averse import SURELY
from regulars.strategy.explain import Voice, local
from regulars.strategy.limits import limit_named
from regulars.strategy.optimise import Problem, Program
from regulars.strategy.plan_why import Cost
from regulars.strategy.rule_rows import rule_rows
from regulars.strategy.solve import Solved

#: Prices below this are the solver's tolerance.
NOTHING = 0.5
#: Kinds of rules a manager lays down on single measures; the others are rules of the business or the product.
LOCKS = ("veto", "lock", "must")


def sensitivities(solved: Solved, business: Business, voice: Voice, pack: Pack) -> tuple[Cost, ...]:
    """Prices of targets, locks and rules, the dearest first."""
    found = (*_targets(solved, business), *_own(solved), *_rules(solved, voice, pack))
    return tuple(sorted(found, key=lambda c: (-c.price, c.id)))


def _targets(solved: Solved, business: Business) -> Iterator[Cost]:
    problem = solved.offer.problem
    of_goal = {goal.id: goal.id.removesuffix(SURELY) for goal in problem.goals}
    asked = dict.fromkeys(of_goal.values())
    for objective in business.objectives:
        if objective.id not in asked:
            continue  # met without doing anything
        others = tuple(goal for goal in problem.goals if of_goal[goal.id] != objective.id)
        price = _gain(replace(problem, goals=others), solved) if others else solved.targets_price
        told = say("strategy.cost.target", target=local(objective.name))
        yield Cost(f"target:{objective.id}", "target", told, price)
    if len(asked) > 1:
        yield Cost("targets", "target", say("strategy.cost.targets"), solved.targets_price)


def _own(solved: Solved) -> Iterator[Cost]:
    problem, offer = solved.offer.problem, solved.offer
    if solved.holdout_price > 0:
        yield Cost("holdout", "rule", say("strategy.cost.holdout"), solved.holdout_price)
    if float((offer.safe_cost - offer.cost) @ solved.x) >= 1:
        # The budget without a reserve: incentives at what is expected, not at what may be.
        bold = replace(limit_named(problem, problem.money), use=offer.cost)
        limits = tuple(bold if limit.id == problem.money else limit for limit in problem.limits)
        yield Cost("reserve", "rule", say("strategy.cost.reserve"), _gain(replace(problem, limits=limits), solved))


def _rules(solved: Solved, voice: Voice, pack: Pack) -> Iterator[Cost]:
    for row in rule_rows(solved, voice, pack):
        yield Cost(row.id, "lock" if row.kind in LOCKS else "rule", row.label, row.price)


def _gain(problem: Problem, solved: Solved) -> float:
    gain = Program(problem).best().value - solved.solution.value
    return gain if gain > NOTHING else 0.0
