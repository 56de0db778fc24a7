"""What a manager fixes beside the budget: locks, rules, budgets within the budget, steadiness, care, risk.

Parts of ``business.toml``; each is priced in the plan (docs/methods/locks.md). Whether a measure, cell or channel named
here exists is checked where the pack and the cells are known.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

type _Part = Annotated[float, Field(ge=0, le=1)]
type _Amount = Annotated[float, Field(ge=0)]
type _Money = Annotated[Decimal, Field(ge=0)]
type Attribute = Literal["age_band", "district"]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Picking(_Model):
    """Which lines of the plan are meant: all that agree with every key stated. At least one key must be stated.

    `cell` and `line` are ids as in the plan (`Central/overdue/high`, `Central/overdue/high:due_reminder`).
    """

    measure: str | None = None
    line: str | None = None
    cell: str | None = None
    state: Literal["newcomer", "active", "overdue", "lapsed"] | None = None
    tier: Literal["high", "middle", "low"] | None = None
    branch: str | None = None
    family: Literal["acquire", "retain", "develop", "recover", "winback"] | None = None
    channel: Literal["in_person", "sms", "whatsapp", "email", "phone", "post", "app"] | None = None
    purpose: Literal["marketing", "service"] | None = None
    relationship: Literal["deal", "functional", "affiliation", "consultant", "partnership"] | None = None

    def picks(self) -> dict[str, str]:
        """The keys stated."""
        return {key: str(value) for key in Picking.model_fields if (value := getattr(self, key)) is not None}


class Lock(Picking):
    """Holds a part of the plan between `at_least` and `at_most`, counted in `of`: customers, money or hours.

    Without bounds, what is picked is used at all (at least one customer). `decision` locks another decision of the plan
    instead (a service level, a loyalty design, an expansion) by its id: at least and at most are then its level.
    """

    decision: str | None = None
    of: Literal["customers", "money", "hours"] = "customers"
    at_least: _Amount | None = None
    at_most: _Amount | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Lock:
        if (self.decision is None) == (not self.picks()):
            raise ValueError("a lock picks lines (measure, cell, family, ...) or one decision")
        return self

    @property
    def low(self) -> float:
        """The lower bound."""
        return self.at_least if self.at_least is not None else 1.0 if self.at_most is None else 0.0

    @property
    def id(self) -> str:
        """What the lock is called: what it picks and its bounds."""
        picked = {"decision": self.decision} if self.decision else self.picks()
        what = ",".join(f"{key}={value}" for key, value in picked.items())
        if set(picked) == {"measure"}:
            what = str(self.measure)
        high = "" if self.at_most is None else f"{self.at_most:g}"
        of = "" if self.of == "customers" else f" {self.of}"
        return f"{what}={self.low:g}..{high}{of}"


class Where(_Model):
    """A measure, and the customers meant: a statement in the language of segments (docs/how-to/segments.md)."""

    measure: str
    where: Annotated[str, Field(min_length=1)]


class Needs(_Model):
    """`measure` is used only when `needs` is used too."""

    measure: str
    needs: str


class Rules(_Model):
    """Which measures may go to whom and together. `must` lists measures that are used at all.

    `eligible` measures go only to customers of whom `where` is true; `excluded` ones not to those of whom it is. Of the
    measures in one list of `exclusive` at most one is used. `most_new_measures` counts those the last plan did not
    use. With `one_relationship` a cell is offered one type of relationship.
    """

    must: tuple[str, ...] = ()
    eligible: tuple[Where, ...] = ()
    excluded: tuple[Where, ...] = ()
    requires: tuple[Needs, ...] = ()
    exclusive: tuple[tuple[str, ...], ...] = ()
    most_measures: Annotated[int, Field(ge=0)] | None = None
    most_new_measures: Annotated[int, Field(ge=0)] | None = None
    one_relationship: bool = False


class Share(Picking):
    """At most `amount` of the budget for what is picked; counted as the budget is, with incentives at their P90."""

    amount: _Money


class Supplier(_Model):
    """Money of a supplier that pays for the measures named, up to `amount`. What it pays is no cost of the plan."""

    name: Annotated[str, Field(min_length=1)]
    measures: Annotated[tuple[str, ...], Field(min_length=1)]
    amount: _Money


class Budgets(_Model):
    """Budgets within the budget, and money that others add to it."""

    parts: tuple[Share, ...] = ()
    suppliers: tuple[Supplier, ...] = ()


class Steady(_Model):
    """How far a plan may move from the last one, once the first is at least a year old.

    Customers per measure stay within `move` of the last plan's, and measures it did not use take at most that part of
    all. Among plans within `within` of the best value the one that changes least is taken. `last` names the plan's run;
    empty: the newest of an earlier cycle. `off` lets every cycle begin anew.
    """

    off: bool = False
    move: _Part = 0.3
    within: _Part = 0.005
    last: str = ""


class Evidence(_Model):
    """What may rest on weak evidence. `weak_share`: at most this part of the budget goes to measures of grade D or E.

    A measure marked test first goes to at most `trial` of those who may have it, until the probability that it does
    harm is below `harm`.
    """

    weak_share: _Part = 0.2
    trial: _Part = 0.5
    harm: _Part = 0.1


class Care(_Model):
    """The customers' own interest. Each rule is hard and priced.

    `complaints`: who has an open complaint gets no promotion, and the measure that answers complaints is mandatory for
    them. `vulnerable`: statements (docs/how-to/segments.md); nothing is promoted to whom one is true of. `no_harm`: no
    option under which customers are expected to leave sooner. `prepaid` (measure -> money a customer pays in advance)
    may raise what customers have prepaid to `prepaid_most` at the most. `fair_within`: among customers of one state,
    promotions reach the groups of each attribute in `fair_by` at rates that differ by no more than this.
    """

    complaints: bool = True
    no_harm: bool = True
    vulnerable: tuple[str, ...] = ()
    prepaid: dict[str, _Amount] = Field(default_factory=dict)
    prepaid_most: _Money | None = None
    fair_within: _Part | None = None
    fair_by: tuple[Attribute, ...] = ("age_band",)


class Risk(_Model):
    """How much a bad outcome weighs: value counts as (1 - `aversion`) x mean + `aversion` x the mean of the worst
    (1 - `tail`) of outcomes. With `chance` every target is to be reached with that probability, not only on average.
    """

    aversion: _Part = 0.0
    tail: Annotated[float, Field(ge=0.5, le=0.99)] = 0.9
    chance: Annotated[float, Field(gt=0.5, le=0.99)] | None = None


class Seats(_Model):
    """What a branch can serve in one cycle: `minutes` of chairs or benches, all customers together."""

    branch: str
    minutes: _Amount


class Weighing(_Model):
    """Expert mode: targets are weighed against value instead of going before it.

    `worth` (objective -> money) is what closing the whole gap of a target is worth; targets not named are left aside.
    Empty: targets go first, by priority.
    """

    worth: dict[str, _Amount] = Field(default_factory=dict)
