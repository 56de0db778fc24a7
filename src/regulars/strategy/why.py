"""The figures behind the explanation of every line.

*Break-even.* The optimum is found again with the line's option closed; its reduced cost there is exactly how much less
it would have to bring per customer to be left out. That margin becomes a multiple of its expected effects (net value at
0, 1/2 and 1 times the effects, and the parabola through them) and a cost (a dollar more costs its price too).

*Drivers.* Shapley shares of value over primitives: each primitive's contribution, averaged over all orders in which the
primitives may be let in (at most four, so all orders are gone through).

*Second best.* Among the options of the cell that the same customers may be given, the one that brings most once money
and hours are charged at the plan's prices.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import combinations

from regulars.base.text import say
from regulars.packs.schema import Pack
from regulars.strategy.explain import Voice, evidence, option_name
from regulars.strategy.held import Closed, Held
from regulars.strategy.information import surplus
from regulars.strategy.options import Column, Evaluator
from regulars.strategy.plan import Evidence
from regulars.strategy.plan_why import Beaten, Bound, Driver, Risk, Why
from regulars.strategy.returns import Push, outcome
from regulars.strategy.rule_rows import label
from regulars.strategy.solve import Solved

#: Chances of loss from which a line carries some risk, and a high one.
SOME_RISK, HIGH_RISK = 0.10, 0.25
#: Effects are scaled by these multiples to find the break-even.
MULTIPLES = (0.0, 0.5)


@dataclass(frozen=True, slots=True)
class Case:
    """What lines are explained from: the plan, its programme held, and the options' values at weaker effects."""

    solved: Solved
    held: Held
    free: Held  # targets set aside
    weaker: tuple[Evaluator, ...]
    starts: date
    ends: date
    voice: Voice
    pack: Pack
    doubts: Mapping[int, tuple[str, float]]  # of every line the largest source of doubt and its share

    @classmethod
    def of(
        cls,
        solved: Solved,
        *,
        as_of: date,
        months: int,
        voice: Voice,
        pack: Pack,
        doubts: Mapping[int, tuple[str, float]],
    ) -> Case:
        """Prepare the explanation of a plan."""
        problem = solved.offer.problem
        held = Held(problem, solved.solution)
        free = Held(replace(problem, goals=()), solved.solution) if problem.goals else held
        weaker = tuple(solved.evaluator.with_effects(times) for times in MULTIPLES)
        return cls(
            solved, held, free, weaker, as_of + timedelta(days=1), months_after(as_of, months), voice, pack, doubts
        )


def months_after(day: date, months: int) -> date:
    """The same day so many months later, or the month's last."""
    year, month = divmod(day.month - 1 + months, 12)
    first = date(day.year + year, month + 1, 1)
    following = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    return min(first + timedelta(days=day.day - 1), following - timedelta(days=1))


def why(place: int, case: Case, *, held_out: int) -> Why:
    """The figures of one line; the sentences are added by :mod:`regulars.strategy.why_words`."""
    solved, offer = case.solved, case.solved.offer
    column, count = offer.columns[place], int(solved.x[place])
    found = solved.judge.returns(place)
    cost, net = float(found.cost.mean()), float(found.net_36.mean())
    hours = column.option.hours
    beaten, advantage = second_best(place, case)
    closed, needed, stays = _closed(place, case)
    doubt, doubt_share = case.doubts.get(place, ("", 0.0))
    known = sorted(evidence(column.option, solved.evaluator.cells[column.cell]), key=lambda e: -abs(e.mean))
    own = surplus(solved, place)
    loss = float((found.net_36 <= 0).mean())
    return Why(
        starts=case.starts,
        ends=case.ends,
        value_per_money=net / cost if cost > 1e-9 else None,
        asked_per_money=solved.prices.get("budget", 0.0),
        value_per_hour=net / hours if hours > 0 else None,
        asked_per_hour=_hour_price(place, solved),
        drivers=drivers(column, solved.evaluator),
        trust=tuple(dict.fromkeys(e.trust for e in known)),
        own_data=_own_share(known),
        beaten=beaten,
        advantage_each=advantage,
        advantage=count * advantage,
        loss_without=closed.loss if closed is not None and not needed else None,
        needed=needed,
        break_even_effect=_multiple(place, case, closed.margin) if closed is not None and stays else None,
        break_even_cost=cost + closed.margin / (1 + closed.money_price) if closed is not None and stays else None,
        chance_of_loss=loss,
        risk=risk_of(loss),
        doubt=doubt,
        doubt_share=doubt_share,
        holdout_price=held_out * max(own, 0.0),
        bounds=_bounds(place, case, needed),
    )


def risk_of(chance_of_loss: float) -> Risk:
    """The flag of a chance that the line brings less than it costs."""
    return "high" if chance_of_loss > HIGH_RISK else "some" if chance_of_loss > SOME_RISK else "low"


def _own_share(known: Sequence[Evidence]) -> float:
    """The share of what is known of a line's effects that comes from own results, effects weighted by their size."""
    weight = sum(abs(e.mean) for e in known)
    return sum(abs(e.mean) * e.own for e in known) / weight if weight > 0 else max((e.own for e in known), default=0.0)


def _hour_price(place: int, solved: Solved) -> float:
    hours = [limit for limit in solved.offer.problem.limits if limit.id.startswith("hours:")]
    spent = solved.offer.hours[place]
    charged = sum(solved.prices.get(limit.id, 0.0) * float(limit.use[place]) for limit in hours)
    return charged / float(spent) if spent > 0 else 0.0


