"""The what-if options of ``regulars formulate``, and how rules and differences are told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from regulars import api
from regulars.base.errors import BadSettings
from regulars.base.text import Money, say
from regulars.cli.shared import Voice
from regulars.strategy.plan import Plan


def what_if_options[F: Callable[..., Any]](function: F) -> F:
    """Add the options that change a setting for one look."""
    options = (
        click.option(
            "--lock",
            "locks",
            multiple=True,
            metavar="WHAT=LO..HI",
            help="Hold a measure, cell, line or key=value pairs between bounds; 'money' or 'hours' may follow.",
        ),
        click.option("--veto", multiple=True, metavar="MEASURE", help="Rule a measure out."),
        click.option("--must", multiple=True, metavar="MEASURE", help="Use a measure in any case."),
        click.option("--budget", type=float, metavar="AMOUNT", help="Another budget."),
        click.option("--hours", type=float, metavar="HOURS", help="Other staff hours for every branch."),
        click.option("--risk", type=float, metavar="WEIGHT", help="Aversion to risk, 0 to 1."),
        click.option("--target", "targets", multiple=True, metavar="ID=VALUE", help="Another target of an objective."),
    )
    for option in reversed(options):
        function = option(function)
    return function


def what_if_of(asked: dict[str, Any]) -> api.WhatIf | None:
    """The changes asked for; None when there are none."""
    targets: dict[str, float] = {}
    for text in asked["targets"]:
        id, _, value = text.partition("=")
        try:
            targets[id] = float(value)
        except ValueError as error:
            raise BadSettings(say("cli.what_if.bad_target", target=text)) from error
    found = api.WhatIf(
        locks=asked["locks"],
        veto=asked["veto"],
        must=asked["must"],
        budget=asked["budget"],
        hours=asked["hours"],
        risk=asked["risk"],
        targets=targets,
    )
    return found or None


def tell_rules(voice: Voice, plan: Plan) -> None:
    """What rules cost, and what gave way."""
    currency = plan.provenance.currency
    for row in plan.rules:
        if row.price < 0:
            voice.tell("cli.what_if.brings", rule=row.label, price=Money.of(-row.price, currency))
        elif row.binding:
            voice.tell("cli.what_if.costs", rule=row.label, price=Money.of(row.price, currency))
    free = sum(1 for row in plan.rules if not row.binding)
    if free:
        voice.tell("cli.what_if.free", n=free)
    for relaxed in plan.relaxations:
        voice.tell_text(relaxed.text)


def tell_what_if(voice: Voice, standing: Plan, tried: Plan) -> None:
    """The tried plan beside the one that stands."""
    currency = tried.provenance.currency

    def money(value: float) -> Money:
        return Money.of(value, currency)

    old, new = standing.value_36, tried.value_36
    voice.tell("cli.what_if.stands", mean=money(old.mean), low=money(old.p10), high=money(old.p90))
    voice.tell("cli.what_if.tried", mean=money(new.mean), low=money(new.p10), high=money(new.p90))
    less = old.mean - new.mean
    id = "cli.what_if.less" if less >= 0 else "cli.what_if.more"
    voice.tell(id, price=money(abs(less)))
    tell_rules(voice, tried)
    voice.tell("cli.what_if.unwritten")


def difference(standing: api.Run[Plan], tried: api.Run[Plan]) -> dict[str, Any]:
    """What the changes cost together: value of the plan as it stands less that of the plan tried."""
    old, new = standing.result, tried.result
    return {
        "standing": standing.id,
        "price_36": round(old.value_36.mean - new.value_36.mean, 2),
        "price_12": round(old.value_12.mean - new.value_12.mean, 2),
        "cost": round(new.cost - old.cost, 2),
        "hours": round(new.hours - old.hours, 4),
        "cvar10": round(new.cvar10_36 - old.cvar10_36, 2),
    }
