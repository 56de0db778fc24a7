"""What a business may invest in besides measures for its customers: channels, service, loyalty, expansion, quarters.

Everything is optional. A figure that is left out comes from the ledger where it holds one, else from the prior named
in the method card; what is stated here goes before both. Money is in the business's currency unless ``currency`` says
otherwise, a cycle is ``cycle_months`` long.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

type Names = dict[Literal["en", "zh-Hant"], str]
type Fraction = Annotated[float, Field(ge=0, le=1)]
type NotNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]
type Spread = Annotated[float, Field(gt=0, le=2)]
type Id = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
type ExpansionKind = Literal["branch", "franchise", "mainland", "overseas", "services"]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Channel(_Model):
    """One acquisition channel: newcomers = `ceiling` (1 - exp(-k spend)), k solved from `spend` and `arrivals` of now.

    `spend`, `arrivals` and `ceiling` are of one cycle; `ceiling` is how many would come if money were no object.
    `source` names the channel in the ledger's customer list and spend table (default: `id`). `quality` is what kind of
    newcomers it brings: as usual, on a `deal`, or `referred`. `onboarding` (money) and `hours` are for each newcomer.
    `most` caps the spend of a cycle. `ceiling_sd` is how sure the room above today's arrivals is (log scale).
    """

    id: Id
    name: Names = Field(default_factory=dict)
    source: str = ""
    spend: NotNegative | None = None
    arrivals: NotNegative | None = None
    ceiling: NotNegative | None = None
    ceiling_sd: Spread = 0.5
    quality: Literal["usual", "deal", "referred"] = "usual"
    onboarding: NotNegative = 0.0
    hours: NotNegative = 0.0
    most: NotNegative | None = None
    branches: tuple[str, ...] = ()


class Level(_Model):
    """A level of a service programme. Levels are alternatives: at most one of a programme is chosen.

    `cost` is paid once, `monthly` as long as the level is kept up (`lasts` months); both per programme, not per branch.
    `hours` are staff hours per branch and cycle. `months` pass until it is fully felt. `satisfied` is the expected
    change of the share of satisfied customers (0.08: eight points), from an audit or a guess, with `sd`. `rating` is
    the expected change of the public review rating, in stars.
    """

    id: Id
    name: Names = Field(default_factory=dict)
    cost: NotNegative
    monthly: NotNegative = 0.0
    hours: NotNegative = 0.0
    months: Annotated[float, Field(ge=0, le=36)] = 3.0
    lasts: Annotated[int, Field(ge=1, le=36)] = 24
    satisfied: Annotated[float, Field(ge=-1, le=1)]
    sd: Annotated[float, Field(gt=0, le=1)] = 0.05
    rating: Annotated[float, Field(ge=-4, le=4)] = 0.0


class Service(_Model):
    """A service programme, in the branches named (default: all). `satisfied_now` is the audited share of today.

    A review rating moves arrivals of independent businesses, not of strong chain brands (`chain`).
    """

    id: Id
    name: Names = Field(default_factory=dict)
    branches: tuple[str, ...] = ()
    satisfied_now: Fraction = 0.75
    chain: bool = False
    levels: Annotated[tuple[Level, ...], Field(min_length=1)]


class Loyalty(_Model):
    """A design of the loyalty programme. Designs are alternatives: at most one is chosen.

    `reward_rate` is what members get back of what they spend, `enrolment` the share of customers who join, `breakage`
    the share of rewards never redeemed (with `breakage_sd`), `tier` who may join. `members_now` of the customers are in
    a programme already and are not won again. `fixed` is paid once, `per_member` once for each who joins; rewards are
    earned for `months`, and used up about `redeemed_after` months later.
    """

    id: Id
    name: Names = Field(default_factory=dict)
    reward_rate: Annotated[float, Field(ge=0, le=0.5)]
    enrolment: Fraction = 0.5
    members_now: Fraction = 0.0
    breakage: Annotated[float, Field(ge=0, lt=1)] = 0.2
    breakage_sd: Annotated[float, Field(gt=0, le=0.3)] = 0.08
    tier: Literal["all", "middle", "high"] = "all"
    fixed: NotNegative = 0.0
    per_member: NotNegative = 0.0
    months: Annotated[int, Field(ge=1, le=36)] = 12
    redeemed_after: Annotated[float, Field(ge=0, le=36)] = 4.0
    kind: Literal["service", "retail"] | None = None


class Neighbour(_Model):
    """One of the business's branches near a new one, and how far it is."""

    branch: str
    km: NotNegative


class Expansion(_Model):
    """A scenario of growth. It is shown with its range and chosen by nobody but you, unless `auto` is true.

    `revenue` is a month's when fully grown (its uncertainty `revenue_sd` on the log scale), reached with the time
    constant `ramp_months`; `margin` the contribution share, `fixed` and `overhead` money a month (a district has an
    office of its own, central management a share of yours). A `franchise` earns `royalty` of its revenue less
    `support` a month; with the chance `quality_failure` it harms the name. `services` are new services in the branches
    you have. Amounts are in `currency`, worth `rate` of yours. `cannibalised` replaces the prior of revenue taken from
    neighbours.
    """

    id: Id
    name: Names = Field(default_factory=dict)
    kind: ExpansionKind = "branch"
    organisation: Literal["centralised", "district"] = "centralised"
    offer: Literal["same", "new"] = "same"
    capex: NotNegative
    capex_sd: Spread = 0.15
    compliance: NotNegative = 0.0
    revenue: NotNegative
    revenue_sd: Spread = 0.35
    ramp_months: Annotated[float, Field(gt=0, le=60)] = 9.0
    margin: Fraction | None = None
    fixed: NotNegative = 0.0
    overhead: NotNegative = 0.0
    hours: NotNegative = 0.0
    months: Annotated[int, Field(ge=12, le=120)] = 60
    neighbours: tuple[Neighbour, ...] = ()
    cannibalised: Fraction | None = None
    royalty: Fraction = 0.0
    support: NotNegative = 0.0
    quality_failure: Fraction = 0.0
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] | None = None
    rate: Annotated[float, Field(gt=0)] | None = None
    rate_sd: Annotated[float, Field(ge=0, le=1)] = 0.08
    auto: bool = False


class Quarters(_Model):
    """The plan over several quarters: how many (0: none), and their budgets where they differ from the cycle's."""

    count: Annotated[int, Field(ge=0, le=12)] = 12
    budgets: tuple[NotNegative, ...] = ()


def asked_for(*topics: tuple[object, ...]) -> bool:
    """Whether anything beyond measures for customers is to be weighed."""
    return any(topics)
