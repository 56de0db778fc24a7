"""Receipts: the lines bought at visits, put together from choices off the shelves."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from regulars.ledger.synth.clock import Floats, Ints
from regulars.ledger.synth.goods import Shelf
from regulars.ledger.synth.world import World

#: Rank of refund lines; sale lines stand before them, in the order of their rank.
REFUND_RANK = 9


@dataclass(frozen=True, slots=True)
class Lines:
    """One entry per line, amounts in whole dollars. ``item`` counts through the trade's whole list of goods.

    ``visit`` is the visit the line belongs to, ``later`` the days after it (refunds only), ``mark`` is free for the
    trade. Net is gross less discount.
    """

    visit: Ints
    rank: Ints
    item: Ints
    mark: Ints
    quantity: Ints
    gross: Ints
    discount: Ints
    later: Ints

    def __len__(self) -> int:
        return len(self.visit)

    @property
    def net(self) -> Ints:
        """After discount."""
        return np.asarray(self.gross - self.discount)

    @property
    def receipt(self) -> Ints:
        """A number per receipt: lines of one visit share it, its refunds have another."""
        return np.asarray(self.visit * 2 + (self.rank == REFUND_RANK))

    def take(self, which: Ints | NDArray[np.bool_]) -> Lines:
        """Those lines, in that order."""
        return Lines(*(getattr(self, field.name)[which] for field in fields(self)))


def make_lines(
    *, visit: Ints, item: Ints, gross: Ints, rank: int, discount: Ints | None = None, quantity: Ints | None = None
) -> Lines:
    """Lines of one rank."""
    none = np.zeros(len(visit), dtype=np.int64)
    return Lines(
        visit=visit,
        rank=none + rank,
        item=item,
        mark=none.copy(),
        quantity=none + 1 if quantity is None else quantity,
        gross=gross,
        discount=none.copy() if discount is None else discount,
        later=none.copy(),
    )


def added(*, shelf: Shelf, start: int, chance: float, rank: int, level: Floats, rng: Generator) -> Lines:
    """One item of the shelf at a share ``chance`` of all visits; ``level`` has one entry per visit."""
    who = np.flatnonzero(rng.random(len(level)) < chance)
    choice = shelf.draw(level=level[who], rng=rng)
    return make_lines(visit=who, rank=rank, item=start + choice, gross=shelf.prices[choice])


def reduced(*, gross: Ints, share: float, off: float, rng: Generator) -> Ints:
    """Discounts in whole dollars: ``off`` the price at a share of the lines."""
    return np.asarray(np.where(rng.random(len(gross)) < share, np.round(gross * off), 0).astype(np.int64))


def join(*parts: Lines) -> Lines:
    """All lines of the parts."""
    return Lines(*(np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(Lines)))


def with_refunds(*, lines: Lines, world: World, share: float, rng: Generator, never: Ints | None = None) -> Lines:
    """The lines in order of time, with a share of those paid for paid back within a week; ``never`` marks exempt."""
    later = rng.integers(0, 8, len(lines))
    may = (lines.net > 0) & (world.visits.day[lines.visit] + later < world.clock.days)
    if never is not None:
        may &= ~np.isin(lines.mark, never)
    chosen = np.flatnonzero(may & (rng.random(len(lines)) < share))
    paid = lines.take(chosen)
    refunds = make_lines(visit=paid.visit, item=paid.item, gross=-paid.net, rank=REFUND_RANK, quantity=-paid.quantity)
    refunds.later[:] = later[chosen]
    everything = join(lines, refunds)
    day = world.visits.day[everything.visit] + everything.later
    minute = world.visits.minute[everything.visit]
    return everything.take(np.lexsort((everything.rank, everything.receipt, minute, day)))


def running_numbers(*, receipt: Ints) -> Ints:
    """1, 2, 3 … for receipts in the order they first appear."""
    _, first, inverse = np.unique(receipt, return_index=True, return_inverse=True)
    return np.asarray(np.argsort(np.argsort(first))[inverse] + 1)


def performers(*, world: World, each: int, usual_share: float, rng: Generator) -> Ints:
    """Who serves each visit, ``each`` people a branch: mostly the customer's usual one."""
    visits = world.visits
    usual = (visits.customer * 7919 + visits.branch) % each
    somebody = rng.integers(0, each, len(visits))
    own = rng.random(len(visits)) < usual_share
    return np.asarray(visits.branch * each + np.where(own, usual, somebody))
