"""regulars document"""

from __future__ import annotations

from pathlib import Path

import click

from regulars import api
from regulars.api.formats import DOCUMENT_FORMATS, DocumentFormat
from regulars.base.inputs.files import FOLDER
from regulars.cli.shared import Voice, folder_argument, verb


@click.command("document")
@folder_argument
@click.option(
    "--format", "format", type=click.Choice(DOCUMENT_FORMATS), default="html", show_default=True, help="File format."
)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Where to write it.")
@click.option("--starters", is_flag=True, help="First put missing files, starters or forms, into FOLDER/strategy.")
@verb
def command(voice: Voice, folder: Path, format: DocumentFormat, out: Path | None, starters: bool) -> None:
    """Write the strategy document of FOLDER: chapters 0 to 16 and the annexes.

    Chapters whose facts come from people read them from FOLDER/strategy/*.toml and say what is missing there.
    """
    business = api.open_business(folder)
    started = api.write_starters(business) if starters else ()
    for path in started:
        voice.tell("cli.document.starter", path=str(path))
    written = api.write_strategy_document(business, language=voice.language, format=format, out=out)
    voice.tell("cli.document.done", path=str(written.path))
    if written.unstated:
        voice.tell("cli.document.unstated", n=len(written.unstated), folder=f"{folder}/{FOLDER}")
    voice.result(
        {
            "schema": "regulars.document/1",
            "path": str(written.path),
            "language": written.language,
            "format": written.format,
            "study": written.study_run,
            "plan": written.plan_run,
            "stated": list(written.stated),
            "unstated": list(written.unstated),
            "starters": [str(path) for path in started],
        }
    )
