"""regulars undo"""

from __future__ import annotations

from pathlib import Path

import click

from regulars import api
from regulars.cli.shared import Voice, folder_argument, verb


@click.command("undo")
@folder_argument
@click.argument("import_id", required=False)
@verb
def command(voice: Voice, folder: Path, import_id: str | None) -> None:
    """Take the last import of FOLDER back, or the one named IMPORT_ID (see `regulars check FOLDER`).

    The ledger is as it was before; importing the file again stores it again. Studies and plans made meanwhile
    stay as they are: they say which data version they read.
    """
    undone = api.undo_import(api.open_business(folder), import_id)
    voice.tell("cli.undo.done", n=undone.removed, table=undone.table)
    voice.result({"schema": "regulars.undo/1", "table": undone.table, "removed": undone.removed})
