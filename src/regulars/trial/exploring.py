"""How many customers to try a measure on, or to leave without one: the rule of every plan and of the simulator.

A measure would bring customer c the score m_c (value net of what money and hours are worth elsewhere), uncertain by its
effects e with sd s_e, each worth a_ce to him. Among n customers treated and n' left, each telling i_e of an effect
(:mod:`regulars.trial.telling`), the posterior mean of the score will have been drawn from N(m_c, v_c^2),

    v_c^2 = sum_e a_ce^2 s_e^4 / (s_e^2 + (1/n + 1/n') / i_e)

and the trial is worth, over R further cycles and those K customers whom knowing more may serve best,

    gain = R max(0, sum_K [E max(0, M_c) - max(0, m_c)] - F) - n max(-mean m, 0) - F

F are costs fixed per cycle that nobody pays yet. The customers of a trial are drawn by lot from all who may have it.
For a measure that is given the same tells how many of its N customers to leave without it, each at the loss l of what
he would have brought: R sum_N [E max(0, M_c) - max(0, m_c)] - n' l.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from regulars.trial.mixture import Floats
from regulars.trial.voi import best_of_two

#: Numbers of customers tried on.
SIZES = (60, 90, 130, 200, 300, 450, 650, 900)
#: At most this part of those who may have a measure is tried on: as many must be left to compare them with.
MOST = 0.5
#: Parts of its customers that may be left without a measure.
PARTS = (0.02, 0.03, 0.05, 0.07, 0.1, 0.14, 0.2, 0.27, 0.35, 0.5)


@dataclass(frozen=True, slots=True)
class Doubt:
    """An uncertain effect: its sd, what a unit of it is worth to each customer, and what a customer tells of it."""

    sd: float
    worth: Floats
    told: float


@dataclass(frozen=True, slots=True)
class Pool:
    """Who a trial is about: score and number of each kind of customer, and what is in doubt."""

    score: Floats
    doubts: Sequence[Doubt]
    many: Floats

    @classmethod
    def of(cls, score: Floats, doubts: Sequence[Doubt]) -> Pool:
        """Every customer a kind of his own."""
        return cls(score, doubts, np.ones(score.size))

    @property
    def customers(self) -> int:
        """How many there are."""
        return round(float(self.many.sum()))

    @property
    def mean(self) -> float:
        """Their mean score."""
        return float(self.many @ self.score) / max(float(self.many.sum()), 1e-12)

    def known(self, *, treated: int, left: int) -> Floats:
        """What each gains a cycle by what so many tell; nothing without anybody on one side."""
        if min(treated, left) <= 0 or not self.doubts:
            return np.zeros(self.score.size)
        v = moved(self.doubts, treated=treated, left=left)
        return np.asarray(best_of_two(self.score, v) - np.maximum(self.score, 0.0), dtype=float)


@dataclass(frozen=True, slots=True)
class Size:
    """A trial with so many customers tried on or left without: what it is worth, and its price."""

    size: int
    worth: float
    price: float

    @property
    def gain(self) -> float:
        """What is left."""
        return self.worth - self.price


def moved(doubts: Sequence[Doubt], *, treated: int, left: int) -> Floats:
    """How far the posterior mean of each customer's score is expected to move (v)."""
    noise = 1 / treated + 1 / left
    return np.asarray(
        np.sqrt(sum(d.worth**2 * d.sd**4 / (d.sd**2 + noise / d.told) for d in doubts if d.told > 0)), dtype=float
    )


def tries(pool: Pool, *, cycles: float, room: int, paid: int, fixed: float = 0.0) -> tuple[Size, ...]:
    """Every size of trial of what would not be done.

    Args:
        pool: those who might have the measure.
        cycles: further cycles that will use what is learned.
        room: customers whom it could reach in one of them.
        paid: customers whom it can reach in this one.
        fixed: cost per cycle that comes with it.
    """
    found = []
    for size in SIZES:
        if size > min(MOST * pool.customers, paid):
            break
        served = _served(pool.known(treated=size, left=pool.customers - size), pool.many, room)
        price = size * max(-pool.mean, 0.0) + fixed
        found.append(Size(size, cycles * max(served - fixed, 0.0), price))
    return tuple(found)


def left_out(pool: Pool, *, cycles: float, loss: float, free: int = 0) -> tuple[Size, ...]:
    """Every number of its customers to leave without a measure; ``free`` others are left out anyway."""

    def worth(left: int) -> float:
        return cycles * float(pool.many @ pool.known(treated=pool.customers - left, left=left + free))

    sizes = sorted({round(part * pool.customers) for part in PARTS} - {0})
    standing = worth(0)
    return tuple(Size(left, worth(left) - standing, left * loss) for left in sizes if left < pool.customers)


def best(sizes: Sequence[Size]) -> Size | None:
    """The size that gains most; None where none gains anything."""
    found = max(sizes, key=lambda s: s.gain, default=None)
    return found if found is not None and found.gain > 0 else None


def _served(each: Floats, many: Floats, room: int) -> float:
    """The gain of so many customers, those who gain most first."""
    order = np.argsort(-each, kind="stable")
    before = np.cumsum(many[order]) - many[order]
    return float(each[order] @ np.clip(room - before, 0.0, many[order]))
