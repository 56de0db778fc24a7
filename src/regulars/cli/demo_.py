"""regulars demo"""

from __future__ import annotations

from pathlib import Path

import click

from regulars import api
from regulars.cli.formulate_ import as_document as plan_document
from regulars.cli.formulate_ import tell_plan
from regulars.cli.import_ import as_document as import_document
from regulars.cli.shared import Voice, verb
from regulars.cli.study_ import as_document as study_document
from regulars.cli.study_ import tell_study


@click.command("demo")
@click.argument("trade", default="beauty")
@click.option(
    "--folder", type=click.Path(file_okay=False, path_type=Path), help="Where to make it.  [default: demo-TRADE]"
)
@click.option(
    "--customers", type=click.IntRange(50, 1_000_000), help="How many customers.  [default: the trade's demo]"
)
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    default=1,
    show_default=True,
    help="Seed of the simulation: same seed, same business.",
)
@click.option("--open", "open_it", is_flag=True, help="Open the report in the browser.")
@verb
def command(voice: Voice, trade: str, folder: Path | None, customers: int | None, seed: int, open_it: bool) -> None:
    """Make a synthetic business of a TRADE (beauty, hair, retail, watch) and take it all the way to a strategy.

    Invented people whose true behaviour is known (exports/truth.parquet), written as the export files a till would
    write, imported, studied, formulated and reported in both languages.
    """
    made = api.make_demo(
        trade, folder=folder or Path(f"demo-{trade}"), seed=seed, customers=customers, progress=voice.progress()
    )
    tell_study(voice, made.study)
    tell_plan(voice, made.plan)
    for written in made.reports:
        voice.tell("cli.report.done", path=str(written.path))
    if open_it:
        shown = next(w for w in made.reports if w.language == voice.language and w.format == "html")
        click.launch(shown.path.resolve().as_uri())
    voice.result(
        {
            "schema": "regulars.demo/1",
            "folder": str(made.business.folder),
            "truth": str(made.truth),
            "import": import_document(made.imported),
            "study": study_document(made.study),
            "formulate": plan_document(made.plan),
            "reports": [{"path": str(w.path), "language": w.language, "format": w.format} for w in made.reports],
        }
    )
