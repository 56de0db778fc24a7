"""How the visit models did on the business's own past, and why one of them was taken."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from regulars.base.text import Text


@dataclass(frozen=True, slots=True)
class Origin:
    """One day of the past from which every model had to foretell the next ``horizon_days``."""

    cut: date
    horizon_days: int
    customers: int
    visits: int  # that came


@dataclass(frozen=True, slots=True)
class Contender:
    """One model over all origins. Smaller ``crps`` (visits a customer) is better.

    ``behind`` is its mean CRPS less the best one's, ``behind_se`` the standard error of that difference; ``bias`` the
    mean of foretold over actual visits less one; ``miscalibration`` the largest distance of the probability integral
    transform from calibrated; ``coverage_80`` and ``coverage_90`` the shares of customers whose visits fell into the
    80 % and 90 % ranges as they are shown, ``nominal_90`` into the model's own 90 % range. Ranges are judged on
    customers or origins that did not set their width.
    """

    model: str
    crps: float
    behind: float
    behind_se: float
    bias: float
    miscalibration: float
    nominal_90: float
    coverage_80: float
    coverage_90: float
    chosen: bool


@dataclass(frozen=True, slots=True)
class LineContest:
    """The same contest within one line of trade (a category of items)."""

    line: str
    customers: int
    visits: int
    model: str
    crps: float
    skill: float  # share of the error of repeating the last period that the model avoids
    regularity: int  # stages of a gap, of the commonest class in a mixture; 1 = pure chance
    reason: Text


@dataclass(frozen=True, slots=True)
class Tournament:
    """The contest of a study. ``naive_crps`` is that of foretelling that the last period repeats itself.

    ``sampled`` tells on how many customers models were tried where the base is larger; None = on all of them.
    """

    origins: tuple[Origin, ...]
    contenders: tuple[Contender, ...]
    naive_crps: float
    skill: float
    sampled: int | None
    reason: Text
    lines: tuple[LineContest, ...]


@dataclass(frozen=True, slots=True)
class TrustRow:
    """One predictive figure at one origin: what would have been said that day, and what came.

    ``figure`` is ``visits``, ``revenue``, ``active_90`` or ``next_visit`` (customers whose next visit fell into the
    window given); ``low`` and ``high`` are the 80 % range as given then, None where the figure carries none.
    """

    figure: str
    cut: date
    foretold: float
    low: float | None
    high: float | None
    actual: float


@dataclass(frozen=True, slots=True)
class Reliability:
    """Customers to whom a like probability was given: the mean of it, and the share of whom it came true."""

    given: float
    came_true: float
    customers: int


@dataclass(frozen=True, slots=True)
class Coverage:
    """Share of customers whose outcome fell into their range, all origins together. ``group`` is a band of visits."""

    figure: str  # visits or revenue
    group: str
    customers: int
    within_80: float
    within_90: float
    above_90: float = 0.0  # share whose outcome lay above their 90 % range; chance and counts put it at a twentieth


@dataclass(frozen=True, slots=True)
class Trust:
    """The back-test of every predictive figure of the study on the business's own past.

    ``longest`` are visits and revenue over ``longest_days``: as far ahead as half of the past allows, 36 months at
    most. Empty (0 days) where that is no further than the origins look.
    """

    rows: tuple[TrustRow, ...]
    coverage: tuple[Coverage, ...]
    active: tuple[Reliability, ...]
    verdict: Text
    longest: tuple[TrustRow, ...] = ()
    longest_days: int = 0
