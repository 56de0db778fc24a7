"""From cells to numbers: options, the optimal allocation in whole customers, and the re-solves that price it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from regulars.analysis.diagnosis import Diagnosis
from regulars.base.settings import Business
from regulars.packs.schema import Measure, Pack
from regulars.strategy.allocate import Given, Offer, offer_of
from regulars.strategy.averse import SURELY, surely
from regulars.strategy.cells import Cell, without_holdout
from regulars.strategy.checked import check_names, forced
from regulars.strategy.draws import draw
from regulars.strategy.invest import About, Invested, invest, settle, with_steps
from regulars.strategy.judge import Judge
from regulars.strategy.limits import ENOUGH, Remedy, frontier, remedy
from regulars.strategy.marks import ignoring
from regulars.strategy.objectives import looked_at, sign
from regulars.strategy.optimise import Problem, Program, Solution, whole
from regulars.strategy.options import NO_MARKS, Column, Evaluator, columns_of
from regulars.strategy.priced import Yielded, as_loose, eased_further, loosened, prices
from regulars.strategy.rivals import Policy, policies
from regulars.strategy.rounding import broken
from regulars.strategy.steady import before, settled

#: As often a floor that gave way is lowered by one more customer, until whole customers can keep it.
MOST_EASED = 6


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
    invested: Invested  # channels, service, loyalty, expansion on the draws of the judge
    diagnosis: Diagnosis | None = None
    rule_prices: dict[str, float] = field(default_factory=dict)
    yielded: tuple[Yielded, ...] = ()


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
    given: Given | None = None,
    wants: Mapping[str, int] = NO_MARKS,
) -> Solved:
    """Optimise on one set of draws; everything that is shown is judged on another.

    ``given`` is what the rules rest on beside the cells, ``wants`` the marks that measures ask for.

    Raises:
        BadSettings: a rule names what does not exist, or what is always taken cannot be paid.
    """
    check_names(business, pack)
    measures = feasible(pack.measures, facts)
    discount = business.margin.monthly_discount
    drawn = draw(measures, count=sizes.optimise, seed=seed, stream=0)
    evaluator = Evaluator(cells, drawn, discount=discount, no_show=no_show, wants=wants)
    columns = all_columns(measures, evaluator, business)
    about = About(business, pack, diagnosis)
    weighed = invest(evaluator, about)

    def built(on: Evaluator) -> Offer:
        return offer_of(columns, on, business, objectives=business.objectives, given=given)

    eased, yielded = loosened(with_steps(built(evaluator), weighed.steps))
    plan = _planned(built, evaluator, weighed, eased, yielded, business, seed)
    offer, solution, evaluator, yielded, x = plan.offer, plan.solution, plan.evaluator, plan.yielded, plan.x
    fresh = draw(measures, count=sizes.report, seed=seed, stream=1)
    judged = Evaluator(cells, fresh, discount=discount, no_show=no_show, wants=wants)
    invested = invest(judged, about, taken=solution.levels)
    judge = Judge(offer, judged.under(invested.environment(solution.levels)), invested.steps)
    points = frontier(offer)
    plain = Program(replace(offer.problem, goals=())).best() if offer.problem.goals or offer.given.last else solution
    steps = {choice.id: choice for choice in offer.problem.choices if choice.id in {s.id for s in weighed.steps}}

    def other(counts: Sequence[Cell]) -> Offer:
        """The offer on other counts: investments as they may be taken here, floors as far as they can be kept."""
        counting = evaluator.counting(counts)
        found = offer_of(all_columns(measures, counting, business), counting, business, given=offer.given)
        problem = with_steps(found, weighed.steps).problem
        problem = replace(problem, choices=tuple(steps.get(choice.id, choice) for choice in problem.choices))
        return replace(found, problem=as_loose(problem, offer.problem))

    unheld = other([without_holdout(cell) for cell in cells])
    priced = prices(offer, plain, lambda bit: other(ignoring(tuple(cells), bit)))
    return Solved(
        offer,
        solution,
        x,
        judge,
        prices_of(offer, solution),
        np.random.default_rng([seed, 2]).standard_normal((len(business.objectives), sizes.report)),
        policies(offer, evaluator, solution.levels, plan=x),
        tuple(points),
        max(Program(unheld.problem).best().objective - plain.objective, 0.0) if business.contact.holdout else 0.0,
        max(plain.value - solution.value, 0.0) if offer.problem.goals else 0.0,
        {rule.about: priced[rule.id] for rule in offer.rules if rule.kind == "veto"},
        remedies(offer, solution),
        best_singles(columns, offer, cells),
        evaluator,
        invested,
        diagnosis,
        priced,
        yielded,
    )


def remedies(offer: Offer, solution: Solution) -> dict[str, Remedy]:
    """By objective: what would reach a target that is missed on average, or else with the chance asked for."""
    missed = [goal for goal in offer.problem.goals if solution.shortfalls[goal.id] > ENOUGH]
    found: dict[str, Remedy] = {}
    for goal in missed:
        if (id := goal.id.removesuffix(SURELY)) not in found:
            found[id] = remedy(offer, goal, solution)
    return found


@dataclass(frozen=True, slots=True)
class _Planned:
    """An optimum in whole customers, and what gave way for it."""

    offer: Offer
    solution: Solution
    evaluator: Evaluator
    yielded: tuple[Yielded, ...]
    x: NDArray[np.int64]


def _planned(
    built: Callable[[Evaluator], Offer],
    evaluator: Evaluator,
    weighed: Invested,
    eased: Offer,
    yielded: tuple[Yielded, ...],
    business: Business,
    seed: int,
) -> _Planned:
    """Targets, value, chance, least change, whole customers; what gave way gives way further where it must."""
    for turn in range(MOST_EASED):
        if turn:
            eased, yielded = eased_further(eased, yielded)

        def loose(on: Evaluator, eased: Offer = eased) -> Offer:
            found = built(on)
            return replace(found, problem=as_loose(found.problem, eased.problem))

        best = settle(loose, evaluator, weighed)
        offer, solution = refined(best.offer, best.solution, best.evaluator, business, seed=seed)
        x = in_whole(solution, offer.problem)
        if not yielded or not broken(x, offer.problem, solution.levels):
            break
    return _Planned(offer, solution, best.evaluator, yielded, x)


def refined(
    offer: Offer, solution: Solution, evaluator: Evaluator, business: Business, *, seed: int
) -> tuple[Offer, Solution]:
    """Targets with the chance asked for, then least change from the last plan."""
    if business.risk.chance is not None and offer.problem.goals:
        judge, zs = Judge(offer, evaluator), np.random.default_rng([seed, 3])
        chances = {o.id: zs.standard_normal(evaluator.draws.count) for o in offer.objectives}
        by_id = {o.id: o for o in offer.objectives}

        def spread(id: str, x: NDArray[np.float64]) -> NDArray[np.float64]:
            kpi = judge.kpi(by_id[id].kpi, x, chances[id])
            return sign(by_id[id].kpi) * (kpi - kpi.mean())

        problem, solution = surely(offer.problem, solution, business.risk.chance, spread)
        offer = replace(offer, problem=problem)
    if offer.given.last is not None and not business.steady.off:
        last = before(offer.columns, evaluator.cells, offer.given.last.lines)
        if last.any():
            solution = settled(offer.problem, last, business.steady.within)
    return offer, solution


def in_whole(solution: Solution, problem: Problem) -> NDArray[np.int64]:
    """Whole customers; where rounding breaks a floor, the best whole plan beside the optimum that keeps it."""
    x = whole(solution.x, problem, solution.on, solution.levels)
    if broken(x, problem, solution.levels):
        found = Program(replace(problem, risk=None)).whole_near(solution.x, solution.levels)
        x = x if found is None else found
    return x


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
    found: list[Column] = []
    for at in range(len(evaluator.cells)):
        columns = columns_of(at, measures, evaluator, max_contacts=most, goals=goals)
        found += columns + forced(at, measures, evaluator, business, columns)
    return found


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
