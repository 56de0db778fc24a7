"""regulars pack"""

from __future__ import annotations

import sys
from pathlib import Path

import click

from regulars import api
from regulars.base.text import Local
from regulars.base.words import LANGUAGES, render
from regulars.cli.shared import Voice, verb


@click.group("pack")
def command() -> None:
    """List, show or check trade packs: a trade's words, windows, benchmarks and measures, as data."""


@command.command("list")
@verb
def list_packs(voice: Voice) -> None:
    """List the packs that come with the program."""
    packs = api.packs()
    for pack in packs:
        voice.tell(
            "cli.pack.row", id=pack.id, name=Local({str(k): v for k, v in pack.name.items()}), n=len(pack.measures)
        )
    voice.result(
        {
            "schema": "regulars.packs/1",
            "packs": [{"id": p.id, "name": dict(p.name), "measures": len(p.measures)} for p in packs],
        }
    )


@command.command("show")
@click.argument("pack")
@verb
def show_pack(voice: Voice, pack: str) -> None:
    """Show PACK (an id, or a folder): every measure with its cost, effects, evidence and sources."""
    found = api.show_pack(pack)
    for line in found.lines:
        voice.tell_text(line)
    voice.result({"schema": "regulars.pack/1", "pack": found.pack.model_dump(mode="json")})


@command.command("check")
@click.argument("folder", type=click.Path(path_type=Path))
@verb
def check_pack(voice: Voice, folder: Path) -> None:
    """Check your own pack in FOLDER and say what is wrong with it, key by key. Exit code 3 when it cannot be used."""
    problems = api.check_pack(folder)
    for problem in problems:
        voice.tell("cli.pack.problem", file=problem.file, key=problem.column or "-", reason=problem.reason)
    unusable = [problem for problem in problems if problem.severity == "rejected"]
    voice.tell("cli.pack.bad" if unusable else "cli.pack.fine", pack=str(folder), n=len(unusable))
    voice.result(
        {
            "schema": "regulars.pack_check/1",
            "problems": [
                {
                    "file": p.file,
                    "key": p.column,
                    "code": p.code,
                    "severity": p.severity,
                    "reason": {language: render(p.reason, language) for language in LANGUAGES},
                }
                for p in problems
            ],
        }
    )
    if unusable:
        sys.exit(3)
