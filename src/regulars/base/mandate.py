"""What the management has laid down: corporate objectives, must and must-not clauses, the outside factors that
decisions rest on, and the customer-interest test of measures. Parts of ``business.toml``.

Mission -> corporate objectives (``[[corporate]]``) -> KPI targets (``[[objectives]]``, by ``serves``). A clause
(``[[clauses]]``) binds the plan; a factor (``[[factors]]``) re-opens what rests on it when it changes; a test
(``[[interest]]``) decides whether a measure may go to customers at all.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from regulars.base.text import Local

type Kpi = Literal[
    "gain_12",
    "gain_36",
    "retention_rate",
    "retained_customers",
    "wastage_90d",
    "reactivated",
    "revenue_12",
    "active_customers",
    "margin_12",
    "new_customers",
    "complaints_in_time",
    "satisfied_share",
    "consent_growth",
]
type Aim = Literal["retain", "win", "profit", "image", "service"]
type FactorKind = Literal["market", "competitor", "law", "supplier", "staff", "season"]
type Counted = Literal["customers", "spend", "hours"]
type Level = Annotated[int, Field(ge=0, le=3)]
type _Names = dict[Literal["en", "zh-Hant"], str]
type _Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def named(names: _Names, id: str) -> Local:
    """A name in every language it has; the id when it has none."""
    return Local({str(k): v for k, v in names.items()} or {"en": id})


class Corporate(_Model):
    """A corporate objective. KPI targets name it with `serves`; `owner` answers for it and for targets without one."""

    id: _Id
    name: _Names
    kind: Aim
    owner: str = ""
    by: date | None = None


class Rule(_Model):
    """What a clause counts: options of the plan that hold a measure meeting every list given, for customers of
    `states`, `tiers` and `branches` (an empty list takes all). `image_below` takes measures whose customer-interest
    test says less for the image than that. `amount` is the bound, in `of` (customers, spend in money, or hours).
    `where` is a statement in the language of segments: with it a `must_not` bars the measures for whom it is true of.
    """

    measures: tuple[str, ...] = ()
    families: tuple[Literal["acquire", "retain", "develop", "recover", "winback"], ...] = ()
    channels: tuple[Literal["in_person", "sms", "whatsapp", "email", "phone", "post", "app"], ...] = ()
    relationships: tuple[Literal["deal", "functional", "affiliation", "consultant", "partnership"], ...] = ()
    states: tuple[Literal["newcomer", "active", "overdue", "lapsed"], ...] = ()
    tiers: tuple[Literal["high", "middle", "low"], ...] = ()
    branches: tuple[str, ...] = ()
    image_below: Annotated[int, Field(ge=-2, le=2)] | None = None
    of: Counted = "customers"
    amount: Annotated[float, Field(ge=0)] | None = None
    where: str = ""

    @model_validator(mode="after")
    def _names_something(self) -> Rule:
        if self.where and (self.amount or self.states or self.tiers or self.branches):
            raise ValueError("a rule with where has no amount, states, tiers or branches: say them in the statement")
        if not (self.measures or self.families or self.channels or self.relationships or self.image_below is not None):
            raise ValueError("a rule names at least one of measures, families, channels, relationships, image_below")
        return self


class Clause(_Model):
    """A must or must-not clause. `must`: at least `rule.amount` (1 when not given); `must_not`: not more than it (0).

    A plan that breaks a clause cannot be approved; every plan prints what the clause costs.
    """

    id: _Id
    text: _Names
    kind: Literal["must", "must_not"]
    rule: Rule

    @model_validator(mode="after")
    def _bars_by_statement(self) -> Clause:
        if self.rule.where and self.kind == "must":
            raise ValueError("a rule with where belongs to a must_not clause: it says whom a measure is not for")
        return self

    @property
    def amount(self) -> float:
        """The bound, with the default of its kind."""
        if self.rule.amount is not None:
            return self.rule.amount
        return 1.0 if self.kind == "must" else 0.0

    def label(self) -> Local:
        """The clause in the words of who laid it down."""
        return named(self.text, self.id)


class Factor(_Model):
    """Something outside the plan that decisions rest on. A change of `says` re-opens what it touches.

    `measures` and `objectives` are ids, `assumptions` are keys of this file, such as `margin.share`.
    """

    id: _Id
    name: _Names
    kind: FactorKind
    says: str
    source: str = ""
    checked: date | None = None
    measures: tuple[str, ...] = ()
    objectives: tuple[str, ...] = ()
    assumptions: tuple[str, ...] = ()


class InterestTest(_Model):
    """The customer-interest test of a measure, each question from 0 to 3.

    Fails with no `benefit`, with more `harm` than benefit, with `harm` or `pressure` or risk to `vulnerable` people of
    2 or more, and with `fairness` (same need, same offer) or ease of `opt_out` below 2. `image` (-2 to 2) is what the
    measure says of the business. The owner's test goes before the pack's.
    """

    measure: str
    benefit: Level
    harm: Level
    pressure: Level
    fairness: Level
    vulnerable: Level
    opt_out: Level
    image: Annotated[int, Field(ge=-2, le=2)] = 0
    by: str = ""
    note: _Names = Field(default_factory=dict)

    def failed(self) -> tuple[str, ...]:
        """The questions it fails on, in the order they are asked."""
        wrong = {
            "benefit": self.benefit < 1,
            "harm": self.harm >= 2 or self.harm > self.benefit,
            "pressure": self.pressure >= 2,
            "fairness": self.fairness < 2,
            "vulnerable": self.vulnerable >= 2,
            "opt_out": self.opt_out < 2,
        }
        return tuple(question for question, fails in wrong.items() if fails)
