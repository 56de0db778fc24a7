"""regulars objective"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any, get_args

import click

from regulars import api
from regulars.base.mandate import Aim
from regulars.cli.changed import as_document, dry_option, tell_change
from regulars.cli.clock import now
from regulars.cli.shared import Voice, folder_argument, verb


@click.command("objective", epilog=f"KIND is one of {', '.join(get_args(Aim.__value__))}.")
@folder_argument
@click.argument("what", metavar="KIND|ID")
@click.option("--remove", is_flag=True, help="Take the corporate objective of that id out; no target may serve it.")
@click.option("--name", help="What it is called; as its kind usually is when not given.")
@click.option("--by", type=click.DateTime(formats=["%Y-%m-%d"]), help="The day it is to be reached by.")
@click.option("--owner", help="Who answers for it.")
@dry_option
@verb
def command(
    voice: Voice,
    folder: Path,
    what: str,
    remove: bool,
    name: str | None,
    by: datetime | None,
    owner: str | None,
    dry_run: bool,
    author: str,
) -> None:
    """Add a corporate objective of a KIND to FOLDER's business.toml, which targets may then serve; or remove one.

    Comments and order of the file stay. Prints what the change does to the plan before it is saved. Taken back by
    `regulars settings undo FOLDER`.
    """
    if remove and any(said is not None for said in (name, by, owner)):
        raise click.UsageError("--remove takes the objective's id alone.")
    business = api.open_business(folder)
    how: dict[str, Any] = {"dry_run": dry_run, "author": author, "at": now(), "progress": voice.progress()}
    if remove:
        change = api.remove_corporate(business, what, **how)
    else:
        day = by.date() if by else None
        change = api.add_corporate(business, what, name=name or "", by=day, owner=owner or "", **how)
    tell_change(voice, change, business.settings.currency)
    voice.result(as_document(change))
