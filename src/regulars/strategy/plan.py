"""The result of a formulation: frozen, serialisable, the same for both faces. Money in the business's currency."""

from __future__ import annotations

from dataclasses import dataclass

from regulars.analysis.diagnosis import Provenance
from regulars.base.estimate import Estimate
from regulars.base.text import Local, Text
from regulars.strategy.plan_investments import Investments
from regulars.strategy.plan_mandate import Mandate
from regulars.strategy.plan_rules import FairRow, Relaxation, RuleRow

SCHEMA = "regulars.formulate/1"


@dataclass(frozen=True, slots=True)
class CellInfo:
    """A group of like customers. Primitives are monthly; ``id`` is ``branch/state/tier``."""

    id: str
    branch: str
    state: str
    tier: str
    customers: int
    reachable: dict[str, int]  # channel -> customers who may be contacted there
    attrition: float  # monthly hazard
    frequency: float  # visits a month while alive
    margin: float  # contribution a visit
    base_value_12: float  # contribution of one customer, untouched, 12 months
    base_value_36: float
    label: Text


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where an effect comes from."""

    primitive: str
    mean: float
    sd: float
    months: float
    trust: str
    source: str


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the plan: an option (one measure or a bundle) given to a number of customers of a cell."""

    id: str
    measures: tuple[str, ...]
    measure_name: Local | Text
    relationship: str
    channels: tuple[str, ...]
    cell: str
    cell_label: Text
    customers: int
    held_out: int
    cost: float
    hours: float
    value_12: Estimate  # net of cost
    value_36: Estimate
    probability_positive: float
    objectives: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    reasons: tuple[Text, ...]
    test_first: bool


@dataclass(frozen=True, slots=True)
class NotChosen:
    """A measure that no line uses, with the reason that counts."""

    measure: str
    name: Local
    reason: Text
    best_net_value: float  # best net value per customer over all cells, 36 months
    best_cell: Text | None


@dataclass(frozen=True, slots=True)
class TargetRow:
    """A target, what is expected with and without the plan, and the probability of reaching it."""

    objective: str
    name: Local
    kpi: str
    target: float
    baseline: float  # the KPI if nothing is done
    expected: Estimate
    probability: float
    shortfall: float  # of the mean, 0 when met
    remedy: Text | None  # what would make it feasible


@dataclass(frozen=True, slots=True)
class Price:
    """A limit, how far it is used, and what one more unit would be worth over 36 months."""

    limit: str  # budget, hours:<branch>, reach:<channel>:<cell>, contacts
    label: Text
    used: float
    available: float
    unit: str
    worth: float
    binding: bool


@dataclass(frozen=True, slots=True)
class Rival:
    """A simple policy on the same draws, costs and constraints."""

    id: str
    name: Text
    cost: float
    hours: float
    customers: int
    value_12: Estimate
    value_36: Estimate
    plan_wins: float  # share of draws in which the plan is worth more


@dataclass(frozen=True, slots=True)
class FrontierPoint:
    """Best plan value at another budget, re-solved."""

    budget: float
    value_36: Estimate


@dataclass(frozen=True, slots=True)
class Plan:
    """A formulated plan for one cycle; a strategy once a named person approves it."""

    schema: str
    provenance: Provenance
    study_run: str
    mission: Local | None
    cycle_months: int
    budget: float
    cost: float
    hours: float
    customers: int
    held_out: int
    holdout_price: float  # expected value forgone by the hold-out
    value_12: Estimate
    value_36: Estimate
    cvar10_36: float
    cells: tuple[CellInfo, ...]
    lines: tuple[Line, ...]
    not_chosen: tuple[NotChosen, ...]
    targets: tuple[TargetRow, ...]
    prices: tuple[Price, ...]
    rivals: tuple[Rival, ...]
    frontier: tuple[FrontierPoint, ...]
    notes: tuple[Text, ...]  # assumptions and warnings that change how the plan may be read
    draws: int
    seed: int
    rules: tuple[RuleRow, ...] = ()
    relaxations: tuple[Relaxation, ...] = ()
    fairness: tuple[FairRow, ...] = ()
    funds: float = 0.0  # what suppliers pay of the cost
    last_plan: str = ""  # the run this plan was kept near to
    mandate: Mandate | None = None
    investments: Investments | None = None  # channels, service, loyalty, expansion, the quarters ahead
