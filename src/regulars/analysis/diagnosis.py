"""The result of a study: frozen, serialisable, the same for both faces.

Money is in the business's currency as plain floats (estimates) or sums of the ledger's exact decimals (facts);
days are local business days. Everything here is computed by the modules beside this file and only *shown* by
:mod:`regulars.report`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from regulars.analysis.results.acquisition import Acquisition
from regulars.analysis.results.clock import ClockFound
from regulars.analysis.results.hygiene import Hygiene
from regulars.analysis.results.leaving import Leaving
from regulars.analysis.results.names import Class, State
from regulars.analysis.results.opportunity import Opportunity
from regulars.analysis.results.profit import Profit
from regulars.analysis.results.renewal import Renewal
from regulars.analysis.results.schemes import Schemes
from regulars.analysis.results.servicing import Servicing
from regulars.analysis.results.staying import Staying
from regulars.analysis.results.teams import Teams
from regulars.analysis.results.tournament import Tournament, Trust
from regulars.base.estimate import Estimate
from regulars.base.problem import Problem
from regulars.base.text import Text

SCHEMA = "regulars.study/1"


@dataclass(frozen=True, slots=True)
class Base:
    """What the ledger holds up to ``as_of``."""

    customers: int
    visits: int
    sale_lines: int
    revenue: float
    revenue_12: float  # the last 365 days
    anonymous_lines: int
    anonymous_revenue: float
    first_day: date
    last_day: date
    takings: float = 0.0  # plain sum of net: revenue is what was earned (analysis/visits.py), takings what was paid


@dataclass(frozen=True, slots=True)
class MovementMonth:
    """One month of the base. active = new + retained + recovered; lapsing and lost are of that month's end."""

    month: date
    active: int
    new: int
    retained: int
    recovered: int
    lapsing: int
    lost: int
    revenue: float


@dataclass(frozen=True, slots=True)
class Movement:
    """Base movement on the pack's windows (days without a visit until 'lapsing' and until 'lost')."""

    lapsing_after_days: int
    lost_after_days: int
    months: tuple[MovementMonth, ...]


@dataclass(frozen=True, slots=True)
class Cohorts:
    """Monthly acquisition cohorts. ``share[i][k]`` is the part of cohort i seen in its month k; None = not yet."""

    months: tuple[date, ...]
    sizes: tuple[int, ...]
    share: tuple[tuple[float | None, ...], ...]
    returned_within_days: int
    newcomers_returned: float | None  # of newcomers old enough to tell, the share back within the window
    newcomers_counted: int
    benchmark: float | None
    benchmark_source: str
    truncated: int = 0  # so many of the first cohorts may hold customers older than the ledger; no mean counts them


@dataclass(frozen=True, slots=True)
class RhythmBin:
    """Customers whose expected interval lies in [from_days, to_days)."""

    from_days: int
    to_days: int
    customers: int


@dataclass(frozen=True, slots=True)
class Rhythm:
    """Own expected intervals (shrunken towards the base): distribution, regularity and who is late.

    ``population_days`` is the base's typical interval, ``strength`` the weight of the prior in intervals.
    """

    population_days: float
    strength: float
    median_days: float
    repeaters: int
    bins: tuple[RhythmBin, ...]
    due_next_30_days: int
    overdue: int


@dataclass(frozen=True, slots=True)
class Concentration:
    """Lorenz points of the last 12 months' revenue: share of customers (best first) -> share of revenue."""

    points: tuple[tuple[float, float], ...]
    top_decile_share: float
    top_fifth_share: float
    one_visit_customers: int
    one_visit_revenue_share: float


@dataclass(frozen=True, slots=True)
class StateRow:
    """One lifecycle state today. ``value_12`` is expected revenue of the next 12 months, with interval."""

    state: State
    customers: int
    revenue_12_past: float
    mean_alive: float
    value_12: Estimate


@dataclass(frozen=True, slots=True)
class Wastage:
    """Customers silently leaving, and what it costs."""

    states: tuple[StateRow, ...]
    overdue_value_at_risk: Estimate  # expected 12-month revenue the overdue would bring if surely alive, less as is
    lost_last_12: int
    lost_last_12_revenue: float  # what they spent in their last 12 active months
    expected_lost_next_90: Estimate  # customers


@dataclass(frozen=True, slots=True)
class ClassRow:
    """One value-by-duration class."""

    name: Class
    customers: int
    revenue_12_past: float
    value_36: Estimate
    mean_alive: float


