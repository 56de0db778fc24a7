"""How far the targets are: what the newest plan expects of each, beside where it would be without it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

from regulars.api.business import OpenBusiness
from regulars.api.runs import latest_run, load_run
from regulars.base.estimate import Estimate
from regulars.base.text import Local
from regulars.strategy.plan import Plan


@dataclass(frozen=True, slots=True)
class TargetState:
    """One target. ``baseline`` is where its KPI would be with nothing done, ``expected`` where the plan brings it."""

    id: str
    name: Local
    target: float
    baseline: float
    expected: Estimate
    probability: float
    by: date | None


def target_states(business: OpenBusiness) -> tuple[TargetState, ...]:
    """The targets by the newest plan; none without a plan. Raises BadData where the plan cannot be read."""
    found = latest_run(business.runs, "plan")
    if found is None:
        return ()
    due = {objective.id: objective.by for objective in business.settings.objectives}
    return tuple(
        TargetState(
            row.objective, row.name, row.target, row.baseline, row.expected, row.probability, due.get(row.objective)
        )
        for row in _plan(found, (found / "run.json").stat().st_mtime_ns).targets
    )


@lru_cache(maxsize=2)
def _plan(folder: Path, _finished: int) -> Plan:
    return load_run(folder, Plan).result
