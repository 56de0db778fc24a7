"""What a simulated trade is made of: branches, how customers behave, when the doors are open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from regulars.ledger.profile import Profile

#: Days of a month of the year-round average.
MONTH = 365.25 / 12


@dataclass(frozen=True, slots=True)
class Place:
    """One branch. ``wastage`` multiplies its customers' attrition hazard, ``once_more`` adds to the share seen once.

    ``closed_on`` are ISO weekdays (1 = Monday); ``also`` is the other spelling that the exports use; ``complaints``
    multiplies the share of its customers' visits that end in a complaint.
    """

    id: str
    english: str
    chinese: str
    share: float
    wastage: float = 1.0
    once_more: float = 0.0
    closed_on: tuple[int, ...] = ()
    also: tuple[str, ...] = ()
    complaints: float = 1.0


@dataclass(frozen=True, slots=True)
class Grievances:
    """Complaints arise at a ``share`` of visits; a part of them is settled ``prompt``, a part ``late``, the rest never.

    Who complains leaves there and then with the chance of how the complaint will have been met: with none after a
    prompt settlement. ``kinds``, ``severities`` and ``outcomes`` are the words of the file.
    """

    share: float
    prompt: float
    late: float
    leave_late: float
    leave_open: float
    kinds: tuple[str, ...]
    severities: tuple[str, ...]
    outcomes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Channel:
    """A source of newcomers: its ``share`` of them over the years, and what is spent on it.

    ``month`` is HK$ of a usual month for 1,000 customers won over all the years; ``steady`` where it never changes.
    """

    source: str
    share: float
    month: float = 0.0
    steady: bool = False


@dataclass(frozen=True, slots=True)
class Nature:
    """How customers behave. Rate and hazard are Gamma distributed with these means and shapes.

    ``once`` is the share that never comes back whatever happens; the others leave with a constant hazard and visit,
    while they are customers, with Erlang-k gaps, k drawn from ``regularity`` (k -> share).

    Attrition differs widely between people (shapes below 1, as in published fits: 0.61 for CDNOW), so that dropout
    models of the (M)BG/NBD family come close although none of them is the truth. With narrow hazards (shape 2) those
    models expect 10 to 20 % too many visits; take such a nature to test a model where it is wrong.
    """

    interval_days: float
    rate_shape: float
    once: float
    hazard_month: float
    hazard_shape: float
    regularity: Mapping[int, float]
    hazard_with_rate: float = 0.15  # correlations of the underlying normals
    hazard_with_spend: float = -0.2


@dataclass(frozen=True, slots=True)
class Calendar:
    """Relative demand by ISO weekday and by month, and how the trade lives through Lunar New Year."""

    weekday: tuple[float, ...]
    month: tuple[float, ...]
    new_year_rush: float = 1.0  # the 21 days before
    new_year_closed: int = 3  # days from the first day of the year
    new_year_lull: float = 1.0  # the 14 days after the closure


@dataclass(frozen=True, slots=True)
class Goal:
    """One objective of the ready ``business.toml``; the target is for 1,000 customers where ``per_thousand``."""

    id: str
    english: str
    chinese: str
    kpi: str
    target: float
    priority: int
    per_thousand: bool = False


@dataclass(frozen=True, slots=True)
class Trade:
    """One simulated business."""

    pack: str
    english: str
    chinese: str
    mission_english: str
    mission_chinese: str
    customers: int
    years: int
    places: tuple[Place, ...]
    nature: Nature
    calendar: Calendar
    goals: tuple[Goal, ...]
    female: float
    margin: float
    budget_per_thousand: float  # HK$ for one cycle and 1,000 customers
    staff_hours: float  # for one cycle and branch at the default size
    away: float = 0.06  # share of visits at another branch than one's own
    walk_ins: float = 0.06  # share of visits nobody identified
    grievances: Grievances | None = None
    channels: tuple[Channel, ...] = ()
    profiles: tuple[Profile, ...] = ()  # how to read files that the importer cannot read by itself
