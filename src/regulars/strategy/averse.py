"""Aversion to risk, targets with a stated chance, and targets weighed against value.

- *Risk*: the draws of each option's net value are handed to the programme, see ``problem.Risk``.
- *Chance*: a target that is to be reached with probability p asks the mean for more by the distance between the mean
  and the (1 - p) quantile of the KPI under the plan. That distance depends on the plan, so it is found by turns.
- *Weighing*: a target's shortfall becomes a decision with a cost, and the target a limit that it loosens.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from regulars.base.strategy_rules import Risk as Averse
from regulars.strategy.optimise import Choice, Limit, Problem, Program, Risk, Solution
from regulars.strategy.options import Returns
from regulars.strategy.returns import Floats

#: Turns in which the margin of a chance is looked for, and the part of the gap at which it counts as found.
TURNS, SETTLED = 6, 0.005
#: Ends the id of the goal that asks for a target with a chance.
SURELY = ":surely"


def risk_of(returns: Sequence[Returns], averse: Averse) -> Risk | None:
    """The risk of a problem whose columns have these returns; None when only the mean counts."""
    if averse.aversion <= 0 or not returns:
        return None
    return Risk(averse.aversion, averse.tail, np.column_stack([r.net_36 for r in returns]))


def weighed(problem: Problem, worth: Mapping[str, float]) -> Problem:
    """The problem with targets weighed at ``worth`` a whole gap instead of put first; unchanged when empty."""
    if not worth:
        return problem
    limits, choices = list(problem.limits), list(problem.choices)
    for goal in problem.goals:
        price = worth.get(goal.id, 0.0)
        if price <= 0:
            continue
        limits.append(Limit(f"goal:{goal.id}", -goal.gain / goal.gap, -1.0))
        choices = [
            replace(c, use={**c.use, f"goal:{goal.id}": -c.gains[goal.id] / goal.gap}) if goal.id in c.gains else c
            for c in choices
        ]
        choices.append(Choice(f"short:{goal.id}", -price, 1e6, use={f"goal:{goal.id}": -1.0}))
    return replace(problem, limits=tuple(limits), choices=tuple(choices), goals=())


def surely(
    problem: Problem, solution: Solution, chance: float, spread: Callable[[str, Floats], Floats]
) -> tuple[Problem, Solution]:
    """The problem with each target asked on average first and then with probability ``chance``, as far as that goes.

    ``spread(goal, x)`` gives draws of the KPI about its mean under an allocation, more being better.
    """
    first = problem.goals
    asked = {goal.id: goal.gap for goal in first}
    for _ in range(TURNS):
        wanted = {g.id: g.gap - float(np.quantile(spread(g.id, solution.x), 1 - chance)) for g in first}
        if max((abs(wanted[g.id] - asked[g.id]) / g.gap for g in first), default=0.0) <= SETTLED:
            break
        asked = wanted
        raised = [
            replace(g, id=f"{g.id}{SURELY}", gap=max(asked[g.id], 1e-9), priority=2 * g.priority + 1) for g in first
        ]
        problem = replace(problem, goals=(*(replace(g, priority=2 * g.priority) for g in first), *raised))
        problem = replace(problem, choices=tuple(_serving_both(choice) for choice in problem.choices))
        solution = Program(problem).best()
    return problem, solution


def _serving_both(choice: Choice) -> Choice:
    """A choice that counts towards a target counts towards its chance too."""
    plain = {id: gain for id, gain in choice.gains.items() if not id.endswith(SURELY)}
    return replace(choice, gains={**plain, **{f"{id}{SURELY}": gain for id, gain in plain.items()}})
