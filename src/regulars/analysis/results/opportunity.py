"""What the study says of what customers will take next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from regulars.analysis.results.shrunk import Shrunk
from regulars.base.estimate import Estimate

#: Share of lines that must tell a time of day: where fewer do, those that do may be of one till or one branch.
TOLD = 0.9

type Rule = Literal["popular", "same", "moves"]
type HourSort = Literal["off_peak", "usual", "peak"]
type ReferralKind = Literal["past", "visits"]
type ChanceKind = Literal["again", "next", "together", "hours", "referral"]


@dataclass(frozen=True, slots=True)
class Tried:
    """One rule on the own past: shares between 0 and 1 of next visits it foretold, with ranges of 90 %.

    ``first`` counts a hit where the category named first was taken, ``three`` where any of three named was.
    """

    rule: Rule
    first: float
    first_low: float
    first_high: float
    three: float
    three_low: float
    three_high: float


@dataclass(frozen=True, slots=True)
class NextRow:
    """After a visit for ``last``: what the rule in use names, how often it followed, and when, in days.

    ``customers`` are current ones whose last visit was for it; ``pairs`` the visits counted. Quartiles of the gap are
    of those who came again for what is named.
    """

    last: str
    named: str
    chance: float
    pairs: int
    customers: int
    gap_low: float
    gap_mid: float
    gap_high: float


@dataclass(frozen=True, slots=True)
class TogetherRow:
    """Customers who had ``having`` began with ``taking`` more often than others of as many visits and the same branch.

    ``odds`` is the common odds ratio over all years looked at. Of ``had`` current customers of a year ago with the one
    and not the other, the share ``rate`` took the other in the year after; ``others`` is the share of those who had
    neither, at the same branches and numbers of visits. ``customers`` are current ones with the one and not the other
    today. Ranges hold 90 %.
    """

    having: str
    taking: str
    odds: float
    odds_low: float
    odds_high: float
    had: int
    rate: float
    rate_low: float
    rate_high: float
    others: float
    customers: int


@dataclass(frozen=True, slots=True)
class Replicated:
    """``found`` in the year before last, of which ``right`` surely held in the last one; the shares over all of them of
    those who began (``rate``) and of others alike (``others``)."""

    found: int
    right: int
    rate: float
    others: float


@dataclass(frozen=True, slots=True)
class Together:
    """What customers begin with more often when they have something else.

    ``tested`` directions (from one category to another) were tried, of the ``rows`` at most 5 % are there by chance
    (Benjamini and Hochberg). ``middle`` is the odds ratio in the middle of all: far from 1, something general is left
    in them. ``back`` tells how what was found a year earlier fared; None without three years, or where nothing was.
    """

    tested: int
    middle: float
    years: int
    rows: tuple[TogetherRow, ...]
    back: Replicated | None


@dataclass(frozen=True, slots=True)
class HourRow:
    """One hour of the week at a branch (Monday 0): ``mean`` visits sold in it on each of the open ``days`` of 364, with
    its range of 90 %. Off the peak where all of that lies below the branch's mean of an open hour, peak where above.
    """

    branch: str
    weekday: int
    hour: int
    days: int
    mean: float
    low: float
    high: float
    sort: HourSort


@dataclass(frozen=True, slots=True)
class HoursBranch:
    """One branch: ``open`` hours a week, ``mean`` visits in one, ``most``: what one in ten reaches.

    ``room`` visits a week lie between what comes in the ``off_peak`` hours and ``most``, which was seen; there may be
    room for more.
    """

    branch: str
    open: int
    mean: float
    most: float
    off_peak: int
    room: float


@dataclass(frozen=True, slots=True)
class HoursBack:
    """Hours ``called`` off the peak by the year before: ``surely`` and ``below`` the branch's mean in the last year;
    ``alike`` is the rank agreement (Spearman) of all hours between the years."""

    called: int
    surely: int
    below: int
    alike: float | None


@dataclass(frozen=True, slots=True)
class Hours:
    """Demand by branch, day of the week and hour of the business's own clock.

    Of ``customers`` (current, came in the last year) so many came both off the peak and at it (``flexible``), only off
    it or only at it. ``back`` is None without hours called off the peak a year earlier.
    """

    rows: tuple[HourRow, ...]
    branches: tuple[HoursBranch, ...]
    customers: int
    flexible: int
    only_off: int
    only_peak: int
    back: HoursBack | None


@dataclass(frozen=True, slots=True)
class ReferralRow:
    """Customers by newcomers they had brought (``past``) or visits in two years (``visits``), from ``least`` on.

    ``customers`` are current ones of today; ``share`` of current ones a year ago brought somebody in the year after.
    """

    kind: ReferralKind
    least: int
    customers: int
    share: Shrunk | None


@dataclass(frozen=True, slots=True)
class Referral:
    """Who is likely to bring others. ``rate`` newcomers were brought in the last year by each current customer of then.

    ``top`` are customers and those of them who brought somebody in the last year, of the tenth that the years before
    called likeliest; ``rest`` the others; with ranges of 90 % of the shares. Today's likeliest tenth are ``likely``
    customers, who can be expected ``to_bring`` so many in a year.
    """

    rate: float
    rows: tuple[ReferralRow, ...]
    top: tuple[int, int]
    top_range: tuple[float, float]
    rest: tuple[int, int]
    rest_range: tuple[float, float]
    likely: int
    to_bring: float


@dataclass(frozen=True, slots=True)
class Chance:
    """One opportunity: ``customers`` it holds for today, and of what was expected of ``tested`` such a year ago, the
    share ``hit`` that came true within the year (range of 90 %).

    ``margin`` is what they bring in a year if they do as such customers did: no effect of an offer. Customers may stand
    in several. ``surely_above`` opportunities have their whole range above this one's.
    """

    kind: ChanceKind
    of: str
    to: str
    customers: int
    tested: int
    hit: float
    hit_low: float
    hit_high: float
    margin: Estimate
    surely_above: int = 0


@dataclass(frozen=True, slots=True)
class Opportunity:
    """Result of :mod:`regulars.analysis.opportunity`: ``rules`` best first, the first is in use; without any there was
    too little to try them.

    ``tested`` next visits over ``origins`` days of the past. ``together`` is None without a year to look back on.
    ``cost_known`` is the part of the last year's lines of visits whose cost is in the ledger; of the rest's revenue the
    business's ``margin_share`` is left. ``hours`` is None where too few lines tell a time of day; ``told`` is the share
    that do (None without two years). ``referral`` is None where too few newcomers name who brought them.
    """

    rules: tuple[Tried, ...] = ()
    tested: int = 0
    origins: int = 0
    rows: tuple[NextRow, ...] = ()
    together: Together | None = None
    hours: Hours | None = None
    told: float | None = None
    referral: Referral | None = None
    chances: tuple[Chance, ...] = ()
    cost_known: float = 0.0
    margin_share: float = 0.0
