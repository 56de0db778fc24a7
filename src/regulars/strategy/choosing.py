"""Who gets what when every customer counts for himself: a multiple-choice knapsack, by prices.

    max  sum_c v[c, o(c)] - sum of fixed costs of the measures used
    s.t. sum_c cost[o(c)] + fixed <= budget, hours of each branch <= its hours, trials of each cell <= their cap

For given prices every customer takes the option that is best net of them. The value of that relaxed choice is a bound
that no policy under the same limits can beat, whatever the prices (Lagrangian relaxation; Kellerer, Pferschy and
Pisinger 2004, *Knapsack Problems*, ch. 11); good prices make it tight. They are found by L-BFGS on the bound with its
maximum over options smoothed (log-sum-exp, cooled in steps). What is given out at those prices is repaired into a
feasible whole, and the gap is stated. Which measures with a fixed cost are on is settled by branching: sets in the
order of their bounds, until none left can beat what has been found.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from regulars.strategy.returns import Floats

type Ints = NDArray[np.int64]
type Bools = NDArray[np.bool_]

#: Temperatures of the smoothed bound, as parts of the mean best value; steps of L-BFGS at each.
COOLING, STEPS = (0.3, 0.05, 0.01), 25
#: Sets of measures with a fixed cost whose prices are worked out exactly.
MOST_SETS = 8
_TINY = 1e-9


@dataclass(frozen=True)
class Market:
    """What may be chosen. ``value`` is customers x options, -inf where an option may not be given.

    ``cost`` is groups x options as the budget counts it and ``group`` the row of each customer; ``hours`` per option;
    ``place`` the branch of a customer and ``time`` its hours. Options marked ``trial`` share a cap per ``cell``.
    ``fixed`` lists (cost, mask of options that need it).
    """

    value: Floats
    cost: Floats
    group: Ints
    hours: Floats
    place: Ints
    budget: float
    time: Floats
    trial: Bools
    cell: Ints
    caps: Floats
    fixed: tuple[tuple[float, Bools], ...] = ()

    def costs(self, who: Ints, option: Ints) -> Floats:
        """What options cost for customers."""
        return np.asarray(self.cost[self.group[who], option], dtype=float)


@dataclass(frozen=True)
class Prices:
    """Of money, of an hour at each branch, of a place in each cell's trial."""

    money: float
    hours: Floats
    trial: Floats


@dataclass(frozen=True)
class Bargain:
    """``chosen`` option of each customer (-1: none), its value, the bound nobody can beat, prices, measures on."""

    chosen: Ints
    value: float
    bound: float
    prices: Prices
    on: tuple[int, ...]


@dataclass(frozen=True)
class _Block:
    """Customers of one group with the options that somebody among them may profit from."""

    who: Ints
    options: Ints
    value: Floats
    cost: Floats
    hours: Floats
    trial: Bools
    place: Ints
    cell: Ints

    def score(self, prices: Prices, open_: Bools) -> Floats:
        """Value net of prices."""
        found = self.value - prices.money * self.cost - np.outer(prices.hours[self.place], self.hours)
        if self.trial.any():
            found = found - np.outer(prices.trial[self.cell], self.trial)
        found[:, ~open_[self.options]] = -np.inf
        return found


def bargain(market: Market) -> Bargain:
    """The best feasible choice found, and the bound."""
    blocks = _blocks(market)
    nobody = np.full(market.value.shape[0], -1, dtype=np.int64)
    nothing = Prices(0.0, np.zeros(market.time.size), np.zeros(market.caps.size))
    best = Bargain(nobody, 0.0, 0.0, nothing, ())
    sets = [on for on in _sets(len(market.fixed)) if _fixed(market, on) <= market.budget + _TINY]
    bounds = dict.fromkeys(sets, np.inf)
    waiting = list(sets)
    start = None
    while waiting and len(sets) - len(waiting) < MOST_SETS:
        on = max(waiting, key=lambda some: bounds[some])
        if bounds[on] <= best.value + _TINY:
            break
        waiting.remove(on)
        own, start = _prices(market, blocks, on, start)
        for other in (on, *waiting):  # prices of one set are good prices for its neighbours too
            bounds[other] = min(bounds[other], _dual(market, blocks, other, own))
        chosen = given_out(market, own, on)
        if (value := worth(market, chosen)) > best.value:
            best = Bargain(chosen, value, 0.0, own, on)
    bound = max([best.value, *bounds.values()])
    return Bargain(best.chosen, best.value, bound, best.prices, best.on)


