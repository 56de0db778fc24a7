"""Simple policies under the same limits, costs and draws: what the plan has to beat.

do nothing · equal split over measures and cells · the best single measure for the most valuable first · the best
single measure for those most likely to be lost first · a reminder to everybody who may be reached. Where a rival may
choose its measure, each is tried and the best in expectation kept: the harshest rival of its kind.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from regulars.strategy.allocate import Offer
from regulars.strategy.cells import OPEN
from regulars.strategy.optimise import column_of
from regulars.strategy.options import Evaluator
from regulars.strategy.returns import QUARTER, Floats

MESSAGES = ("whatsapp", "sms", "email", "app", "post")


@dataclass(frozen=True, slots=True)
class Policy:
    """A rival's allocation."""

    id: str
    x: NDArray[np.int64]


def policies(
    offer: Offer,
    evaluator: Evaluator,
    levels: Mapping[str, float] | None = None,
    *,
    plan: NDArray[np.int64] | None = None,
) -> tuple[Policy, ...]:
    """All rivals. Bundles and vetoed measures are not theirs.

    What the plan invests for all customers alike (``levels`` of choices) they invest too; they have the rest to spend.
    What is owed to customers (recovery) they all owe as the ``plan`` does, but for doing nothing at all.
    """
    offer = _rest(offer, levels or {})
    owed = np.zeros(len(offer.columns), dtype=np.int64)
    if plan is not None:
        places = [place for place, column in enumerate(offer.columns) if column.option.need & OPEN]
        owed[places] = plan[places]
    singles = _singles(offer)
    worth, risk = _of_cells(evaluator)
    by_worth = sorted(singles, key=lambda p: (-worth[offer.columns[p].cell], p))
    by_risk = sorted(singles, key=lambda p: (-risk[offer.columns[p].cell], p))
    return (
        Policy("nothing", np.zeros(len(offer.columns), dtype=np.int64)),
        Policy("equal", equal_split(offer, singles, owed)),
        Policy("top_value", _best_measure(offer, by_worth, owed)),
        Policy("highest_risk", _best_measure(offer, by_risk, owed)),
        Policy("reminder", fill(offer, _reminders(offer, by_worth), owed=owed)),
    )


def _rest(offer: Offer, levels: Mapping[str, float]) -> Offer:
    problem = offer.problem
    taken = {c.id: levels.get(c.id, 0.0) for c in problem.choices}
    if not any(taken.values()):
        return offer
    used = problem.used_by(taken)
    limits = tuple(
        replace(limit, upper=max(limit.upper - amount, 0.0)) if amount else limit
        for limit, amount in zip(problem.limits, used, strict=True)
    )
    return replace(offer, problem=replace(problem, limits=limits))


def _singles(offer: Offer) -> list[int]:
    vetoed = {limit.id.removeprefix("veto:") for limit in offer.problem.limits if limit.id.startswith("veto:")}
    return [
        place
        for place, column in enumerate(offer.columns)
        if len(column.option.measures) == 1 and column.option.measures[0].id not in vetoed
    ]


def _of_cells(evaluator: Evaluator) -> tuple[list[float], list[float]]:
    worth, risk = [], []
    for at, cell in enumerate(evaluator.cells):
        none = evaluator.base(at)[1]
        worth.append(float(none.cash_36.mean()))
        # The lapsed are gone already: nobody can leave twice.
        risk.append(0.0 if cell.state == "lapsed" else 1 - float(none.alive[QUARTER - 1].mean()) / cell.alive)
    return worth, risk


def fill(
    offer: Offer, order: Iterable[int], *, pots: Floats | None = None, owed: NDArray[np.int64] | None = None
) -> NDArray[np.int64]:
    """Give each option in turn to as many customers as every limit still allows (and as its pot pays for), after what
    is ``owed``."""
    problem = offer.problem
    use, left = problem.rows()
    money = problem.money_row()
    x = np.zeros(problem.value.size, dtype=np.int64) if owed is None else owed.copy()
    left = left - use @ x
    paid = {s.id for s in problem.switches if x[list(s.columns)].any()}
    if money is not None:
        left[money] -= sum(s.cost for s in problem.switches if s.id in paid)
    for place in order:
        start = [s for s in problem.switches if place in s.columns and s.id not in paid]
        entry = sum(s.cost for s in start)
        rows, amounts = column_of(use, place)
        rows, amounts = rows[amounts > 0], amounts[amounts > 0]  # floors are the plan's, not a rival's
        bound = left[rows] - np.where(rows == money, entry, 0.0)
        if entry > left[money]:
            continue
        many = np.min(np.floor(bound / amounts + 1e-9))
        if pots is not None:
            many = min(many, np.floor(pots[place] + 1e-9))
        if many < 1:
            continue
        x[place] += int(many)
        left[rows] -= amounts * int(many)
        left[money] -= entry
        paid |= {s.id for s in start}
    return x


def equal_split(offer: Offer, singles: Sequence[int], owed: NDArray[np.int64] | None = None) -> NDArray[np.int64]:
    """An equal part of the budget, of each branch's hours and of each cell's customers for every measure and cell."""
    pots = np.zeros(len(offer.columns))
    budget = next(limit.upper for limit in offer.problem.limits if limit.id == offer.problem.money)
    hours = [limit for limit in offer.problem.limits if limit.id.startswith("hours:")]
    for place in singles:
        cell = offer.columns[place].cell
        beside = sum(1 for other in singles if offer.columns[other].cell == cell)
        pot = offer.problem.most[place] / beside
        if offer.safe_cost[place] > 0:
            pot = min(pot, budget / len(singles) / offer.safe_cost[place])
        for limit in hours:
            if limit.use[place] > 0:
                pot = min(pot, limit.upper / sum(1 for s in singles if limit.use[s] > 0) / limit.use[place])
        pots[place] = pot
    return fill(offer, singles, pots=pots, owed=owed)


def _best_measure(offer: Offer, order: Sequence[int], owed: NDArray[np.int64]) -> NDArray[np.int64]:
    best, value = owed, -np.inf if owed.any() else 0.0
    for id in sorted({offer.columns[place].option.id for place in order}):
        x = fill(offer, [place for place in order if offer.columns[place].option.id == id], owed=owed)
        fixed = sum(s.cost for s in offer.problem.switches if x[list(s.columns)].any())
        worth = float(offer.problem.value @ x) - fixed
        if worth > value:
            best, value = x, worth
    return best


def _reminders(offer: Offer, order: Sequence[int]) -> list[int]:
    """Of each cell the cheapest plain message: no incentive, least money, then least time."""
    chosen: dict[int, int] = {}
    for place in order:
        column = offer.columns[place]
        measure = column.option.measures[0]
        if measure.incentive or measure.channel not in MESSAGES:
            continue
        before = chosen.get(column.cell)
        if before is None or _dearness(offer, place) < _dearness(offer, before):
            chosen[column.cell] = place
    return [place for place in order if chosen.get(offer.columns[place].cell) == place]


def _dearness(offer: Offer, place: int) -> tuple[float, float, int]:
    return float(offer.safe_cost[place]), float(offer.hours[place]), place
