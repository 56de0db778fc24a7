"""What changes for all customers of a cell: service levels and the loyalty programme move the base primitives first.

    h_t' = h_t * exp(max(L_h,t, -0.9))      f' = f * exp(L_f)      m' = m * exp(L_m)

Options for single customers are then valued on this new base. A part of a cell (members, branches in scope) moves the
cell's mean: h_t * (1 - share + share * exp(L_h,t)), exact to first order, never more than the part itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from regulars.strategy.returns import FLOOR, LONG, Base, Floats, Life, live


@dataclass(frozen=True, slots=True)
class Change:
    """Log changes of a cell's primitives for ``share`` of its customers. ``hazard`` is months x draws; others draws."""

    share: float
    hazard: Floats
    frequency: Floats
    margin: Floats


type Environment = Mapping[int, Sequence[Change]]


def applied(base: Base, changes: Sequence[Change]) -> Base:
    """The base under the changes; without any it is the same object."""
    if not changes:
        return base
    hazard, frequency, margin = base.by_month(), base.frequency, base.margin
    for change in changes:
        hazard = hazard * _mixed(change.share, np.maximum(change.hazard, FLOOR))
        frequency = frequency * _mixed(change.share, change.frequency)
        margin = margin * _mixed(change.share, change.margin)
    return replace(base, hazard=np.minimum(hazard, 1.0), frequency=frequency, margin=margin)


def _mixed(share: float, log: Floats) -> Floats:
    return 1.0 - share + share * np.exp(log)


def merged(environments: Sequence[Environment]) -> dict[int, tuple[Change, ...]]:
    """Several environments together."""
    found: dict[int, tuple[Change, ...]] = {}
    for environment in environments:
        for at, changes in environment.items():
            found[at] = (*found.get(at, ()), *changes)
    return found


def gained(base: Base, none: Life, changes: Sequence[Change]) -> Life:
    """What the changes add to one customer's life (cash, visits, months alive)."""
    life = live(applied(base, changes), {})
    return Life(
        life.cash_12 - none.cash_12,
        life.cash_36 - none.cash_36,
        life.alive - none.alive,
        life.visits_12 - none.visits_12,
    )


def ramp(months: float, lasts: int, horizon: int = LONG) -> Floats:
    """How much of an effect is felt in month t = 1..horizon: grows evenly over ``months``, then full, until ``lasts``.

    Nothing is left afterwards: what is no longer kept up is no longer felt; who stayed meanwhile has stayed.
    """
    t = np.arange(1, horizon + 1, dtype=float)
    grown = np.minimum(t / months, 1.0) if months > 0 else np.ones(horizon)
    return np.where(t <= lasts, grown, 0.0)
