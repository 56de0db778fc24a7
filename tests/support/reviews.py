"""A measured cycle as the core keeps it, for pages that show one: what it says is made up, its form is the core's."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from regulars import api
from regulars.api.runs import write_document
from regulars.base.estimate import Estimate
from regulars.base.text import Listing, say
from regulars.strategy.plan_assigned import Assignment
from regulars.strategy.plan_measured import SCHEMA, Forecast, LearnedEffect, Measured, Measurement, Outcome, Promises


def _estimate(mean: float, sd: float, unit: str = "log_ratio") -> Estimate:
    return Estimate(mean, mean - sd, mean, mean + sd, unit, "calibration", 300)


def measured_cycle(folder: Path) -> Measurement:
    """Writes an assignment of the newest plan and its measurement into ``folder``; what was measured."""
    shop = api.open_business(folder)
    run = api.latest_plan(shop)
    line, day = run.result.lines[0], run.result.provenance.as_of
    visits, seen = _estimate(0.2, 0.1), _estimate(0.05, 0.02, "share")
    outcomes = (
        Outcome("visits", 1.2, 1.0, _estimate(0.18, 0.05), 0.1, 0.26, 0.05, 0.2),
        Outcome("seen", 0.4, 0.5, _estimate(-0.1, 0.02, "share"), -0.13, -0.07, 0.02, 0.2),
        Outcome("contribution", 90.0, 60.0, _estimate(30.0, 12.0, "HKD"), 10.0, 50.0, 12.0, 40.0),
    )
    said = say("trial.measure.nobody_came")
    group = Measured(
        line.measures, line.measure_name, line.cell, line.cell_label, 200, 100, (), outcomes, "better", said, None
    )
    belief = LearnedEffect(
        line.measures[0], line.measure_name, 0, "frequency", _estimate(0.3, 0.1), _estimate(0.18, 0.05), 0.62, 2, said
    )
    found = Measurement(
        schema=SCHEMA,
        assignment="assign-x",
        plan_run=run.id,
        since=day,
        until=day + timedelta(days=90),
        days=90,
        complete=True,
        data_version=7,
        currency="HKD",
        checks=(),
        whole=replace(group, measures=(), unit="*", unit_name=say("trial.measure.all")),
        measured=(group, replace(group, unit="other", verdict="untold")),
        learned=(belief,),
        forecasts=(
            Forecast(line.measures, line.cell, "visits", visits, 0.18, inside=True),
            Forecast(line.measures, line.cell, "seen", seen, -0.1, inside=False),
        ),
        promises=Promises(2, 1, 0, 2, 0.04, 0.09, say("trial.measure.kept_word", inside=1, n=2, least=0, most=2)),
        wider={"C:log": 0.1, "all:log": 0.1},
        notes=(say("trial.measure.not_watched", measures=Listing((line.measure_name,))),),
    )
    place = shop.runs / f"outcome-{day.isoformat()}-v7-x-y-{found.until.isoformat()}-v7"
    place.mkdir()
    write_document(place, found)
    return found


def drawn(folder: Path) -> Assignment:
    """Writes an assignment of the newest plan to nobody, and gives it."""
    shop = api.open_business(folder)
    run = api.latest_plan(shop)
    plan = run.result
    found = Assignment(
        schema="regulars.assign/1",
        plan_run=run.id,
        study_run=plan.study_run,
        as_of=plan.provenance.as_of,
        data_version=7,
        cycle_months=plan.cycle_months,
        currency="HKD",
        salt="x",
        hold_out_salt="x",
        random_share=0.1,
        customers=0,
        assigned=0,
        held_out=0,
        silent=0,
        smallest_chance=0.1,
        lines=(),
        notes=(),
    )
    place = shop.runs / f"assign-{found.as_of.isoformat()}-v7-x-y"
    place.mkdir()
    write_document(place, found)
    return found


def in_force(folder: Path) -> str:
    """The newest plan drafted, judged and approved, each by somebody else; its run."""
    shop = api.open_business(folder)
    api.draft(shop, by="Draft", plan=None)
    run = api.latest_plan(shop).id
    for row in api.alternatives(shop)[:2]:
        api.judge(shop, about=row.id, reason="brings less", by="Judge", verdict="reject", plan=run)
    api.judge(shop, about="plan", reason="brings most", by="Judge", verdict="accept", plan=run)
    api.approve(shop, by="Chan Mei <chan@example.com>", reason="the best there is", plan=run)
    return run