@dataclass(frozen=True, slots=True)
class Classes:
    """Value-by-duration classification. ``value_cut`` is 36-month expected revenue, ``duration_cut`` P(alive)."""

    scheme: str
    value_cut: float
    duration_cut: float
    rows: tuple[ClassRow, ...]


@dataclass(frozen=True, slots=True)
class ModelFit:
    """One fitted model: parameters by their usual names, time in weeks for visit models.

    ``crps`` and the coverage of its ranges are those of the contest on the business's own past (None without one).
    """

    model: str
    parameters: dict[str, float]
    standard_errors: dict[str, float]
    log_likelihood: float
    customers: int
    chosen: bool
    role: Literal["visits", "spend"]
    converged: bool
    verdict: Text  # identification in plain words
    crps: float | None = None  # visits a customer; smaller is better
    coverage_80: float | None = None
    coverage_90: float | None = None
    prior: str | None = None  # the named prior that took part; None: the data alone


@dataclass(frozen=True, slots=True)
class Value:
    """What the base is expected to bring, as it is (revenue, undiscounted)."""

    visits_12: Estimate
    revenue_12: Estimate
    revenue_36: Estimate
    alive: Estimate  # customers probably still alive


type GroupKind = Literal["branch", "class", "state", "tier"]


@dataclass(frozen=True, slots=True)
class GroupValue:
    """What one group of customers is expected to bring. Ranges count the parameters' doubt that all groups share.

    Revenue, margin (revenue at the customers' own rates of contribution) and discounted margin are kept apart.
    """

    kind: GroupKind
    name: str
    customers: int
    alive: Estimate
    visits_12: Estimate
    revenue_12: Estimate
    revenue_36: Estimate
    margin_12: Estimate
    margin_36: Estimate
    discounted_36: Estimate


@dataclass(frozen=True, slots=True)
class BranchRow:
    """One branch over the last 12 months; customers are counted at their home branch."""

    branch: str
    customers: int
    active: int
    overdue: int
    lapsed: int
    visits_12: int
    revenue_12: float


@dataclass(frozen=True, slots=True)
class Packages:
    """Prepaid packages: cash taken, value redeemed, still owed. None of it is counted twice."""

    sold: float
    redeemed: float
    outstanding: float
    holders: int
    unused_share: float


@dataclass(frozen=True, slots=True)
class Backtest:
    """The visit model judged on the business's own past: fitted up to ``cut``, compared with what came after."""

    cut: date
    horizon_days: int
    customers: int
    predicted_visits: Estimate
    actual_visits: int
    by_frequency: tuple[tuple[int, int, float, float], ...]  # past repeats (7 = 7+), customers, predicted, actual


@dataclass(frozen=True, slots=True)
class Locked:
    """A part of the study that the data cannot support yet, and what would unlock it."""

    what: Text
    needs: Text


@dataclass(frozen=True, slots=True)
class Provenance:
    """What every figure of the run rests on, and the ``engine`` that computed it (which no figure depends on).

    ``program`` is a digest of the program's own text and of the libraries it counts with."""

    data_version: int
    tables: dict[str, int]
    as_of: date
    pack: str
    currency: str
    settings_digest: str
    program_version: str
    engine: str = "duckdb"
    program: str = ""  # not told by runs of earlier programs


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One study of one business at one day."""

    schema: str
    provenance: Provenance
    base: Base
    movement: Movement
    cohorts: Cohorts
    rhythm: Rhythm
    concentration: Concentration
    wastage: Wastage
    classes: Classes
    value: Value
    value_models: tuple[ModelFit, ...]
    backtest: Backtest | None
    branches: tuple[BranchRow, ...]
    packages: Packages | None
    quality: tuple[Problem, ...]  # findings about the data as a whole, never about a person
    locked: tuple[Locked, ...]
    queries: dict[str, str]  # section -> the SQL that produced it
    past: date | None = None  # the day that parts which look back look from (staying, teams); as_of or a month's end
    groups: tuple[GroupValue, ...] = ()
    tournament: Tournament | None = None  # None where the history is too short to be cut
    trust: Trust | None = None
    # The deeper parts; None where the data cannot carry them.
    acquisition: Acquisition | None = None
    teams: Teams | None = None
    clock: ClockFound | None = None
    hygiene: Hygiene | None = None
    leaving: Leaving | None = None
    opportunity: Opportunity | None = None
    profit: Profit | None = None
    renewal: Renewal | None = None
    schemes: Schemes | None = None
    servicing: Servicing | None = None
    staying: Staying | None = None
