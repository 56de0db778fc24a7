"""regulars study"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import click

from regulars import api
from regulars.analysis.costs import Costs
from regulars.analysis.diagnosis import Diagnosis
from regulars.api.runs import as_json
from regulars.base.text import Listing, Money, Number, Share, say
from regulars.cli.clock import today
from regulars.cli.shared import Voice, folder_argument, verb


@click.command("study")
@folder_argument
@click.option(
    "--as-of",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Study the base as it was on this day.  [default: the last day in the ledger]",
)
@click.option("--fresh", is_flag=True, help="Compute again even if the same study exists.")
@click.option("--full", is_flag=True, help="Compute again what earlier studies found of the past, too.")
@click.option(
    "--engine",
    type=click.Choice(["duckdb", "spark"]),
    help="What computes; the figures are the same.  [default: REGULARS_ENGINE, else business.toml, else duckdb]",
)
@click.option("--costs", is_flag=True, help="Print what each part took, in seconds, to standard error.")
@verb
def command(
    voice: Voice, folder: Path, as_of: datetime | None, fresh: bool, full: bool, engine: str | None, costs: bool
) -> None:
    """Study the customer base of FOLDER: who comes back, how often, who is leaving, what they are worth.

    Nothing after the day is read. The result is kept in FOLDER/runs with the data version it rests on.
    """
    business = api.open_business(folder)
    day = as_of.date() if as_of else None
    spent = Costs()
    bar = voice.progress()
    run = api.study(
        business, as_of=day, today=today(), fresh=fresh, full=full, engine=engine, costs=spent, progress=bar
    )
    if costs:
        _tell_costs(voice, spent)
    tell_study(voice, run)
    studied = run.result.provenance.as_of
    if day is None and (later := api.lines_after(business, studied)):
        voice.tell("cli.study.later", n=later, as_of=studied)
    voice.tell("cli.study.next", folder=str(folder))
    voice.result(as_document(run))


def _tell_costs(voice: Voice, costs: Costs) -> None:
    if not costs.parts:
        voice.aside("cli.study.costs_none")
    for cost in costs.parts.values():
        voice.aside(
            "cli.study.cost",
            seconds=Number(cost.seconds, 2),
            processor=Number(cost.processor, 2),
            engine=Number(cost.engine, 2),
            queries=cost.queries,
            part=cost.part,
        )


def tell_study(voice: Voice, run: api.Run[Diagnosis]) -> None:
    """The study in a few sentences."""
    found = run.result
    currency = found.provenance.currency
    voice.tell(
        "cli.study.done",
        as_of=found.provenance.as_of,
        version=found.provenance.data_version,
        customers=found.base.customers,
    )
    for row in found.wastage.states:
        voice.tell(f"cli.study.state_{row.state}", n=row.customers)
    value = found.value.revenue_12
    voice.tell(
        "cli.study.value",
        mean=Money.of(value.mean, currency),
        low=Money.of(value.p10, currency),
        high=Money.of(value.p90, currency),
    )
    voice.tell("cli.study.top", share=Share(found.concentration.top_decile_share))
    if run.recalled:
        voice.tell("cli.study.recalled", parts=Listing(tuple(say(f"cli.study.part_{name}") for name in run.recalled)))
    voice.tell("cli.study.kept", run=str(run.folder))


def as_document(run: api.Run[Diagnosis]) -> dict[str, Any]:
    """The study as ``regulars.study/1``."""
    found = run.result
    full = as_json(found)
    return {
        "schema": found.schema,
        "run": run.id,
        "data_version": found.provenance.data_version,
        "tables": found.provenance.tables,
        "as_of": found.provenance.as_of.isoformat(),
        "customers": found.base.customers,
        "value_models": full["value_models"],
        "standings": str(run.standings),
        "diagnosis": full,
    }
