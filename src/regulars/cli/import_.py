"""regulars import"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from regulars import api
from regulars.api import ImportResult, Recognition, recognise
from regulars.base.problem import Problem
from regulars.base.text import Text, say
from regulars.base.words import LANGUAGES, render
from regulars.cli.shared import Voice, folder_argument, verb

#: How many different findings are shown, and how many rows of each.
_SHOWN, _ROWS = 8, 5


@click.command("import")
@folder_argument
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Only show what each file is recognised as; store nothing.")
@click.option("--profile", type=click.Path(path_type=Path), help="A saved mapping (TOML) to read the files with.")
@click.option(
    "--save-profile", "save_as", help="With --dry-run: save the guessed mapping under this name, to correct it."
)
@click.option(
    "--strict", is_flag=True, help="Exit with 3 when any row is rejected (the good rows are stored all the same)."
)
@verb
def command(
    voice: Voice,
    folder: Path,
    files: tuple[Path, ...],
    dry_run: bool,
    profile: Path | None,
    save_as: str | None,
    strict: bool,
) -> None:
    """Read export FILES (CSV, XLSX, Parquet) into the ledger of FOLDER.

    Files are recognised by their columns: Square, Shopify, WooCommerce and Fresha exports as they are, any other
    by guessing what each column means. Importing a file twice changes nothing. Names, phones and e-mail addresses
    become pseudonyms at the door. Bad rows are kept aside in FOLDER/rejected with the reason beside them: correct
    that file and import it again.

    \b
    Examples:
      regulars import my-salon sales.csv clients.csv
      regulars import my-salon odd.csv --dry-run --save-profile odd     then edit my-salon/profiles/odd.toml
      regulars import my-salon odd.csv --profile my-salon/profiles/odd.toml
    """
    business = api.open_business(folder)
    if dry_run or save_as:
        _preview(voice, business, files, save_as)
        return
    report = api.import_files(business, files, profile=profile, progress=voice.progress())
    for result in report.files:
        _tell(voice, result)
    for refused in report.refused:
        voice.tell("cli.import.refused", file=refused.file, reason=refused.text)
        if refused.hint:
            voice.tell_text(refused.hint, 2)
    voice.tell("cli.import.next", folder=str(folder))
    voice.result(as_document(report))
    if (strict and report.rejected) or report.refused:
        sys.exit(3)


def _tell(voice: Voice, result: ImportResult) -> None:
    voice.tell(
        "cli.import.done",
        file=Path(result.file).name,
        source=result.source,
        rows=result.rows,
        stored=result.stored + result.changed,
        unchanged=result.unchanged,
        rejected=result.rejected,
    )
    found = _alike(result.problems)
    for problems in found[:_SHOWN]:
        voice.tell_text(_place(problems), 2)
    if len(found) > _SHOWN:
        voice.tell("cli.import.more", n=len(found) - _SHOWN)
    if result.rejects_file:
        voice.tell("cli.import.rejects", file=str(result.rejects_file))
    if result.identifier_columns:
        voice.tell("cli.import.identifiers", columns=", ".join(result.identifier_columns))
    if result.ignored_columns:
        voice.tell("cli.import.ignored", columns=", ".join(result.ignored_columns))


def _alike(problems: Sequence[Problem]) -> list[list[Problem]]:
    """The findings, those that say the same of the same column together, in their order."""
    found: dict[tuple[str, str | None, str | None], list[Problem]] = {}
    for problem in problems:
        said = repr(problem.reason) if problem.severity == "warning" else None
        found.setdefault((problem.code, problem.column, said), []).append(problem)
    return list(found.values())


def _place(problems: Sequence[Problem]) -> Text:
    """One finding, and in which rows: all of them if they are few, else the first and how many."""
    first = problems[0]
    rows = [str(problem.row) for problem in problems if problem.row is not None]
    column, reason = first.column or "-", first.reason
    count = sum(problem.count for problem in problems)
    if len(rows) == count == 1:
        return say("cli.import.problem_row", row=rows[0], column=column, reason=reason)
    if rows and len(rows) == count <= _ROWS:
        return say("cli.import.problem_rows", rows=", ".join(rows), column=column, reason=reason)
    if rows:
        begin = ", ".join(rows[:_ROWS])
        return say("cli.import.problem_many", n=count, rows=begin, column=column, reason=reason)
    if first.column:
        return say("cli.import.problem_column", column=column, reason=reason)
    return reason


def as_document(report: api.ImportReport) -> dict[str, Any]:
    """The import as ``regulars.import/1``."""
    return {
        "schema": "regulars.import/1",
        "rows": report.rows,
        "stored": report.stored,
        "unchanged": report.unchanged,
        "rejected": report.rejected,
        "problems": [_problem(p) for p in report.problems],
        "files": [
            {
                "file": f.file,
                "source": f.source,
                "score": round(f.score, 3),
                "table": f.table,
                "rows": f.rows,
                "stored": f.stored + f.changed,
                "unchanged": f.unchanged,
                "rejected": f.rejected,
                "ignored_columns": list(f.ignored_columns),
                "rejects_file": str(f.rejects_file) if f.rejects_file else None,
            }
            for f in report.files
        ],
        "refused": [
            {"file": r.file, "reason": {language: render(r.text, language) for language in LANGUAGES}}
            for r in report.refused
        ],
    }


def _problem(problem: Problem) -> dict[str, Any]:
    return {
        "file": problem.file,
        "row": problem.row,
        "column": problem.column,
        "code": problem.code,
        "severity": problem.severity,
        "count": problem.count,
        "reason": {language: render(problem.reason, language) for language in LANGUAGES},
    }


def _preview(voice: Voice, business: api.OpenBusiness, files: tuple[Path, ...], save_as: str | None) -> None:
    found: list[Recognition] = [recognise(path) for path in files]
    for path, recognition in zip(files, found, strict=True):
        voice.tell("cli.import.recognised", file=path.name, source=recognition.source, score=recognition.score)
        for column, role in recognition.roles.items():
            voice.tell("cli.import.role", column=column, role=role)
        for problem in recognition.problems:
            voice.tell_text(_place([problem]), 2)
    saved = None
    if save_as:
        saved = api.save_profile(business, found[0].profile(save_as))
        voice.tell("cli.import.profile_saved", file=str(saved))
    voice.result(
        {
            "schema": "regulars.recognise/1",
            "files": [
                {"file": str(path), "source": r.source, "score": round(r.score, 3), "roles": dict(r.roles)}
                for path, r in zip(files, found, strict=True)
            ],
            "profile": str(saved) if saved else None,
        }
    )
