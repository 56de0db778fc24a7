"""What was recognised as no customer's history: counted, and kept or left out by stated policy."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from regulars.base.text import Text

type Dirt = Literal[
    "refunds",
    "duplicates",
    "anonymous",
    "catch_all",
    "house",
    "staff",
    "wholesale",
    "listed",
    "left_truncated",
    "other_currency",
]
type Place = Literal[
    "studied", "no_visit", "catch_all", "house", "staff", "wholesale", "listed", "duplicates", "anonymous"
]


@dataclass(frozen=True, slots=True)
class Finding:
    """One kind of dirt. ``money`` is revenue earned on those lines, as everywhere in the study.

    ``policy`` is what the settings say of the kind: ``exclude`` left it out of customers, visits and models (of
    left-truncated customers: out of the fit of the visit model only). None: there is nothing to choose.
    ``customers`` is None where the kind is one of lines and nobody stands behind it.
    """

    kind: Dirt
    policy: Literal["keep", "exclude"] | None
    customers: int | None
    lines: int
    money: float
    said: Text


@dataclass(frozen=True, slots=True)
class MoneyPart:
    """Where a part of the base's revenue went: studied, or set aside and why."""

    place: Place
    customers: int | None
    lines: int
    money: float


@dataclass(frozen=True, slots=True)
class Truncation:
    """Customers first seen so early that they may be older than the ledger.

    ``within_days`` is twice the base's typical interval: by then six in seven of those who were customers already
    have shown themselves. ``crowded``: early days brought far more first visits than later ones; without a crowd
    nobody is suspected and ``customers`` is 0.
    """

    within_days: int
    before: date
    customers: int
    crowded: bool
    first_visits_a_week: float
    later_a_week: float | None  # None where the history ends before there is a later

    @property
    def surely_new(self) -> date | None:
        """The first day on which a first visit surely is one; None where nobody is suspected."""
        return self.before if self.crowded else None


@dataclass(frozen=True, slots=True)
class Limits:
    """Beyond which a basket or a quantity is a wholesaler's; None where there is nothing to compare with."""

    median_basket: float | None
    basket: float | None
    median_quantity: float | None
    quantity: float | None


@dataclass(frozen=True, slots=True)
class Hygiene:
    """Result of :mod:`regulars.analysis.hygiene`.

    ``parts`` add up to ``total`` (all revenue of the ledger in the business's currency, counted without looking at
    customers) to the cent; ``difference`` is what is left over and must be 0.
    """

    findings: tuple[Finding, ...]
    total: float
    lines: int
    parts: tuple[MoneyPart, ...]
    difference: float
    truncation: Truncation
    limits: Limits
    pure_refund_customers: int
    excluded_customers: int
    seen_customers: int
