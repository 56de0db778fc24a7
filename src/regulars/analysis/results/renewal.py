"""What the study says of renewals of packages and memberships, and of customers who come back from the lost."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from regulars.base.estimate import Estimate
from regulars.base.text import Text

type Contract = Literal["package_sale", "membership_fee"]


@dataclass(frozen=True, slots=True)
class RenewalStep:
    """Holders who reached a contract, by what came of it: a share renewed is of those renewed or lapsed."""

    number: int  # first, second, ...
    renewed: int
    lapsed: int
    open: int  # not yet told
    observed: float | None
    fitted: float


@dataclass(frozen=True, slots=True)
class RenewalTrial:
    """What would have been foretold on ``cut`` of the contracts taken in the 365 days after it, one a customer.

    ``foretold`` renewals of the ``told`` contracts that were renewed or have lapsed by now, with their 80 % range (the
    holders' own chance and doubt in the parameters), and how many ``renewed``. ``open`` cannot be told yet.
    """

    cut: date
    told: int
    open: int
    foretold: Estimate
    renewed: int


@dataclass(frozen=True, slots=True)
class Contracts:
    """One kind of contract. ``period_days`` is the modal gap between fees; None for packages, which have none.

    ``lapsed_after_days`` without another (and, for packages, silent) counts as lapsed. A
    contract counts, renewed or lapsed, once it is older than ``told_after_days``. ``survival`` is the fitted share
    still there after 1, 2, ... renewals, with its 80 % range.
    """

    kind: Contract
    holders: int
    period_days: int | None
    lapsed_after_days: int
    told_after_days: int
    model: str
    parameters: dict[str, float]
    log_likelihood: float
    verdict: Text
    steps: tuple[RenewalStep, ...]
    survival: tuple[Estimate, ...]
    trial: RenewalTrial | None = None  # None where the past is too short or too thin


@dataclass(frozen=True, slots=True)
class ReturnRate:
    """Of customers absent between ``from_days`` and ``to_days`` (None = and longer): how many came back.

    ``per_90`` is the probability of coming back within 90 days; ``before`` and ``after`` the rates up to the latest
    origin and since, as returns per 1,000 customers and 90 days (None where nothing can be said).
    """

    from_days: int
    to_days: int | None
    returns: int
    per_90: Estimate
    before: float | None
    after: float | None


@dataclass(frozen=True, slots=True)
class Renewal:
    """Result of :mod:`regulars.analysis.renewal`."""

    contracts: tuple[Contracts, ...]
    returns: tuple[ReturnRate, ...]
