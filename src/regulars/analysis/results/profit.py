"""What customers contribute after what serving them costs, and what is owed on packages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from regulars.base.estimate import Estimate
from regulars.base.text import Text

type Basis = Literal["ledger", "setting", "unknown"]


@dataclass(frozen=True, slots=True)
class BridgeLine:
    """One step from list price to contribution of the last 365 days. Costs are negative.

    ``basis`` says where it comes from: the ledger's own lines, a setting, or nothing (then ``amount`` is None).
    """

    id: str
    amount: float | None
    basis: Basis


@dataclass(frozen=True, slots=True)
class Reconciled:
    """Revenue of the last 365 days in the ledger, and where it is in this study; the parts sum to it to the cent."""

    ledger: float
    studied: float
    set_aside: float  # customers excluded by the hygiene policy, or without a visit
    anonymous: float
    difference: float


@dataclass(frozen=True, slots=True)
class Whale:
    """Cumulative contribution of the last 365 days, best customers first: (share of customers, share of the total).

    Peaks above 1 where some customers cost more than they bring.
    """

    points: tuple[tuple[float, float], ...]
    peak: float
    peak_at: float
    below_zero: int
    below_zero_amount: float
    top_decile_share: float


type HoursFrom = Literal["bookings", "setting", "both", "unknown", "none"]


@dataclass(frozen=True, slots=True)
class ProfitLine:
    """A line of the trade (a category; lines without one by their ``kind``), a branch, or a line at a branch.

    What the row does not part by is "". ``per_hour`` is contribution before staff time for an hour of serving, to be
    held against a wage; None where the length of services is not known, or nothing of it takes an appointment.
    """

    line: str
    kind: str
    branch: str
    revenue: float
    contribution: float
    before_time: float
    margin: float | None  # contribution for each dollar of revenue
    services: int
    hours: float | None
    hours_from: HoursFrom
    per_hour: float | None


@dataclass(frozen=True, slots=True)
class ProfitLines:
    """Contribution of the last 365 days by line of the trade and by branch; ``cells`` are lines at branches.

    Each of the three sums to the contribution of the bridge; ``difference`` is what is left of it, to the cent.
    """

    lines: tuple[ProfitLine, ...]
    branches: tuple[ProfitLine, ...]
    cells: tuple[ProfitLine, ...]
    difference: float
    length_known: float | None  # share of services whose length bookings tell; None without services
    wage: float | None  # of an hour, where business.toml states it


@dataclass(frozen=True, slots=True)
class PackageCohort:
    """Packages sold in one quarter: cash taken, value redeemed by age in quarters (cumulative share), still unused."""

    quarter: date
    sold: float
    redeemed: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class PackageAge:
    """What is left of packages sold in one month, and of it what is expected to be redeemed and what never.

    ``months_left`` to expiry (none or less: over) is known where business.toml states how long packages are valid;
    the expectation where a cohort is old enough to tell. Holders of several months count in each.
    """

    sold_in: date
    age_months: int
    months_left: int | None
    outstanding: float
    holders: int
    expected: float | None
    breakage: float | None


@dataclass(frozen=True, slots=True)
class PackagePace:
    """Of cash taken, the share redeemed in one quarter of a package's age, over so many cohorts."""

    age: int
    cohorts: int
    redeemed: float


@dataclass(frozen=True, slots=True)
class PrepaidTrial:
    """Value redeemed in the year from ``since`` on of packages sold before: foretold, and what was."""

    since: date
    foretold: Estimate
    redeemed: float


@dataclass(frozen=True, slots=True)
class Prepaid:
    """What is owed on packages, what of it will be asked for, and how fast."""

    sold: float
    redeemed: float
    outstanding: float
    cohorts: tuple[PackageCohort, ...]
    breakage: Estimate | None  # share of cash never redeemed; None where no cohort is old enough to tell
    expected_liability: Estimate | None
    monthly_pace: float  # value redeemed a month, mean of the last 3
    months_to_finish: float | None
    slow_holders: int  # whose pace will not finish within 12 months
    silent_holders: int  # with a balance, and silent for twice their own interval
    trial: PrepaidTrial | None = None  # None where a year ago no cohort was old enough to tell
    ages: tuple[PackageAge, ...] = ()
    pace: tuple[PackagePace, ...] = ()
    valid_months: int | None = None  # as business.toml states; None: months to expiry are not known
    difference: float = 0.0  # owed less the balances by age, to the cent


@dataclass(frozen=True, slots=True)
class Profit:
    """Result of :mod:`regulars.analysis.profit`."""

    bridge: tuple[BridgeLine, ...]
    reconciled: Reconciled
    whale: Whale
    revenue_12: Estimate
    margin_12: Estimate
    discounted_36: Estimate
    cost_known_share: float  # of the revenue studied, the part whose product cost is in the ledger
    prepaid: Prepaid | None
    missing: tuple[Text, ...]
    by_line: ProfitLines | None = None  # None in studies of before it was known
