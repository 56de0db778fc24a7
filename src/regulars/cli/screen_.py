"""regulars screen"""

from __future__ import annotations

from pathlib import Path

import click

from regulars import api
from regulars.analysis.screening import BiasTest, Screened
from regulars.api.runs import as_json
from regulars.base.text import Number, Share, say
from regulars.cli.shared import Voice, folder_argument, verb


@click.command("screen")
@folder_argument
@click.argument("card", required=False)
@verb
def command(voice: Voice, folder: Path, card: str | None) -> None:
    """Judge the customers of FOLDER by a scorecard, and test the card for bias.

    CARD names FOLDER/scorecards/CARD.toml; without one a starter is used, and written there for you to change. Points
    add up; age, sex, origin, disability, family and district are barred and only looked at in the bias test.
    """
    run = api.screen(api.open_business(folder), card)
    tell(voice, run.result)
    voice.tell("cli.screen.kept", run=str(run.folder))
    voice.result({"run": run.id, "scores_file": str(run.folder / "scores.parquet"), **as_json(run.result)})


def tell(voice: Voice, found: Screened) -> None:
    """The result in a few sentences."""
    rate = Share(found.selected / found.eligible if found.eligible else 0.0)
    voice.tell("cli.screen.done", name=found.name, version=found.version, n=found.eligible)
    voice.tell("cli.screen.selected", n=found.selected, share=rate, points=found.select_from)
    for term in found.terms:
        mean = Number(term.mean_points, 1)
        voice.tell("cli.screen.term", name=term.name, points=term.points, n=term.customers, mean=mean)
    for flag in found.flags:
        voice.tell_text(flag)
    for test in found.bias:
        _bias(voice, test)


def _bias(voice: Voice, test: BiasTest) -> None:
    name = say(f"study.screening.group_{test.attribute}")
    voice.tell(f"cli.screen.bias_{test.verdict}", attribute=name)
    for group in test.groups:
        if group.verdict in ("below", "unclear"):
            assert group.ratio is not None
            low, high = Number(group.ratio.p10, 2), Number(group.ratio.p90, 2)
            ratio = Number(group.ratio.mean, 2)
            voice.tell(
                "cli.screen.bias_group", group=group.group, share=Share(group.rate), ratio=ratio, low=low, high=high
            )
