"""What each rule costs, and what gives way when the rules cannot all be kept.

Price of a rule = best value without it less best value with it, targets aside, each by solving again. When no plan
keeps every floor (a lock's lower bound, a measure that must be used, recovery that is owed), floors are loosened by
the least sum of their relative shortfalls, those of the last plan first and what is owed to customers last: the plan
nearest to what was asked. For each that gave way it is found how much more money alone, or hours alone, or dropping
which other rule alone would let it be kept in full.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import numpy as np

from regulars.base.errors import BadSettings
from regulars.base.text import say
from regulars.strategy.allocate import Offer
from regulars.strategy.draft import YIELDS, Rule
from regulars.strategy.optimise import Choice, Infeasible, Limit, Problem, Program, Solution

#: A floor gave way when it falls short by more than this.
GAVE = 1e-6
#: As many remedies are looked for.
MOST_REMEDIES, MOST_DROPS = 5, 4
_PLENTY = 1e12


@dataclass(frozen=True, slots=True)
class Yielded:
    """A rule that could not be kept in full: what was wanted and what is possible, and what alone would suffice.

    ``money`` and ``hours`` are None when no amount of it suffices; ``drop`` are ids of other rules. Any one of them is
    enough, unless ``together``: then all of them are needed at once.
    """

    rule: Rule
    wanted: float
    kept: float
    money: float | None
    hours: float | None
    drop: tuple[str, ...]
    together: bool = False


def dropped(problem: Problem, rules: Iterable[Rule]) -> Problem:
    """The problem without some rules."""
    listed = list(rules)
    limits = {limit for rule in listed for limit in rule.limits}
    groups = {group for rule in listed for group in rule.groups}
    choices = tuple(
        replace(c, use={id: amount for id, amount in c.use.items() if id not in limits})
        for c in problem.choices
        if not any(rule.kind == "supplier" and c.id.startswith(f"{rule.id}:") for rule in listed)
    )
    switches = tuple(
        replace(s, use={id: amount for id, amount in s.use.items() if id not in limits}) for s in problem.switches
    )
    return replace(
        problem,
        limits=tuple(limit for limit in problem.limits if limit.id not in limits),
        groups=tuple(group for group in problem.groups if group.id not in groups),
        choices=choices,
        switches=switches,
    )


def prices(offer: Offer, free: Solution, rebuilt: Callable[[int], Offer]) -> dict[str, float]:
    """The price of every rule. ``free`` is the best plan under all of them, targets aside; ``rebuilt(bit)`` the offer
    as if everybody carried a mark."""
    found: dict[str, float] = {}
    whole = any(d.integer for d in offer.problem.decisions())
    aside = replace(offer.problem, goals=())
    tight = _tight(aside, free)
    for rule in offer.rules:
        if rule.bit:
            problem = replace(rebuilt(rule.bit).problem, goals=())
        elif not whole and not rule.groups and tight.isdisjoint(rule.limits):
            found[rule.id] = 0.0  # a linear programme gains nothing from a limit it does not touch
            continue
        else:
            problem = dropped(aside, [rule])
        better = Program(problem).best().objective - free.objective
        # A supplier's money is no burden: what it brings is its worth, told as a price below nothing.
        found[rule.id] = min(better, 0.0) if rule.kind == "supplier" else max(better, 0.0)
    return found


def _tight(problem: Problem, solution: Solution) -> set[str]:
    """Limits that a solution uses up."""
    used = problem.used_by(solution.levels)
    return {
        limit.id
        for limit, beside in zip(problem.limits, used, strict=True)
        if float(limit.use @ solution.x) + beside >= limit.upper - 1e-6 * max(1.0, abs(limit.upper))
    }


def loosened(offer: Offer) -> tuple[Offer, tuple[Yielded, ...]]:
    """The offer with floors that can be kept together, and what gave way.

    Raises:
        BadSettings: even without any floor no plan keeps the limits (a programme that must be taken cannot be paid).
    """
    problem = replace(offer.problem, goals=())
    floors = _floors(offer)
    if not floors:
        return offer, ()
    try:
        Program(problem).best()
    except Infeasible:
        pass
    else:
        return offer, ()
    short = _least_short(problem, floors)
    uppers = {id: _kept(limit, floors[id], short[id]) for id, limit in _limits(problem, floors).items()}
    eased = replace(offer, problem=_with_upper(offer.problem, uppers))
    gone = [rule for rule in offer.rules if any(short.get(id, 0.0) > GAVE for id in rule.limits)]
    yielded = tuple(_remedied(offer, eased, rule, look=at < MOST_REMEDIES) for at, rule in enumerate(gone))
    return eased, yielded


def _floors(offer: Offer) -> dict[str, Rule]:
    at = {limit.id: limit for limit in offer.problem.limits}
    return {id: rule for rule in offer.rules for id in rule.limits if at[id].upper < 0}


def _limits(problem: Problem, ids: Iterable[str]) -> dict[str, Limit]:
    wanted = set(ids)
    return {limit.id: limit for limit in problem.limits if limit.id in wanted}


def _kept(limit: Limit, rule: Rule, short: float) -> float:
    """The bound a floor is loosened to; whole customers stay whole."""
    if short <= GAVE:
        return limit.upper
    low = -limit.upper - short
    return -max(math.floor(low + 1e-6), 0) if rule.unit == "customers" else -max(low - 1e-6, 0.0)


def _least_short(problem: Problem, floors: dict[str, Rule]) -> dict[str, float]:
    limits = _limits(problem, floors)
    slack = tuple(Choice(f"slack:{id}", 0.0, -limit.upper, use={id: -1.0}) for id, limit in limits.items())
    weight = {f"slack:{id}": YIELDS.get(floors[id].kind, 1.0) / -limit.upper for id, limit in limits.items()}
    program = Program(replace(problem, choices=(*problem.choices, *slack), risk=None))
    try:
        levels = program.minimise(np.zeros(problem.value.size), weight).levels
    except Infeasible as error:
        raise BadSettings(say("strategy.rules.impossible"), say("strategy.rules.impossible_hint")) from error
    return {id: levels[f"slack:{id}"] for id in limits}


def _with_upper(problem: Problem, uppers: dict[str, float]) -> Problem:
    limits = tuple(replace(limit, upper=uppers.get(limit.id, limit.upper)) for limit in problem.limits)
    return replace(problem, limits=limits)


def eased_further(offer: Offer, yielded: tuple[Yielded, ...]) -> tuple[Offer, tuple[Yielded, ...]]:
    """Floors that gave way, by one customer more each: where whole customers cannot reach what fractions can."""
    rules = [one.rule for one in yielded if one.rule.unit == "customers"]
    at = {limit.id: limit for limit in offer.problem.limits}
    uppers = {id: min(at[id].upper + 1.0, 0.0) for rule in rules for id in rule.limits if at[id].upper < 0}
    lower = tuple(
        replace(one, kept=-sum(uppers.get(id, 0.0) for id in one.rule.limits)) if one.rule in rules else one
        for one in yielded
    )
    return replace(offer, problem=_with_upper(offer.problem, uppers)), lower


def as_loose(problem: Problem, eased: Problem) -> Problem:
    """A problem on other counts with the floors another one was loosened to."""
    return _with_upper(problem, {limit.id: limit.upper for limit in eased.limits if limit.upper <= 0})


def _remedied(offer: Offer, eased: Offer, rule: Rule, *, look: bool) -> Yielded:
    """What would let a rule be kept in full while the others are kept as far as they are."""
    own = _limits(offer.problem, rule.limits)
    now = _limits(eased.problem, rule.limits)
    wanted = -sum(limit.upper for limit in own.values() if limit.upper < 0)
    kept = -sum(now[id].upper for id, limit in own.items() if limit.upper < 0)
    if not look:
        return Yielded(rule, wanted, kept, None, None, ())
    full = replace(eased.problem, goals=(), risk=None)
    full = _with_upper(full, {id: limit.upper for id, limit in own.items()})
    hours = [limit.id for limit in full.limits if limit.id.startswith("hours:")]
    drop = [
        other.id
        for other in offer.rules
        if other.id != rule.id and (other.limits or other.groups) and _possible(dropped(full, [other]))
    ]
    money, longer = _needed(full, [full.money]), _needed(full, hours)
    if money is None and longer is None and not drop:
        return _altogether(offer, full, Yielded(rule, wanted, kept, None, None, (), True))
    return Yielded(rule, wanted, kept, money, longer, tuple(drop[:MOST_DROPS]))


def _altogether(offer: Offer, full: Problem, found: Yielded) -> Yielded:
    """What is enough when nothing alone is: money, hours and the fewest other rules given up, found by putting rules
    back one after the other."""
    gone = [other for other in offer.rules if other.id != found.rule.id and (other.limits or other.groups)]
    rich = _with_upper(
        full, {limit.id: _PLENTY for limit in full.limits if limit.id == full.money or limit.id.startswith("hours:")}
    )
    if not _possible(dropped(rich, gone)):
        return found
    for other in list(gone):
        fewer = [rule for rule in gone if rule.id != other.id]
        if _possible(dropped(rich, fewer)):
            gone = fewer
    left = dropped(full, gone)
    hours = [limit.id for limit in left.limits if limit.id.startswith("hours:")]
    more = tuple(Choice(f"more:{id}", 0.0, _PLENTY, use={id: -1.0}) for id in (left.money, *hours))
    program = Program(replace(left, choices=(*left.choices, *more)))
    levels = program.minimise(np.zeros(left.value.size), {choice.id: 1.0 for choice in more}).levels
    money, longer = levels[f"more:{left.money}"], sum(levels[f"more:{id}"] for id in hours)
    return replace(found, money=money, hours=longer, drop=tuple(rule.id for rule in gone))


def _possible(problem: Problem) -> bool:
    try:
        Program(problem).minimise(np.zeros(problem.value.size), {})
    except Infeasible:
        return False
    return True


def _needed(problem: Problem, limits: list[str]) -> float | None:
    """The least that some limits must give more together; None when that does not help."""
    more = tuple(Choice(f"more:{id}", 0.0, _PLENTY, use={id: -1.0}) for id in limits)
    program = Program(replace(problem, choices=(*problem.choices, *more)))
    try:
        levels = program.minimise(np.zeros(problem.value.size), {choice.id: 1.0 for choice in more}).levels
    except Infeasible:
        return None
    return sum(levels[choice.id] for choice in more)
