"""Who gets what: the best arm for each customer as far as a reach or a budget goes.

With a reach the budget counts heads: everybody's best arm, best customers first. With money it is the multiple-choice
knapsack: of each customer's arms only those on the upper hull of gain over cost matter, and steps along the hulls are
taken in the order of gain per dollar until the money is spent (Zemel 1980; Sverdrup, Wu, Athey and Wager 2023). The
last step is taken in part, and customers who tie at the edge share what is left; so a choice is an arm and a chance.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Choice:
    """For each customer an arm (0 is the control), the chance of getting it, and another arm for the other part.

    ``other`` differs from the control only for the few customers at the edge of a budget.
    """

    arm: NDArray[np.int16]
    chance: Floats
    other: NDArray[np.int16]

    @classmethod
    def of(cls, arm: NDArray[np.int16] | int, chance: Floats) -> Choice:
        """``arm`` with ``chance``, else the control."""
        arms = np.full(chance.size, arm, dtype=np.int16) if isinstance(arm, int) else arm.astype(np.int16)
        return cls(arms, chance, np.zeros(chance.size, dtype=np.int16))

    def of_arm(self, arm: int) -> Floats:
        """Each customer's chance of an arm."""
        return np.where(self.arm == arm, self.chance, 0.0) + np.where(self.other == arm, 1.0 - self.chance, 0.0)

    def blend(self, scores: Floats) -> Floats:
        """``sum_a pi_a scores_a`` for each row; ``scores`` (n, arms)."""
        rows = np.arange(self.arm.size)
        blended: Floats = self.chance * scores[rows, self.arm] + (1.0 - self.chance) * scores[rows, self.other]
        return blended

    def logged(self, arm: NDArray[np.int16]) -> Floats:
        """The chance of the arm that was logged."""
        found: Floats = np.where(self.arm == arm, self.chance, 0.0) + np.where(self.other == arm, 1 - self.chance, 0.0)
        return found

    def shares(self, arms: int) -> Floats:
        """The share of customers in each arm."""
        return np.array([float(self.of_arm(a).mean()) for a in range(arms)])


def top(score: Floats, share: float, *, floor: float = -np.inf) -> Floats:
    """Chance one for the share with the highest score above ``floor``; a tie at the edge shares what is left."""
    n = score.size
    wanted = min(share * n, float((score > floor).sum()))
    chance = np.zeros(n)
    if wanted <= 0.0:
        return chance
    edge = float(np.partition(score, n - int(np.ceil(wanted)))[n - int(np.ceil(wanted))])
    above, at = score > edge, (score == edge) & (score > floor)
    chance[above] = 1.0
    if at.any():
        chance[at] = min(1.0, max(0.0, (wanted - float(above.sum())) / float(at.sum())))
    return chance


def within_folds(fold: NDArray[np.int8], score: Floats, share: float, *, floor: float = -np.inf) -> Floats:
    """:func:`top` in each fold by itself: scores of different folds come from different models."""
    chance = np.zeros(score.size)
    for k in np.unique(fold):
        rows = np.flatnonzero(fold == k)
        chance[rows] = top(score[rows], share, floor=floor)
    return chance


def ranks(fold: NDArray[np.int8], score: Floats) -> Floats:
    """Each row's place in its fold by falling score, from 0 to 1; ties get their mean place."""
    found = np.empty(score.size)
    for k in np.unique(fold):
        rows = np.flatnonzero(fold == k)
        _, at, count = np.unique(-score[rows], return_inverse=True, return_counts=True)
        last = np.cumsum(count)
        found[rows] = ((last - count / 2) / rows.size)[at]
    return found


def by_reach(*, gain: Floats, fold: NDArray[np.int8], reach: float, fill: bool = False) -> Choice:
    """The best arm for the share ``reach`` with the highest gain.

    ``gain`` (n, arms - 1) is net of costs. Nobody is treated at a loss, unless the reach is to be filled.
    """
    best = gain.argmax(axis=1)
    of_best = gain[np.arange(best.size), best]
    chance = within_folds(fold, of_best, reach, floor=-np.inf if fill else 0.0)
    return Choice.of((best + 1).astype(np.int16), chance)


def by_budget(*, gain: Floats, cost: Floats, fold: NDArray[np.int8], budget: float) -> Choice:
    """As much gain as the money buys. ``cost`` (arms - 1,), ``budget`` per customer of the file; folds share alike."""
    n = gain.shape[0]
    arm, other, chance = np.zeros(n, dtype=np.int16), np.zeros(n, dtype=np.int16), np.ones(n)
    for k in np.unique(fold):
        rows = np.flatnonzero(fold == k)
        arm[rows], other[rows], chance[rows] = _knapsack(gain[rows], cost, budget * rows.size)
    return Choice(arm, chance, other)


def _knapsack(gain: Floats, cost: Floats, money: float) -> tuple[NDArray[np.int16], NDArray[np.int16], Floats]:
    n, arms = gain.shape
    at_cost, at_gain, at_arm = np.zeros(n), np.zeros(n), np.zeros(n, dtype=np.int16)
    steps = []
    for _ in range(arms):
        more, better = cost[None, :] - at_cost[:, None], gain - at_gain[:, None]
        usable = (better > 0) & (more >= 0)
        with np.errstate(divide="ignore", invalid="ignore"):
            slope = np.where(usable, np.where(more > 0, better / more, np.inf), -np.inf)
        # Among arms that cost nothing more the best one; otherwise the steepest step, the longer of two alike.
        free = np.where(usable & (more <= 0), better, -np.inf)
        chosen = np.where(free.max(axis=1) > -np.inf, free.argmax(axis=1), slope.argmax(axis=1))
        rows = np.flatnonzero(usable.any(axis=1))
        if not rows.size:
            break
        taken = chosen[rows]
        steps.append((rows, at_arm[rows].copy(), taken + 1, slope[rows, taken], more[rows, taken]))
        at_cost[rows], at_gain[rows] = cost[taken], gain[rows, taken]
        at_arm[rows] = taken + 1
    arm, other, chance = np.zeros(n, dtype=np.int16), np.zeros(n, dtype=np.int16), np.ones(n)
    if not steps:
        return arm, other, chance
    row, before, after, slope_, more_ = (np.concatenate(part) for part in zip(*steps, strict=True))
    order = np.argsort(-slope_, kind="stable")
    spent = np.cumsum(more_[order])
    whole = order[spent <= money + 1e-9 * max(money, 1.0)]
    # Along one customer's hull slopes fall, so later steps stand later: the last one taken stays.
    arm[row[whole]] = after[whole]
    if whole.size < order.size:
        edge = order[whole.size]
        left = money - (float(spent[whole.size - 1]) if whole.size else 0.0)
        at = row[edge]
        arm[at], other[at], chance[at] = after[edge], before[edge], max(0.0, left) / more_[edge]
    return arm, other, chance
