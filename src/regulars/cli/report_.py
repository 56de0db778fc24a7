"""regulars report"""

from __future__ import annotations

from pathlib import Path

import click

from regulars import api
from regulars.api.reporting import FORMATS, Format
from regulars.cli.shared import Voice, folder_argument, verb


@click.command("report")
@folder_argument
@click.option("--format", "format", type=click.Choice(FORMATS), default="html", show_default=True, help="File format.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Where to write it.")
@verb
def command(voice: Voice, folder: Path, format: Format, out: Path | None) -> None:
    """Write the report of the newest strategy of FOLDER (of the newest study when nothing is formulated yet).

    HTML is one self-contained file; --lang chooses the language.
    """
    written = api.write_report(api.open_business(folder), language=voice.language, format=format, out=out)
    voice.tell("cli.report.done", path=str(written.path))
    if written.plan_run is None:
        voice.tell("cli.report.study_only", folder=str(folder))
    voice.result(
        {
            "schema": "regulars.report/1",
            "path": str(written.path),
            "language": written.language,
            "format": written.format,
            "study": written.study_run,
            "plan": written.plan_run,
        }
    )
