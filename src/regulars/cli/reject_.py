"""regulars reject"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from regulars import api
from regulars.cli.clock import moment, on_option
from regulars.cli.shared import Voice, folder_argument, verb


@click.command("reject")
@folder_argument
@click.option("--by", required=True, help="Who rejects.")
@click.option("--reason", required=True, help="Why, in words that will be understood next year.")
@click.option("--plan", help="Run id of the plan.  [default: the newest]")
@on_option
@verb
def command(voice: Voice, folder: Path, by: str, reason: str, plan: str | None, on: datetime | None) -> None:
    """Reject a plan of FOLDER, or end the strategy that is in force.

    A rejected plan can be approved only after somebody has accepted it anew. Nothing is deleted: the journal keeps
    who rejected what, when and why.
    """
    entry = api.reject(api.open_business(folder), by=by, reason=reason, plan=plan, at=moment(on))
    voice.tell("cli.reject.done", name=entry.by, plan=entry.plan)
    document = {"plan": entry.plan, "by": entry.by, "at": entry.at, "reason": entry.body["reason"]}
    voice.result({"schema": "regulars.reject/1", **document})
