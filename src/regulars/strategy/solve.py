"""From cells to numbers: options, the optimal allocation in whole customers, and the re-solves that price it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from regulars.analysis.diagnosis import Diagnosis
from regulars.base.settings import Business
from regulars.packs.schema import Measure, Pack
from regulars.strategy.allocate import Offer, offer_of
from regulars.strategy.cells import Cell, without_holdout
from regulars.strategy.draws import draw
from regulars.strategy.invest import About, Invested, invest, settle
from regulars.strategy.judge import Judge
from regulars.strategy.limits import ENOUGH, Remedy, frontier, price_of_veto, remedy
from regulars.strategy.objectives import looked_at
from regulars.strategy.optimise import Program, Solution, whole
from regulars.strategy.options import Column, Evaluator, columns_of
from regulars.strategy.rivals import Policy, policies


@dataclass(frozen=True, slots=True)
class Sizes:
    """How many draws are optimised on, and how many fresh ones reported on."""

    optimise: int = 300
    report: int = 2000


@dataclass(frozen=True, slots=True)
class Solved:
    """The numbers of a plan."""

    offer: Offer
    solution: Solution
    x: NDArray[np.int64]
    judge: Judge
    prices: dict[str, float]
    chances: NDArray[np.float64]
    rivals: tuple[Policy, ...]
    frontier: tuple[tuple[float, Solution], ...]
    holdout_price: float
    targets_price: float
    veto_prices: dict[str, float]
    remedies: dict[str, Remedy]
    singles: dict[str, tuple[float, Cell]]  # measure -> best net value per customer and where
    evaluator: Evaluator  # of the draws optimised on, on the plan's own base
    invested: Invested = Invested()  # on the draws of the judge
    diagnosis: Diagnosis | None = None


def feasible(measures: Sequence[Measure], facts: frozenset[str]) -> tuple[Measure, ...]:
    """Measures whose needs the ledger meets."""
    return tuple(m for m in measures if set(m.needs) <= facts)


def solve(
    cells: Sequence[Cell],
    *,
    business: Business,
    pack: Pack,
    facts: frozenset[str],
    no_show: float,
    seed: int,
    sizes: Sizes,
    diagnosis: Diagnosis | None = None,
) -> Solved:
    """Optimise on one set of draws; everything that is shown is judged on another."""
    measures = feasible(pack.measures, facts)
    discount = business.margin.monthly_discount
    drawn = draw(measures, count=sizes.optimise, seed=seed, stream=0)
    evaluator = Evaluator(cells, drawn, discount=discount, no_show=no_show)
    columns = all_columns(measures, evaluator, business)
    about = About(business, pack, diagnosis)
    weighed = invest(evaluator, about)
    settled = settle(
        lambda e: offer_of(columns, e, business, objectives=business.objectives), evaluator, weighed
    )
    offer, solution, evaluator = settled.offer, settled.solution, settled.evaluator
    x = whole(solution.x, offer.problem, solution.on, solution.levels)
    fresh = draw(measures, count=sizes.report, seed=seed, stream=1)
    judged = Evaluator(cells, fresh, discount=discount, no_show=no_show)
    invested = invest(judged, about)
    judge = Judge(offer, judged.under(invested.environment(solution.levels)), invested.steps)
    points = frontier(offer)
    free = Program(replace(offer.problem, goals=())).best().value if offer.problem.goals else solution.value
    unheld = offer_of(columns, evaluator, business, cells=[without_holdout(cell) for cell in cells])
    unheld = replace(unheld, problem=replace(unheld.problem, choices=offer.problem.choices, groups=offer.problem.groups))
    return Solved(
        offer,
        solution,
        x,
        judge,
        prices_of(offer, solution),
        np.random.default_rng([seed, 2]).standard_normal((len(business.objectives), sizes.report)),
        policies(offer, evaluator, solution.levels),
        tuple(points),
        max(Program(unheld.problem).best().value - free, 0.0) if business.contact.holdout else 0.0,
        max(free - solution.value, 0.0),
        {
            limit.id.removeprefix("veto:"): price_of_veto(offer, limit.id, free)
            for limit in offer.problem.limits
            if limit.id.startswith("veto:")
        },
        {
            goal.id: remedy(offer, goal, solution)
            for goal in offer.problem.goals
            if solution.shortfalls[goal.id] > ENOUGH
        },
        best_singles(columns, offer, cells),
        evaluator,
        invested,
        diagnosis,
    )


def prices_of(offer: Offer, solution: Solution) -> dict[str, float]:
    """Worth of one more unit of each limit. Targets that were reached stay binding; one out of reach is set aside:
    next to it every limit would seem priceless, only because it brings the impossible a little nearer."""
    reached = tuple(goal for goal in offer.problem.goals if solution.shortfalls[goal.id] <= ENOUGH)
    if len(reached) == len(offer.problem.goals):
        return solution.prices
    return Program(replace(offer.problem, goals=reached)).best().prices


def all_columns(measures: Sequence[Measure], evaluator: Evaluator, business: Business) -> list[Column]:
    """The options of all cells."""
    goals = looked_at(business.objectives)
    most = business.contact.max_contacts
    return [
        column
        for at in range(len(evaluator.cells))
        for column in columns_of(at, measures, evaluator, max_contacts=most, goals=goals)
    ]


def best_singles(columns: Sequence[Column], offer: Offer, cells: Sequence[Cell]) -> dict[str, tuple[float, Cell]]:
    """For each measure alone its best net value per customer, and the cell where."""
    best: dict[str, tuple[float, Cell]] = {}
    for place, column in enumerate(columns):
        if len(column.option.measures) > 1:
            continue
        id, value = column.option.measures[0].id, float(offer.problem.value[place])
        if id not in best or value > best[id][0]:
            best[id] = value, cells[column.cell]
    return best
