"""regulars plans"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from regulars import api
from regulars.base.text import Day, Money, Number
from regulars.cli.shared import Voice, folder_argument, verb
from regulars.strategy.plan_compare import Figures


@click.command("plans")
@folder_argument
@verb
def command(voice: Voice, folder: Path) -> None:
    """List the plans of FOLDER with their key figures, oldest first."""
    found = api.plans(api.open_business(folder))
    if not found.plans:
        voice.tell("cli.plans.none", folder=str(folder))
    for plan in found.plans:
        _tell(voice, plan)
    for id in found.unreadable:
        voice.tell("cli.plans.unreadable", plan=id)
    if len(found.plans) > 1:
        voice.tell("cli.plans.next", folder=str(folder))
    document: dict[str, Any] = {
        "schema": "regulars.plans/1",
        "plans": [_row(plan) for plan in found.plans],
        "unreadable": list(found.unreadable),
    }
    voice.result(document)


def _tell(voice: Voice, plan: Figures) -> None:
    def money(value: float) -> Money:
        return Money.of(value, plan.currency)

    voice.tell(
        "cli.plans.plan",
        plan=plan.run,
        day=Day(plan.as_of),
        cost=money(plan.cost),
        budget=money(plan.budget),
        n=plan.customers,
        hours=Number(plan.hours),
        value=money(plan.value_36),
        low=money(plan.value_36_low),
        high=money(plan.value_36_high),
    )


def _row(plan: Figures) -> dict[str, Any]:
    return {
        "run": plan.run,
        "as_of": plan.as_of.isoformat(),
        "data_version": plan.data_version,
        "budget": plan.budget,
        "cost": plan.cost,
        "hours": plan.hours,
        "customers": plan.customers,
        "held_out": plan.held_out,
        "lines": plan.lines,
        "value_12": plan.value_12,
        "value_36": {"mean": plan.value_36, "p10": plan.value_36_low, "p90": plan.value_36_high},
        "targets": [{"objective": t.objective, "probability": t.probability} for t in plan.targets],
    }
