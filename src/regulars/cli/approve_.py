"""regulars approve"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from regulars import api
from regulars.api.runs import as_json
from regulars.cli.clock import moment, on_option
from regulars.cli.shared import Voice, folder_argument, verb


@click.command("approve")
@folder_argument
@click.option("--by", required=True, help="Who approves: nobody who drafted or judged the plan.")
@click.option("--reason", required=True, help="Why, in words that will be understood next year.")
@click.option("--plan", help="Run id of the plan.  [default: the newest]")
@on_option
@verb
def command(voice: Voice, folder: Path, by: str, reason: str, plan: str | None, on: datetime | None) -> None:
    """Approve a plan of FOLDER: it becomes the strategy in force, with a version number, and cannot be changed.

    Refused, with every reason named, while fewer than two alternatives are rejected, while nobody has accepted the
    plan, for who drafted or judged it, while something is inconsistent or a clause is not kept, and when the data or
    the settings have changed since. `regulars status FOLDER` tells beforehand.
    """
    business = api.open_business(folder)
    strategy = api.approve(business, by=by, reason=reason, plan=plan, at=moment(on))
    voice.tell("cli.approve.done", version=strategy.version, plan=strategy.plan, name=strategy.approved_by)
    voice.result(as_json(strategy))
