"""regulars budget"""

from __future__ import annotations

from pathlib import Path

import click

from regulars import api
from regulars.api.runs import as_json
from regulars.api.strategies import plan_run
from regulars.base.text import Money
from regulars.cli.changed import as_document, dry_option, tell_change
from regulars.cli.clock import now
from regulars.cli.shared import Voice, folder_argument, verb
from regulars.strategy.plan import Plan


@click.command("budget")
@folder_argument
@click.argument("amount", required=False)
@dry_option
@verb
def command(voice: Voice, folder: Path, amount: str | None, dry_run: bool, author: str) -> None:
    """Compare budgets for FOLDER, or set the budget of a cycle to AMOUNT in its business.toml.

    Without AMOUNT: the best plan at nine budgets, from nothing to twice the present one. With it: what the change does
    to the plan, printed before it is saved. Taken back by `regulars settings undo FOLDER`.
    """
    business = api.open_business(folder)
    if amount is None:
        plan = plan_run(business).result
        _compare(voice, plan)
        points = as_json(plan)["frontier"]
        voice.result({"schema": "regulars.budget/1", "budget": plan.budget, "frontier": points})
        return
    change = api.set_budget(business, amount, dry_run=dry_run, author=author, at=now(), progress=voice.progress())
    tell_change(voice, change, business.settings.currency)
    voice.result(as_document(change))


def _compare(voice: Voice, plan: Plan) -> None:
    currency = plan.provenance.currency
    for point in plan.frontier:
        budget, value = Money.of(point.budget, currency), point.value_36
        low, mean, high = (Money.of(v, currency) for v in (value.p10, value.mean, value.p90))
        voice.tell("cli.budget.point", budget=budget, mean=mean, low=low, high=high)
    voice.tell("cli.budget.now", budget=Money.of(plan.budget, currency))
