"""What the customer file says beyond names: permissions and who referred whom."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator

from regulars.ledger.synth.clock import Floats, Ints
from regulars.ledger.synth.world import World

#: Share of customers never asked for a permission.
NEVER_ASKED = 0.1


def permissions(*, number: int, yes_share: tuple[float, ...], rng: Generator) -> list[Ints]:
    """1 yes, 0 no or -1 never asked, for each channel; people who like one channel tend to like the others.

    ``yes_share`` is the share of all customers who said yes.
    """
    liking = rng.standard_normal(number)
    answers = []
    for share in yes_share:
        score = _rank(0.7 * liking + 0.7 * rng.standard_normal(number))
        asked = rng.random(number) >= NEVER_ASKED
        answers.append(np.where(asked, (score < share / (1 - NEVER_ASKED)).astype(np.int64), -1))
    return answers


def earlier_customers(*, world: World, rng: Generator) -> Ints:
    """For each customer somebody who was a customer before; -1 for the very first."""
    number = len(world.lives)
    by_time = np.argsort(world.began_day, kind="stable")
    place = np.empty(number, dtype=np.int64)
    place[by_time] = np.arange(number)
    earlier = by_time[(rng.random(number) * place).astype(np.int64)]
    return np.asarray(np.where(place > 0, earlier, -1))


def _rank(score: Floats) -> Floats:
    """Position of each score as a share of all."""
    return np.asarray(np.argsort(np.argsort(score)) / len(score))
