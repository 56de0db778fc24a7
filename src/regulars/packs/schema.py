"""What a pack may say. A pack is data: no code, unknown keys refused, every number with its source."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from regulars.base.mandate import InterestTest, Kpi
from regulars.base.settings import Names
from regulars.base.text import Local

type Fraction = Annotated[float, Field(ge=0, le=1)]
type Positive = Annotated[float, Field(gt=0)]
type Primitive = Literal["attrition", "frequency", "margin", "reactivation", "no_show", "complaint", "arrivals"]
type StateName = Literal["newcomer", "active", "overdue", "lapsed"]
type TierName = Literal["high", "middle", "low"]
type Trust = Literal["A", "B", "C", "D", "E"]
type Channel = Literal["in_person", "sms", "whatsapp", "email", "phone", "post", "app"]
type Relationship = Literal["deal", "functional", "affiliation", "consultant", "partnership"]
type Need = Literal["packages", "bookings", "cost", "pieces", "complaints"]
type Defined = Literal["new_back_90", "existing_back_90", "rebooked_24h", "no_show", "revisit_days"]
type Family = Literal["acquire", "retain", "develop", "recover", "winback"]

STATES: tuple[StateName, ...] = ("newcomer", "active", "overdue", "lapsed")
TIERS: tuple[TierName, ...] = ("high", "middle", "low")


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def _list(name: str, items: Iterable[str]) -> dict[str, str]:
    return {name: ", ".join(sorted(items))}


class Effect(_Model):
    """A prior on one primitive.

    ``mean`` and ``sd`` are on the log scale for attrition (log-hazard), frequency, margin, no_show, complaint and
    arrivals; for reactivation they are probability points over one 90-day window. ``months`` is the duration tau of
    the decay. ``states`` and ``tiers`` narrow where the effect holds (empty = wherever the measure may be used).
    ``published`` is the log effect the source reports; the trust rule turns it into ``mean`` and ``sd`` and
    ``departs`` says why a prior leaves that rule. ``evidence`` names the entry of the evidence library it came from.
    """

    primitive: Primitive
    mean: float
    sd: Positive
    months: Positive
    trust: Trust
    source: Annotated[str, Field(min_length=3)]
    states: tuple[StateName, ...] = ()
    tiers: tuple[TierName, ...] = ()
    published: float | None = None
    finding: Names = Field(default_factory=dict)  # what was seen, in a manager's words
    departs: Names = Field(default_factory=dict)
    evidence: str = ""


class Measure(_Model):
    """Something one can do for a customer. Costs in the pack's currency, hours of staff time per customer."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    name: Names
    about: Names  # one or two sentences: what is done, when, by whom
    why: Names  # the reason a manager would accept, with the figure it rests on where there is one
    family: Family
    relationship: Relationship
    channel: Channel
    purpose: Literal["marketing", "service"]  # marketing needs permission; service does not
    states: Annotated[tuple[StateName, ...], Field(min_length=1)]
    tiers: tuple[TierName, ...] = TIERS
    contacts: Annotated[int, Field(ge=0, le=5)] = 1
    cost: Annotated[float, Field(ge=0)]  # per customer treated, whatever happens
    incentive: Annotated[float, Field(ge=0)] = 0.0  # face value paid when taken up
    take_up: dict[StateName, Fraction] = Field(default_factory=dict)  # under treatment
    hours: Annotated[float, Field(ge=0)] = 0.0
    fixed_cost: Annotated[float, Field(ge=0)] = 0.0  # once per cycle when the measure is used at all
    test_first: bool = False
    needs: tuple[
        Literal["packages", "bookings", "cost", "pieces", "complaints"], ...
    ] = ()  # ledger facts it cannot do without
    conflicts: tuple[str, ...] = ()  # measures that may not share a bundle with it
    overlap: dict[str, Fraction] = Field(default_factory=dict)  # of its effect (or the other's) left beside a measure
    effects: Annotated[tuple[Effect, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _take_up_where_paid(self) -> Measure:
        if self.incentive and (missing := [s for s in self.states if s not in self.take_up]):
            raise PydanticCustomError(
                "take_up_missing", "an incentive needs take_up for {states}", _list("states", missing)
            )
        return self


class Windows(_Model):
    """Days. Movement windows are the trade's calendar view; a customer's own rhythm decides state and due date."""

    returned_within: Annotated[int, Field(ge=7)]  # the trade's window for 'the newcomer came back'
    lapsing_after: Annotated[int, Field(ge=7)]  # no visit for so long: lapsing
    lost_after: Annotated[int, Field(ge=14)]  # no visit for so long: lost
    newcomer_for: Annotated[int, Field(ge=7)]  # a one-visit customer is a newcomer for so long
    typical_interval: Positive  # prior mean interval between visits
    prior_strength: Positive = 2.0  # weight of that prior, in intervals
    overdue_at: Annotated[float, Field(ge=1)] = 1.5  # overdue from so many own intervals
    lapsed_at: Annotated[float, Field(gt=1)] = 3.0  # lapsed from so many own intervals (never before lapsing_after)

    @model_validator(mode="after")
    def _in_order(self) -> Windows:
        if not self.lapsing_after < self.lost_after or not self.overdue_at < self.lapsed_at:
            raise PydanticCustomError("windows_order", "lapsing comes before lost, overdue before lapsed")
        return self


class Benchmark(_Model):
    """A trade figure that may stand beside the business's own, with grade and source.

    ``defined`` names the definition of docs/reference/kpis.md it was measured by. Without one it is told, but the
    business's own figure is never held against it.
    """

    id: Literal["newcomers_returned", "existing_returned", "rebooking", "no_show", "interval_days", "repeat_share"]
    value: Positive
    grade: Literal["A", "B"]
    source: Annotated[str, Field(min_length=3)]
    name: Names
    defined: Defined | None = None


class StarterObjective(_Model):
    """An objective that `regulars new` writes for the owner to change."""

    id: str
    name: Names
    kpi: Kpi
    target: float
    priority: Annotated[int, Field(ge=1, le=9)] = 1


class Pack(_Model):
    """One trade."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]*$")]
    version: Annotated[int, Field(ge=1)]
    name: Names
    about: Names
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] = "HKD"
    mission: Names
    words: dict[Literal["customer", "visit", "staff", "branch", "service"], Names]
    margin_share: Fraction
    windows: Windows
    service_words: tuple[str, ...] = ()  # what items say that are a piece's service, not small work such as a battery
    service_interval: Positive | None = None  # days after which the trade advises the service of a piece
    benchmarks: tuple[Benchmark, ...] = ()
    objectives: tuple[StarterObjective, ...] = ()
    measures: Annotated[tuple[Measure, ...], Field(min_length=1)]
    interest: tuple[InterestTest, ...] = ()  # the starter customer-interest test of each measure

    def label(self) -> Local:
        """What the trade is called."""
        return Local({str(key): told for key, told in self.name.items()})

    @model_validator(mode="after")
    def _ids(self) -> Pack:
        ids = [m.id for m in self.measures]
        if twice := {i for i in ids if ids.count(i) > 1}:
            raise PydanticCustomError("measure_twice", "measure id used twice: {ids}", _list("ids", twice))
        if unknown := {c for m in self.measures for c in (*m.conflicts, *m.overlap)} - set(ids):
            raise PydanticCustomError(
                "conflict_unknown", "conflicts name unknown measures: {ids}", _list("ids", unknown)
            )
        return self

    def measure(self, id: str) -> Measure:
        """The measure of that id. Raises KeyError when the pack has none."""
        for measure in self.measures:
            if measure.id == id:
                return measure
        raise KeyError(f"pack {self.id} has no measure {id!r}")
