"""Cells: customers who are treated alike, because state, value tier and home branch are alike.

Counts are exact, by pattern of permissions, so that the reach of any set of channels is counted and never multiplied.
A cell's primitives reproduce what the study expects of its customers. With a the mean probability of being alive and
lam the mean visit rate of those alive, expected visits over T months are

    V_T = N * a * lam * sum_{t<=T} S_t        S_t = prod_{i<=t} (1 - h_i)

Those who stay are the faithful ones, so the hazard falls: h_i is constant within months 1-3, 4-12 and 13-36. The first
is such that the customers expected to be lost within 90 days are as many as the study says (one factor for all cells
on the hazard that would explain V_12 alone), the others such that V_12 and V_36 are met. A lapsed customer who comes
back is taken to be as likely to leave again as a newcomer.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

import ibis
import numpy as np
from scipy.optimize import brentq

from regulars.analysis.sums import exact
from regulars.ledger.store import Reader
from regulars.packs.schema import TIERS

#: Channels that need a permission when something is promoted, as bits of a pattern. Others need none.
CONSENT = {"email": 1, "sms": 2, "whatsapp": 4, "phone": 8, "post": 16}
PACKAGE = 32  # holds a prepaid package
TIER_BITS = {"high": 64, "middle": 128, "low": 256}
ANY_TIER = 64 + 128 + 256
#: Marks of the owner's rules (see ``marks``): an open complaint, and everything an ordinary customer is marked with.
OPEN, FIRST_MARK, MOST_MARKS = 512, 1024, 20
ORDINARY = sum(FIRST_MARK << place for place in range(MOST_MARKS))
ANYWHERE = "*"
SMALLEST, MOST_CELLS = 30, 110
LEAST, MOST_HAZARD = 1e-4, 0.9
QUARTER, YEAR, HORIZON = 3, 12, 36
#: How far the hazard of the first months may lie from the year's.
EARLY = (0.5, 4.0)
_SUMS = ("customers", "alive", "visits_12", "visits_36", "rate", "margin", "worth", "value_12", "returning")


@dataclass(frozen=True, slots=True)
class Cell:
    """A group of like customers. ``patterns`` counts customers by permission, package and tier bits; ``held`` those
    held out.

    ``hazards`` are monthly, of months 1-3, 4-12 and 13-36; ``second`` those of a lapsed customer who came back.
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
    hazards: tuple[float, float, float]
    frequency: float
    margin: float
    revenue_share: float
    revenue_12: float
    returning: float
    second: tuple[float, float, float] | None = None

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

    def reach(self, need: int, *, tiers: int = ANY_TIER, treatable: bool = False) -> int:
        """Customers of those tiers with every permission in ``need``; without the held out when ``treatable``."""
        fitting = [p for p in self.patterns if p & need == need and p & tiers]
        return sum(self.patterns[p] - (self.held[p] if treatable else 0) for p in fitting)

    def untouched(self, *, months: int, discount: float) -> float:
        """Expected contribution of one customer left alone."""
        stay = survival(self.hazards)[:months]
        return float(self.alive * self.frequency * self.margin * (discount ** np.arange(1, months + 1) @ stay))


@dataclass(frozen=True, slots=True)
class Group:
    """Sums over customers before they become a cell; groups can be merged."""

    branch: str
    state: str
    tiers: frozenset[str]
    sums: Mapping[str, float]
    branches: Mapping[str, int]
    patterns: Mapping[int, int]
    members: frozenset[tuple[str, str]] = frozenset()  # branch and tier of what was merged

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
            self.members | other.members,
        )


@dataclass(frozen=True, slots=True)
class Cells:
    """The cells of a base. ``assumed`` are channels whose permission is on record for nobody."""

    cells: tuple[Cell, ...]
    assumed: tuple[str, ...] = ()
    merged: int = 0
    customers: int = 0


def _added[K](one: Mapping[K, int], two: Mapping[K, int]) -> dict[K, int]:
    return {key: one.get(key, 0) + two.get(key, 0) for key in {**one, **two}}


#: Adds a column ``mark`` (bits from 512 up) to the standings: who a measure may go to by the owner's rules.
type Marking = Callable[[ibis.Table], ibis.Table]


def patterned(t: ibis.Table, marking: Marking | None = None) -> ibis.Table:
    """The standings with each customer's pattern of permission, package and marks, and a branch that is never null."""
    if marking is not None:
        t = marking(t)
    return t.mutate(pattern=pattern_of(t), branch=t.branch.cast("string").fill_null(""))


