"""The result: ``regulars.policy/1``."""

from __future__ import annotations

from dataclasses import dataclass, field

from regulars.base.text import Text


@dataclass(frozen=True)
class Interval:
    """A value per customer with its interval at the result's ``level``."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True)
class ArmFacts:
    """An arm as logged. ``effect`` over the control (doubly robust); ``raw_mean`` of the outcome as the file has it."""

    arm: str
    rows: int
    share: float
    raw_mean: float
    responded: float
    cost: float
    effect: Interval | None
    net_effect: Interval | None


@dataclass(frozen=True)
class Rival:
    """A simple policy under the same reach or budget. ``ahead``: how much more the learned policy brings."""

    rival: str  # nobody, everybody, random, best_arm_random, high_risk, low_risk, one_feature
    arm: str | None
    within: bool  # keeps the reach or the budget
    share: float
    cost: float
    value: float
    gain: Interval
    ahead: Interval
    feature: str | None = None


@dataclass(frozen=True)
class Scenario:
    """What the learned policy is worth under one reach or budget. Values are per customer of the file."""

    reach: float | None
    budget: float | None
    share: float
    shares: dict[str, float]
    cost: float
    value: Interval
    gain: Interval
    gain_bootstrap: Interval
    estimator: str
    estimates: dict[str, Interval]  # value by ipw, snipw, aipw
    predicted_gain: float  # what the model itself foretold
    rivals: tuple[Rival, ...]
    best_rival: str
    ahead_of_best: Interval
    best: str  # policy, or the rival with the highest estimate within the reach
    verdict: str  # better, unclear, worse, no_gain
    said: Text


@dataclass(frozen=True)
class CurvePoint:
    """The gain when this share of customers is treated, best first, beside treating as many at random."""

    reach: float
    gain: Interval
    random: float
    cost: float


@dataclass(frozen=True)
class Ranking:
    """How well customers are ranked for one arm (or for the best arm each, ``arm`` None).

    ``auuc`` is the area under the curve of gain against reach, ``qini`` the area between it and the straight line of
    random treatment; both per customer.
    """

    arm: str | None
    auuc: Interval
    qini: Interval
    curve: tuple[CurvePoint, ...]


@dataclass(frozen=True)
class CostPoint:
    """The gain that an amount per customer buys."""

    spent: float
    gain: Interval
    share: float


@dataclass(frozen=True)
class FeatureUsed:
    """A feature and how it stands between arms."""

    feature: str
    bins: int
    balance_p: float
    imbalance: float


@dataclass(frozen=True)
class ColumnDropped:
    """A column that is no feature, and why."""

    column: str
    reason: str
    said: Text


@dataclass(frozen=True)
class Randomisation:
    """Whether arms were dealt by chance. ``verdict``: random, slightly, strongly (depends on features)."""

    verdict: str
    p: float
    auc: float
    propensity: str  # shares, strata, column, estimated
    said: Text


@dataclass(frozen=True)
class Checks:
    """What was looked at before anything is believed."""

    rows: int
    rows_left_out: int
    rows_learned: int
    randomisation: Randomisation
    features: tuple[FeatureUsed, ...]
    dropped: tuple[ColumnDropped, ...]
    warnings: tuple[Text, ...]
    smallest_arm: int
    fewest_responses: int


@dataclass(frozen=True)
class PolicyResult:
    """A policy learned from a campaign and what it is worth."""

    file: str
    arm: str
    control: str
    outcome: str
    level: float
    seed: int
    checks: Checks
    arms: tuple[ArmFacts, ...]
    scenarios: tuple[Scenario, ...]
    rankings: tuple[Ranking, ...]
    cost_curve: tuple[CostPoint, ...]
    learners: dict[str, dict[str, float]]  # arm -> learner -> mean weight
    verdict: str
    said: Text
    schema: str = field(default="regulars.policy/1", init=False)
