"""What an effect on a primitive looks like in a ledger: how far each observed outcome moves with each effect.

Attrition and frequency are never seen themselves. With the cell's hazard and rate, the months of
:func:`regulars.strategy.returns.path` give what is: visits of a window, and whether a customer was seen in its last r
months,

    V = sum_{t<=W} S_t f_t        Q = S_{W-r} (1 - exp(-sum_{t>W-r} S_t f_t / S_{W-r}))

and, for those who had lapsed, whether they came back. An observed contrast (log V or Q, with the measure and without)
is g(L) + noise for the effects L = (L_1, .., L_K). Together with what is believed of all of them (normal, m and v)
the most probable L is found by Gauss and Newton, and its covariance P from the slopes there. What was observed says of
one effect alone what the joint belief knows more of it than the prior did:

    1/s_k^2 = 1/P_kk - 1/v_k        y_k = (L_k/P_kk - m_k/v_k) s_k^2
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from regulars.packs.schema import Measure
from regulars.strategy.draws import PSI, THETA, prior_of
from regulars.strategy.plan import CellInfo
from regulars.strategy.returns import LONG, Base, fading, path

#: Less precision than this (an error above 10 on the log scale) says nothing of an effect.
LEAST = 0.01
#: No effect is read as larger than this on the log scale; points of probability lie within -1 and 1 anyway.
MOST = 3.0
#: Days of a window of reactivation, as packs state it.
REACTIVATION_DAYS = 90
STEP, ROUNDS, PASSES = 0.02, 25, 4

type Floats = NDArray[np.float64]
#: A measure and the place of an effect among its effects.
type Key = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Part:
    """An effect in a cell: whose, its belief, how it fades, and how much of it counts beside others of a bundle."""

    key: Key
    primitive: str
    mean: float
    sd: float
    months: float
    counts: float


@dataclass(frozen=True, slots=True)
class Watched:
    """An outcome of a comparison. ``kind``: visits (log ratio), seen or returned (difference of shares).

    ``lines`` are cells with their weight and effects; ``months`` the window, whose last ``lately`` count for seen;
    ``alive`` the part of the customers believed to be customers still: a share can move among them alone.
    """

    kind: str
    lines: tuple[tuple[float, CellInfo, tuple[Part, ...]], ...]
    months: float
    lately: float
    alive: float

    @property
    def beliefs(self) -> dict[Key, Part]:
        """Every effect once."""
        return {part.key: part for _, _, parts in self.lines for part in parts}

    def contrast(self, logs: Mapping[Key, float]) -> float:
        """The expected contrast of those given the measure and those left without."""
        return sum(weight * self._of_cell(cell, parts, logs) for weight, cell, parts in self.lines)

    def _of_cell(self, cell: CellInfo, parts: Sequence[Part], logs: Mapping[Key, float]) -> float:
        if cell.state == "lapsed":
            share = min(self.months * 30.4375 / REACTIVATION_DAYS, 1.0) if self.kind == "returned" else 0.0
            return share * sum(p.counts * logs[p.key] for p in parts if p.primitive == "reactivation")
        moved = self._outcome(cell, parts, logs) - self._outcome(cell, (), logs)
        return moved if self.kind == "visits" else self.alive * moved

    def _outcome(self, cell: CellInfo, parts: Sequence[Part], logs: Mapping[Key, float]) -> float:
        effects: dict[str, np.ndarray] = {}
        for part in parts:
            if part.primitive in ("attrition", "frequency"):
                log = part.counts * logs[part.key] * fading(part.months)[:, None]
                effects[part.primitive] = effects.get(part.primitive, 0.0) + log
        base = Base(np.full(1, cell.attrition), np.full(1, cell.frequency), np.ones(1), 1.0)
        way = path(base, effects, psi=PSI[0] / sum(PSI))
        alive = np.broadcast_to(way.alive, (LONG, 1))[:, 0]
        coming = alive * np.broadcast_to(way.visits, (LONG, 1))[:, 0]
        grid, total = np.arange(LONG + 1), np.concatenate([[0.0], np.cumsum(coming)])
        all_visits = float(np.interp(self.months, grid, total))
        if self.kind == "visits":
            return math.log(max(all_visits, 1e-9))
        start = max(self.months - self.lately, 0.0) if self.kind == "seen" else 0.0
        there = float(np.interp(start, grid, np.concatenate([[1.0], alive])))
        late = all_visits - float(np.interp(start, grid, total))
        return there * (1 - math.exp(-late / max(there, 1e-9)))

    def slope(self, key: Key, logs: Mapping[Key, float]) -> float:
        """How far the contrast moves with an effect, at ``logs``."""
        up, down = dict(logs) | {key: logs[key] + STEP}, dict(logs) | {key: logs[key] - STEP}
        return (self.contrast(up) - self.contrast(down)) / (2 * STEP)

    def forecast(self) -> tuple[float, float]:
        """What the beliefs make of the contrast: mean and standard deviation."""
        at = {key: part.mean for key, part in self.beliefs.items()}
        doubt = sum((self.slope(key, at) * part.sd) ** 2 for key, part in self.beliefs.items())
        return self.contrast(at), math.sqrt(doubt)


@dataclass(frozen=True, slots=True)
class Told:
    """What was observed in one group of customers: outcomes as the model sees them, contrasts, and their noise."""

    unit: str
    watched: tuple[Watched, ...]
    y: tuple[float, ...]
    covariance: Floats

    @property
    def beliefs(self) -> dict[Key, Part]:
        """Every effect once."""
        return {key: part for one in self.watched for key, part in one.beliefs.items()}


def told_by(told: Told, beliefs: Mapping[Key, tuple[float, float]] | None = None) -> dict[Key, tuple[float, float]]:
    """What observed contrasts say of each effect alone: value and error. Effects they say nothing of are left out.

    ``beliefs`` are mean and standard deviation of the effects where these are not the plan's.
    """
    known = {key: (part.mean, part.sd) for key, part in told.beliefs.items()} | dict(beliefs or {})
    keys = list(known)
    mean, sd = (np.array(part, dtype=float) for part in zip(*known.values(), strict=True))
    precision, noise, at = np.diag(sd**-2), np.linalg.inv(told.covariance), mean.copy()
    for _ in range(ROUNDS):
        logs = dict(zip(keys, at.tolist(), strict=True))
        slopes = np.array([[one.slope(key, logs) for key in keys] for one in told.watched])
        left = np.array(told.y) - [one.contrast(logs) for one in told.watched]
        informed = slopes.T @ noise @ slopes + precision
        step = np.clip(np.linalg.solve(informed, slopes.T @ noise @ left + precision @ (mean - at)), -1.0, 1.0)
        at = np.clip(at + step, -MOST, MOST)
        if np.abs(step).max() < 1e-7:
            break
    spread = np.diag(np.linalg.inv(informed))
    found = {}
    for place, key in enumerate(keys):
        more = 1 / spread[place] - precision[place, place]
        if more > LEAST:
            value = (at[place] / spread[place] - mean[place] * precision[place, place]) / more
            found[key] = float(value), float(more**-0.5)
    return found


def all_told(groups: Sequence[Told]) -> list[dict[Key, tuple[float, float]]]:
    """The same for all groups of customers together: what a group says of one effect is read with what the *other*
    groups say of its other effects, so that a prior that was far off is not held against each group anew.

    Expectation propagation (Minka 2001): messages of the other groups and the prior make the belief a group is read
    with, as wide as groups may differ (half the prior's sd) but no wider than the prior.
    """
    messages: list[dict[Key, tuple[float, float]]] = [{} for _ in groups]
    for _ in range(PASSES):
        messages = [
            told_by(group, _without(group, [m for at, m in enumerate(messages) if at != place]))
            for place, group in enumerate(groups)
        ]
    return messages


def _without(group: Told, others: Sequence[Mapping[Key, tuple[float, float]]]) -> dict[Key, tuple[float, float]]:
    """The belief of each of a group's effects from the prior and the other groups."""
    found = {}
    for key, part in group.beliefs.items():
        said = [message[key] for message in others if key in message]
        precision = part.sd**-2 + sum(se**-2 for _, se in said)
        mean = (part.mean * part.sd**-2 + sum(y * se**-2 for y, se in said)) / precision
        found[key] = mean, min(math.hypot(precision**-0.5, 0.5 * part.sd), part.sd)
    return found


def parts_of(measures: Sequence[Measure], cell: CellInfo) -> tuple[Part, ...]:
    """The effects of a bundle that hold in a cell; the strongest measure counts whole, each further one theta of it."""
    tiers = set(cell.tier.split("-")) if cell.tier != "all" else {"high", "middle", "low"}
    found: list[tuple[float, int, list[Part]]] = []
    for order, measure in enumerate(measures):
        own, meant = [], tiers & set(measure.tiers)
        for place, effect in enumerate(measure.effects):
            if (effect.states and cell.state not in effect.states) or (effect.tiers and not meant <= set(effect.tiers)):
                continue
            prior = prior_of(effect)
            own.append(Part((measure.id, place), effect.primitive, prior.mean, prior.sd, effect.months, 1.0))
        counted = [abs(p.mean) for p in own if (p.primitive == "reactivation") == (cell.state == "lapsed")]
        found.append((-max(counted, default=0.0), order, own))
    theta = THETA[0] / sum(THETA)
    return tuple(
        Part(p.key, p.primitive, p.mean, p.sd, p.months, theta**rank)
        for rank, (_, _, own) in enumerate(sorted(found, key=lambda one: one[:2]))
        for p in own
    )
