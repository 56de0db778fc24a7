"""Curves: gain against the share treated and against money, and the areas under them with intervals.

With customers in the order of their expected gain, ``rank`` from 0 (best) to 1, the area under the curve of gain
against reach is ``mean((1 - rank) * g)`` and the area between it and the straight line to its end (Radcliffe's Qini) is
``mean((1/2 - rank) * g)``, where ``g`` is the row's doubly robust gain; so both are means over rows, with an interval.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from regulars.trial.policy.additive import Floats
from regulars.trial.policy.allocate import Choice, by_budget, ranks
from regulars.trial.policy.result import CostPoint, CurvePoint, Ranking
from regulars.trial.policy.worth import Bench

STEPS = 20


def rankings(bench: Bench) -> tuple[Ranking, ...]:
    """For the best arm each, and for each arm by itself where there are several."""
    effect = bench.net_effect
    best = effect.argmax(axis=1)
    rows = np.arange(best.size)
    of_best = bench.net[rows, best + 1] - bench.net[:, 0]
    cost = bench.campaign.cost[best + 1]
    found = [_ranking(bench, None, effect[rows, best], of_best, cost, best + 1)]
    if effect.shape[1] > 1:
        for a in range(1, effect.shape[1] + 1):
            gains, spent = bench.net[:, a] - bench.net[:, 0], np.full(rows.size, bench.campaign.cost[a])
            arm = np.full(rows.size, a)
            found.append(_ranking(bench, bench.campaign.arms[a], effect[:, a - 1], gains, spent, arm))
    return tuple(found)


def _ranking(
    bench: Bench, arm: str | None, score: Floats, gains: Floats, cost: Floats, given: NDArray[np.int64]
) -> Ranking:
    rank = ranks(bench.learned.fold, score)
    weights = (bench.campaign.arm == given).astype(float) - (bench.campaign.arm == 0)
    whole = float(gains.mean())
    points = []
    for step in range(1, STEPS + 1):
        reach = step / STEPS
        taken = rank <= reach
        found = bench.learned_mean(np.where(taken, gains, 0.0), np.where(taken, weights, 0.0))
        points.append(CurvePoint(reach, found, reach * whole, float(cost[taken].sum() / cost.size)))
    under, between = 1.0 - rank, 0.5 - rank
    auuc = bench.learned_mean(under * gains, under * weights)
    qini = bench.learned_mean(between * gains, between * weights)
    return Ranking(arm, auuc, qini, tuple(points))


def cost_curve(bench: Bench) -> tuple[CostPoint, ...]:
    """Gain against money where contacts cost any; empty where they do not."""
    extra = np.maximum(bench.campaign.cost[1:] - bench.campaign.cost[0], 0.0)
    most = float(extra.max(initial=0.0))
    if most <= 0.0:
        return ()
    points, last = [], -1.0
    for step in range(1, STEPS + 1):
        budget = most * step / STEPS
        choice: Choice = by_budget(gain=bench.net_effect, cost=extra, fold=bench.learned.fold, budget=budget)
        spent = bench.cost(choice)
        if spent <= last + 1e-12:
            break  # more money buys nothing more
        last = spent
        share = 1.0 - float(choice.of_arm(0).mean())
        points.append(CostPoint(spent, bench.learned_mean(bench.gains(choice), bench.weights(choice)), share))
    return tuple(points)
