"""regulars settings"""

from __future__ import annotations

from pathlib import Path

import click

from regulars import api
from regulars.cli.clock import now
from regulars.cli.shared import Voice, folder_argument, verb


@click.group("settings")
def command() -> None:
    """Changes of business.toml made by `regulars target`, `objective`, `lock` and `budget`.

    The file as it was before each of them is kept in the folder settings/ of the business.
    """


@command.command("undo")
@folder_argument
@click.option("--author", default="", help="Who takes it back, for the journal.")
@verb
def undo(voice: Voice, folder: Path, author: str) -> None:
    """Take the last change of FOLDER's settings back; again, the one before.

    Refused when business.toml was edited by hand since: the kept copy is named, and nothing is lost.
    """
    key = api.undo_settings(api.open_business(folder), author=author, at=now())
    voice.tell("cli.settings.undone", key=key)
    voice.result({"schema": "regulars.settings/1", "undone": True, "key": key})
