"""``business.toml``: who the business is, what it wants and what it can spend. One file, one model."""

from __future__ import annotations

import tomllib
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from regulars.base.errors import BadSettings, NotThere
from regulars.base.investment import Channel, Expansion, Loyalty, Quarters, Service
from regulars.base.investment_check import check_investments
from regulars.base.mandate import Clause, Corporate, Factor, InterestTest, Kpi
from regulars.base.strategy_rules import Budgets, Care, Evidence, Lock, Risk, Rules, Seats, Steady, Weighing
from regulars.base.text import Local, say

type Names = dict[Literal["en", "zh-Hant"], str]
type Policy = Literal["keep", "exclude"]
type Fraction = Annotated[float, Field(ge=0, le=1)]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Branch(_Model):
    """One branch: ``id`` as in the exports; ``also`` lists other spellings found there."""

    id: Annotated[str, Field(min_length=1)]
    name: Names = Field(default_factory=dict)
    also: tuple[str, ...] = ()
    staff_hours: Annotated[float, Field(ge=0)] | None = None

    def label(self) -> Local:
        """The branch's name in every language it has; its id when it has none."""
        return Local({str(k): v for k, v in self.name.items()} or {"en": self.id})


class Objective(_Model):
    """A corporate objective turned into a KPI with a target.

    ``target`` is money for gain, revenue and margin KPIs, a share for rates, a count for counts. The baseline is
    computed. ``serves`` names a corporate objective; ``branches`` narrows the KPI to the customers of those branches.
    """

    id: Annotated[str, Field(min_length=1)]
    name: Names
    kpi: Kpi
    target: float
    priority: Annotated[int, Field(ge=1, le=9)] = 1
    by: date | None = None
    owner: str = ""
    serves: str = ""
    branches: tuple[str, ...] = ()


class Engine(_Model):
    """What computes a study; no figure depends on it. How to run on Spark explains the keys."""

    name: Literal["duckdb", "spark"] = "duckdb"
    ledger: str = ""
    staging: str = ""


class Budget(_Model):
    """Money for one cycle."""

    amount: Annotated[Decimal, Field(ge=0)] = Decimal(0)


class Capacity(_Model):
    """Staff hours for customer relations in one cycle, for branches that state none of their own."""

    staff_hours_per_branch: Annotated[float, Field(ge=0)] = 60.0


class Contact(_Model):
    """Rules of contact. ``assumed_permission`` plans reach only where no permission is on record at all."""

    max_contacts: Annotated[int, Field(ge=0, le=20)] = 3
    holdout: Annotated[float, Field(ge=0, lt=1)] = 0.05
    assumed_permission: Fraction = 0.5


class Margin(_Model):
    """Contribution margin used where lines carry no cost, and the monthly discount factor."""

    share: Fraction = 0.6
    monthly_discount: Annotated[float, Field(gt=0.8, le=1)] = 0.99


class Relationship(_Model):
    """Overrides the study's reading of relationship types: what is added to a type's score (0.7 doubles its odds)."""

    deal: Annotated[float, Field(ge=-5, le=5)] = 0.0
    functional: Annotated[float, Field(ge=-5, le=5)] = 0.0
    affiliation: Annotated[float, Field(ge=-5, le=5)] = 0.0
    consultant: Annotated[float, Field(ge=-5, le=5)] = 0.0
    partnership: Annotated[float, Field(ge=-5, le=5)] = 0.0


class Hygiene(_Model):
    """What becomes of ledger rows that are no customer's own history: `keep`, or `exclude` from customers and models.

    Money always stays in the totals and reconciles. Accounts are catch-alls ("walk-in", "cash"), house accounts that
    several people share, staff, and wholesale buyers. Copies (`duplicates`) are suspected lines under two sale ids.
    `left_truncated` customers may be older than the ledger: `exclude` keeps them out of the fit of the visit model.
    `exclude_customers` and `keep_customers` are customer keys as in the standings; they go before every rule.
    """

    catch_all: Policy = "exclude"
    house: Policy = "keep"
    staff: Policy = "keep"
    wholesale: Policy = "keep"
    duplicates: Policy = "keep"
    left_truncated: Policy = "keep"
    exclude_customers: tuple[int, ...] = ()
    keep_customers: tuple[int, ...] = ()


class Closure(_Model):
    """Days, first and last included, on which a branch (or with no branch named: the business) was closed."""

    first: date
    last: date
    branch: str = ""

    @model_validator(mode="after")
    def _in_order(self) -> Closure:
        if self.last < self.first:
            raise ValueError(f"a closure ends ({self.last}) before it begins ({self.first})")
        return self


class Costs(_Model):
    """What serving customers costs, where the ledger does not say. Nothing stated counts as not known, never as zero.

    `staff_hour` is money an hour, `service_minutes` the usual length of a service; the others are shares of revenue.
    """

    staff_hour: Annotated[Decimal, Field(ge=0)] | None = None
    service_minutes: Annotated[float, Field(gt=0, le=600)] | None = None
    commission_service: Fraction | None = None
    commission_product: Fraction | None = None
    payment_fee: Fraction | None = None


