"""What a plan says of the mandate it was made under: objectives, consistency, clauses, customer interest, factors."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from regulars.base.text import Local, Text

type Serving = Literal["serves", "against", "could", "none"]
type Weight = Literal["blocks", "warns"]


@dataclass(frozen=True, slots=True)
class CorporateRow:
    """A corporate objective and the KPI targets that serve it."""

    id: str
    name: Local
    kind: str
    owner: str
    by: date | None
    targets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AimRow:
    """Where a KPI target stands in the tree, and how it is judged.

    ``judged``: ``planned`` (the plan is made for it), ``watched`` (computed from the data, no measure moves it) or
    ``cannot`` with the ``reason``. ``owner`` is the corporate objective's where the target names none.
    """

    objective: str
    name: Local
    kpi: str
    serves: str
    owner: str
    by: date | None
    branches: tuple[str, ...]
    priority: int
    target: float
    judged: Literal["planned", "watched", "cannot"]
    reason: Text | None


@dataclass(frozen=True, slots=True)
class Link:
    """One cell of the matrix objective x measure.

    ``amount`` is what the plan's lines with the measure are expected to add to the KPI, in its own unit, counted so
    that more is better (a bundle's effect is shared by what its measures do alone). ``primitives`` are what the
    measure acts on that moves the KPI. ``state``: ``could`` marks a measure outside the plan that would move it.
    """

    objective: str
    measure: str
    amount: float
    unit: str
    primitives: tuple[str, ...]
    state: Serving


@dataclass(frozen=True, slots=True)
class Finding:
    """Something inconsistent. One that ``blocks`` keeps the plan from being approved."""

    code: str
    subject: str
    weight: Weight
    text: Text
    hint: Text


@dataclass(frozen=True, slots=True)
class ClauseRow:
    """A clause under the plan. ``amount`` is what the plan does, ``bound`` what was laid down, ``price`` the value over
    36 months that the best plan without the clause would have more. ``reason`` says why it is not kept."""

    id: str
    text: Local
    kind: Literal["must", "must_not"]
    counted: str
    bound: float
    amount: float
    kept: bool
    price: float
    reason: Text | None


@dataclass(frozen=True, slots=True)
class InterestRow:
    """The customer-interest test of a measure in the plan. ``source``: business, pack, or none (not tested)."""

    measure: str
    name: Local
    source: Literal["business", "pack", "none"]
    levels: dict[str, int]
    image: int
    failed: tuple[str, ...]
    by: str
    note: Local | None


@dataclass(frozen=True, slots=True)
class FactorRow:
    """A factor as it was when the plan was made."""

    id: str
    name: Local
    kind: str
    says: str
    source: str
    checked: date | None
    measures: tuple[str, ...]
    objectives: tuple[str, ...]
    assumptions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Mandate:
    """The mandate as the plan meets it. ``consistent``: no finding blocks."""

    corporate: tuple[CorporateRow, ...]
    aims: tuple[AimRow, ...]
    links: tuple[Link, ...]
    findings: tuple[Finding, ...]
    clauses: tuple[ClauseRow, ...]
    interest: tuple[InterestRow, ...]
    factors: tuple[FactorRow, ...]

    @property
    def consistent(self) -> bool:
        """Whether no finding blocks approval."""
        return not any(finding.weight == "blocks" for finding in self.findings)
