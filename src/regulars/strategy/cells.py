"""Cells: customers who are treated alike, because state, value tier and home branch are alike.

Counts are exact, by pattern of permissions, so that the reach of any set of channels is counted and never multiplied.
A cell's primitives reproduce what the study expects of its customers: from expected visits over 12 and 36 months,

    V_T = N * a * lam * sum_{t<=T} (1-h)^t     =>     V_36 / V_12 = 1 + y + y^2   with   y = (1-h)^12

so hazard h has a closed form, and the visit rate lam then follows from V_12; a is the mean probability of being alive.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import ibis

from regulars.ledger.store import Reader
from regulars.packs.schema import TIERS

#: Channels that need a permission when something is promoted, as bits of a pattern. Others need none.
CONSENT = {"email": 1, "sms": 2, "whatsapp": 4, "phone": 8, "post": 16}
PACKAGE = 32  # holds a prepaid package
ANYWHERE = "*"
SMALLEST, MOST_CELLS = 30, 110
_SUMS = ("customers", "alive", "visits_12", "visits_36", "rate", "margin", "worth", "value_12", "returning")


@dataclass(frozen=True, slots=True)
class Cell:
    """A group of like customers. ``patterns`` counts customers by permission bits; ``held`` those held out.

    ``frequency`` is visits a month while alive; ``returning`` how many lapsed customers are expected back within 90
    days untouched; ``revenue_share`` is revenue per unit of contribution.
    """

    branch: str
    state: str
    tiers: tuple[str, ...]
    customers: int
    branches: Mapping[str, int]
    patterns: Mapping[int, int]
    held: Mapping[int, int]
    alive: float
    hazard: float
    frequency: float
    margin: float
    revenue_share: float
    revenue_12: float
    returning: float

    @property
    def tier(self) -> str:
        """The tiers in one word."""
        return "all" if len(self.tiers) == len(TIERS) else "-".join(self.tiers)

    @property
    def id(self) -> str:
        """``branch/state/tier``."""
        return f"{self.branch}/{self.state}/{self.tier}"

    @property
    def held_out(self) -> int:
        """Customers held out of every promotion."""
        return sum(self.held.values())

    def reach(self, need: int, *, treatable: bool = False) -> int:
        """Customers with every permission in ``need``; only those not held out when ``treatable``."""
        return sum(n - (self.held[p] if treatable else 0) for p, n in self.patterns.items() if p & need == need)


@dataclass(frozen=True, slots=True)
class Group:
    """Sums over customers before they become a cell; groups can be merged."""

    branch: str
    state: str
    tiers: frozenset[str]
    sums: Mapping[str, float]
    branches: Mapping[str, int]
    patterns: Mapping[int, int]

    @property
    def size(self) -> int:
        """Customers."""
        return round(self.sums["customers"])

    def merged(self, other: Group) -> Group:
        """Both together; the branch is kept when it is the same."""
        return Group(
            self.branch if self.branch == other.branch else ANYWHERE,
            self.state,
            self.tiers | other.tiers,
            {name: self.sums[name] + other.sums[name] for name in _SUMS},
            _added(self.branches, other.branches),
            _added(self.patterns, other.patterns),
        )


@dataclass(frozen=True, slots=True)
class Cells:
    """The cells of a base. ``assumed`` are channels whose permission is on record for nobody."""

    cells: tuple[Cell, ...]
    assumed: tuple[str, ...] = ()
    merged: int = 0
    customers: int = 0
    no_show: float = 0.0
    facts: frozenset[str] = field(default_factory=frozenset)


def _added[K](one: Mapping[K, int], two: Mapping[K, int]) -> dict[K, int]:
    return {key: one.get(key, 0) + two.get(key, 0) for key in {**one, **two}}


def group_up(
    reader: Reader, standings: Path, *, assumed_permission: float
) -> tuple[tuple[Group, ...], tuple[str, ...]]:
    """Sum the standings by branch, state, tier and permission pattern; one scan in the engine."""
    t = reader.open_parquet(standings)
    pattern = ibis.literal(0)
    for channel, bit in CONSENT.items():
        pattern = pattern + ibis.ifelse(t[f"may_{channel}"].cast("boolean").fill_null(False), bit, 0)
    pattern = pattern + ibis.ifelse(t.package_balance.cast("float64").fill_null(0.0) > 0, PACKAGE, 0)
    t = t.mutate(pattern=pattern.cast("int32"), branch=t.branch.cast("string").fill_null(""))
    summed = t.group_by("branch", "state", "tier", "pattern").aggregate(
        customers=t.count(),
        alive=t.p_alive.sum(),
        visits_12=t.visits_12.sum(),
        visits_36=t.visits_36.sum(),
        rate=(t.rate_month * t.p_alive).sum(),
        margin=t.margin_visit.sum(),
        worth=(t.margin_visit * t.visits_12).sum(),
        value_12=t.value_12.sum(),
        returning=(t.p_alive * (1 - (-3 * t.rate_month).exp())).sum(),
        **{f"known_{channel}": t[f"may_{channel}"].notnull().sum() for channel in CONSENT},
    )
    rows = reader.arrow(summed).to_pylist()
    unknown = tuple(c for c in CONSENT if rows and not sum(row[f"known_{c}"] or 0 for row in rows))
    return _groups(rows, sum(CONSENT[c] for c in unknown), assumed_permission), unknown


def _groups(rows: Iterable[Mapping[str, object]], assumed: int, share: float) -> tuple[Group, ...]:
    found: dict[tuple[str, str, str], list[Mapping[str, object]]] = defaultdict(list)
    for row in rows:
        found[str(row["branch"]), str(row["state"]), str(row["tier"])].append(row)
    groups = []
    for (branch, state, tier), parts in sorted(found.items()):
        sums = {name: sum(_number(part[name]) for part in parts) for name in _SUMS}
        patterns = {round(_number(part["pattern"])): round(_number(part["customers"])) for part in parts}
        size = round(sums["customers"])
        groups.append(Group(branch, state, frozenset({tier}), sums, {branch: size}, _assume(patterns, assumed, share)))
    return tuple(groups)


def _number(value: object) -> float:
    number = float(value) if isinstance(value, int | float) else 0.0
    return number if math.isfinite(number) else 0.0


def _assume(patterns: Mapping[int, int], bits: int, share: float) -> dict[int, int]:
    """Where nothing at all is on record, plan as if ``share`` of each pattern had agreed to all such channels."""
    if not bits:
        return dict(patterns)
    assumed: dict[int, int] = defaultdict(int)
    for pattern, count in patterns.items():
        agreed = math.floor(share * count + 1e-9)
        assumed[pattern | bits] += agreed
        assumed[pattern] += count - agreed
    return {pattern: count for pattern, count in assumed.items() if count}


def merge_up(groups: Iterable[Group], *, smallest: int = SMALLEST, most: int = MOST_CELLS) -> tuple[Group, ...]:
    """Merge groups of fewer than ``smallest``: tiers of a branch first, then branches; until there are ``most``."""
    found = tuple(groups)
    while True:
        merged = _across_branches(_tiers(found, smallest), smallest)
        if len(merged) <= most or smallest > sum(g.size for g in found):
            return tuple(sorted(merged, key=_order))
        smallest *= 2


def _order(group: Group) -> tuple[str, str, tuple[int, ...]]:
    return group.branch, group.state, tuple(TIERS.index(t) for t in TIERS if t in group.tiers)


def _tiers(groups: tuple[Group, ...], smallest: int) -> list[Group]:
    shelves: dict[tuple[str, str], list[Group]] = defaultdict(list)
    for group in sorted(groups, key=_order):
        shelves[group.branch, group.state].append(group)
    done = []
    for shelf in shelves.values():
        while len(shelf) > 1 and (small := min(range(len(shelf)), key=lambda i: shelf[i].size)) is not None:
            if shelf[small].size >= smallest:
                break
            beside = min((i for i in (small - 1, small + 1) if 0 <= i < len(shelf)), key=lambda i: shelf[i].size)
            first = min(small, beside)
            shelf[first : first + 2] = [shelf[first].merged(shelf[first + 1])]
        done += shelf
    return done


def _across_branches(groups: list[Group], smallest: int) -> list[Group]:
    small: dict[str, list[Group]] = defaultdict(list)
    large: list[Group] = []
    for group in groups:
        (small[group.state] if group.size < smallest else large).append(group)
    for pool in small.values():
        together = pool[0]
        for group in pool[1:]:
            together = together.merged(group)
        large.append(together)
    return large


def held(patterns: Mapping[int, int], share: float) -> dict[int, int]:
    """How many of each pattern are held out: whole customers, stratified, together at least ``share``."""
    total = math.ceil(share * sum(patterns.values()) - 1e-9)
    out = {pattern: math.floor(share * count + 1e-9) for pattern, count in patterns.items()}
    rest = sorted(patterns, key=lambda p: (-(share * patterns[p] - out[p]), p))
    for pattern in rest[: total - sum(out.values())]:
        out[pattern] += 1
    return out


def hazard_of(visits_12: float, visits_36: float) -> float:
    """Monthly hazard from expected visits over 12 and 36 months (closed form, see above), kept within sense."""
    ratio = min(max(visits_36 / visits_12 if visits_12 > 0 else 1.0, 1.0), 3.0)
    y = (math.sqrt(4 * ratio - 3) - 1) / 2
    return min(max(1.0 - float(y ** (1 / 12)), 1e-4), 0.6)


def cell_of(group: Group, *, holdout: float) -> Cell:
    """A cell with its primitives."""
    n, sums = max(group.size, 1), group.sums
    alive = min(max(sums["alive"] / n, 1e-9), 1.0)
    hazard = hazard_of(sums["visits_12"], sums["visits_36"])
    months = sum((1 - hazard) ** t for t in range(1, 13))
    margin = sums["worth"] / sums["visits_12"] if sums["visits_12"] > 0 else sums["margin"] / n
    return Cell(
        branch=group.branch,
        state=group.state,
        tiers=tuple(t for t in TIERS if t in group.tiers),
        customers=group.size,
        branches=group.branches,
        patterns=group.patterns,
        held=held(group.patterns, holdout),
        alive=alive,
        hazard=hazard,
        frequency=sums["visits_12"] / (n * alive * months),
        margin=margin,
        revenue_share=sums["value_12"] / sums["worth"] if sums["worth"] > 0 else 1.0,
        revenue_12=sums["value_12"],
        returning=sums["returning"] if group.state == "lapsed" else 0.0,
    )


def build_cells(reader: Reader, standings: Path, *, holdout: float, assumed_permission: float) -> Cells:
    """The cells of the standings."""
    groups, assumed = group_up(reader, standings, assumed_permission=assumed_permission)
    merged = merge_up(groups)
    cells = tuple(cell_of(group, holdout=holdout) for group in merged)
    return Cells(cells, assumed, len(groups) - len(merged), sum(c.customers for c in cells))


def without_holdout(cell: Cell) -> Cell:
    """The same cell with nobody held out."""
    return replace(cell, held=dict.fromkeys(cell.patterns, 0))
