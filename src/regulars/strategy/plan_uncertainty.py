"""What a plan says of its own doubt and of what knowing more would be worth: frozen, serialisable."""

from __future__ import annotations

from dataclasses import dataclass

from regulars.base.estimate import Estimate
from regulars.base.text import Local, Text


@dataclass(frozen=True, slots=True)
class Swing:
    """One source of doubt: its share of the variance of the plan's value, and that value where it turns out low or high
    (one chance in ten either way)."""

    source: str  # effect:<measure>, cells, overlap, echo, take_up, cost, hazard, frequency, margin, macro
    share: float
    low: float
    high: float
    name: Text | Local | None = None


@dataclass(frozen=True, slots=True)
class Trial:
    """A hold-out of one size for one measure: what it teaches and what it costs."""

    held: int
    price: float  # value forgone by leaving them alone for a cycle
    worth: float  # expected value of sample information, over the cycles to come
    detectable: float  # smallest change of the share visiting within a cycle seen four times out of five


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What knowing one measure's effect better would be worth, over the cycles to come."""

    measure: str
    name: Local
    customers: int  # who would be in the trial: those the plan gives it to (else those who may have it)
    in_plan: bool
    may_hold: bool  # service is owed to everybody: nobody is held out of it, so no size is looked at
    perfect: float  # expected value of perfect information
    share_visiting: float  # share who visit within a cycle when left alone
    expected_change: float  # of that share, under the measure
    spread_of_change: float  # what the prior leaves open of it (sd)
    sizes: tuple[Trial, ...]  # the sizes looked at, smallest first
    best: Trial | None  # the size whose worth exceeds its price most; None: no size pays
    standing: Trial | None  # what the hold-out of the plan already teaches about it


@dataclass(frozen=True, slots=True)
class Uncertainty:
    """The doubt of a plan. ``expected_*``: where the expectation may lie; ``seen_*``: what may be seen, with chance."""

    expected_12: Estimate
    expected_36: Estimate
    seen_12: Estimate
    seen_36: Estimate
    loss_chance: float  # chance that the plan is seen to lose money over 36 months
    swings: tuple[Swing, ...]
    remainder: float  # share of variance that only sources together explain
    spreads: dict[str, float]  # log-sd common to all cells of hazard, frequency and margin, as used
    from_study: tuple[str, ...]  # those the study itself told
    perfect: float  # expected value of knowing every effect, over the cycles to come
    cycles: int  # so many
    knowledge: tuple[Knowledge, ...]