def _closed(place: int, case: Case) -> tuple[Closed | None, bool, bool]:
    """The plan without the option; whether a target needs it; whether it would be used on value alone."""
    closed = case.held.without(place) if case.held.x[place] > 1e-6 else None
    needed = closed is None and case.held.x[place] > 1e-6 and bool(case.solved.offer.problem.goals)
    if not needed:
        return closed, False, closed is not None
    if case.free.x[place] <= 1e-6:
        return None, True, False
    return case.free.without(place), True, True


def _multiple(place: int, case: Case, margin: float) -> float:
    """The multiple of its effects at which the option brings ``margin`` less."""
    column = case.solved.offer.columns[place]
    at = [float(e.returns(column).net_36.mean()) for e in case.weaker]
    full = float(case.solved.evaluator.returns(column).net_36.mean())
    wanted = full - margin
    # The parabola through (0, a), (1/2, b), (1, c): a + p k + q k^2.
    q = 2 * (at[0] - 2 * at[1] + full)
    p = full - at[0] - q
    if abs(q) < 1e-12:
        roots = [(wanted - at[0]) / p] if abs(p) > 1e-12 else []
    else:
        inside = p * p - 4 * q * (at[0] - wanted)
        roots = [(-p + s * math.sqrt(inside)) / (2 * q) for s in (1, -1)] if inside >= 0 else []
    between = [root for root in roots if -1e-9 <= root <= 1 + 1e-9]
    return min(max(max(between), 0.0), 1.0) if between else 0.0


def drivers(column: Column, evaluator: Evaluator) -> tuple[Driver, ...]:
    """Shares of a column's value by primitive, the largest first; they add up to 1."""
    measures = column.option.measures
    pushes = [evaluator.pushes(column.cell, m) for m in measures]
    names = sorted({p.primitive for some in pushes for p in some})
    base, none = evaluator.ground(column.cell)
    worth: dict[frozenset[str], float] = {}
    for size in range(len(names) + 1):
        for some in combinations(names, size):
            kept: list[tuple[Push, ...]] = [tuple(p for p in each if p.primitive in some) for each in pushes]
            found = outcome(
                base,
                none,
                kept,
                theta=evaluator.draws.theta,
                psi=evaluator.draws.psi,
                contacts=column.option.contacts,
                pairs=evaluator.draws.overlaps(measures),
            )
            worth[frozenset(some)] = float(found.value_36.mean())
    brought = {name: _shapley(name, names, worth) for name in names}
    if abs(worth[frozenset()]) > 1e-9:
        brought["contacts"] = worth[frozenset()]
    total = sum(brought.values())
    if abs(total) < 1e-12:
        return ()
    return tuple(Driver(n, v / total) for n, v in sorted(brought.items(), key=lambda p: (-abs(p[1]), p[0])) if v)


def _shapley(name: str, names: Sequence[str], worth: dict[frozenset[str], float]) -> float:
    others, n, total = [other for other in names if other != name], len(names), 0.0
    for size in range(n):
        weight = math.factorial(size) * math.factorial(n - size - 1) / math.factorial(n)
        for some in combinations(others, size):
            total += weight * (worth[frozenset((*some, name))] - worth[frozenset(some)])
    return total


def second_best(place: int, case: Case) -> tuple[Beaten | None, float]:
    """The next best option for the same customers, and the line's advantage per customer over it."""
    solved, offer = case.solved, case.solved.offer
    column, own = offer.columns[place], surplus(solved, place)
    best, found = 0.0, None
    for other, beside in enumerate(offer.columns):
        if beside.cell != column.cell or other == place or not _may_replace(column, beside):
            continue
        if any(limit.upper <= 0 and limit.use[other] > 0 for limit in offer.problem.limits):
            continue  # vetoed, or there is nothing of what it needs
        worth = surplus(solved, other)
        if worth > best:
            best, found = worth, other
    if found is None:
        return None, own
    beside = offer.columns[found]
    value = float(offer.problem.value[found])
    cost, hours = float(offer.cost[found]), float(offer.hours[found])
    return Beaten(beside.option.id, option_name(beside.option), value, cost, hours, own - best), own - best


def _may_replace(one: Column, other: Column) -> bool:
    """Whether whoever may be given ``one`` may be given ``other`` too."""
    a, b = one.option, other.option
    return b.need & ~a.need == 0 and a.tiers & ~b.tiers == 0 and (a.marketing or not b.marketing)


def _bounds(place: int, case: Case, needed: bool) -> tuple[Bound, ...]:
    solved = case.solved
    found: dict[str, Bound] = {}
    for limit in solved.offer.problem.limits:
        price = solved.prices.get(limit.id, 0.0)
        if price > 1e-6 and limit.use[place] > 0:
            bound = _bound(limit.id, price, case)
            if bound.id not in found or found[bound.id].price < price:
                found[bound.id] = bound
    people = [p for p in solved.offer.people if place in p.columns and solved.prices.get(p.id, 0.0) > 1e-6]
    told = list(found.values())
    if people:
        most = max(solved.prices[p.id] for p in people)
        told.append(Bound("people", say("strategy.why.bound_people"), most))
    if needed:
        told.append(Bound("targets", say("strategy.why.bound_targets"), 0.0))
    return tuple(told)


def _bound(id: str, price: float, case: Case) -> Bound:
    """A limit by name, as it stands in a sentence."""
    kind, _, rest = id.partition(":")
    if kind == "budget":
        return Bound(id, say("strategy.why.bound_budget"), price)
    if kind == "hours":
        return Bound(id, say("strategy.why.bound_hours", branch=case.voice.branch(rest)), price)
    rule = next((rule for rule in case.solved.offer.rules if id in rule.limits), None)
    if rule is not None:
        return Bound(rule.id, say("strategy.why.bound_rule", rule=label(rule, case.voice, case.pack)), price)
    return Bound(id, say("strategy.why.bound_rule", rule=id), price)
