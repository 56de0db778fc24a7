"""Wastage in depth: when silence means loss, what it costs, what goes with it, how early it shows, whom to win back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from regulars.analysis.results.names import State
from regulars.base.estimate import Estimate
from regulars.base.text import Text


@dataclass(frozen=True, slots=True)
class ReturnPoint:
    """Of customers so late (own intervals since the last visit), the share who came within ``Criteria.within_days``."""

    factor: float
    share: float
    low: float
    high: float
    customers: int


@dataclass(frozen=True, slots=True)
class Criterion:
    """For customers of one rhythm: the silence from which fewer than ``below`` came back.

    ``factor`` is in own intervals with the range of what the data allow (None: not reached; 0: so from the start),
    ``days`` at the band's middle rhythm.
    """

    below: float
    factor: float | None
    low: float | None
    high: float | None
    days: float | None


@dataclass(frozen=True, slots=True)
class RhythmBand:
    """Customers whose own interval lies in [from_days, to_days), with what their past silences meant."""

    from_days: float
    to_days: float
    customers: int
    middle_days: float
    points: tuple[ReturnPoint, ...]
    criteria: tuple[Criterion, ...]


@dataclass(frozen=True, slots=True)
class Criteria:
    """Learned on rolling origins; ``window_days`` is the trade's fixed rule beside which they stand."""

    within_days: int
    window_days: int
    bands: tuple[RhythmBand, ...]


@dataclass(frozen=True, slots=True)
class StateHazard:
    """Customers of one state: probability of leaving for good within 90 days, and what goes with them in 12 months."""

    state: State
    customers: int
    leaving_90: Estimate
    share: float  # leaving within 90 days, of the state's customers
    revenue: Estimate


@dataclass(frozen=True, slots=True)
class Cost:
    """What wastage costs, in revenue of 12 months: silently gone already, and leaving within 90 days."""

    gone: Estimate  # expected of those no longer customers, had they stayed
    leaving: Estimate
    margin_share: float


@dataclass(frozen=True, slots=True)
class Reason:
    """What goes together with not coming back, other things equal. An association, not a cause.

    ``odds`` is the odds ratio with its 80 % interval, shrunk towards 1; ``extra`` the customers by which silence among
    the exposed exceeds what the others' would have been. ``clear`` where it holds with all that was looked at counted
    (Benjamini and Hochberg): of the clear ones no more than one in ten is chance.
    """

    id: str
    exposed: int
    odds: float
    low: float
    high: float
    extra: float
    clear: bool


@dataclass(frozen=True, slots=True)
class Warning:
    """How well one way of sounding the alarm told who would stay silent, all origins together.

    ``auc`` with its standard error (0.5 = chance), ``precision`` is average precision, ``lift`` how many times the base
    rate the most alarming tenth were silent; ``brier`` for probabilities only.
    """

    id: str
    auc: float
    auc_se: float
    precision: float
    lift: float
    brier: float | None


@dataclass(frozen=True, slots=True)
class Untouched:
    """Who would have been candidates at an earlier day, how many of them were foretold to come back by themselves
    within ``days``, and how many did. What a contact adds to it only a hold-out can tell."""

    cut: date
    days: int
    candidates: int
    foretold: Estimate
    came: int


@dataclass(frozen=True, slots=True)
class RankRule:
    """One way of naming candidates: of those named first, the share who stayed away the whole period, and what these
    had brought a year (``gone``). ``chance`` is names drawn from a hat."""

    id: str
    away: float
    gone: float


@dataclass(frozen=True, slots=True)
class RankingTrial:
    """The order of candidates who had come back before, as of an earlier day: the own order first, then simple rules.

    ``clear`` says whether the money that went with those named first is better (more), worse or alike that of the best
    simple rule. What a contact would have recovered is not in it.
    """

    cut: date
    days: int
    candidates: int
    top: int
    rules: tuple[RankRule, ...]
    clear: str


@dataclass(frozen=True, slots=True)
class WinBack:
    """Candidates (overdue and lapsed) ranked by value recovered: expected gain of one contact, less its cost.

    ``response`` is the prior of the pack's best win-back measure. ``top`` customers: what is at stake if chosen by
    value, and by risk alone. ``untouched``: the returns that would have been foretold at an earlier day;
    ``ranking``: the order of that day, and what became of those named first.
    """

    candidates: int
    worth_it: int
    response: float
    cost: float
    top: int
    by_value: float
    by_risk: float
    untouched: Untouched | None = None
    ranking: RankingTrial | None = None


@dataclass(frozen=True, slots=True)
class Exit:
    """Customers whose visits cost more than they bring: a proposal for a person to decide, never done by itself."""

    customers: int
    margin_12: float


@dataclass(frozen=True, slots=True)
class Leaving:
    """Result of :mod:`regulars.analysis.leaving`. Parts that need a past to look back on are None without one."""

    criteria: Criteria | None
    states: tuple[StateHazard, ...]
    cost: Cost
    reasons: tuple[Reason, ...]
    reasons_base: int
    reasons_missing: tuple[Text, ...]
    warnings: tuple[Warning, ...]
    warnings_base: int
    warnings_verdict: Text | None
    win_back: WinBack
    exit: Exit
