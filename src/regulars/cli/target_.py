"""regulars target"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any, get_args

import click

from regulars import api
from regulars.base.mandate import Kpi
from regulars.cli.changed import as_document, dry_option, tell_change
from regulars.cli.clock import now
from regulars.cli.shared import Voice, folder_argument, verb


@click.command("target", epilog=f"KPI is one of {', '.join(get_args(Kpi.__value__))}.")
@folder_argument
@click.argument("objective", metavar="OBJECTIVE|KPI")
@click.argument("value", required=False)
@click.option("--add", is_flag=True, help="Aim at a KPI there is no target for yet: the first word names it.")
@click.option("--remove", is_flag=True, help="Aim at it no longer: the target is taken out.")
@click.option("--by", type=click.DateTime(formats=["%Y-%m-%d"]), help="The day it is to be reached by.")
@click.option("--owner", help="Who answers for it.")
@click.option("--name", help="With --add: what it is called; as the KPI when not given.")
@click.option("--serves", help="With --add: the id of the corporate objective it serves.")
@click.option("--priority", type=click.IntRange(1, 9), help="With --add: 1 comes first; after those there are else.")
@dry_option
@verb
def command(
    voice: Voice,
    folder: Path,
    objective: str,
    value: str | None,
    add: bool,
    remove: bool,
    by: datetime | None,
    owner: str | None,
    name: str | None,
    serves: str | None,
    priority: int | None,
    dry_run: bool,
    author: str,
) -> None:
    """Set the target of an OBJECTIVE in FOLDER's business.toml to VALUE; comments and order of the file stay.

    With --add a new target for a KPI, with --remove the target goes. Prints what the change does to the plan before it
    is saved. A rate may be written as 85%. Taken back by `regulars settings undo FOLDER`.
    """
    more: dict[str, Any] = {"name": name, "serves": serves, "priority": priority}
    told = {key for key, said in {"VALUE": value, "by": by, "owner": owner, **more}.items() if said is not None}
    _sensible(told, add=add, remove=remove)
    business = api.open_business(folder)
    how: dict[str, Any] = {"dry_run": dry_run, "author": author, "at": now(), "progress": voice.progress()}
    day = by.date() if by else None
    if remove:
        change = api.remove_target(business, objective, **how)
    elif add:
        said = {key: word for key, word in {"owner": owner, **more}.items() if word is not None}
        change = api.add_target(business, objective, str(value), by=day, **said, **how)
    else:
        change = api.set_target(business, objective, str(value), by=day, owner=owner, **how)
    tell_change(voice, change, business.settings.currency)
    voice.result(as_document(change))


def _sensible(told: set[str], *, add: bool, remove: bool) -> None:
    """Raises UsageError where words and options do not go together."""
    if add and remove:
        raise click.UsageError("--add and --remove exclude one another.")
    if remove and told:
        raise click.UsageError("--remove takes the target's id alone.")
    if not remove and "VALUE" not in told:
        raise click.UsageError("Missing argument 'VALUE'.")
    if not add and told & {"name", "serves", "priority"}:
        raise click.UsageError("--name, --serves and --priority go with --add.")
