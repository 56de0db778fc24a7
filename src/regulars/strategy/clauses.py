"""Must and must-not clauses as constraints of the allocation, and what each of them costs.

A clause counts what the plan does: ``use @ x``, ``use`` being 1, the expected cost or the hours of one customer given
an option that the clause's rule takes, times the part of the cell that is its branches'. ``must_not`` is a limit
``use @ x <= amount``. ``must`` is a goal of priority 0, before every target, so that a clause that cannot be kept has
a shortfall that is told, with what would be needed, instead of a solver that gives up.

price(clause) = V*(without it) - V*(with it), targets aside and the other clauses kept.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from regulars.base.errors import BadSettings
from regulars.base.mandate import Clause, InterestTest, Rule
from regulars.base.settings import Business
from regulars.base.text import Listing, say
from regulars.packs.schema import Measure, Pack
from regulars.strategy.cells import Cell
from regulars.strategy.objectives import part_of
from regulars.strategy.optimise import Goal, Limit, Problem, Program
from regulars.strategy.options import Column, Option, fits, reached
from regulars.strategy.returns import Floats

PREFIX = "clause:"
#: Clauses come before every target (whose priorities begin at 1).
FIRST = 0


def tests_of(business: Business, pack: Pack) -> dict[str, InterestTest]:
    """The customer-interest test of each measure: the business's own, else the pack's."""
    return {t.measure: t for t in (*pack.interest, *business.interest)}


def resolved(business: Business, pack: Pack) -> Business:
    """The business with clauses that name measures and branches as the ledger spells them.

    Raises:
        BadSettings: a clause names a measure that the pack has not.
    """
    known = {m.id for m in pack.measures}
    tests = tests_of(business, pack)
    clauses = []
    for clause in business.clauses:
        if strange := [id for id in clause.rule.measures if id not in known]:
            raise BadSettings(
                say("mandate.clause.unknown_measure", clause=clause.id, measure=strange[0]),
                say("mandate.clause.unknown_measure_hint", pack=pack.id, measures=Listing(tuple(sorted(known)))),
            )
        rule = clause.rule.model_copy(update={"branches": business.spellings(clause.rule.branches)})
        if rule.image_below is not None:
            poor = {id for id, test in tests.items() if test.image < rule.image_below}
            named = poor & set(rule.measures) if rule.measures else poor
            # No measure of that kind: the rule takes nothing, which an empty list would not say.
            rule = rule.model_copy(update={"measures": tuple(sorted(named)) or ("",), "image_below": None})
        clauses.append(clause.model_copy(update={"rule": rule}))
    return business.model_copy(update={"clauses": tuple(clauses)})


def takes(rule: Rule, measure: Measure) -> bool:
    """Whether the rule takes a measure."""
    return (
        (not rule.measures or measure.id in rule.measures)
        and (not rule.families or measure.family in rule.families)
        and (not rule.channels or measure.channel in rule.channels)
        and (not rule.relationships or measure.relationship in rule.relationships)
    )


def share_of(rule: Rule, cell: Cell) -> float:
    """The part of a cell's customers that the rule speaks of. A cell of several tiers counts when one is named."""
    if rule.states and cell.state not in rule.states:
        return 0.0
    if rule.tiers and not set(rule.tiers) & set(cell.tiers):
        return 0.0
    return part_of(cell, rule.branches)


def counted(rule: Rule, columns: Sequence[Column], cells: Sequence[Cell], *, cost: Floats, hours: Floats) -> Floats:
    """``use``: what one customer given each option counts."""
    each = {"customers": np.ones(len(columns)), "spend": cost, "hours": hours}[rule.of]
    share = np.array(
        [share_of(rule, cells[c.cell]) if any(takes(rule, m) for m in c.option.measures) else 0.0 for c in columns]
    )
    return np.asarray(each * share, dtype=float)


def clause_limits(
    columns: Sequence[Column], cells: Sequence[Cell], clauses: Sequence[Clause], *, cost: Floats, hours: Floats
) -> list[Limit]:
    """The must-not clauses."""
    return [
        Limit(PREFIX + c.id, counted(c.rule, columns, cells, cost=cost, hours=hours), c.amount)
        for c in clauses
        if c.kind == "must_not"
    ]


def clause_goals(
    columns: Sequence[Column], cells: Sequence[Cell], clauses: Sequence[Clause], *, cost: Floats, hours: Floats
) -> tuple[Goal, ...]:
    """The must clauses; one that asks for nothing binds nothing."""
    return tuple(
        Goal(PREFIX + c.id, counted(c.rule, columns, cells, cost=cost, hours=hours), c.amount, FIRST)
        for c in clauses
        if c.kind == "must" and c.amount > 0
    )


