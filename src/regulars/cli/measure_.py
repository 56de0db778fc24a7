"""regulars measure"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from regulars import api
from regulars.api.business import LEARNED
from regulars.api.runs import as_json
from regulars.cli.shared import Voice, folder_argument, verb
from regulars.strategy.plan_measured import Measured, Measurement


@click.command("measure")
@folder_argument
@click.option("--assignment", "assignment_id", default=None, help="Run of the assignment; the newest when not given.")
@click.option(
    "--as-of",
    type=click.DateTime(formats=["%Y-%m-%d"]),
    default=None,
    help="Last day that counts; the ledger's last day when not given.",
)
@verb
def command(voice: Voice, folder: Path, assignment_id: str | None, as_of: datetime | None) -> None:
    """Measure what a cycle of FOLDER did beside those left alone, and learn from it.

    Checks come first: groups in proportion, nobody in two trials, customers enough. Whoever was drawn for a measure
    counts, reached or not. What is learned is kept in FOLDER/learned and is where the next plan begins.
    """
    business = api.open_business(folder)
    drawn = api.latest_assignment(business, assignment_id)
    run = api.measure(business, drawn, as_of=as_of.date() if as_of else None)
    tell(voice, run.result)
    voice.tell("cli.measure.kept", run=str(run.folder), file=str(folder / LEARNED))
    voice.tell("cli.measure.next", folder=str(folder))
    voice.result({"run": run.id, "learned_file": str(folder / LEARNED), **as_json(run.result)})


def tell(voice: Voice, found: Measurement) -> None:
    """The measurement in a few sentences: the whole first, then what tells something."""
    voice.tell("cli.measure.done", since=found.since, until=found.until, n=found.days)
    for check in found.checks:
        voice.tell_text(check.text, 2)
    _line(voice, found.whole)
    told = [one for one in found.measured if one.verdict != "untold"]
    for one in told:
        _line(voice, one)
    if len(told) < len(found.measured):
        voice.tell("cli.measure.more", n=len(found.measured) - len(told))
    for effect in found.learned:
        voice.tell_text(effect.said, 2)
    if not found.learned:
        voice.tell("cli.measure.nothing")
    voice.tell_text(found.promises.said)
    for note in found.notes:
        voice.tell_text(note)


def _line(voice: Voice, one: Measured) -> None:
    voice.tell("cli.measure.line", name=one.measure_name, unit=one.unit_name, n=one.customers, left=one.left_out)
    voice.tell_text(one.said, 4)
