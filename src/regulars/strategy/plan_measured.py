"""The result of a measurement: what each measure did beside those left without it, and what was learned."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from regulars.base.estimate import Estimate
from regulars.base.text import Local, Text
from regulars.trial.checks import Finding

SCHEMA = "regulars.measure/1"


@dataclass(frozen=True, slots=True)
class Outcome:
    """One outcome of a comparison.

    ``kind``: visits (log ratio of visits a customer), seen (difference of the share seen lately), returned (difference
    of the share who came at all), contribution (money a customer). ``detectable``: the smallest change the comparison
    can show four times out of five, in the unit of ``effect``; None where nothing can be compared.
    """

    kind: str
    treated_mean: float
    control_mean: float
    effect: Estimate | None
    low: float | None  # 90 %
    high: float | None
    se: float | None
    detectable: float | None


@dataclass(frozen=True, slots=True)
class Measured:
    """A measure (or bundle) among customers of one kind: ``unit`` is a cell, or a state where cells were too small.

    ``verdict``: better, worse, unclear, or untold when the checks forbid an estimate. ``harm_at``: after how many
    customers the monitor first saw harm; None while it has not.
    """

    measures: tuple[str, ...]
    measure_name: Local | Text
    unit: str
    unit_name: Text
    customers: int
    left_out: int
    checks: tuple[Finding, ...]
    outcomes: tuple[Outcome, ...]
    verdict: str
    said: Text
    harm_at: int | None


@dataclass(frozen=True, slots=True)
class LearnedEffect:
    """What is believed of an effect, before this cycle and after it."""

    measure: str
    measure_name: Local | Text
    place: int
    primitive: str
    before: Estimate
    after: Estimate
    own: float
    results: int
    said: Text


@dataclass(frozen=True, slots=True)
class Forecast:
    """A promise of the plan beside what came: the log ratio of visits or the change of a share."""

    measures: tuple[str, ...]
    unit: str
    kind: str
    forecast: Estimate
    actual: float
    inside: bool


@dataclass(frozen=True, slots=True)
class Promises:
    """Forecast and actual together. ``least`` and ``most``: how many of ``n`` chance lets lie inside an honest 80 %."""

    n: int
    inside: int
    least: int
    most: int
    crps: float | None
    crps_nothing: float | None
    said: Text


@dataclass(frozen=True, slots=True)
class Measurement:
    """What a cycle did, up to ``until``."""

    schema: str
    assignment: str
    plan_run: str
    since: date
    until: date
    days: int
    complete: bool
    data_version: int
    currency: str
    checks: tuple[Finding, ...]
    whole: Measured  # everybody not held out beside the hold-out
    measured: tuple[Measured, ...]
    learned: tuple[LearnedEffect, ...]
    forecasts: tuple[Forecast, ...]
    promises: Promises
    wider: dict[str, float]
    notes: tuple[Text, ...]
