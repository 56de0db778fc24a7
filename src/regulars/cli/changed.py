"""How a change of the settings is told: what it does to the plan, then whether it was saved."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from regulars import api
from regulars.api.changes import Brief
from regulars.api.runs import as_json
from regulars.base.text import Money, Share
from regulars.cli.shared import Voice


def dry_option[**P, T](function: Callable[P, T]) -> Callable[..., T]:
    """``--dry-run`` and ``--author`` for verbs that change the settings."""
    dry = click.option("--dry-run", is_flag=True, help="Show the effect only; save nothing.")
    author = click.option("--author", default="", help="Who makes the change, for the journal.")
    found: Any = dry(author(function))
    return found  # type: ignore[no-any-return]


def tell_change(voice: Voice, change: api.Change, currency: str) -> None:
    """The effect and the outcome of a change."""
    if change.before is None or change.after is None or change.difference is None:
        voice.tell("cli.change.no_study")
    else:
        _tell_effect(voice, change.before, change.after, change.difference, currency)
    voice.tell("cli.change.saved" if change.saved else "cli.change.not_saved")


def _tell_effect(voice: Voice, before: Brief, after: Brief, difference: float, currency: str) -> None:
    def money(value: float) -> Money:
        return Money.of(value, currency)

    voice.tell(
        "cli.change.value",
        before=money(before.value_36.mean),
        after=money(after.value_36.mean),
        low=money(after.value_36.p10),
        high=money(after.value_36.p90),
    )
    if difference < -0.5:
        voice.tell("cli.change.costs", price=money(-difference))
    elif difference > 0.5:
        voice.tell("cli.change.brings", gain=money(difference))
    else:
        voice.tell("cli.change.nothing")
    voice.tell("cli.change.cost", before=money(before.cost), after=money(after.cost))
    chance = {t.objective: t.probability for t in before.targets}
    for target in after.targets:
        was = Share(chance.get(target.objective, target.probability))
        voice.tell("cli.change.target", name=target.name, before=was, after=Share(target.probability))
    for clause in after.clauses:
        voice.tell("cli.change.clause", clause=clause.text, price=money(clause.price))
        if clause.reason:
            voice.tell_text(clause.reason, 2)


def as_document(change: api.Change) -> dict[str, Any]:
    """The change as ``regulars.change/1``."""
    return {"schema": "regulars.change/1", **as_json(change)}
