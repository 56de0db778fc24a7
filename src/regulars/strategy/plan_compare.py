"""The difference between two plans, as data: what changed before, what changed in the plan, and why. Serialisable."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from regulars.base.text import Local, Text

SCHEMA = "regulars.compare/1"

type Kind = Literal["budget", "hours", "target", "rule", "setting", "data", "effect", "measure", "program"]
type Move = Literal["came", "went", "grew", "shrank", "kept"]


@dataclass(frozen=True, slots=True)
class Chance:
    """A target as a plan saw it."""

    objective: str
    name: Local
    target: float
    expected: float
    probability: float


@dataclass(frozen=True, slots=True)
class Figures:
    """A plan in key figures."""

    run: str
    as_of: date
    data_version: int
    currency: str
    budget: float
    cost: float
    hours: float
    customers: int
    held_out: int
    lines: int
    value_12: float
    value_36: float
    value_36_low: float
    value_36_high: float
    targets: tuple[Chance, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """Something that was not the same for both plans. ``key`` names it for programs."""

    kind: Kind
    key: str
    before: str
    after: str
    told: Text


@dataclass(frozen=True, slots=True)
class LineMove:
    """What became of a line, or (in ``measures``) of a measure over all lines."""

    id: str
    move: Move
    name: Local | Text
    whom: Text | None
    customers: tuple[int, int]  # before, after
    cost: tuple[float, float]
    value_36: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Cause:
    """A part of the change in value and what it comes from, as far as the plans tell."""

    id: str
    value: float
    told: Text


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two plans of one business."""

    schema: str
    before: Figures
    after: Figures
    changes: tuple[Change, ...]
    measures: tuple[LineMove, ...]
    lines: tuple[LineMove, ...]
    causes: tuple[Cause, ...]
    sentences: tuple[Text, ...]
