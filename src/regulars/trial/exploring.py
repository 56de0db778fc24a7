"""What a trial of something that would not be done is worth: knowing more, used for as long as it can be.

A measure would bring customer c the score m_c (value net of what money and hours are worth elsewhere), uncertain by its
effects e with sd s_e, each worth a_ce to him. Among n customers treated and n' left, each telling i_e of an effect, the
posterior mean of the score will have been drawn from N(m_c, v_c^2),

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
class Try:
    """So many customers to try a measure on, and what that is worth beyond its price."""

    size: int
    gain: float


def moved(doubts: Sequence[Doubt], *, treated: int, left: int) -> Floats:
    """How far the posterior mean of each customer's score is expected to move (v)."""
    noise = 1 / treated + 1 / left
    return np.asarray(
        np.sqrt(sum(d.worth**2 * d.sd**4 / (d.sd**2 + noise / d.told) for d in doubts if d.told > 0)), dtype=float
    )


def best_try(
    score: Floats, doubts: Sequence[Doubt], *, cycles: float, room: int, paid: int, fixed: float = 0.0
) -> Try | None:
    """The size of trial that gains most; None where none gains anything.

    Args:
        score: what is expected of the measure for each customer who might have it.
        cycles: further cycles that will use what is learned.
        room: customers whom it could reach in one of them.
        paid: customers whom it can reach in this one.
        fixed: cost per cycle that comes with it.
    """
    found = None
    for size in SIZES:
        if size > min(MOST * score.size, paid):
            break
        per = best_of_two(score, moved(doubts, treated=size, left=score.size - size)) - np.maximum(score, 0.0)
        served = float(np.sort(per)[::-1][:room].sum())
        gain = cycles * max(served - fixed, 0.0) - size * max(-float(score.mean()), 0.0) - fixed
        if gain > 0 and (found is None or gain > found.gain):
            found = Try(size, gain)
    return found


def best_left(score: Floats, doubts: Sequence[Doubt], *, cycles: float, loss: float, free: int = 0) -> int:
    """How many of those who were to have a measure to leave without it; ``free`` others are left out anyway."""
    if not doubts:
        return 0
    best, most = 0, _worth(score, doubts, score.size, free, cycles)
    for part in PARTS:
        left = round(part * score.size)
        value = _worth(score, doubts, score.size - left, left + free, cycles) - left * loss
        if left and value > most:
            best, most = left, value
    return best


def _worth(score: Floats, doubts: Sequence[Doubt], treated: int, left: int, cycles: float) -> float:
    if not left:
        return 0.0
    v = moved(doubts, treated=treated, left=left)
    return cycles * float((best_of_two(score, v) - np.maximum(score, 0.0)).sum())
