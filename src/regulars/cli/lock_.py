"""regulars lock"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import click

from regulars import api
from regulars.cli.changed import as_document, dry_option, tell_change
from regulars.cli.clock import now
from regulars.cli.shared import Voice, folder_argument, verb
from regulars.packs.schema import STATES, TIERS


@click.command("lock")
@folder_argument
@click.argument("what")
@click.option("--at-least", type=click.FloatRange(min=0), help="The plan must do at least so much of it.")
@click.option(
    "--at-most", type=click.FloatRange(min=0), help="The plan must not do more than so much of it; 0 bars it."
)
@click.option(
    "--of",
    type=click.Choice(["customers", "spend", "hours"]),
    default="customers",
    show_default=True,
    help="What is counted.",
)
@click.option("--branch", "branches", multiple=True, help="Only customers of this branch; may be given again.")
@click.option("--state", "states", multiple=True, type=click.Choice(STATES), help="Only customers in this state.")
@click.option(
    "--tier", "tiers", multiple=True, type=click.Choice(TIERS), help="Only customers of this value; may be given again."
)
@dry_option
@verb
def command(
    voice: Voice,
    folder: Path,
    what: str,
    at_least: float | None,
    at_most: float | None,
    of: Literal["customers", "spend", "hours"],
    branches: tuple[str, ...],
    states: tuple[str, ...],
    tiers: tuple[str, ...],
    dry_run: bool,
    author: str,
) -> None:
    """Bind a measure of FOLDER's plan by a clause in business.toml, and see what that costs before it is saved.

    WHAT is the id of a measure, or family:NAME, channel:NAME, relationship:NAME. With neither bound the lock is taken
    away. Taken back by `regulars settings undo FOLDER`.
    """
    business = api.open_business(folder)
    change = api.lock(
        business,
        what,
        at_least=at_least,
        at_most=at_most,
        of=of,
        branches=branches,
        states=states,
        tiers=tiers,
        dry_run=dry_run,
        author=author,
        at=now(),
        progress=voice.progress(),
    )
    tell_change(voice, change, business.settings.currency)
    voice.result(as_document(change))
