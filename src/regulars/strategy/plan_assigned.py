"""The result of an assignment: who is left alone and who gets what, told in numbers; the people stand in a file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from regulars.base.text import Local, Text

SCHEMA = "regulars.assign/1"
#: Arms that are no option of a plan.
HOLD_OUT, SILENCE = "hold_out", "silence"


@dataclass(frozen=True, slots=True)
class AssignedLine:
    """One line of the plan as it was assigned.

    ``left_out`` are those meant to have the line whom chance left without anything: what it is compared with.
    ``smallest_chance`` is the smallest propensity among its customers.
    """

    id: str
    cell: str
    cell_label: Text
    measure_name: Local | Text
    measures: tuple[str, ...]
    promotes: bool
    customers: int
    left_out: int
    smallest_chance: float


@dataclass(frozen=True, slots=True)
class Assignment:
    """Everybody's arm for one cycle. ``file`` lies in the run's folder."""

    schema: str
    plan_run: str
    study_run: str
    as_of: date
    data_version: int
    cycle_months: int
    currency: str
    salt: str
    hold_out_salt: str
    random_share: float
    customers: int
    assigned: int
    held_out: int
    silent: int
    smallest_chance: float
    lines: tuple[AssignedLine, ...]
    notes: tuple[Text, ...]
    file: str = "assignments.parquet"
