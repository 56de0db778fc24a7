"""How far the targets are: what the newest plan expects of each, beside where it would be without it, and its pace."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from regulars.api.business import OpenBusiness
from regulars.api.pace import FOLLOWED, Pace, pace_of
from regulars.api.runs import DOCUMENT, finished_at, is_finished, latest_run
from regulars.base.errors import BadData
from regulars.base.estimate import Estimate
from regulars.base.text import Local, say
from regulars.strategy.plan import TargetRow

#: Plans looked through for where a target's way begins, the newest ones.
MOST_PLANS = 24


@dataclass(frozen=True, slots=True)
class TargetState:
    """One target. ``baseline`` is where its KPI would be with nothing done, ``expected`` where the plan brings it.
    ``pace`` is told of a target with a day whose KPI can be followed, to those who say what day it is."""

    id: str
    name: Local
    kpi: str
    target: float
    baseline: float
    expected: Estimate
    probability: float
    by: date | None
    pace: Pace | None

    @property
    def followed(self) -> bool:
        """Whether the KPI says where the business stands, so that its way can be told."""
        return self.kpi in FOLLOWED


def target_states(business: OpenBusiness, *, today: date | None = None) -> tuple[TargetState, ...]:
    """The targets by the newest plan; none without a plan. Raises BadData where the plan cannot be read."""
    found = latest_run(business.runs, "plan")
    if found is None:
        return ()
    due = {objective.id: objective.by for objective in business.settings.objectives}
    as_of, rows = _targets(found, finished_at(found)[0])
    earlier = list(_earlier(business.runs)) if today is not None and any(due.values()) else []
    return tuple(
        TargetState(
            id=row.objective,
            name=row.name,
            kpi=row.kpi,
            target=row.target,
            baseline=row.baseline,
            expected=row.expected,
            probability=row.probability,
            by=due.get(row.objective),
            pace=_pace(row, as_of, earlier, due.get(row.objective), today),
        )
        for row in rows
    )


def _pace(
    row: TargetRow, as_of: date, earlier: list[tuple[date, TargetRow]], by: date | None, today: date | None
) -> Pace | None:
    if by is None or today is None or row.kpi not in FOLLOWED:
        return None
    same = [(day, old.baseline) for day, old in earlier if _is_one(row, old) and day < as_of]
    begun, start = min(same, default=(as_of, row.baseline))
    return pace_of(
        kpi=row.kpi,
        target=row.target,
        begun=begun,
        start=start,
        as_of=as_of,
        now=row.baseline,
        by=by,
        today=today,
    )


def _is_one(row: TargetRow, old: TargetRow) -> bool:
    return (row.objective, row.kpi, row.target) == (old.objective, old.kpi, old.target)


def _earlier(runs: Path) -> Iterator[tuple[date, TargetRow]]:
    plans = [p for p in runs.glob("plan-*") if is_finished(p) and not p.name.endswith(".part")]
    for folder in sorted(plans, key=finished_at, reverse=True)[:MOST_PLANS]:
        try:
            as_of, rows = _targets(folder, finished_at(folder)[0])
        except BadData:  # of another version of the program: its way is told from later on
            continue
        yield from ((as_of, row) for row in rows)


@lru_cache(maxsize=2 * MOST_PLANS)
def _targets(folder: Path, _finished: int) -> tuple[date, tuple[TargetRow, ...]]:
    """Day and targets of a plan; the rest of its long document is not looked at."""
    try:
        said = json.loads((folder / DOCUMENT).read_bytes())
        return date.fromisoformat(said["provenance"]["as_of"]), _ROWS.validate_python(said["targets"])
    except (ValueError, KeyError, TypeError, ValidationError) as error:
        raise BadData(say("api.run.unreadable", run=folder.name), say("api.run.unreadable_hint")) from error


_ROWS = TypeAdapter(tuple[TargetRow, ...])