def group_up(
    reader: Reader, standings: Path, *, assumed_permission: float, marking: Marking | None = None
) -> tuple[tuple[Group, ...], tuple[str, ...]]:
    """Sum the standings by branch, state, tier and pattern; one scan in the engine."""
    t = patterned(reader.open_parquet(standings), marking)
    summed = t.group_by("branch", "state", "tier", "pattern").aggregate(
        customers=t.count(),
        alive=exact(t.p_alive, decimals=12),
        visits_12=exact(t.visits_12, decimals=12),
        visits_36=exact(t.visits_36, decimals=12),
        rate=exact(t.rate_month * t.p_alive, decimals=12),
        margin=exact(t.margin_visit, decimals=12),
        worth=exact(t.margin_visit * t.visits_12, decimals=12),
        value_12=exact(t.value_12, decimals=12),
        returning=exact(t.p_alive * (1 - (-3 * t.rate_month).exp()), decimals=12),
        **{f"known_{channel}": t[f"may_{channel}"].notnull().sum() for channel in CONSENT},
    )
    rows = reader.arrow(summed).to_pylist()
    unknown = tuple(c for c in CONSENT if rows and not sum(row[f"known_{c}"] or 0 for row in rows))
    return _groups(rows, sum(CONSENT[c] for c in unknown), assumed_permission), unknown


def pattern_of(t: ibis.Table) -> ibis.Value:
    """The permission and package bits of each customer of the standings, and its marks where it is marked; the tier's
    bit is not among them."""
    pattern: ibis.Value = t.mark if "mark" in t.columns else ibis.literal(0)
    for channel, bit in CONSENT.items():
        pattern = pattern + ibis.ifelse(t[f"may_{channel}"].cast("boolean").fill_null(False), bit, 0)
    pattern = pattern + ibis.ifelse(t.package_balance.cast("float64").fill_null(0.0) > 0, PACKAGE, 0)
    return pattern.cast("int64")


def _groups(rows: Iterable[Mapping[str, object]], assumed: int, share: float) -> tuple[Group, ...]:
    found: dict[tuple[str, str, str], list[Mapping[str, object]]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: _number(row["pattern"])):
        found[str(row["branch"]), str(row["state"]), str(row["tier"])].append(row)
    groups = []
    for (branch, state, tier), parts in sorted(found.items()):
        sums = {name: sum(_number(part[name]) for part in parts) for name in _SUMS}
        bit = TIER_BITS.get(tier, TIER_BITS["low"])
        patterns = {round(_number(part["pattern"])) + bit: round(_number(part["customers"])) for part in parts}
        size = round(sums["customers"])
        assumed_patterns = _assume(patterns, assumed, share)
        member = frozenset({(branch, tier)})
        groups.append(Group(branch, state, frozenset({tier}), sums, {branch: size}, assumed_patterns, member))
    return tuple(groups)


def _number(value: object) -> float:
    number = float(value) if isinstance(value, int | float | Decimal) else 0.0
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


def survival(hazards: tuple[float, float, float]) -> np.ndarray:
    """Probability of still being a customer after 1..36 months."""
    return np.cumprod(1 - np.array(by_month(hazards)))


def by_month(hazards: tuple[float, float, float]) -> list[float]:
    """The hazard of each of 36 months."""
    early, middle, late = hazards
    return [early] * QUARTER + [middle] * (YEAR - QUARTER) + [late] * (HORIZON - YEAR)


def hazard_for(visits: float, months: int) -> float:
    """The constant hazard under which a visit a month adds up to ``visits``, kept within sense."""

    def missing(hazard: float) -> float:
        return float(((1 - hazard) ** np.arange(1, months + 1)).sum()) - visits

    if missing(LEAST) <= 0:
        return LEAST
    if missing(MOST_HAZARD) >= 0:
        return MOST_HAZARD
    return float(brentq(missing, LEAST, MOST_HAZARD, xtol=1e-12))


