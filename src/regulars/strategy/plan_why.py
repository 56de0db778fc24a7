"""Why a line stands in the plan, as figures and as sentences; and what each target and rule costs. Serialisable."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from regulars.base.text import Local, Text

type Risk = Literal["low", "some", "high"]


@dataclass(frozen=True, slots=True)
class Driver:
    """The share of a line's value that one primitive brings (``contacts``: what too many contacts take away)."""

    primitive: str
    share: float


@dataclass(frozen=True, slots=True)
class Beaten:
    """The second-best option for the same customers. Its own value and cost per customer; ``advantage``: how much more
    the line brings per customer once money and time are paid for at their worth in the plan."""

    option: str
    name: Local | Text
    value: float
    cost: float
    hours: float
    advantage: float


@dataclass(frozen=True, slots=True)
class Bound:
    """A limit or rule that keeps the line from growing, and what one unit more of it would be worth."""

    id: str
    label: Text
    price: float


@dataclass(frozen=True, slots=True)
class Why:
    """The explanation of one line. Money is per customer unless said otherwise; None: does not apply."""

    starts: date
    ends: date
    value_per_money: float | None  # net value per unit of money it costs
    asked_per_money: float  # what the plan asks of one unit of money
    value_per_hour: float | None
    asked_per_hour: float
    drivers: tuple[Driver, ...]
    trust: tuple[str, ...]  # grades of its evidence, the weightiest effect's first
    own_data: float  # share of the evidence's weight that comes from the business's own results
    beaten: Beaten | None  # None: nothing else pays for these customers
    advantage_each: float
    advantage: float  # whole line, against the second best (or against leaving them alone)
    loss_without: float | None  # whole plan, re-solved; None: a target could not be kept without it
    needed: bool  # a target could not be kept without it
    break_even_effect: float | None  # multiple of its expected effects below which it leaves; None: there for a target
    break_even_cost: float | None  # cost above which it leaves
    chance_of_loss: float
    risk: Risk
    doubt: str  # the source most of its doubt comes from
    doubt_share: float
    holdout_price: float  # whole line, this cycle
    bounds: tuple[Bound, ...]
    sentences: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True)
class Cost:
    """What one target or rule costs in value over 36 months, found by solving the plan without it."""

    id: str  # target:<objective>, targets, veto:<measure>, holdout, trial, reserve
    kind: Literal["target", "lock", "rule"]
    label: Text
    price: float
