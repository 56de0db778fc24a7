"""regulars new"""

from __future__ import annotations

from pathlib import Path

import click

from regulars import api
from regulars.cli.shared import Voice, folder_argument, verb


@click.command("new")
@folder_argument
@click.option(
    "--pack", default="beauty", show_default=True, help="Trade pack: beauty, hair, retail, watch or a folder."
)
@click.option("--name", default=None, help="Name of the business as reports show it.  [default: the folder's name]")
@click.option("--currency", default=None, help="ISO code of the sales, e.g. HKD.  [default: the pack's]")
@click.option("--zone", default="Asia/Hong_Kong", show_default=True, help="Time zone of the business day.")
@verb
def command(voice: Voice, folder: Path, pack: str, name: str | None, currency: str | None, zone: str) -> None:
    """Make the folder FOLDER for one business.

    It holds a commented business.toml with the trade's starter objectives, budget and hours: read it and
    change it to yours before you formulate.

    \b
    Example:  regulars new my-salon --pack hair --name "Salon Harbour"
    """
    business = api.create_business(folder, pack=pack, name=name, currency=currency, zone=zone)
    voice.tell("cli.new.done", folder=str(folder), pack=business.pack.id)
    voice.tell("cli.new.next", folder=str(folder))
    voice.result({"schema": "regulars.new/1", "folder": str(folder), "pack": business.pack.id})
