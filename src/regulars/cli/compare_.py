"""regulars compare"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from regulars import api
from regulars.api.runs import as_json
from regulars.base.text import Day
from regulars.base.words import LANGUAGES, render
from regulars.cli.formulate_ import in_languages
from regulars.cli.shared import Voice, folder_argument, verb
from regulars.strategy.plan_compare import Comparison, LineMove


@click.command("compare")
@folder_argument
@click.argument("plan_a", required=False)
@click.argument("plan_b", required=False)
@verb
def command(voice: Voice, folder: Path, plan_a: str | None, plan_b: str | None) -> None:
    """Say how PLAN_B differs from PLAN_A, and why; the last two plans of FOLDER when none are named.

    A plan is named by its id, or by what the id begins or ends with (`regulars plans FOLDER` lists them).
    """
    found = api.compare(api.open_business(folder), plan_a, plan_b)
    before, after = found.before, found.after
    voice.tell("cli.compare.head", before=before.run, after=after.run, first=Day(before.as_of), second=Day(after.as_of))
    for sentence in found.sentences:
        voice.tell_text(sentence, 2)
    voice.result(as_document(found))


def as_document(found: Comparison) -> dict[str, Any]:
    """The comparison as ``regulars.compare/1``."""
    full = as_json(found)
    return {
        "schema": found.schema,
        "before": _figures(full["before"]),
        "after": _figures(full["after"]),
        "changes": [
            {**row, "told": in_languages(one.told)} for row, one in zip(full["changes"], found.changes, strict=True)
        ],
        "measures": [_move(row, one) for row, one in zip(full["measures"], found.measures, strict=True)],
        "lines": [_move(row, one) for row, one in zip(full["lines"], found.lines, strict=True)],
        "causes": [
            {**row, "told": in_languages(one.told)} for row, one in zip(full["causes"], found.causes, strict=True)
        ],
        "sentences": {language: [render(s, language) for s in found.sentences] for language in LANGUAGES},
    }


def _figures(row: dict[str, Any]) -> dict[str, Any]:
    targets = [{key: value for key, value in t.items() if key != "name"} for t in row["targets"]]
    return {**row, "targets": targets}


def _move(row: dict[str, Any], told: LineMove) -> dict[str, Any]:
    kept = {key: row[key] for key in ("id", "move", "customers", "cost", "value_36")}
    whom = in_languages(told.whom) if told.whom is not None else None
    return {**kept, "name": in_languages(told.name), "whom": whom}
