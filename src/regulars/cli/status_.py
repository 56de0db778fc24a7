"""regulars status"""

from __future__ import annotations

from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from regulars import api
from regulars.api.runs import as_json
from regulars.api.strategies import day_of
from regulars.base.text import Money, say
from regulars.base.words import LANGUAGES, render
from regulars.cli.shared import Voice, folder_argument, verb


@click.command("status")
@folder_argument
@click.option("--plan", help="Run id of the plan.  [default: the newest]")
@verb
def command(voice: Voice, folder: Path, plan: str | None) -> None:
    """Show what strategy of FOLDER is in force, what waits for whom, and what keeps the plan from being approved.

    Lists the alternatives to the plan with what the plan is expected to gain more than each, and what has been said
    of them. When a factor of the register changed, it names the decisions that are open again.
    """
    business = api.open_business(folder)
    found = api.status(business, plan=plan)
    _tell(voice, found, business)
    document = as_json(found)
    document["waits_for"] = _both(found.waits_for)
    document["blocks"] = [
        {"code": b.code, "text": _both(b.text), "hint": _both(b.hint) if b.hint else None} for b in found.blocks
    ]
    document["reopened"] = [
        {**row, "text": _both(r.text)} for row, r in zip(document["reopened"], found.reopened, strict=True)
    ]
    document["alternatives"] = [
        {**row, "name": _both(a.name)} for row, a in zip(document["alternatives"], found.alternatives, strict=True)
    ]
    voice.result({"schema": "regulars.status/1", **document})


def _both(text: Any) -> dict[str, str]:
    return {language: render(text, language) for language in LANGUAGES}


def _tell(voice: Voice, found: api.Status, business: api.OpenBusiness) -> None:
    if found.in_force:
        s = found.in_force
        when = day_of(s.approved_at, ZoneInfo(business.settings.zone))
        voice.tell("cli.status.in_force", version=s.version, plan=s.plan, name=s.approved_by, day=when, why=s.reason)
    else:
        voice.tell("cli.status.none")
    for opened in found.reopened:
        voice.tell_text(opened.text)
        for kind, ids in (
            ("measures", opened.measures),
            ("objectives", opened.objectives),
            ("assumptions", opened.assumptions),
        ):
            if ids:
                voice.tell_text(say(f"cli.status.open_{kind}", ids=", ".join(ids)), 2)
    if found.plan:
        voice.tell("cli.status.plan", plan=found.plan)
    said = {j.about: j for j in found.judgements}
    for row in found.alternatives:
        more = Money.of(row.difference, business.settings.currency)
        voice.tell_text(say("cli.status.alternative", id=row.id, name=row.name, more=more), 2)
        if row.id in said:
            _judged(voice, said[row.id])
    if "plan" in said:
        voice.tell("cli.status.judged")
        _judged(voice, said["plan"])
    if found.blocks:
        voice.tell("cli.status.blocks", n=len(found.blocks))
    for block in found.blocks:
        voice.tell_text(block.text, 2)
        if block.hint:
            voice.tell_text(block.hint, 4)
    voice.tell_text(found.waits_for)


def _judged(voice: Voice, said: api.Judgement) -> None:
    verdict = say(f"cli.verdict.{said.verdict}")
    voice.tell_text(say("cli.status.said", name=said.by, verdict=verdict, reason=said.reason), 4)
