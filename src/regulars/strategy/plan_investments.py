"""What a plan says of investments: channels, service, loyalty, expansion, the quarters ahead, and how to grow.

Money in the business's currency. Estimates are judged on fresh draws.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from regulars.base.estimate import Estimate
from regulars.base.text import Local, Text

type Ansoff = Literal["penetration", "market_development", "product_development", "diversification"]
type Reach = Literal["focused_service", "clustered_service", "focused_network", "diversified_network"]


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """Newcomers of a cycle at a spend."""

    spend: float
    low: float
    mid: float
    high: float


@dataclass(frozen=True, slots=True)
class ChannelPlan:
    """A channel: spend of a cycle now and in the plan, what it brings, what one more unit of money would bring.

    ``marginal`` is the 36-month value of one more unit of money at the plan's spend, before that unit; ``told`` who
    says so: ``file``, ``ledger`` (counts), ``curve`` (response curve of the study). ``retention`` is first-visit
    retention, ``retention_told`` where from.
    """

    id: str
    name: Local
    spend_now: float
    spend: float
    most: float
    arrivals_now: float
    arrivals: Estimate
    ceiling: float
    newcomer_36: Estimate
    retention: float
    retention_told: str
    marginal: float
    marginal_now: float
    value_12: Estimate
    value_36: Estimate
    told: str
    assumed_room: bool
    curve: tuple[CurvePoint, ...]
    reason: Text


@dataclass(frozen=True, slots=True)
class LevelPlan:
    """A level of a service programme, against nothing. ``extra_*`` are against the next cheaper level."""

    id: str
    name: Local
    chosen: bool
    cost: float  # all money, discounted, over 36 months
    in_cycle: float
    satisfied: Estimate  # change of the satisfied share
    value_12: Estimate  # net
    value_36: Estimate
    gross_36: Estimate
    extra_cost: float
    extra_value: Estimate
    too_much: bool
    probability_positive: float


@dataclass(frozen=True, slots=True)
class ServicePlan:
    """A service programme with its levels by cost."""

    id: str
    name: Local
    branches: tuple[str, ...]
    customers: float
    satisfied_now: float
    chosen: str | None
    levels: tuple[LevelPlan, ...]
    reason: Text


@dataclass(frozen=True, slots=True)
class LoyaltyPlan:
    """A loyalty design. ``anyway`` is the part of rewards that buys nothing: earned by visits that come without it."""

    id: str
    name: Local
    chosen: bool
    reward_rate: float
    members: float
    cost: float  # rewards and set-up of the cycle
    rewards: Estimate
    anyway: float
    owed_cycle: float
    owed_year: float
    gross_36: Estimate
    value_12: Estimate
    value_36: Estimate
    probability_positive: float
    reason: Text


@dataclass(frozen=True, slots=True)
class NeighbourLoss:
    """Contribution a neighbour loses to a new site, discounted over the scenario."""

    branch: str
    lost: float


@dataclass(frozen=True, slots=True)
class ScenarioPlan:
    """A growth scenario; ``chosen`` only where it was left to the optimiser (``auto``)."""

    id: str
    name: Local
    kind: str
    organisation: str
    auto: bool
    chosen: bool
    npv: Estimate
    probability_positive: float
    payback_months: float | None
    capex: float
    extra_budget: float  # the plan's budget would have to be larger by so much
    deepest: float  # the deepest the mean cash falls
    months: int
    cannibalised: Estimate  # share of its revenue
    neighbours: tuple[NeighbourLoss, ...]
    failure: float
    break_even: float | None  # monthly revenue at which the mean NPV is 0
    reason: Text


@dataclass(frozen=True, slots=True)
class QuarterPlan:
    """One quarter of the longer plan; customers by state at its start."""

    number: int
    budget: float
    measures: float
    invested: float
    hours: float
    customers: dict[str, float]
    customers_idle: dict[str, float]
    living: Estimate
    living_idle: Estimate
    contribution: Estimate
    contribution_idle: Estimate
    price: float  # worth today of one more unit of money in it


@dataclass(frozen=True, slots=True)
class LongPlan:
    """The quarters ahead. ``gain`` is against doing nothing, net of all money, discounted, later value included."""

    quarters: tuple[QuarterPlan, ...]
    end: dict[str, float]
    end_idle: dict[str, float]
    gain: Estimate


@dataclass(frozen=True, slots=True)
class GrowthOption:
    """A way to grow, placed by market and offer (Ansoff) and by sites and services."""

    id: str
    name: Local | Text
    ansoff: Ansoff
    reach: Reach
    chosen: bool
    equity: Estimate
    money: float
    hours: float
    per_money: float


@dataclass(frozen=True, slots=True)
class Investments:
    """Everything weighed beside measures for customers. ``notes`` say what was assumed."""

    channels: tuple[ChannelPlan, ...]
    service: tuple[ServicePlan, ...]
    loyalty: tuple[LoyaltyPlan, ...]
    expansion: tuple[ScenarioPlan, ...]
    quarters: LongPlan | None
    growth: tuple[GrowthOption, ...]
    value_12: Estimate  # of what was chosen, net
    value_36: Estimate
    cost: float  # expected, in the cycle
    hours: float
    notes: tuple[Text, ...]
