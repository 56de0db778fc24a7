"""regulars target"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from regulars import api
from regulars.cli.changed import as_document, dry_option, tell_change
from regulars.cli.clock import now
from regulars.cli.shared import Voice, folder_argument, verb


@click.command("target")
@folder_argument
@click.argument("objective")
@click.argument("value")
@click.option("--by", type=click.DateTime(formats=["%Y-%m-%d"]), help="The day it is to be reached by.")
@click.option("--owner", help="Who answers for it.")
@dry_option
@verb
def command(
    voice: Voice,
    folder: Path,
    objective: str,
    value: str,
    by: datetime | None,
    owner: str | None,
    dry_run: bool,
    author: str,
) -> None:
    """Set the target of an OBJECTIVE in FOLDER's business.toml to VALUE; comments and order of the file stay.

    Prints what the change does to the plan before it is saved. A rate may be written as 85%. Taken back by
    `regulars settings undo FOLDER`.
    """
    business = api.open_business(folder)
    day = by.date() if by else None
    progress = voice.progress()
    change = api.set_target(
        business, objective, value, by=day, owner=owner, dry_run=dry_run, author=author, at=now(), progress=progress
    )
    tell_change(voice, change, business.settings.currency)
    voice.result(as_document(change))
