"""What an effect on a primitive looks like in a ledger: how far each observed outcome moves with each effect.

Attrition and frequency are never seen themselves. With the cell's hazard and rate, the months of
:func:`regulars.strategy.returns.path` give what is: visits of a window, and whether a customer was seen in its last r
months,

    V = sum_{t<=W} S_t f_t        Q = S_{W-r} (1 - exp(-sum_{t>W-r} S_t f_t / S_{W-r}))

and, for those who had lapsed, whether they came back. The derivatives c of log V and Q with respect to each log effect
(at what is believed, echo and fading included) make an observed y = sum_k c_k L_k + noise. What it says of one effect,
the others' beliefs averaged over, is normal again:

    y_k = (y - sum_{j!=k} c_j m_j) / c_k        s_k^2 = (s^2 + sum_{j!=k} c_j^2 v_j) / c_k^2
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from regulars.packs.schema import Measure
from regulars.strategy.draws import PSI, THETA, prior_of
from regulars.strategy.plan import CellInfo
from regulars.strategy.returns import Base, fading, path

#: An effect that moves the outcome by less than this part of itself is not told by it.
LEAST = 0.01
#: Days of a window of reactivation, as packs state it.
REACTIVATION_DAYS = 90
STEP = 0.05


@dataclass(frozen=True, slots=True)
class Part:
    """An effect in an observed outcome: whose, its belief, and how far the outcome moves with it."""

    measure: str
    place: int
    primitive: str
    mean: float
    sd: float
    months: float
    moves: float = 0.0


@dataclass(frozen=True, slots=True)
class Seen:
    """An outcome as a sum of effects. ``kind``: visits (log ratio), seen or returned (difference of shares)."""

    kind: str
    parts: tuple[Part, ...]

    @property
    def mean(self) -> float:
        """The forecast: what the beliefs make of it."""
        return sum(part.moves * part.mean for part in self.parts)

    @property
    def variance(self) -> float:
        """The doubt of that forecast."""
        return sum((part.moves * part.sd) ** 2 for part in self.parts)

    def told(self, at: int, *, y: float, se: float) -> tuple[float, float] | None:
        """What an observed ``y`` says of the ``at``-th effect alone: value and error; None where it says nothing."""
        part = self.parts[at]
        if abs(part.moves) < LEAST:
            return None
        rest = self.mean - part.moves * part.mean
        doubt = self.variance - (part.moves * part.sd) ** 2
        return (y - rest) / part.moves, math.sqrt(se**2 + max(doubt, 0.0)) / abs(part.moves)


def parts_of(measures: Sequence[Measure], cell: CellInfo) -> tuple[Part, ...]:
    """The effects of a bundle that hold in a cell, overlap included in how far they count."""
    tiers = set(cell.tier.split("-")) if cell.tier != "all" else {"high", "middle", "low"}
    found: list[tuple[float, list[Part]]] = []
    for measure in measures:
        own = []
        for place, effect in enumerate(measure.effects):
            meant = tiers & set(measure.tiers)
            if (effect.states and cell.state not in effect.states) or (effect.tiers and not meant <= set(effect.tiers)):
                continue
            prior = prior_of(effect)
            own.append(Part(measure.id, place, effect.primitive, prior.mean, prior.sd, effect.months, 1.0))
        found.append((max((abs(p.mean) for p in own), default=0.0), own))
    theta = THETA[0] / sum(THETA)
    ranked = sorted(found, key=lambda one: -one[0])
    return tuple(
        Part(p.measure, p.place, p.primitive, p.mean, p.sd, p.months, theta**rank)
        for rank, (_, own) in enumerate(ranked)
        for p in own
    )


def seen_in(
    parts: Sequence[Part], cell: CellInfo, *, kind: str, months: float, lately: float, alive: float = 1.0
) -> Seen:
    """How an outcome of that kind moves with each effect, in a window of ``months`` whose last ``lately`` count.

    ``alive`` is the part of the customers believed to be customers still: a share can move among them alone.
    """
    if cell.state == "lapsed":
        share = min(months * 30.4375 / REACTIVATION_DAYS, 1.0)
        moved = [_moved(p, p.moves * share if p.primitive == "reactivation" else 0.0) for p in parts]
        return Seen(kind, tuple(moved if kind == "returned" else [_moved(p, 0.0) for p in parts]))
    at = {p.primitive: sum(q.moves * q.mean for q in parts if q.primitive == p.primitive) for p in parts}
    fade = {p.primitive: p.months for p in parts}
    part = 1.0 if kind == "visits" else alive
    return Seen(kind, tuple(_moved(p, part * _slope(p, at, fade, cell, kind, months, lately)) for p in parts))


def _moved(part: Part, moves: float) -> Part:
    return Part(part.measure, part.place, part.primitive, part.mean, part.sd, part.months, moves)


def _slope(
    part: Part,
    at: dict[str, float],
    fades: dict[str, float],
    cell: CellInfo,
    kind: str,
    months: float,
    lately: float,
) -> float:
    fade = fades | {part.primitive: part.months}
    if part.primitive not in ("attrition", "frequency"):
        return 0.0

    def outcome(more: float) -> float:
        logs = {name: (value + (more if name == part.primitive else 0.0)) for name, value in at.items()}
        return _outcome(cell, logs, fade, kind, months, lately)

    return part.moves * (outcome(STEP) - outcome(-STEP)) / (2 * STEP)


def _outcome(
    cell: CellInfo, logs: dict[str, float], fade: dict[str, float], kind: str, months: float, lately: float
) -> float:
    base = Base(np.full(1, cell.attrition), np.full(1, cell.frequency), np.ones(1), 1.0)
    effects = {
        name: log * fading(fade[name])[:, None] for name, log in logs.items() if name in ("attrition", "frequency")
    }
    way = path(base, effects, psi=PSI[0] / sum(PSI))
    alive = np.asarray(np.broadcast_to(way.alive, (36, 1)), dtype=float)[:, 0].copy()
    coming = alive * np.asarray(np.broadcast_to(way.visits, (36, 1)), dtype=float)[:, 0]
    total = np.concatenate([[0.0], np.cumsum(coming)])
    grid = np.arange(37)

    def until(month: float) -> float:
        return float(np.interp(month, grid, total))

    if kind == "visits":
        return math.log(max(until(months), 1e-9))
    start = max(months - lately, 0.0) if kind == "seen" else 0.0
    there = float(np.interp(start, grid, np.concatenate([[1.0], alive])))
    late = until(months) - until(start)
    return there * (1 - math.exp(-late / max(there, 1e-9)))
