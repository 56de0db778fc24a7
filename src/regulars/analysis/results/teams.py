"""What the study says of branches and staff side by side."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from regulars.analysis.results.shrunk import Shrunk

type Measure = Literal[
    "back_90",
    "stayed",
    "late",
    "interval",
    "rebooked",
    "no_show",
    "visit_value",
    "discount",
    "refunded",
    "margin",
    "same_hands",
    "line_value",
]
type CourseMeasure = Literal["back_90", "kept_90", "visit_value"]


#: A group of fewer gets no verdict: it could be recognised by single customers.
ENOUGH = 30


@dataclass(frozen=True, slots=True)
class TeamRow:
    """One branch (its name as shown) or member of staff (pseudonymous key); no ``figure`` where nobody was counted."""

    name: str
    figure: Shrunk | None


@dataclass(frozen=True, slots=True)
class Foretold:
    """How an earlier half's figures foretold the later half's: mean squared errors over ``groups``."""

    groups: int
    raw: float
    shrunk: float


@dataclass(frozen=True, slots=True)
class Span:
    """A hidden quantity, mostly a share, with the range that holds 90 %."""

    low: float
    mid: float
    high: float


@dataclass(frozen=True, slots=True)
class Measured:
    """One measure of all groups. Rates between 0 and 1; money in the business's currency; intervals in days.

    ``rows`` stand in no order of merit: those above all, those alike, those below, each by name. ``pairs`` groups can
    be told apart (their ranges do not meet) out of ``of_pairs``. ``chance`` is the part of the groups' raw spread that
    chance alone makes; the rest is particular to the groups. ``foretold`` is None where halves are too small.
    """

    measure: Measure
    overall: float
    rows: tuple[TeamRow, ...]
    pairs: int
    of_pairs: int
    chance: Span | None
    foretold: Foretold | None = None


@dataclass(frozen=True, slots=True)
class Split:
    """Where the difference between customers lies: parts of their variance, which add up to 1 (ranges hold 90 %).

    ``hands`` counts staff by branch they served at. ``in_rest`` lies in the customers themselves and in chance. Two
    branches, or two hands at one branch, differ by ``branches_apart`` and ``hands_apart`` on average.
    """

    measure: Measure
    customers: int
    branches: int
    hands: int
    in_branch: Span
    in_hands: Span
    in_rest: Span
    branches_apart: Span
    hands_apart: Span


@dataclass(frozen=True, slots=True)
class Beside:
    """A figure of the trade (``id`` of the pack's benchmark) and the chain's by the same definition, on ``customers``.

    ``ours`` holds 90 %; it is None where ``untold`` says why: the trade measured otherwise, the ledger has no bookings
    or none of the kind, or too few customers.
    """

    id: str
    defined: str | None
    trade: float
    source: str
    customers: int
    ours: Span | None
    untold: Literal["otherwise", "no_bookings", "none_told", "too_few"] | None = None

    @property
    def verdict(self) -> Literal["inside", "above", "below"] | None:
        """Where the chain lies: the trade's figure inside its range, or the whole range above or below it."""
        if self.ours is None:
            return None
        if self.ours.low > self.trade:
            return "above"
        return "below" if self.ours.high < self.trade else "inside"


@dataclass(frozen=True, slots=True)
class Point:
    """A branch's figure of one quarter, as counted on ``n``; ``low`` and ``high`` hold 90 %."""

    n: int
    low: float
    mid: float
    high: float


@dataclass(frozen=True, slots=True)
class Line:
    """One branch's course; None where nobody was counted. ``judged``: it has enough in every quarter to be judged."""

    name: str
    points: tuple[Point | None, ...]
    judged: bool


@dataclass(frozen=True, slots=True)
class Change:
    """A stretch of quarters (by place, both ends included) that lies ``by`` above or below all other quarters.

    Of the branch ``name`` against the others together; of all together without a name.
    """

    name: str | None
    first: int
    last: int
    by: Span


@dataclass(frozen=True, slots=True)
class Course:
    """A measure by quarter (first days, oldest first) and branch, all together, and what stands out from chance.

    ``changes``: what moved all together first, then single branches against the others. ``parted``: of two branches one
    moved against the other, and nobody can say which.
    """

    measure: CourseMeasure
    quarters: tuple[date, ...]
    together: tuple[float, ...]
    lines: tuple[Line, ...]
    changes: tuple[Change, ...]
    parted: bool


@dataclass(frozen=True, slots=True)
class Teams:
    """Result of :mod:`regulars.analysis.teams`; ``staff_left_out`` counts staff beyond the busiest, not shown."""

    branches: tuple[Measured, ...]
    staff: tuple[Measured, ...]
    staff_left_out: int
    splits: tuple[Split, ...] = ()
    trade: tuple[Beside, ...] = ()
    courses: tuple[Course, ...] = ()
