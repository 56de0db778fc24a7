"""regulars segment"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from regulars import api
from regulars.api.runs import as_json
from regulars.base.errors import BadSettings
from regulars.base.text import Money, Share, say
from regulars.base.words import LANGUAGES, render
from regulars.cli.shared import Voice, folder_argument, verb


@click.command("segment")
@folder_argument
@click.argument("predicate")
@verb
def command(voice: Voice, folder: Path, predicate: str) -> None:
    """Count and value the customers of FOLDER of whom PREDICATE is true, by the newest study. Nobody is named.

    PREDICATE is text such as 'state = overdue and value_36 > 2000 and last_day before 90 days ago' (in quotes), or its
    JSON form. docs/how-to/segments.md lists the fields.
    """
    business = api.open_business(folder)
    found = api.segment(business, _read(predicate))
    currency = business.settings.currency
    voice.tell("cli.segment.who", words=found.words)
    voice.tell("cli.segment.count", n=found.customers, base=found.base, share=Share(found.share))
    if found.unknown:
        voice.tell("cli.segment.unknown", n=found.unknown)
    for months, value in ((12, found.value_12), (36, found.value_36)):
        if value is not None:
            low, high = (Money.of(v, currency) for v in (value.p10, value.p90))
            voice.tell("cli.segment.value", months=months, mean=Money.of(value.mean, currency), low=low, high=high)
    for channel, n in found.reachable.items():
        voice.tell("cli.segment.reach", n=n, permission=say(f"predicate.field.may_{channel}"))
    document = as_json(found)
    document["words"] = {language: render(found.words, language) for language in LANGUAGES}
    voice.result(document)


def _read(predicate: str) -> str | dict[str, Any]:
    if not predicate.lstrip().startswith("{"):
        return predicate
    try:
        found = json.loads(predicate)
    except (json.JSONDecodeError, RecursionError) as error:
        raise BadSettings(say("cli.segment.no_json", detail=str(error))) from error
    assert isinstance(found, dict)
    return found
