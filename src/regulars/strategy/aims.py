"""Which targets a plan can be made for, which can only be watched, and which the data cannot judge.

*Watched* KPIs are computed from the ledger and no measure of the plan moves them; the range is of the next 12 months
if things go on as they did. Newcomers of the next 12 months: 12 times the mean of the last full months, normal with
what is not known of that mean and what 12 months vary by (a month varies at least as counts do). Complaints settled in
time: Beta(1/2, 1/2) (Jeffreys) on the complaints of the last year that are old enough to tell.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from regulars.analysis.diagnosis import Diagnosis, Movement
from regulars.base.estimate import Estimate
from regulars.base.settings import Business, Objective
from regulars.base.text import Local, Text, say
from regulars.ledger.store import Reader
from regulars.strategy.cells import Cell
from regulars.strategy.objectives import LOOKS_AT, missing
from regulars.strategy.plan import TargetRow
from regulars.strategy.returns import Floats

#: A complaint settled within so many days is settled in time.
IN_TIME = 10
#: So many complaints, or months of history, are needed to tell.
ENOUGH_COMPLAINTS, ENOUGH_MONTHS = 10, 6


@dataclass(frozen=True, slots=True)
class Aims:
    """A business's objectives by how they can be judged.

    ``business`` holds those a plan can be made for, their branches in every spelling of the ledger.
    """

    business: Business
    watched: tuple[TargetRow, ...]
    untold: dict[str, Text]  # objective -> why it cannot be judged


def sort_aims(
    business: Business, cells: tuple[Cell, ...], *, reader: Reader, diagnosis: Diagnosis, seed: int, draws: int
) -> Aims:
    """Sort the objectives. Nothing is dropped: each is planned for, watched, or told why not."""
    known = {branch for cell in cells for branch in cell.branches}
    rng = np.random.default_rng([seed, 3])
    planned: list[Objective] = []
    watched: list[TargetRow] = []
    untold: dict[str, Text] = {}
    for objective in business.objectives:
        spelled = business.spellings(objective.branches)
        strange = [b for b in objective.branches if not set(business.spellings((b,))) & known]
        if strange and cells:
            untold[objective.id] = say("strategy.aim.no_branch", branch=strange[0])
        elif objective.kpi in LOOKS_AT:
            planned.append(objective.model_copy(update={"branches": spelled}))
        else:
            found = _watch(objective, spelled, reader=reader, diagnosis=diagnosis, rng=rng, draws=draws)
            if isinstance(found, TargetRow):
                watched.append(found)
            else:
                untold[objective.id] = found
    ids = {o.id for o in planned}
    worth = {id: money for id, money in business.weighing.worth.items() if id in ids}
    weighing = business.weighing.model_copy(update={"worth": worth})
    sorted_out = business.model_copy(update={"objectives": tuple(planned), "weighing": weighing})
    return Aims(sorted_out, tuple(watched), untold)


def _watch(
    objective: Objective,
    branches: tuple[str, ...],
    *,
    reader: Reader,
    diagnosis: Diagnosis,
    rng: np.random.Generator,
    draws: int,
) -> TargetRow | Text:
    as_of = diagnosis.provenance.as_of
    if objective.kpi == "satisfied_share":
        return say("strategy.aim.no_feedback")
    if objective.kpi == "consent_growth":
        return say("strategy.aim.no_consent_dates")
    if objective.kpi == "new_customers":
        if branches:
            return say("strategy.aim.newcomers_no_branch")
        months = _full_months(diagnosis.movement, as_of)
        if len(months) < ENOUGH_MONTHS:
            return say("strategy.aim.short_history", n=len(months), least=ENOUGH_MONTHS)
        return _row(objective, foretold(months, rng=rng, draws=draws), unit="customers", n=len(months))
    counted = complaints_in_time(reader, branches, as_of=as_of)
    if counted is None:
        return say("strategy.aim.no_complaints")
    timely, told = counted
    if told < ENOUGH_COMPLAINTS:
        return say("strategy.aim.few_complaints", n=told, least=ENOUGH_COMPLAINTS)
    return _row(objective, rng.beta(timely + 0.5, told - timely + 0.5, draws), unit="share", n=told)


def _full_months(movement: Movement, as_of: date) -> list[int]:
    """Newcomers of the last 12 full months. The very first month of a ledger finds everybody new and is left out."""
    last = as_of + timedelta(days=1)
    full = [m.new for m in movement.months[1:] if (m.month.year, m.month.month) < (last.year, last.month)]
    return full[-12:]


def foretold(months: list[int], *, rng: np.random.Generator, draws: int) -> Floats:
    """Newcomers of the next 12 months: 12 months drawn around the past ones' mean, months varying as they did."""
    mean = float(np.mean(months))
    spread = float(np.var(months, ddof=1)) if len(months) > 1 else mean
    # What we do not know of the mean (spread / n a month) and what each of 12 months still varies by.
    sd = np.sqrt(12**2 * max(spread, mean) / len(months) + 12 * max(spread, mean))
    return np.asarray(np.maximum(12 * mean + sd * rng.standard_normal(draws), 0.0), dtype=float)


def complaints_in_time(reader: Reader, branches: tuple[str, ...], *, as_of: date) -> tuple[int, int] | None:
    """Complaints of the last year settled within :data:`IN_TIME` days, and those old enough to tell. None: no table."""
    if not reader.has("complaints"):
        return None
    t = reader.table("complaints")
    t = t.filter((t.day <= as_of - timedelta(days=IN_TIME)) & (t.day > as_of - timedelta(days=365)))
    if branches:
        t = t.filter(t.branch.isin(branches))
    timely = t.resolved.notnull() & (t.resolved.delta(t.day, unit="day") <= IN_TIME)
    row = reader.arrow(t.aggregate(told=t.count(), timely=t.count(where=timely))).to_pylist()[0]
    return int(row["timely"]), int(row["told"])


def _row(objective: Objective, draws: Floats, *, unit: str, n: int) -> TargetRow:
    """A watched target: what it is expected to be with or without the plan."""
    mean = float(draws.mean())
    names = Local({str(k): v for k, v in objective.name.items()})
    return TargetRow(
        objective.id,
        names,
        objective.kpi,
        objective.target,
        mean,
        Estimate.of_draws(draws, unit=unit, method="targets", n=n),
        float((draws >= objective.target).mean()),
        missing(objective, mean),
        say("strategy.aim.not_moved") if mean < objective.target else None,
    )