def hard(problem: Problem) -> Problem:
    """The problem with targets set aside and clauses kept."""
    return replace(problem, goals=tuple(goal for goal in problem.goals if goal.priority == FIRST))


def must_columns(
    columns: Sequence[Column], measures: Sequence[Measure], cells: Sequence[Cell], business: Business
) -> list[Column]:
    """Single measures that a must clause asks for and that were dropped as never best."""
    asked = [c.rule for c in business.clauses if c.kind == "must"]
    there = {(c.cell, c.option.id) for c in columns}
    found = []
    for at, cell in enumerate(cells):
        rules = [rule for rule in asked if share_of(rule, cell) > 0]
        for measure in measures:
            if (at, measure.id) in there or not any(takes(rule, measure) for rule in rules):
                continue
            option = Option.of(measure)
            if fits(measure, cell) and measure.contacts <= business.contact.max_contacts and reached(option, cell):
                found.append(Column(at, option))
    return found


def kept_whole(x: NDArray[np.int64], problem: Problem, levels: Mapping[str, float] | None = None) -> NDArray[np.int64]:
    """Whole customers that keep the must clauses the fractions kept: rounding down may have left one short.

    One customer at a time is added where every limit allows it, the most valuable first, or moved from elsewhere.
    ``levels`` of choices take their part of the limits.
    """
    musts = [goal for goal in problem.goals if goal.priority == FIRST]
    if not musts:
        return x
    use, upper = problem.rows()
    taken = {c.id: (levels or {}).get(c.id, 0.0) for c in problem.choices}
    upper[: len(problem.limits)] -= problem.used_by(taken)
    money = problem.money_row()
    if money is not None:
        upper[money] -= sum(s.cost for s in problem.switches if x[list(s.columns)].any())
    dear = {place for s in problem.switches if not x[list(s.columns)].any() for place in s.columns}
    x, left, dense = x.copy(), upper - use @ x, use.toarray()
    for goal in musts:
        short = goal.gap - float(goal.gain @ x)
        if short > 2 * float(goal.gain.max(initial=0.0)):
            continue  # not a matter of whole customers
        while short > 1e-9 and (step := _step(x, left, dense, goal.gain, problem.value, dear)) is not None:
            left = left - dense @ step
            x, short = x + step, short - float(goal.gain @ step)
    return x


def _step(
    x: NDArray[np.int64], left: Floats, use: Floats, gain: Floats, value: Floats, dear: set[int]
) -> NDArray[np.int64] | None:
    """One customer more of what the clause counts, or one moved to it, that every limit allows; None when none is."""
    order = [int(p) for p in np.lexsort((np.arange(x.size), -value)) if gain[p] > 0 and int(p) not in dear]
    step = np.zeros_like(x)
    for place in order:
        if np.all(left - use[:, place] >= -1e-9):
            step[place] = 1
            return step
    for place in order:
        after = left - use[:, place]
        tight = after < -1e-9
        others = np.flatnonzero((x > 0) & (gain < gain[place] - 1e-9))
        possible = others[np.all(after[tight, None] + use[np.ix_(tight, others)] >= -1e-9, axis=0)]
        if possible.size:
            step[place], step[possible[np.argmin(value[possible])]] = 1, -1
            return step
    return None


def prices_of_clauses(problem: Problem, clauses: Sequence[Clause]) -> dict[str, float]:
    """What each clause costs in value over 36 months."""
    if not clauses:
        return {}
    kept = hard(problem)
    best = Program(kept).best().value
    prices = {}
    for clause in clauses:
        id = PREFIX + clause.id
        free = replace(
            kept,
            limits=tuple(limit for limit in kept.limits if limit.id != id),
            goals=tuple(goal for goal in kept.goals if goal.id != id),
        )
        prices[clause.id] = max(Program(free).best().value - best, 0.0)
    return prices


def standing_against(problem: Problem, id: str, clauses: Sequence[Clause]) -> tuple[Clause, ...]:
    """The must-not clauses without which a must clause (``id`` of its goal) could be kept."""
    goal = next(g for g in problem.goals if g.id == id)
    alone = replace(problem, goals=(goal,))
    found = []
    for clause in clauses:
        if clause.kind == "must_not":
            limits = tuple(limit for limit in problem.limits if limit.id != PREFIX + clause.id)
            if Program(replace(alone, limits=limits)).shortfall([0]) <= 1e-6:
                found.append(clause)
    return tuple(found)
