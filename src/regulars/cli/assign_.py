"""regulars assign"""

from __future__ import annotations

from pathlib import Path

import click

from regulars import api
from regulars.api.runs import as_json
from regulars.base.text import Number
from regulars.cli.shared import Voice, folder_argument, verb
from regulars.strategy.plan_assigned import Assignment


@click.command("assign")
@folder_argument
@click.option("--plan", "plan_id", default=None, help="Run of the plan; the newest when not given.")
@click.option("--salt", default=None, help="Names the draw; the plan's run when not given.")
@click.option(
    "--share",
    type=click.FloatRange(0, 1),
    default=0.05,
    show_default=True,
    help="Part of like customers whose measures are exchanged at random.",
)
@click.option("--fresh", is_flag=True, help="Draw again even if the same assignment exists (it comes out the same).")
@verb
def command(voice: Voice, folder: Path, plan_id: str | None, salt: str | None, share: float, fresh: bool) -> None:
    """Assign the customers of FOLDER's plan: who is left alone, who gets which measure.

    The hold-out is drawn first. Everything is decided by a number made of customer and salt, so that it comes out the
    same again and can be checked; the chance of what everybody got is written down. Nothing is sent.
    """
    business = api.open_business(folder)
    plan = api.latest_plan(business, plan_id)
    run = api.assign(business, plan, salt=salt, share=share, fresh=fresh)
    tell(voice, run.result)
    voice.tell("cli.assign.kept", file=str(run.folder / run.result.file))
    voice.tell("cli.assign.next", folder=str(folder))
    voice.result({"run": run.id, "assignments_file": str(run.folder / run.result.file), **as_json(run.result)})


def tell(voice: Voice, found: Assignment) -> None:
    """The assignment in a few sentences."""
    voice.tell("cli.assign.done", n=found.customers, assigned=found.assigned)
    voice.tell("cli.assign.arms", held=found.held_out, silent=found.silent)
    for line in found.lines:
        voice.tell(
            "cli.assign.line",
            name=line.measure_name,
            cell=line.cell_label,
            n=line.customers,
            left=line.left_out,
        )
    voice.tell("cli.assign.chance", chance=Number(found.smallest_chance, 4))
    for note in found.notes:
        voice.tell_text(note)
