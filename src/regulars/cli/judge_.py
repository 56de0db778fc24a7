"""regulars judge"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Literal

import click

from regulars import api
from regulars.base.text import say
from regulars.cli.clock import moment, on_option
from regulars.cli.shared import Voice, folder_argument, verb


@click.command("judge")
@folder_argument
@click.option(
    "--alternative", "about", default="plan", help="What is judged: an alternative's id.  [default: the plan]"
)
@click.option(
    "--verdict",
    type=click.Choice(["accept", "change", "reject"]),
    help="What is said of it.  [default: reject an alternative, accept the plan]",
)
@click.option("--reason", required=True, help="Why, in words that will be understood next year.")
@click.option("--by", required=True, help="Who says so.")
@click.option("--plan", help="Run id of the plan.  [default: the newest]")
@on_option
@verb
def command(
    voice: Voice,
    folder: Path,
    about: str,
    verdict: Literal["accept", "change", "reject"] | None,
    reason: str,
    by: str,
    plan: str | None,
    on: datetime | None,
) -> None:
    """Record what somebody thinks of FOLDER's plan, or of an alternative to it, and why.

    Before a plan can be approved at least two alternatives have to be rejected and the plan accepted, each with a
    reason. Whoever judges drafts: somebody else has to approve. `regulars status FOLDER` lists the alternatives.
    """
    business = api.open_business(folder)
    said = api.judge(business, about=about, verdict=verdict, reason=reason, by=by, plan=plan, at=moment(on))
    what = say("cli.judge.plan") if said.about == "plan" else said.about
    voice.tell("cli.judge.done", name=said.by, what=what, verdict=say(f"cli.verdict.{said.verdict}"))
    voice.tell("cli.judge.next", folder=str(folder))
    voice.result(
        {
            "schema": "regulars.judge/1",
            "alternative": said.about,
            "verdict": said.verdict,
            "reason": said.reason,
            "by": said.by,
            "at": said.at,
        }
    )
