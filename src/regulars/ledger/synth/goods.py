"""What is sold: a price list from which customers choose according to their level of spending."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from regulars.ledger.synth.clock import Floats, Ints


@dataclass(frozen=True, slots=True)
class Item:
    """One service or product; ``weight`` is its popularity with the average customer."""

    name: str
    category: str
    price: int
    weight: float = 1.0
    cost: int = 0


@dataclass(frozen=True, slots=True)
class Shelf:
    """Items that compete for one place on the receipt. ``tilt`` is how strongly big spenders choose dear items."""

    items: tuple[Item, ...]
    tilt: float = 0.6

    @property
    def prices(self) -> Ints:
        """Prices in whole dollars."""
        return np.array([item.price for item in self.items], dtype=np.int64)

    def chances(self, *, level: Floats) -> Floats:
        """Chance of each item (columns) for each level of spending (rows): weight times price^(tilt level)."""
        price = np.log(self.prices)
        weight = np.log([item.weight for item in self.items])
        score = weight + self.tilt * np.multiply.outer(level, price - price.mean())
        chance = np.exp(score - score.max(axis=1, keepdims=True))
        return np.asarray(chance / chance.sum(axis=1, keepdims=True))

    def draw(self, *, level: Floats, rng: Generator) -> Ints:
        """Number of the item each row takes."""
        steps = np.cumsum(self.chances(level=level), axis=1)
        return np.asarray((steps < rng.random(len(level))[:, None] * steps[:, -1:]).sum(axis=1))

    def mean_price(self, *, level: Floats) -> Floats:
        """Expected price for each level."""
        return np.asarray(self.chances(level=level) @ self.prices)
