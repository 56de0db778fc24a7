"""What the investment blocks share: steps that can be bought, and draws that are joint with all the others.

A *step* is one thing money can buy: a stretch of a channel's spend (many units) or a level of a programme (all or
nothing). Its value is net of its cost, per unit and draw, so that it stands beside the options of customers in one
programme. Every figure a block is unsure of has its own stream of normals, named by what it is: plans that are compared
see the same ones, whatever else is chosen. A shock of demand is common to all blocks and to how often customers come.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy.stats import beta, norm

from regulars.base.settings import Business
from regulars.strategy.cells import Cell
from regulars.strategy.draws import Draws, normals
from regulars.strategy.returns import Floats

#: Log-sd of demand that is common to channels, new sites and new services (a good or a bad year).
SHOCK_SD = 0.10
#: KPIs that are shares of the customers alive today.
RATES = ("retention_rate", "wastage_90d")
_STREAM = 11


@dataclass(frozen=True, slots=True)
class Step:
    """Up to ``most`` units of something; ``whole``: all or nothing. Arrays hold one figure per draw, per unit.

    ``group`` names the programme: of its whole steps at most one is taken. ``cost`` is expected, ``safe_cost`` what the
    budget must cover, both in the cycle; ``hours`` by branch. ``gains`` are what a unit adds to each KPI.
    """

    id: str
    group: str
    most: float
    whole: bool
    value_12: Floats
    value_36: Floats
    cost: float
    safe_cost: float
    hours: Mapping[str, float] = field(default_factory=dict)
    gains: Mapping[str, Floats] = field(default_factory=dict)
    scope: Mapping[str, float] = field(default_factory=dict)  # branch -> share of the gains that fall there


def added_by(step: Step, kpi: str, branches: Sequence[str] = (), *, living: tuple[float, float] = (1.0, 1.0)) -> Floats:
    """What a unit of a step adds to a KPI, of some branches or of all. ``living``: customers alive, of all and of those
    branches (rates are of the latter)."""
    if kpi not in step.gains:
        return np.zeros(step.value_36.size)
    if not branches:
        return step.gains[kpi]
    part = sum(step.scope.get(branch, 0.0) for branch in dict.fromkeys(branches))
    whole, there = living
    return step.gains[kpi] * part * (whole / max(there, 1.0) if kpi in RATES else 1.0)


def own(draws: Draws, name: str, size: int = 1) -> Floats:
    """Standard normals of something named, ``size`` x draws; the same for everybody who asks."""
    rng = np.random.default_rng([draws.seed, draws.stream, _STREAM, zlib.crc32(name.encode())])
    return normals(rng, size, draws.count)


def lognormal(z: Floats, sd: float) -> Floats:
    """Factors of mean 1 from standard normals."""
    return np.exp(sd * z - 0.5 * sd**2)


def beta_of(z: Floats, mean: float, sd: float) -> Floats:
    """Shares with that mean and sd (a Beta law by its moments) from standard normals; a share of 0 or 1 stays so."""
    if not 0 < mean < 1 or sd <= 0:
        return np.full(z.shape, min(max(mean, 0.0), 1.0))
    strength = mean * (1 - mean) / min(sd, 0.95 * math.sqrt(mean * (1 - mean))) ** 2 - 1
    return np.asarray(beta.ppf(norm.cdf(z), mean * strength, (1 - mean) * strength), dtype=float)


def shock(draws: Draws) -> Floats:
    """The common factor of demand, mean 1: the same draw that moves how often customers come."""
    return lognormal(draws.common["frequency"], SHOCK_SD)


def home(branch: str, business: Business) -> str:
    """A branch as the ledger writes it is the one of the settings it is another spelling of."""
    return next((b.id for b in business.branches if branch == b.id or branch in b.also), branch)


def in_scope(cell: Cell, branches: Sequence[str], business: Business) -> float:
    """The part of a cell's customers whose home branch is among ``branches`` (none named: all of them)."""
    if not branches:
        return 1.0
    wanted = {home(b, business) for b in branches}
    inside = sum(n for branch, n in cell.branches.items() if home(branch, business) in wanted)
    return inside / max(sum(cell.branches.values()), 1)


def branches_of(cells: Sequence[Cell], branches: Sequence[str], business: Business) -> dict[str, float]:
    """The branches of the ledger in scope, with the share of customers in each (adding up to 1)."""
    wanted = {home(b, business) for b in branches}
    counts: dict[str, int] = {}
    for cell in cells:
        for branch, n in cell.branches.items():
            if not wanted or home(branch, business) in wanted:
                counts[branch] = counts.get(branch, 0) + n
    total = sum(counts.values())
    return {branch: n / total for branch, n in sorted(counts.items())} if total else {}