@dataclass(frozen=True, slots=True)
class Rates:
    """Alive, rate of those alive, and visits a customer alive makes per unit of rate, over 12 and 36 months."""

    alive: float
    rate: float
    months_12: float
    months_36: float
    year: float  # the constant hazard that explains the first year

    @classmethod
    def of(cls, group: Group) -> Rates:
        """Sums made into means."""
        sums = group.sums
        alive = min(max(sums["alive"] / max(group.size, 1), 1e-9), 1.0)
        rate = sums["rate"] / sums["alive"] if sums["alive"] > 0 else 0.0
        scale = sums["alive"] * rate
        months_12 = sums["visits_12"] / scale if scale > 0 else 0.0
        months_36 = sums["visits_36"] / scale if scale > 0 else 0.0
        return cls(alive, rate, months_12, months_36, hazard_for(months_12, YEAR) if scale > 0 else LEAST)

    def hazards(self, factor: float) -> tuple[float, float, float]:
        """Early, middle and late hazard; ``factor`` is early over the year's."""
        early = min(max(factor * self.year, LEAST), MOST_HAZARD)
        stay = (1 - early) ** np.arange(1, QUARTER + 1)
        middle = hazard_for((self.months_12 - float(stay.sum())) / float(stay[-1]), YEAR - QUARTER)
        left = float(stay[-1]) * (1 - middle) ** (YEAR - QUARTER)
        late = hazard_for((self.months_36 - self.months_12) / max(left, 1e-12), HORIZON - YEAR)
        return early, middle, late


def early_factor(groups: Iterable[Group], lost_90: float | None) -> float:
    """The common factor on the year's hazard that loses as many customers in 90 days as the study expects."""
    rates = [(Rates.of(group), group.sums["alive"]) for group in groups]
    if not rates or lost_90 is None or not math.isfinite(lost_90) or lost_90 <= 0:
        return 1.0

    def surplus(factor: float) -> float:
        return sum(a * (1 - (1 - min(factor * r.year, MOST_HAZARD)) ** QUARTER) for r, a in rates) - lost_90

    low, high = EARLY
    if surplus(low) >= 0:
        return low
    return high if surplus(high) <= 0 else float(brentq(surplus, low, high))


def cell_of(group: Group, *, holdout: float, factor: float = 1.0, second: Group | None = None) -> Cell:
    """A cell with its primitives; ``second`` is the group whose hazards a returning customer has."""
    n, sums = max(group.size, 1), group.sums
    rates = Rates.of(group)
    hazards = rates.hazards(factor)
    months = float(survival(hazards)[:YEAR].sum())
    margin = sums["worth"] / sums["visits_12"] if sums["visits_12"] > 0 else sums["margin"] / n
    lapsed = group.state == "lapsed"
    return Cell(
        branch=group.branch,
        state=group.state,
        tiers=tuple(t for t in TIERS if t in group.tiers),
        customers=group.size,
        branches=group.branches,
        patterns=group.patterns,
        held=held(group.patterns, holdout),
        alive=rates.alive,
        hazards=hazards,
        # The rate of those alive, moved where bounds keep the hazards from meeting the year's visits.
        frequency=sums["visits_12"] / (n * rates.alive * months),
        margin=margin,
        revenue_share=sums["value_12"] / sums["worth"] if sums["worth"] > 0 else 1.0,
        revenue_12=sums["value_12"],
        returning=sums["returning"] if lapsed else 0.0,
        second=Rates.of(second).hazards(factor) if lapsed and second is not None else None,
    )


def newcomers(groups: Iterable[Group]) -> Group | None:
    """All newcomers together: the hazards of a life that begins (again). None when there are none to learn from."""
    together: Group | None = None
    for group in groups:
        if group.state == "newcomer" and group.sums["alive"] > 0:
            together = group if together is None else together.merged(group)
    return together


def build_cells(
    reader: Reader,
    standings: Path,
    *,
    holdout: float,
    assumed_permission: float,
    lost_90: float | None = None,
    marking: Marking | None = None,
) -> Cells:
    """The cells of the standings. ``lost_90``: customers the study expects to lose within 90 days."""
    groups, assumed = group_up(reader, standings, assumed_permission=assumed_permission, marking=marking)
    merged = merge_up(groups)
    factor, fresh = early_factor(groups, lost_90), newcomers(groups)
    cells = tuple(cell_of(group, holdout=holdout, factor=factor, second=fresh) for group in merged)
    return Cells(cells, assumed, len(groups) - len(merged), sum(c.customers for c in cells))


def without_holdout(cell: Cell) -> Cell:
    """The same cell with nobody held out."""
    return replace(cell, held=dict.fromkeys(cell.patterns, 0))
