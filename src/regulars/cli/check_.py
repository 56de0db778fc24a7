"""regulars check"""

from __future__ import annotations

from pathlib import Path

import click

from regulars import api
from regulars.base.text import Local
from regulars.cli.shared import Voice, folder_argument, verb


@click.command("check")
@folder_argument
@verb
def command(voice: Voice, folder: Path) -> None:
    """Show what the business in FOLDER holds: tables, days covered, imports, studies, plans."""
    business = api.open_business(folder)
    health = api.check_business(business)
    voice.tell(
        "cli.check.business",
        name=business.settings.label(),
        pack=Local({str(k): v for k, v in business.pack.name.items()}),
        version=health.data_version,
    )
    if not health.holdings:
        voice.tell("cli.check.empty", folder=str(folder))
    for held in health.holdings:
        if held.first_day and held.last_day:
            voice.tell(
                "cli.check.table_days", table=held.table, rows=held.rows, first=held.first_day, last=held.last_day
            )
        else:
            voice.tell("cli.check.table", table=held.table, rows=held.rows)
    for record in health.imports:
        voice.tell(
            "cli.check.import_undone" if record.undone else "cli.check.import_kept",
            id=record.import_id,
            table=record.table,
        )
    voice.tell("cli.check.runs", studies=health.studies, plans=health.plans)
    if health.unnamed_branches:
        voice.tell("cli.check.unnamed", branches=", ".join(health.unnamed_branches))
    voice.result(
        {
            "schema": "regulars.check/1",
            "data_version": health.data_version,
            "tables": [
                {"table": h.table, "rows": h.rows, "first_day": h.first_day, "last_day": h.last_day}
                for h in health.holdings
            ],
            "imports": [
                {"import": r.import_id, "table": r.table, "undone": r.undone, "note": dict(r.note)}
                for r in health.imports
            ],
            "studies": health.studies,
            "plans": health.plans,
            "unnamed_branches": list(health.unnamed_branches),
        }
    )
