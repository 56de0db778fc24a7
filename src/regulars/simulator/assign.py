"""From counts per cell to customers: who of a cell gets which option.

Inside a cell the plan's counts are kept, and customers are matched to options so that the sum of scores is largest:

    score[c, o] = believed value of o for c - price of money * cost - price of hours * hours

an assignment problem (Kuhn 1955), solved exactly, eligible customers only. The held out are drawn before.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.optimize import linear_sum_assignment

from regulars.simulator.menu import Menu
from regulars.simulator.planning import Grid, Planned
from regulars.simulator.world import Bools, Ints, Standing
from regulars.strategy.returns import Floats

#: Cells larger than this are matched in parts of about this size, drawn evenly over the order of value.
PART = 600
_NEVER = 1e12


def assign(planned: Planned, grid: Grid, standing: Standing, menu: Menu, value: Floats, may: Bools) -> Ints:
    """The option of each customer (-1: none)."""
    chosen = np.full(may.shape[0], -1, dtype=np.int64)
    for at in range(len(grid.cells)):
        places = [p for p, column in enumerate(planned.offer.columns) if column.cell == at and planned.x[p] > 0]
        if not places:
            continue
        who = np.flatnonzero(grid.at == at)
        options = np.array([menu.place[planned.offer.columns[p].option.id] for p in places])
        counts = planned.x[places].astype(int)
        score = _scores(planned, places, options, who, standing, value)
        score = np.where(may[np.ix_(who, options)], score, -np.inf)
        chosen[who] = matched(score, counts, options)
    return chosen


def _scores(
    planned: Planned, places: Sequence[int], options: Ints, who: Ints, standing: Standing, value: Floats
) -> Floats:
    price = np.array([planned.hour_price.get(str(b), 0.0) for b in range(int(standing.branch.max()) + 1)])
    cost = planned.offer.safe_cost[list(places)]
    hours = planned.offer.hours[list(places)]
    asked = planned.money_price * cost[None, :] + np.outer(price[standing.branch[who]], hours)
    return np.asarray(value[np.ix_(who, options)] - asked, dtype=float)


def matched(score: Floats, counts: Ints, options: Ints) -> Ints:
    """Match customers (rows) to options as often as ``counts`` say; -inf where one may not have an option."""
    parts = max(1, round(score.shape[0] / PART))
    found = np.full(score.shape[0], -1, dtype=np.int64)
    if parts == 1:
        return _match(score, counts, options)
    best = np.where(np.isfinite(score), score, 0.0).max(axis=1)
    order = np.argsort(-best, kind="stable")
    left = counts.copy()
    for part in range(parts):
        rows = order[part::parts]
        share = np.minimum(left, -(-left // (parts - part)))
        found[rows] = _match(score[rows], share, options)
        left = left - np.array([int((found[rows] == o).sum()) for o in options])
    if left.any():  # what the parts could not place goes to whoever is still free
        idle = np.flatnonzero(found < 0)
        found[idle] = _match(score[idle], left, options)
    return found


def _match(score: Floats, counts: Ints, options: Ints) -> Ints:
    slots = np.repeat(np.arange(counts.size), counts)
    found = np.full(score.shape[0], -1, dtype=np.int64)
    if not slots.size or not score.shape[0]:
        return found
    # Dear impossibilities, and one free seat per customer, so that the matching always exists.
    worth = np.where(np.isfinite(score), score + _NEVER / 1e3, -_NEVER)[:, slots]
    rows, seats = linear_sum_assignment(worth, maximize=True)
    good = worth[rows, seats] > -_NEVER / 2
    found[rows[good]] = options[slots[seats[good]]]
    return found
