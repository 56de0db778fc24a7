"""What the study says of versioned classification schemes and the movement between their classes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from regulars.base.estimate import Estimate
from regulars.base.text import Text

type SchemeId = Literal["value_duration", "rfm", "lifecycle", "need", "relationship"]
type Grade = Literal["good", "fair", "weak", "unknown"]


@dataclass(frozen=True, slots=True)
class SchemeClass:
    """One class of a scheme. ``expected`` is its size by probabilities, where the scheme has them.

    ``revenue_12`` is of the last 12 months, ``value_12`` expected of the next; ``reachable`` are customers with at
    least one marketing permission on record.
    """

    id: str
    name: Text
    customers: int
    expected: Estimate | None
    revenue_12: float
    value_12: float
    reachable: int


@dataclass(frozen=True, slots=True)
class Move:
    """Customers who were in one class and are in another, and what they spent in the 12 months before each day.

    ``from_class`` is "" for those who were no customers yet.
    """

    from_class: str
    to_class: str
    customers: int
    revenue_before: float
    revenue_after: float


@dataclass(frozen=True, slots=True)
class Migration:
    """Classes on ``then`` (from data until then alone) against classes now.

    Over all moves, customers, revenue before and revenue after add up to the totals here. ``of_base`` is the share of
    customers looked at: below one where the models were fitted again on a sample.
    """

    then: date
    moves: tuple[Move, ...]
    customers: int
    revenue_before: float
    revenue_after: float
    stayed: float  # of those who had a class then, the share in the same class now
    of_base: float


@dataclass(frozen=True, slots=True)
class Steadiness:
    """How far a scheme's classes hang on chance and on the day; shares 0..1, None where not measured.

    ``*_same`` is the share of customers whose class stays the same, ``*_rand`` the adjusted Rand index (Hubert and
    Arabie 1985: 1 the same partition, 0 no better than chance), when the rules are set on half of the customers, and
    when the classes are made 30 days earlier.
    """

    half_same: float | None
    half_rand: float | None
    month_same: float | None
    month_rand: float | None
    grade: Grade


@dataclass(frozen=True, slots=True)
class Usefulness:
    """Whether classes are worth acting on.

    ``explained`` is the share of the variance between customers' revenue in the 12 months after ``then`` that their
    class on that day foretells, means learnt on one half and tested on the other; 0 where it foretells nothing.
    ``reachable`` is the share of customers with a permission, ``smallest`` the size of the smallest class that
    has anybody and ``large_enough`` the share of such classes with at least ``size_floor`` customers.
    """

    explained: float | None
    reachable: float
    smallest: int
    large_enough: float
    size_floor: int
    grade: Grade


@dataclass(frozen=True, slots=True)
class Scheme:
    """One scheme: the same id, version and digest mean the same rules, figures in them included."""

    id: SchemeId
    version: int
    digest: str
    definition: dict[str, Any]
    classes: tuple[SchemeClass, ...]
    migration: Migration | None
    steadiness: Steadiness
    usefulness: Usefulness


@dataclass(frozen=True, slots=True)
class RfmCell:
    """Customers of one recency score and one spending score (5 = best)."""

    recency: int
    money: int
    customers: int
    revenue_12: float


@dataclass(frozen=True, slots=True)
class Habit:
    """The habit index of the base, 0..1, and the mean points of its parts, which add up to it.

    ``by_quarter`` holds, for each quarter of the scale from the weakest habits to the strongest, customers and the
    mean chance of being alive.
    """

    mean: float
    parts: dict[str, float]
    by_quarter: tuple[tuple[int, float], ...]


@dataclass(frozen=True, slots=True)
class NeedProfile:
    """One need: the share of purchases in each category."""

    id: str
    customers: int
    shares: dict[str, float]


@dataclass(frozen=True, slots=True)
class Schemes:
    """Result of :mod:`regulars.analysis.schemes`. ``missing`` says which schemes the data cannot carry, and why."""

    schemes: tuple[Scheme, ...]
    rfm_grid: tuple[RfmCell, ...]
    needs: tuple[NeedProfile, ...]
    habit: Habit
    missing: tuple[Text, ...]

    def scheme(self, id: SchemeId) -> Scheme | None:
        """The scheme of that id, if there."""
        return next((scheme for scheme in self.schemes if scheme.id == id), None)
