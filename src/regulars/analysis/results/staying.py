"""What the study says of retention by every definition, of survival, and of what changed revenue."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from regulars.base.text import Text


@dataclass(frozen=True, slots=True)
class KpiFigure:
    """One KPI by one definition: a share with its 80 % Wilson interval, or a plain number (``low``, ``high`` None).

    ``id`` names the definition (docs/reference/kpis.md says formula, window, base and whose it is); ``base`` counts
    what it is a share of. ``value`` is None where nothing can be said; ``locked`` then says why.
    """

    id: str
    window_days: int | None
    value: float | None
    low: float | None
    high: float | None
    counted: int
    base: int
    before: float | None  # the same a year earlier
    locked: Text | None


@dataclass(frozen=True, slots=True)
class Curve:
    """Kaplan-Meier: share who have not come again so many days after a visit, with its 80 % interval.

    ``band`` is the visit they wait after (1, 2, 3, 4 = fourth and later); ``median`` is None where fewer than half
    come again.
    """

    band: int
    customers: int
    events: int
    days: tuple[int, ...]
    waiting: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    median: int | None
    restricted_mean: float  # days waited within the first year


@dataclass(frozen=True, slots=True)
class CohortTest:
    """Newcomers of two years against each other: share back within the window, and a log-rank test."""

    earlier: int
    later: int
    earlier_customers: int
    later_customers: int
    earlier_back: float
    later_back: float
    p_value: float
    verdict: Text


@dataclass(frozen=True, slots=True)
class Flow:
    """Customers and revenue of one group in the change between two years: ``before`` and ``after`` are revenue."""

    name: str  # kept, new, returned, lost, other (money without a visit)
    customers: int
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class Change:
    """Why revenue of the last 365 days differs from that of the 365 before: parts that sum to the change exactly."""

    start: date
    middle: date
    end: date
    before: float
    after: float
    customers: float
    frequency: float
    price: float
    mix: float
    rest: float  # identified revenue no basket explains: refunds and money on days without a visit
    anonymous: float
    flows: tuple[Flow, ...]


@dataclass(frozen=True, slots=True)
class Staying:
    """Result of :mod:`regulars.analysis.staying`."""

    kpis: tuple[KpiFigure, ...]
    curves: tuple[Curve, ...]
    cohorts: CohortTest | None
    change: Change | None