def worth(market: Market, chosen: Ints) -> float:
    """Value of a choice, fixed costs of the measures used taken off."""
    who = np.flatnonzero(chosen >= 0)
    used = np.unique(chosen[who])
    return float(market.value[who, chosen[who]].sum()) - sum(c for c, mask in market.fixed if mask[used].any())


def second_level(market: Market, on: Sequence[int]) -> tuple[Ints, Prices]:
    """What customers get when the measures that are on have been settled by a plan, and the prices of it."""
    prices, _ = _prices(market, _blocks(market), on)
    return given_out(market, prices, on), prices


def wished(market: Market, prices: Prices, on: Sequence[int]) -> Ints:
    """What each customer would get at the prices, limits aside."""
    return _best(market, _blocks(market), prices, _open(market, on))[0]


def given_out(market: Market, prices: Prices, on: Sequence[int], *, order: Floats | None = None) -> Ints:
    """A feasible choice at some prices: each one's best, those left with least giving way, then what still fits."""
    blocks, open_ = _blocks(market), _open(market, on)
    chosen, left = _best(market, blocks, prices, open_)
    chosen = _within(market, on, chosen, left if order is None else order)
    chosen = _filled(market, on, chosen, open_)
    for place in on:  # a measure hardly used does not earn its fixed cost
        cost, mask = market.fixed[place]
        has = (chosen >= 0) & mask[chosen]
        if has.any() and float(market.value[has, chosen[has]].sum()) < cost:
            chosen = np.where(has, -1, chosen)
    return chosen


def _blocks(market: Market) -> list[_Block]:
    found = []
    for group in np.unique(market.group):
        who = np.flatnonzero(market.group == group)
        part = market.value[who]
        options = np.flatnonzero((part > 0).any(axis=0))
        who = who[(part[:, options] > 0).any(axis=1)] if options.size else who[:0]
        if who.size:
            found.append(
                _Block(
                    who,
                    options,
                    market.value[np.ix_(who, options)],
                    market.cost[group, options],
                    market.hours[options],
                    market.trial[options],
                    market.place[who],
                    market.cell[who],
                )
            )
    return found


def _sets(count: int) -> list[tuple[int, ...]]:
    return [some for size in range(count, -1, -1) for some in combinations(range(count), size)]


def _open(market: Market, on: Sequence[int]) -> Bools:
    open_ = np.ones(market.value.shape[1], dtype=bool)
    for place, (_, mask) in enumerate(market.fixed):
        if place not in on:
            open_ &= ~mask
    return open_


def _fixed(market: Market, on: Sequence[int]) -> float:
    return sum(market.fixed[place][0] for place in on)


def _best(market: Market, blocks: Sequence[_Block], prices: Prices, open_: Bools) -> tuple[Ints, Floats]:
    """Each customer's best option at the prices (-1 when none is worth its price), and what it leaves."""
    chosen = np.full(market.value.shape[0], -1, dtype=np.int64)
    left = np.zeros(chosen.size)
    for block in blocks:
        score = block.score(prices, open_)
        best = np.argmax(score, axis=1)
        most = score[np.arange(best.size), best]
        chosen[block.who] = np.where(most > 0, block.options[best], -1)
        left[block.who] = np.maximum(most, 0.0)
    return chosen, left


def _dual(market: Market, blocks: Sequence[_Block], on: Sequence[int], prices: Prices) -> float:
    _, left = _best(market, blocks, prices, _open(market, on))
    money = market.budget - _fixed(market, on)
    slack = prices.money * money + prices.hours @ market.time + prices.trial @ market.caps
    return float(left.sum() + slack - _fixed(market, on))


