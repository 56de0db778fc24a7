"""What the study says of pieces that come back for their service."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from regulars.base.estimate import Estimate
from regulars.base.text import Text

type Owners = Literal["bought", "serviced", "both"]


@dataclass(frozen=True, slots=True)
class ServiceFamily:
    """Pieces of one family (None = all together) and how long those that return take, from purchase or last service.

    ``usual_days`` is the median and ``late_days`` the nine-in-ten point of the gaps of pieces that are brought back;
    ``never`` the share of gaps that no service will end. ``own`` tells whether the family has a fit of its own.
    """

    name: str | None
    pieces: int
    services: int  # gaps that a service has ended
    usual_days: Estimate
    late_days: float
    never: Estimate
    own: bool


@dataclass(frozen=True, slots=True)
class ServicePoint:
    """Share of pieces not yet back so many days after purchase or last service: counted, and fitted with 80 % range."""

    days: int
    observed: float
    fitted: Estimate


@dataclass(frozen=True, slots=True)
class ServiceTrial:
    """What would have been foretold on ``cut`` of the ``pieces`` known then: how many come within 365 days, and did.

    ``whether_never``: never and later could be told apart by then.
    """

    cut: date
    pieces: int
    foretold: Estimate
    came: int
    whether_never: bool = True


@dataclass(frozen=True, slots=True)
class OwnerRow:
    """Customers who bought a piece here, had one serviced, or both: revenue so far, in the business's currency."""

    owners: Owners
    customers: int
    purchases: float
    services: float
    everything: float


@dataclass(frozen=True, slots=True)
class ServiceFit:
    """The fitted gap: Weibull shape and scale in days with a share that never returns, and what follows from it.

    ``next_12``: pieces brought back within 365 days, of those known today, each counted once. ``overdue`` pieces are
    past the nine-in-ten point; ``overdue_12`` of them are expected within 365 days, ``overdue_ever`` is the mean
    chance that one still comes at all.
    """

    parameters: dict[str, float]
    standard_errors: dict[str, float]
    log_likelihood: float
    whole: ServiceFamily
    families: tuple[ServiceFamily, ...]
    curve: tuple[ServicePoint, ...]
    next_12: Estimate
    overdue: int
    overdue_12: Estimate
    overdue_ever: Estimate
    due_90: int  # customers whose next piece is due within 90 days


@dataclass(frozen=True, slots=True)
class Servicing:
    """Result of :mod:`regulars.analysis.servicing`; ``fit`` is None where too few gaps have ended.

    ``narrowed`` tells whether the trade's words part services from small work on a piece; ``price`` is the mean net
    amount of a service line.
    """

    pieces: int
    services: int
    narrowed: bool
    price: float
    whether_never: bool  # pieces have been followed for long enough to part never from later
    verdict: Text
    fit: ServiceFit | None
    owners: tuple[OwnerRow, ...]
    trial: ServiceTrial | None = None
