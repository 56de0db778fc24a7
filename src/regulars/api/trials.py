"""Trials: assign a plan's lines to people, and measure afterwards what they did."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pyarrow.parquet as pq

from regulars.api.business import LEARNED, OWN_PACK, OpenBusiness
from regulars.api.runs import Run, digest_of, is_finished, latest_run, load_run, new_run, write_document
from regulars.api.strategies import strategy_in_force
from regulars.api.work import last_day
from regulars.base.errors import NotThere
from regulars.base.progress import Progress, unwatched
from regulars.base.text import say
from regulars.packs.load import load_pack
from regulars.strategy.assignment import assign_customers
from regulars.strategy.learned import read_memory, updated, write_memory
from regulars.strategy.measured import Cycle
from regulars.strategy.measured import measure as measure_cycle
from regulars.strategy.outcomes import MONTH, follow, window_end
from regulars.strategy.plan import Plan
from regulars.strategy.plan_assigned import Assignment
from regulars.strategy.plan_measured import Measurement
from regulars.trial.chance import Ints
from regulars.trial.design import RANDOM_SHARE


def latest_plan(business: OpenBusiness, id: str | None = None) -> Run[Plan]:
    """The plan of that run; without one that of the strategy in force, else the newest.

    Raises:
        NotThere: there is no plan.
        BadData: the strategy in force was changed after it was approved.
    """
    approved = strategy_in_force(business) if id is None else None
    if approved is not None and is_finished(business.runs / approved.plan):
        return load_run(business.runs / approved.plan, Plan)
    found = business.runs / id if id else latest_run(business.runs, "plan")
    if found is None:
        raise NotThere(say("trial.assign.no_plan"), say("trial.assign.no_plan_hint"))
    return load_run(found, Plan)


def is_approved(business: OpenBusiness, plan: Run[Plan]) -> bool:
    """Whether the plan is that of the strategy in force."""
    approved = strategy_in_force(business)
    return approved is not None and approved.plan == plan.id


def assign(
    business: OpenBusiness,
    plan_run: Run[Plan] | None = None,
    *,
    salt: str | None = None,
    share: float = RANDOM_SHARE,
    fresh: bool = False,
    progress: Progress = unwatched,
) -> Run[Assignment]:
    """Assign the customers of a plan (see :func:`latest_plan` when not given): hold-out first, then lines.

    The run's folder holds ``assignments.parquet``: customer, cell, branch, line, arm, held_out, intended, propensity,
    held_out_chance, stratum, permission, salt. The same plan, ``salt`` (the plan's run when not given) and ``share``
    give the same file to the byte. The hold-out is drawn by the year of the plan's day, so that who is left alone
    stays so for a year; with a ``salt`` by that.

    Raises:
        NotThere: there is no plan, or its study is gone.
        BadData: settings or pack have changed since the plan.
    """
    base = plan_run or latest_plan(business)
    plan, chosen = base.result, salt or base.id
    hold_salt = salt or f"year {plan.provenance.as_of.year}"
    id = f"assign-{base.id.removeprefix('plan-')}-{digest_of(chosen, share)}"
    if not fresh and is_finished(business.runs / id):
        return load_run(business.runs / id, Assignment)
    standings = business.runs / plan.study_run / "standings.parquet"
    if not standings.is_file():
        raise NotThere(say("api.run.missing", run=plan.study_run), say("api.run.missing_hint"))
    with business.ledger.read() as reader, new_run(business.runs, id) as folder:
        progress(say("trial.assign.step_draw", n=sum(cell.customers for cell in plan.cells)), 0, 2)
        table, result = assign_customers(
            reader,
            standings=standings,
            plan=plan,
            plan_run=base.id,
            business=business.settings,
            pack=business.pack,
            salt=chosen,
            hold_salt=hold_salt,
            share=share,
        )
        progress(say("trial.assign.step_write"), 1, 2)
        pq.write_table(table, folder / result.file)
        write_document(folder, result)
    return Run(id, business.runs / id, result)


def latest_assignment(business: OpenBusiness, id: str | None = None) -> Run[Assignment]:
    """The assignment of that run, or the newest. Raises NotThere when there is none."""
    found = business.runs / id if id else latest_run(business.runs, "assign")
    if found is None:
        raise NotThere(say("trial.measure.none"), say("trial.measure.none_hint"))
    return load_run(found, Assignment)


def measure(
    business: OpenBusiness,
    assignment: Run[Assignment] | None = None,
    *,
    as_of: date | None = None,
    progress: Progress = unwatched,
) -> Run[Measurement]:
    """Measure what an assignment (the newest when not given) has done by ``as_of`` (the ledger's last day).

    By intention to treat: everybody drawn for a measure beside those meant for it whom chance left without, and all
    beside the hold-out, in the days after the assignment's. The run is immutable; ``learned/effects.json`` of the
    business takes the results in (those of an assignment measured again replace its earlier ones), and the next
    ``formulate`` begins from what is then believed.

    Raises:
        NotThere: nothing was assigned, or its plan or study is gone.
        BadData: there are no sales after the assignment.
    """
    base = assignment or latest_assignment(business)
    drawn = base.result
    plan = load_run(business.runs / drawn.plan_run, Plan).result
    standings = business.runs / drawn.study_run / "standings.parquet"
    if not standings.is_file():
        raise NotThere(say("api.run.missing", run=drawn.study_run), say("api.run.missing_hint"))
    memory = read_memory(business.folder / LEARNED)
    own = business.folder / OWN_PACK
    own_pack = load_pack(own if own.is_dir() else business.settings.pack)
    believed, _ = updated(own_pack, memory.with_results((), run=base.id))
    with business.ledger.read() as reader:
        ends = drawn.as_of + timedelta(days=round(drawn.cycle_months * MONTH))
        until = window_end(drawn.as_of, drawn.cycle_months, as_of or last_day(reader))
        id = f"outcome-{base.id.removeprefix('assign-')}-{until.isoformat()}-v{reader.version.number}"
        with new_run(business.runs, id) as folder:
            progress(say("trial.measure.step_follow", since=drawn.as_of, until=until), 0, 2)
            followed = follow(
                reader,
                assignments=base.folder / drawn.file,
                standings=standings,
                since=drawn.as_of,
                until=until,
                currency=business.settings.currency,
            )
            progress(say("trial.measure.step_compare"), 1, 2)
            cycle = Cycle(base.id, drawn, plan, believed, reader.version.number, ends)
            others = _others(business, base, ends)
            result, after = measure_cycle(cycle, followed, own_pack=own_pack, memory=memory, others=others)
            write_document(folder, result)
    write_memory(business.folder / LEARNED, after)
    return Run(id, business.runs / id, result)


def _others(business: OpenBusiness, base: Run[Assignment], ends: date) -> tuple[Ints, ...]:
    """Customers given something by assignments of other days whose cycles overlap this one."""
    found = []
    for folder in sorted(business.runs.glob("assign-*")):
        if folder.name == base.id or not is_finished(folder):
            continue
        other = load_run(folder, Assignment).result
        last = other.as_of + timedelta(days=round(other.cycle_months * MONTH))
        if other.as_of != base.result.as_of and other.as_of < ends and base.result.as_of < last:
            table = pq.read_table(folder / other.file, columns=["customer", "line"])
            given = table.filter(table["line"].is_valid())
            found.append(np.asarray(given["customer"].to_numpy(), dtype=np.int64))
    return tuple(found)
