"""The allocation problem as arrays, and what else may be decided beside it. Nothing here knows cells or measures.

There are two kinds of unknowns:

- *columns* ``x >= 0``: customers given an option (one array entry each; a column may carry an environment's level,
  then there is one column per cell, option *and* level);
- *decisions* ``z``: everything else, each a :class:`Choice` with a level between ``lower`` and ``upper``: a measure
  used at all (:class:`Switch`), a service level or loyalty design (integer, one of a :class:`Group`), a piece of an
  acquisition curve (continuous: ``upper`` dollars at slope ``value``, filled in order because the curve is concave),
  an expansion scenario, a supplier's money.

The problem solved is

    max  value @ x + sum value_d z_d        (or its risk-averse form, see :class:`Risk`)
    s.t. use_l @ x + sum use_d[l] z_d  <=  upper_l           every limit l
         x_j <= most_j * z_d                                 every link of column j to decision d (perspective form)
         least_g <= sum_{d in g} z_d <= most_g               every group g
         gain_u @ x + sum gains_d[u] z_d >= gap_u            every goal u, as far as it can be reached

A limit whose ``use`` is negative is a floor (``-x <= -200``: at least 200).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from regulars.strategy.returns import Floats

_NONE: Mapping[str, float] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Limit:
    """``sum of use * x <= upper``. ``use`` has one entry per option (column)."""

    id: str
    use: Floats
    upper: float


@dataclass(frozen=True, slots=True)
class Bulk:
    """Many limits at once (``matrix @ x <= upper``), most of which never bind.

    The solver is given those marked ``start`` and then every one a solution breaks, until none is broken: exact, and
    much faster than giving it all of them. Decisions do not enter them.
    """

    ids: tuple[str, ...]
    matrix: sparse.csr_array
    upper: Floats
    start: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Choice:
    """A decision that is no column: a level ``z`` with ``lower <= z <= upper``.

    ``value`` is what one unit adds to the plan's value (a cost is negative), ``use`` what one unit takes of limits
    (limit id -> amount; negative makes room), ``gains`` what it adds to goals (goal id -> amount;
    those of goals set aside do not count). An ``integer``
    choice with ``upper`` 1 is a yes or no. Ids are unique among choices and switches.
    """

    id: str
    value: float = 0.0
    upper: float = 1.0
    integer: bool = False
    use: Mapping[str, float] = _NONE
    gains: Mapping[str, float] = _NONE
    lower: float = 0.0


@dataclass(frozen=True, slots=True)
class Group:
    """``least <= sum of the levels of the choices (or switches) named <= most``.

    Exactly one of several levels: ``least = most = 1`` over integer choices. At most n new measures: ``most = n``.
    """

    id: str
    choices: tuple[str, ...]
    most: float = 1.0
    least: float = 0.0


@dataclass(frozen=True, slots=True)
class Link:
    """``x_j <= most_j * z`` for every column named: they may be used only as far as the choice is taken."""

    columns: tuple[int, ...]
    choice: str


@dataclass(frozen=True, slots=True)
class Switch:
    """A fixed cost paid once when any of ``columns`` is used; it counts against value and against the money limit.

    The same as ``Choice(id, value=-cost, integer=True, use={money: cost} | use)`` with ``Link(columns, id)``.
    """

    id: str
    cost: float
    columns: tuple[int, ...]
    use: Mapping[str, float] = _NONE


@dataclass(frozen=True, slots=True)
class Goal:
    """A target as ``gain @ x + sum gains_d z_d >= gap``; smaller priority numbers come first. ``gap`` is positive."""

    id: str
    gain: Floats
    gap: float
    priority: int


@dataclass(frozen=True, slots=True)
class Risk:
    """Value as ``(1 - weight) * mean + weight * CVaR``: the mean of the worst ``1 - tail`` of draws.

    ``draws`` has one row per draw and one column per option; their mean should be ``Problem.value``. ``choices`` gives
    draws of a decision's value per unit (by id); a decision not named has its ``value`` in every draw. ``cuts`` are
    weights of draws (each row sums to 1) that bound the tail from the start: only a warm beginning.
    """

    weight: float
    tail: float
    draws: Floats
    choices: Mapping[str, Floats] = MappingProxyType({})
    cuts: Floats | None = None

    def matrix(self, decisions: tuple[Choice, ...]) -> Floats:
        """Draws of value, one column per option and then per decision."""
        count = self.draws.shape[0]
        beside = [np.broadcast_to(self.choices.get(d.id, d.value), (count,)) for d in decisions]
        return np.column_stack([self.draws, *beside]) if beside else self.draws

    def worst(self, values: Floats) -> Floats:
        """Weights of draws whose weighted mean of ``values`` is the mean of its worst part."""
        room = max((1 - self.tail) * values.size, 1e-9)
        weights, left = np.zeros(values.size), room
        order = np.argsort(values, kind="stable")[: math.ceil(room - 1e-9) or 1]
        for place in order:
            weights[place] = min(1.0, left)
            left -= weights[place]
        return weights / weights.sum()


@dataclass(frozen=True, slots=True)
class Problem:
    """What may be chosen. Every option needs a limit of customers; ``most`` is the bound those limits imply.

    ``money`` is the id of the limit that fixed costs use.
    """

    value: Floats
    most: Floats
    limits: tuple[Limit, ...]
    switches: tuple[Switch, ...] = ()
    goals: tuple[Goal, ...] = ()
    money: str = "budget"
    bulk: Bulk | None = None
    choices: tuple[Choice, ...] = ()
    groups: tuple[Group, ...] = ()
    links: tuple[Link, ...] = ()
    risk: Risk | None = None

    def decisions(self) -> tuple[Choice, ...]:
        """All decisions in the solver's order: switches as the choices they are, then choices."""
        known = {limit.id for limit in self.limits}
        paid = {self.money} & known
        lowered = (Choice(s.id, -s.cost, 1.0, True, dict.fromkeys(paid, s.cost) | dict(s.use)) for s in self.switches)
        return (*lowered, *self.choices)

    def all_links(self) -> tuple[Link, ...]:
        """The links of switches, then the others."""
        return (*(Link(s.columns, s.id) for s in self.switches), *self.links)

    def check(self) -> None:
        """Raise ValueError when a decision, group or link names what is not there: a defect of who built it."""
        decisions = self.decisions()
        ids, limits = [d.id for d in decisions], {limit.id for limit in self.limits}
        wrong = [f"id used twice: {id}" for id in set(ids) if ids.count(id) > 1]
        wrong += [f"{d.id} uses no limit {id!r}" for d in decisions for id in d.use if id not in limits]
        wrong += [f"group {g.id}: no choice {id!r}" for g in self.groups for id in g.choices if id not in ids]
        wrong += [f"link to no choice {link.choice!r}" for link in self.links if link.choice not in ids]
        wrong += [f"{d.id}: bounds {d.lower}..{d.upper}" for d in decisions if not d.lower <= d.upper]
        wrong += [f"{d.id}: value {d.value}" for d in decisions if not math.isfinite(d.value)]
        # The solver does not survive what is no number.
        wrong += [f"limit {limit.id}: {limit.upper}" for limit in self.limits if math.isnan(limit.upper)]
        wrong += [f"use of {limit.id} is no number" for limit in self.limits if not np.isfinite(limit.use).all()]
        wrong += [f"goal {g.id}" for g in self.goals if not (np.isfinite(g.gain).all() and math.isfinite(g.gap))]
        wrong += ["value of an option is no number"] * (not np.isfinite(self.value).all())
        if wrong:
            raise ValueError("; ".join(sorted(wrong)))

    def rows(self) -> tuple[sparse.csc_array, Floats]:
        """All limits on columns: matrix by columns, and upper bounds (what decisions use is not taken off)."""
        parts = [sparse.csr_array(limit.use[None, :]) for limit in self.limits]
        upper = [np.array([limit.upper for limit in self.limits])]
        if self.bulk is not None:
            parts.append(self.bulk.matrix)
            upper.append(self.bulk.upper)
        matrix = sparse.vstack(parts) if parts else sparse.csr_array((0, self.value.size))
        return sparse.csc_array(matrix), np.concatenate(upper)

    def money_row(self) -> int | None:
        """The row of the limit that fixed costs use; None when there is none."""
        return next((row for row, limit in enumerate(self.limits) if limit.id == self.money), None)

    def used_by(self, levels: Mapping[str, float]) -> Floats:
        """What decisions at these levels (by id; others 0) use of each limit, in the order of ``limits``."""
        place = {limit.id: row for row, limit in enumerate(self.limits)}
        used = np.zeros(len(self.limits))
        for decision in self.decisions():
            for id, amount in decision.use.items():
                used[place[id]] += amount * levels.get(decision.id, 0.0)
        return used


@dataclass(frozen=True, slots=True)
class Solution:
    """An optimum: customers per option, level of every decision, value net of fixed costs, worth of one more unit of
    each limit. ``value`` is the mean; ``objective`` what was maximised (the same unless averse to risk)."""

    x: Floats
    on: tuple[str, ...]
    value: float
    prices: dict[str, float]
    shortfalls: dict[str, float]  # as a part of the goal's gap
    levels: dict[str, float] = field(default_factory=dict)  # every switch and choice by id
    objective: float = 0.0