class Packages(_Model):
    """Prepaid packages. `valid_months` is how long they may be used from the month of sale; no ledger says so."""

    valid_months: Annotated[int, Field(ge=1, le=240)] | None = None


class Forecast(_Model):
    """What takes part in the visit models besides the business's own data. Every fit says what did.

    `prior` is a belief about their parameters: `none`, or `pack` (centred at the pack's figures). `clock` is the time
    they count: `proven` (business time where it has foretold held-out months better) or `calendar`.
    """

    prior: Literal["none", "pack"] = "none"
    clock: Literal["proven", "calendar"] = "proven"


class Business(_Model):
    """The settings of one business."""

    name: Names
    pack: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]*$")]
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] = "HKD"
    zone: str = "Asia/Hong_Kong"
    languages: tuple[Literal["en", "zh-Hant"], ...] = ("en", "zh-Hant")
    mission: Names = Field(default_factory=dict)
    cycle_months: Annotated[int, Field(ge=1, le=12)] = 3
    branches: tuple[Branch, ...] = ()
    budget: Budget = Budget()
    capacity: Capacity = Capacity()
    contact: Contact = Contact()
    margin: Margin = Margin()
    costs: Costs = Costs()
    packages: Packages = Packages()
    relationship: Relationship = Relationship()
    hygiene: Hygiene = Hygiene()
    forecast: Forecast = Forecast()
    closures: tuple[Closure, ...] = ()
    objectives: tuple[Objective, ...] = ()
    veto: tuple[str, ...] = ()
    corporate: tuple[Corporate, ...] = ()
    clauses: tuple[Clause, ...] = ()
    factors: tuple[Factor, ...] = ()
    interest: tuple[InterestTest, ...] = ()
    locks: tuple[Lock, ...] = ()
    rules: Rules = Rules()
    budgets: Budgets = Budgets()
    steady: Steady = Steady()
    evidence: Evidence = Evidence()
    care: Care = Care()
    risk: Risk = Risk()
    seats: tuple[Seats, ...] = ()
    weighing: Weighing = Weighing()
    acquisition: tuple[Channel, ...] = ()
    service: tuple[Service, ...] = ()
    loyalty: tuple[Loyalty, ...] = ()
    expansion: tuple[Expansion, ...] = ()
    quarters: Quarters = Quarters()
    engine: Engine = Engine()

    @field_validator("zone")
    @classmethod
    def _zone_exists(cls, zone: str) -> str:
        from zoneinfo import ZoneInfo

        try:
            ZoneInfo(zone)
        except (KeyError, ValueError, OSError) as error:
            raise ValueError(f"no such time zone: {zone}") from error
        return zone

    @model_validator(mode="after")
    def _ids_unique(self) -> Business:
        for what, ids in (
            ("branch", [b.id for b in self.branches]),
            ("objective", [o.id for o in self.objectives]),
            ("corporate objective", [c.id for c in self.corporate]),
            ("clause", [c.id for c in self.clauses]),
            ("factor", [f.id for f in self.factors]),
            ("interest test", [t.measure for t in self.interest]),
        ):
            twice = {i for i in ids if ids.count(i) > 1}
            if twice:
                raise ValueError(f"{what} id used twice: {', '.join(sorted(twice))}")
        known = {c.id for c in self.corporate}
        for objective in self.objectives:
            if objective.serves and objective.serves not in known:
                raise ValueError(f"objective {objective.id} serves {objective.serves}, which is no corporate objective")
        return self

    def spellings(self, branches: tuple[str, ...]) -> tuple[str, ...]:
        """Branches by every spelling the exports may use."""
        found = dict.fromkeys(branches)
        for branch in self.branches:
            if branch.id in branches:
                found |= dict.fromkeys(branch.also)
        return tuple(found)

    def deciding(self) -> dict[str, Any]:
        """The settings figures depend on, JSON-able: all but the engine."""
        return self.model_dump(mode="json", exclude={"engine"})

    def label(self) -> Local:
        """The business's name in every language it has."""
        return Local({str(k): v for k, v in self.name.items()})


def read_business(path: Path) -> Business:
    """Read ``business.toml`` (UTF-8; Windows editors' byte order mark is let pass).

    Raises:
        NotThere: there is no such file.
        BadSettings: it is no TOML, or a key is unknown, missing or out of range; the message names the key.
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise NotThere(
            say("base.settings.missing", folder=str(path.parent)), say("base.settings.missing_hint")
        ) from error
    return parse_business(content, file=path)


def parse_business(content: bytes, *, file: Path) -> Business:
    """The settings in ``content``; ``file`` is what messages call it. Raises BadSettings as :func:`read_business`."""
    try:
        raw = tomllib.loads(content.decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadSettings(say("base.settings.no_toml", file=str(file), detail=str(error))) from error
    try:
        business = Business.model_validate(raw)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "(top)"
        raise BadSettings(
            say("base.settings.bad_key", file=str(file), key=where, detail=first["msg"].removeprefix("Value error, ")),
            say("base.settings.bad_key_hint"),
        ) from error
    check_investments(
        currency=business.currency,
        acquisition=business.acquisition,
        service=business.service,
        loyalty=business.loyalty,
        expansion=business.expansion,
        quarters=business.quarters,
    )
    return business
