"""Money spent to win customers, and where newcomers come from: more from a source in months when more is spent on it.

How many come altogether is the business's own; spending moves which source they come from. A source's share of the
newcomers of a month is its usual share times ``1 - moved + moved (1 - exp(-level)) / usual``, over the sum of all, the
level being money in usual months: a curve that saturates. Sources without spending keep their weight.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.random import Generator

from regulars.ledger.synth.clock import Floats, Ints
from regulars.ledger.synth.files import money, pick, write_csv
from regulars.ledger.synth.trade import MONTH, Channel
from regulars.ledger.synth.world import World

#: What is spent in a month, in usual months.
LEVELS = (0.0, 0.4, 0.8, 1.2, 1.6, 2.0)
#: The part of a source's newcomers that spending brings.
MOVED = 0.65


@dataclass(frozen=True, slots=True)
class Spending:
    """Calendar months of the exports (``first`` and ``last`` day as day numbers) and ``level[month, channel]``."""

    first: Ints
    last: Ints
    level: Floats


def draw_spending(*, world: World, rng: Generator) -> Spending:
    """What is spent on every channel in every month; 0 where a channel has no money, 1 where it is steady."""
    months = world.dates(np.arange(world.clock.days)).astype("datetime64[M]")
    _, first = np.unique(months, return_index=True)
    channels = world.trade.channels
    level = rng.choice(LEVELS, size=(len(first), len(channels)))
    level[:, [c.steady for c in channels]] = 1.0
    level[:, [c.month == 0 for c in channels]] = 0.0
    return Spending(first, np.append(first[1:], world.clock.days) - 1, level)


def shares(*, channels: tuple[Channel, ...], level: Floats) -> Floats:
    """Share of the newcomers of each month by channel, ``[month, channel]``."""
    usual = float(np.mean(1 - np.exp(-np.array(LEVELS))))
    moved = np.array([0.0 if c.steady or c.month == 0 else MOVED for c in channels])
    weight = np.array([c.share for c in channels]) * (1 - moved + moved * (1 - np.exp(-level)) / usual)
    return np.asarray(weight / weight.sum(axis=1, keepdims=True))


def draw_sources(*, world: World, spending: Spending, rng: Generator) -> Ints:
    """The channel that each customer came by."""
    month = np.searchsorted(spending.first, world.began_day, side="right") - 1
    upto = np.cumsum(shares(channels=world.trade.channels, level=spending.level), axis=1)[month]
    came = (rng.random(len(month))[:, None] > upto).sum(axis=1)
    return np.asarray(np.minimum(came, upto.shape[1] - 1))


def write_spending(
    path: Path, *, world: World, spending: Spending, header: tuple[str, ...], encoding: str = "utf-8"
) -> Path:
    """Write one row a month and channel with money: first day, last day, source, amount."""
    channels = world.trade.channels
    bought = np.flatnonzero([c.month > 0 for c in channels])
    of_month, of_bought = np.divmod(np.arange(len(spending.first) * len(bought)), len(bought))
    channel = bought[of_bought]
    first, last = spending.first[of_month], spending.last[of_month]
    usual = np.array([c.month for c in channels])[channel] * len(world.lives) / 1000
    amount = np.round(spending.level[of_month, channel] * usual * (last - first + 1) / MONTH, -1)
    columns = (
        world.dates(first).astype(str).tolist(),
        world.dates(last).astype(str).tolist(),
        pick([c.source for c in channels], channel),
        money(amount),
    )
    return write_csv(path, header=header, columns=columns, encoding=encoding)
