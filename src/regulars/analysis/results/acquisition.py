"""What the study says of newcomers: where they came from, how good they were, what they cost, who brought them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from regulars.analysis.results.shrunk import Shrunk
from regulars.base.estimate import Estimate

type SourceKind = Literal["named", "others", "unknown"]
type Refused = Literal["few_weeks", "flat_spend", "few_newcomers"]


@dataclass(frozen=True, slots=True)
class Cost:
    """Money spent on a source between ``since`` and ``until`` against the newcomers who first came in those days.

    ``per_retained`` counts only days old enough: what was spent then, by newcomers still coming at 12 months.
    """

    since: date
    until: date
    spend: float
    newcomers: int
    per_newcomer: Estimate
    spend_told: float
    retained: int
    per_retained: Estimate | None


@dataclass(frozen=True, slots=True)
class SourceRow:
    """Newcomers of one source. Rates of those watched long enough; money a newcomer.

    ``back_90`` and ``back_180`` came again within so many days; ``still_12`` had a visit on days 366 to 548 after the
    first; ``first_year`` and ``first_margin`` are the revenue and margin of 365 days, ``value_36`` the expected revenue
    of the coming 36 months. None where nobody was watched so long.
    """

    source: str | None  # None for the unknown and the others together
    kind: SourceKind
    newcomers: int
    back_90: Shrunk | None
    back_180: Shrunk | None
    still_12: Shrunk | None
    first_year: Shrunk | None
    first_margin: Shrunk | None
    value_36: Shrunk | None
    cost: Cost | None


@dataclass(frozen=True, slots=True)
class Response:
    """Newcomers a week by money spent a week: base + most (1 - exp(-spend / scale)), with ranges that hold 90 %.

    ``refused`` says why no curve is drawn (``few_weeks``, ``flat_spend``, ``few_newcomers``); the curve is then empty.
    ``clear`` tells whether chance alone could not well have made the slope. ``next_cost`` is what one more newcomer
    costs at ``usual`` weekly spend (None where not clear). The curve ends at 1.5 times the largest week.
    """

    source: str
    weeks: int
    refused: Refused | None
    usual: float
    largest: float
    spend: tuple[float, ...]
    newcomers: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    clear: bool
    next_cost: Estimate | None


@dataclass(frozen=True, slots=True)
class Tree:
    """One tree grown from a customer nobody referred: members without the root, generations, their expected value."""

    members: int
    generations: int
    value_36: float


@dataclass(frozen=True, slots=True)
class Referrals:
    """Who brought whom. ``generations[k]`` customers stand k + 1 referrals below a root.

    ``selves`` and ``circles`` are links that were cut: to oneself, and those that lead round and never to a root.
    ``share`` is the referred part of the newcomers.
    """

    referrers: int
    referred: int
    generations: tuple[int, ...]
    trees: int
    top: tuple[Tree, ...]
    top_share: float
    selves: int
    circles: int
    share: float


@dataclass(frozen=True, slots=True)
class DealGroup:
    """Newcomers whose first visit was (not) on a deal, of those watched 180 days: how many came at full price since."""

    newcomers: int
    full_price: int
    share: Estimate


@dataclass(frozen=True, slots=True)
class Deals:
    """Newcomers won on deals beside the others. ``lower`` is the probability that the former come less at full price.

    A deal is a visit day with a promotion code or a line with at least ``deep`` of its list price off. ``hunters``
    began on one and have not come at the full price since, of those watched.
    """

    deep: float
    on_deal: DealGroup
    others: DealGroup
    lower: float
    hunters: int


@dataclass(frozen=True, slots=True)
class Acquisition:
    """Result of :mod:`regulars.analysis.acquisition`; newcomers are those who first came on ``since`` or later."""

    since: date
    newcomers: int
    sources: tuple[SourceRow, ...]
    responses: tuple[Response, ...]
    referrals: Referrals | None
    deals: Deals | None
