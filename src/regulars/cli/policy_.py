"""regulars policy"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from regulars import api
from regulars.api.runs import as_json
from regulars.base.errors import BadSettings
from regulars.base.text import Listing, Number, Share, Text, say
from regulars.base.words import render
from regulars.cli.shared import Voice, verb
from regulars.trial.policy.result import ArmFacts, PolicyResult
from regulars.trial.policy.verdict import per_thousand


@click.command("policy")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--arm", required=True, metavar="COLUMN", help="The column that says which arm a customer was dealt.")
@click.option("--control", required=True, metavar="VALUE", help="The arm of those left alone.")
@click.option(
    "--outcome", required=True, metavar="COLUMN", help="What customers did afterwards: numbers, or yes and no."
)
@click.option(
    "--reach", default=None, metavar="SHARES", help="Shares of customers to reach.  [default: 0.1,0.2,0.3,0.5]"
)
@click.option("--budget", default=None, metavar="AMOUNTS", help="Money for all customers of the file together.")
@click.option("--cost", multiple=True, metavar="ARM=AMOUNT", help="What a contact costs; may be given several times.")
@click.option("--cost-column", metavar="COLUMN", help="Costs logged in the file; each arm costs its mean.")
@click.option("--response-cost", multiple=True, metavar="ARM=AMOUNT", help="What is paid when the customer responds.")
@click.option("--value", default=1.0, show_default=True, help="What one unit of the outcome is worth.")
@click.option("--features", metavar="COLUMNS", help="Use these columns and no other, even if they look like results.")
@click.option("--ignore", metavar="COLUMNS", help="Do not use these columns (other results of the campaign).")
@click.option("--propensity", metavar="COLUMN", help="The chance each customer had of the arm they got.")
@click.option("--strata", metavar="COLUMN", help="The groups within which arms were dealt by chance.")
@click.option("--cluster", metavar="COLUMN", help="Those dealt together: households, branches. Widens intervals.")
@click.option("--drop-arm", multiple=True, metavar="VALUE", help="Leave the customers of an arm out.")
@click.option("--fill", is_flag=True, help="Fill the reach even with customers expected to bring a loss.")
@click.option("--level", default=0.9, show_default=True, help="Coverage of intervals.")
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True, help="Seed of the folds and samples.")
@click.option("--score", type=click.Path(dir_okay=False, path_type=Path), help="Write each customer's arm and gain.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write who answers to what, as JSON.")
@verb
def command(voice: Voice, /, file: Path, **asked: Any) -> None:
    """Learn from a campaign FILE whom to give which arm, and what that is worth beside simple rules.

    FILE (CSV, TSV, gzip, Parquet, Excel) has a row for each customer of a campaign whose arms were dealt by chance:
    what was known before, the arm, what they did. Every value is worked out on customers the policy was not learned
    from, by inverse propensity. Nothing of the file is kept.
    """
    score, out = asked.pop("score"), asked.pop("out")
    judged = api.policy(file, request_of(**asked), progress=voice.progress())
    tell(voice, judged.result)
    written = {}
    if score:
        voice.tell("cli.policy.scored", n=api.write_scores(judged, score), file=str(score))
        written["scores_file"] = str(score)
    if out:
        api.write_groups(judged, out)
        voice.tell("cli.policy.rules", file=str(out))
        written["groups_file"] = str(out)
    said = [render(text, voice.language) for text in in_words(judged.result)]
    voice.result({"schema": judged.result.schema, "in_words": said, **as_json(judged.result), **written})


def request_of(**asked: Any) -> api.PolicyRequest:
    """The request in typed figures. Raises BadSettings."""
    return api.PolicyRequest(
        arm=asked["arm"],
        control=asked["control"],
        outcome=asked["outcome"],
        reaches=_reaches(asked["reach"], asked["budget"]),
        budgets=_numbers(asked["budget"] or ""),
        value=asked["value"],
        cost=_amounts(asked["cost"]),
        response_cost=_amounts(asked["response_cost"]),
        cost_column=asked["cost_column"],
        features=_names(asked["features"]) if asked["features"] is not None else None,
        ignore=_names(asked["ignore"] or ""),
        propensity=asked["propensity"],
        strata=asked["strata"],
        cluster=asked["cluster"],
        drop_arms=tuple(asked["drop_arm"]),
        fill=asked["fill"],
        level=asked["level"],
        seed=asked["seed"],
    )


def _reaches(reach: str | None, budget: str | None) -> tuple[float, ...]:
    if reach is None:
        return () if budget else (0.1, 0.2, 0.3, 0.5)
    return _numbers(reach)


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def _numbers(text: str) -> tuple[float, ...]:
    found = []
    for part in _names(text):
        try:
            found.append(float(part.removesuffix("%")) / (100 if part.endswith("%") else 1))
        except ValueError:
            raise BadSettings(say("cli.policy.number", found=part)) from None
    return tuple(found)


def _amounts(given: tuple[str, ...]) -> dict[str, float]:
    found = {}
    for one in given:
        arm, _, amount = one.rpartition("=")
        try:
            found[arm.strip()] = float(amount)
        except ValueError:
            raise BadSettings(say("cli.policy.cost_shape", found=one)) from None
        if not arm.strip():
            raise BadSettings(say("cli.policy.cost_shape", found=one))
    return found


def tell(voice: Voice, found: PolicyResult) -> None:
    """The result in a few sentences."""
    checks = found.checks
    voice.tell("cli.policy.read", file=found.file, rows=checks.rows, control=found.control, outcome=found.outcome)
    for arm in found.arms:
        _tell_arm(voice, arm)
    names = tuple(f.feature for f in checks.features)
    if names:
        shown = names[:12] + (("…",) if len(names) > 12 else ())
        voice.tell("cli.policy.features", names=Listing(shown))
    else:
        voice.tell("cli.policy.features_none")
    for column in checks.dropped[:12]:
        voice.tell("cli.policy.dropped", column=column.column, why=column.said)
    for warning in (*checks.warnings, checks.randomisation.said):
        voice.tell_text(warning)
    for scenario in found.scenarios:
        voice.tell_text(scenario.said, indent=2)
    qini = found.rankings[0].qini
    low, high = per_thousand(qini.low), per_thousand(qini.high)
    voice.tell("cli.policy.ranking", mean=per_thousand(qini.mean), low=low, high=high)
    voice.tell_text(found.said)
    voice.tell("cli.policy.level", level=Share(found.level))


def in_words(found: PolicyResult) -> list[Text]:
    """The sentences of a result, the verdict first."""
    checks = found.checks
    return [found.said, *(s.said for s in found.scenarios), checks.randomisation.said, *checks.warnings]


def _tell_arm(voice: Voice, arm: ArmFacts) -> None:
    mean = Number(arm.raw_mean, 2 if abs(arm.raw_mean) >= 10 else 4)
    voice.tell("cli.policy.arm", arm=arm.arm, n=arm.rows, share=Share(arm.share), mean=mean)
    if arm.net_effect:
        effect = arm.net_effect
        low, high = per_thousand(effect.low), per_thousand(effect.high)
        voice.tell("cli.policy.effect", mean=per_thousand(effect.mean), low=low, high=high)
