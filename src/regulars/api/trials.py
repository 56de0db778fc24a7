"""Trials: assign a plan's lines to people, and measure afterwards what they did."""

from __future__ import annotations

import pyarrow.parquet as pq

from regulars.api.business import OpenBusiness
from regulars.api.runs import Run, digest_of, is_finished, latest_run, load_run, new_run, write_document
from regulars.base.errors import NotThere
from regulars.base.text import say
from regulars.strategy.assignment import assign_customers
from regulars.strategy.plan import Plan
from regulars.strategy.plan_assigned import Assignment
from regulars.trial.design import RANDOM_SHARE


def latest_plan(business: OpenBusiness, id: str | None = None) -> Run[Plan]:
    """The plan of that run, or the newest. Raises NotThere when there is none."""
    found = business.runs / id if id else latest_run(business.runs, "plan")
    if found is None:
        raise NotThere(say("trial.assign.no_plan"), say("trial.assign.no_plan_hint"))
    return load_run(found, Plan)


def assign(
    business: OpenBusiness,
    plan_run: Run[Plan] | None = None,
    *,
    salt: str | None = None,
    share: float = RANDOM_SHARE,
    fresh: bool = False,
) -> Run[Assignment]:
    """Assign the customers of a plan (the newest when not given): hold-out first, then who gets which line.

    The run's folder holds ``assignments.parquet``: customer, cell, branch, line, arm, held_out, intended, propensity,
    held_out_chance, stratum, permission, salt. The same plan, ``salt`` (the plan's run when not given) and ``share``
    give the same file to the byte.

    Raises:
        NotThere: there is no plan, or its study is gone.
        BadData: settings or pack have changed since the plan.
    """
    base = plan_run or latest_plan(business)
    plan, chosen = base.result, salt or base.id
    id = f"assign-{base.id.removeprefix('plan-')}-{digest_of(chosen, share)}"
    if not fresh and is_finished(business.runs / id):
        return load_run(business.runs / id, Assignment)
    standings = business.runs / plan.study_run / "standings.parquet"
    if not standings.is_file():
        raise NotThere(say("api.run.missing", run=plan.study_run), say("api.run.missing_hint"))
    with business.ledger.read() as reader, new_run(business.runs, id) as folder:
        table, result = assign_customers(
            reader,
            standings=standings,
            plan=plan,
            plan_run=base.id,
            business=business.settings,
            pack=business.pack,
            salt=chosen,
            share=share,
        )
        pq.write_table(table, folder / result.file)
        write_document(folder, result)
    return Run(id, business.runs / id, result)


def measure(business: OpenBusiness) -> None:
    raise NotImplementedError