def _prices(
    market: Market, blocks: Sequence[_Block], on: Sequence[int], start: Floats | None = None
) -> tuple[Prices, Floats]:
    """The prices at which the smoothed bound is least. Units: each limit's price times its size is of one scale."""
    open_ = _open(market, on)
    limits = np.concatenate([[market.budget - _fixed(market, on)], market.time, market.caps])
    free = sum(float(np.maximum(b.value.max(axis=1), 0.0).sum()) for b in blocks)
    people = sum(b.who.size for b in blocks)
    if free <= 0:
        return Prices(0.0, np.zeros(market.time.size), np.zeros(market.caps.size)), np.zeros(limits.size)
    unit = free / np.maximum(limits, 1.0)

    def cut(at: Floats) -> Prices:
        scaled = np.maximum(at, 0.0) * unit
        return Prices(float(scaled[0]), scaled[1 : 1 + market.time.size], scaled[1 + market.time.size :])

    def smooth(at: Floats, heat: float) -> tuple[float, Floats]:
        prices, total, use = cut(at), float(at * unit @ limits), np.zeros(limits.size)
        for block in blocks:
            score = block.score(prices, open_) / heat
            top = np.maximum(score.max(axis=1), 0.0)
            odds = np.exp(score - top[:, None])
            whole = odds.sum(axis=1) + np.exp(-top)
            total += heat * float((top + np.log(whole)).sum())
            share = odds / whole[:, None]
            use[0] += float(share.sum(axis=0) @ block.cost)
            spent = share @ block.hours
            use[1 : 1 + market.time.size] += np.bincount(block.place, weights=spent, minlength=market.time.size)
            if block.trial.any():
                tried = share[:, block.trial].sum(axis=1)
                use[1 + market.time.size :] += np.bincount(block.cell, weights=tried, minlength=market.caps.size)
        return total / free, unit * (limits - use) / free

    at = np.zeros(limits.size) if start is None else start
    bounds = [(0.0, None)] * limits.size
    for part in COOLING if start is None else COOLING[1:]:
        heat = part * free / people
        at = minimize(
            smooth, at, args=(heat,), jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": STEPS}
        ).x
    return cut(at), at


def fitting(market: Market, money: float, hours: Floats, caps: Floats, who: Ints, option: Ints) -> Bools:
    """Which of ``who``, in order, fit one after the other under every limit: ``option`` is what each would get."""
    kept = np.ones(who.size, dtype=bool)
    need, tried, cost = market.hours[option], market.trial[option], market.costs(who, option)
    for branch in range(hours.size):
        inside = np.flatnonzero((market.place[who] == branch) & (need > 0))
        kept[inside] = np.cumsum(need[inside]) <= hours[branch] + _TINY
    for cell in np.unique(market.cell[who[tried]]):
        inside = np.flatnonzero(tried & (market.cell[who] == cell) & kept)
        kept[inside[max(int(caps[cell] + _TINY), 0) :]] = False
    return kept & ((np.cumsum(np.where(kept, cost, 0.0)) <= money + _TINY) | (cost <= 0))


def _within(market: Market, on: Sequence[int], chosen: Ints, left: Floats) -> Ints:
    """Keep those with most left over until a limit is reached."""
    order = np.argsort(-left, kind="stable")
    order = order[chosen[order] >= 0]
    money = market.budget - _fixed(market, on)
    kept = order[fitting(market, money, market.time, market.caps, order, chosen[order])]
    found = np.full(chosen.size, -1, dtype=np.int64)
    found[kept] = chosen[kept]
    return found


def _filled(market: Market, on: Sequence[int], chosen: Ints, open_: Bools) -> Ints:
    """Customers without anything get the best that still fits, best first, in a few rounds."""
    chosen = chosen.copy()
    for _ in range(3):
        money, hours, caps = left_over(market, on, chosen)
        idle = np.flatnonzero(chosen < 0)
        may = open_ & (market.value[idle] > 0) & (market.cost[market.group[idle]] <= money + _TINY)
        may &= market.hours <= hours[market.place[idle]][:, None] + _TINY
        may &= ~(market.trial & (caps[market.cell[idle]] < 1)[:, None])
        score = np.where(may, market.value[idle], -np.inf)
        best = np.argmax(score, axis=1)
        gain = score[np.arange(idle.size), best]
        order = np.argsort(-gain, kind="stable")
        order = order[np.isfinite(gain[order])]
        fits = fitting(market, money, hours, caps, idle[order], best[order])
        if not fits.any():
            break
        chosen[idle[order[fits]]] = best[order[fits]]
    return chosen


def left_over(market: Market, on: Sequence[int], chosen: Ints) -> tuple[float, Floats, Floats]:
    """Money, hours of each branch and trial places of each cell that a choice leaves."""
    who = np.flatnonzero(chosen >= 0)
    option = chosen[who]
    hours = np.bincount(market.place[who], weights=market.hours[option], minlength=market.time.size)
    tried = market.trial[option].astype(float)
    trials = np.bincount(market.cell[who], weights=tried, minlength=market.caps.size)
    money = market.budget - _fixed(market, on) - float(market.costs(who, option).sum())
    return money, market.time - hours, market.caps - trials
